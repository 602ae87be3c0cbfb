"""circletake: the take library for generated film. This is all that plugins import.

A plugin in one file::

    from circletake import About, Measured, Needs, NoSettings, Score, hookimpl

    class Bright:
        about = About("bright", "mean brightness", "1", NoSettings)

        def needs(self, settings):
            return Needs(long_side=64, pixels="gray")

        def start(self, take, settings, ctx):
            return Measuring()

    class Measuring:
        def __init__(self):
            self.sums = []

        def video(self, frames, seconds):
            self.sums.append(frames.mean())

        def audio(self, samples, start):
            pass

        def finish(self):
            return Measured((Score("bright", sum(self.sums) / len(self.sums)),))

    @hookimpl
    def circletake_scorers():
        yield Bright()

Name its module as an entry point of the group ``circletake`` and ``circletake plugins list``
shows it. Numpy, PyAV and the like are imported inside functions, so that the command line
stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from circletake.errors import (
        BadInput,
        Cancelled,
        CircletakeError,
        KeyProblem,
        MediaError,
        PluginError,
        SigningError,
        Transient,
        Unanswered,
    )
    from circletake.hookspecs import API_VERSION, hookimpl
    from circletake.media.render import needs_encoding, remux, render
    from circletake.media.stills import stills
    from circletake.model.audit import Outcome, RuleCard, Scope, Severity
    from circletake.model.belonging import Belonging
    from circletake.model.case import (
        OWN_KEY,
        AuditCase,
        FileCase,
        Known,
        Layout,
        ListUsed,
        PictureMatch,
        Shown,
        Traced,
    )
    from circletake.model.cut import Cut, CutEvent, Fit, Placed, Song, timecode
    from circletake.model.event import Actor, Standing, Verdict
    from circletake.model.export import (
        Chosen,
        ExportRequest,
        ProducedFile,
        Release,
        ReleasedFile,
        SongFile,
        SoundUse,
        Use,
    )
    from circletake.model.generation import (
        ALGORITHMIC,
        TRAINED,
        FetchedFile,
        GenerationRequest,
        JobState,
        ModelCard,
        Parent,
        Phase,
        Relation,
        RequestCheck,
    )
    from circletake.model.manifest import (
        ActionSaid,
        Binding,
        Check,
        Credentials,
        IngredientSaid,
        ManifestSaid,
        Signer,
        Timestamp,
    )
    from circletake.model.marker import Marker, markers_of
    from circletake.model.parts import Part, Stray
    from circletake.model.recipe import Evidence, Field, Recipe, RecipeClaim, field_named
    from circletake.model.registered import Registered, Stated
    from circletake.model.score import Finding, Measured, Score
    from circletake.model.slate import Found, Scored, Slate
    from circletake.model.source_type import READABLE_TYPES
    from circletake.model.take import AudioFacts, Declaration, MediaFacts, Origin, Take
    from circletake.model.text import csv_cell, file_stem, printable
    from circletake.plugins.downloading import download, retry_after
    from circletake.plugins.simple import simple_generator
    from circletake.protocols import (
        About,
        AuditRule,
        Context,
        Exporter,
        Generator,
        Needs,
        NoSettings,
        OpenSigner,
        Plugin,
        RecipeReader,
        Scorer,
        Scoring,
        SignerProvider,
        SourceFile,
        TakeFacts,
    )
    from circletake.timeline.edl_out import edl
    from circletake.timeline.fcp7_bins import fcp7_bins
    from circletake.timeline.fcp7_out import fcp7_xml
    from circletake.timeline.otio import timeline_json
    from circletake.timeline.otio_bins import bins_json, otioz
    from circletake.timeline.xmeml import pixel_shape

__all__ = [
    "ALGORITHMIC",
    "API_VERSION",
    "OWN_KEY",
    "READABLE_TYPES",
    "TRAINED",
    "About",
    "ActionSaid",
    "Actor",
    "AudioFacts",
    "AuditCase",
    "AuditRule",
    "BadInput",
    "Belonging",
    "Binding",
    "Cancelled",
    "Check",
    "Chosen",
    "CircletakeError",
    "Context",
    "Credentials",
    "Cut",
    "CutEvent",
    "Declaration",
    "Evidence",
    "ExportRequest",
    "Exporter",
    "FetchedFile",
    "Field",
    "FileCase",
    "Finding",
    "Fit",
    "Found",
    "GenerationRequest",
    "Generator",
    "IngredientSaid",
    "JobState",
    "KeyProblem",
    "Known",
    "Layout",
    "ListUsed",
    "ManifestSaid",
    "Marker",
    "Measured",
    "MediaError",
    "MediaFacts",
    "ModelCard",
    "Needs",
    "NoSettings",
    "OpenSigner",
    "Origin",
    "Outcome",
    "Parent",
    "Part",
    "Phase",
    "PictureMatch",
    "Placed",
    "Plugin",
    "PluginError",
    "ProducedFile",
    "Recipe",
    "RecipeClaim",
    "RecipeReader",
    "Registered",
    "Relation",
    "Release",
    "ReleasedFile",
    "RequestCheck",
    "RuleCard",
    "Scope",
    "Score",
    "Scored",
    "Scorer",
    "Scoring",
    "Severity",
    "Shown",
    "Signer",
    "SignerProvider",
    "SigningError",
    "Slate",
    "Song",
    "SongFile",
    "SoundUse",
    "SourceFile",
    "Standing",
    "Stated",
    "Stray",
    "Take",
    "TakeFacts",
    "Timestamp",
    "Traced",
    "Transient",
    "Unanswered",
    "Use",
    "Verdict",
    "bins_json",
    "csv_cell",
    "download",
    "edl",
    "fcp7_bins",
    "fcp7_xml",
    "field_named",
    "file_stem",
    "hookimpl",
    "markers_of",
    "needs_encoding",
    "otioz",
    "pixel_shape",
    "printable",
    "remux",
    "render",
    "retry_after",
    "simple_generator",
    "stills",
    "timecode",
    "timeline_json",
]

_HOMES = {
    "circletake.errors": (
        "BadInput Cancelled CircletakeError KeyProblem MediaError PluginError SigningError "
        "Transient Unanswered"
    ),
    "circletake.hookspecs": "API_VERSION hookimpl",
    "circletake.media.render": "needs_encoding remux render",
    "circletake.media.stills": "stills",
    "circletake.model.audit": "Outcome RuleCard Scope Severity",
    "circletake.model.belonging": "Belonging",
    "circletake.model.case": "OWN_KEY AuditCase FileCase Known Layout ListUsed PictureMatch Shown Traced",
    "circletake.model.cut": "Cut CutEvent Fit Placed Song timecode",
    "circletake.model.event": "Actor Standing Verdict",
    "circletake.model.export": (
        "Chosen ExportRequest ProducedFile Release ReleasedFile SongFile SoundUse Use"
    ),
    "circletake.model.generation": (
        "ALGORITHMIC TRAINED FetchedFile GenerationRequest JobState ModelCard Parent Phase Relation "
        "RequestCheck"
    ),
    "circletake.model.manifest": (
        "ActionSaid Binding Check Credentials IngredientSaid ManifestSaid Signer Timestamp"
    ),
    "circletake.model.marker": "Marker markers_of",
    "circletake.model.parts": "Part Stray",
    "circletake.model.recipe": "Evidence Field Recipe RecipeClaim field_named",
    "circletake.model.registered": "Registered Stated",
    "circletake.model.score": "Finding Measured Score",
    "circletake.model.slate": "Found Scored Slate",
    "circletake.model.source_type": "READABLE_TYPES",
    "circletake.model.take": "AudioFacts Declaration MediaFacts Origin Take",
    "circletake.model.text": "csv_cell file_stem printable",
    "circletake.plugins.downloading": "download retry_after",
    "circletake.plugins.simple": "simple_generator",
    "circletake.protocols": (
        "About AuditRule Context Exporter Generator Needs NoSettings OpenSigner Plugin "
        "RecipeReader Scorer Scoring SignerProvider SourceFile TakeFacts"
    ),
    "circletake.timeline.edl_out": "edl",
    "circletake.timeline.fcp7_bins": "fcp7_bins",
    "circletake.timeline.fcp7_out": "fcp7_xml",
    "circletake.timeline.xmeml": "pixel_shape",
    "circletake.timeline.otio": "timeline_json",
    "circletake.timeline.otio_bins": "bins_json otioz",
}
_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """Fetch a public name from its room the first time somebody asks for it.

    Building every value costs a tenth of a second, which ``circletake --help`` need not pay.
    """
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value
