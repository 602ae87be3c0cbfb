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
    from circletake.errors import BadInput, Cancelled, CircletakeError, MediaError, PluginError, SigningError
    from circletake.hookspecs import hookimpl
    from circletake.media.render import needs_encoding, remux, render
    from circletake.model.audit import AuditCase, FileCase, Outcome, RuleCard, Scope, Severity
    from circletake.model.cut import Cut, CutEvent, Song
    from circletake.model.export import ExportRequest, ProducedFile
    from circletake.model.generation import Check, FetchedFile, GenerationRequest, JobState, ModelCard, Phase
    from circletake.model.recipe import Evidence, Field, Recipe, RecipeClaim
    from circletake.model.score import Finding, Measured, Score
    from circletake.model.slate import Slate
    from circletake.model.take import MediaFacts, Take
    from circletake.protocols import (
        API_VERSION,
        About,
        Context,
        Needs,
        NoSettings,
        OpenSigner,
        Scoring,
        SourceFile,
        TakeFacts,
    )
    from circletake.timeline.otio import timeline_json

__all__ = [
    "API_VERSION",
    "About",
    "AuditCase",
    "BadInput",
    "Cancelled",
    "Check",
    "CircletakeError",
    "Context",
    "Cut",
    "CutEvent",
    "Evidence",
    "ExportRequest",
    "FetchedFile",
    "Field",
    "FileCase",
    "Finding",
    "GenerationRequest",
    "JobState",
    "Measured",
    "MediaError",
    "MediaFacts",
    "ModelCard",
    "Needs",
    "NoSettings",
    "OpenSigner",
    "Outcome",
    "Phase",
    "PluginError",
    "ProducedFile",
    "Recipe",
    "RecipeClaim",
    "RuleCard",
    "Scope",
    "Score",
    "Scoring",
    "Severity",
    "SigningError",
    "Slate",
    "Song",
    "SourceFile",
    "Take",
    "TakeFacts",
    "hookimpl",
    "needs_encoding",
    "remux",
    "render",
    "timeline_json",
]

_HOMES = {
    "circletake.errors": (
        "BadInput",
        "Cancelled",
        "CircletakeError",
        "MediaError",
        "PluginError",
        "SigningError",
    ),
    "circletake.hookspecs": ("hookimpl",),
    "circletake.media.render": (
        "needs_encoding",
        "remux",
        "render",
    ),
    "circletake.model.audit": (
        "AuditCase",
        "FileCase",
        "Outcome",
        "RuleCard",
        "Scope",
        "Severity",
    ),
    "circletake.model.cut": (
        "Cut",
        "CutEvent",
        "Song",
    ),
    "circletake.model.export": (
        "ExportRequest",
        "ProducedFile",
    ),
    "circletake.model.generation": (
        "Check",
        "FetchedFile",
        "GenerationRequest",
        "JobState",
        "ModelCard",
        "Phase",
    ),
    "circletake.model.recipe": (
        "Evidence",
        "Field",
        "Recipe",
        "RecipeClaim",
    ),
    "circletake.model.score": (
        "Finding",
        "Measured",
        "Score",
    ),
    "circletake.model.slate": ("Slate",),
    "circletake.model.take": (
        "MediaFacts",
        "Take",
    ),
    "circletake.protocols": (
        "API_VERSION",
        "About",
        "Context",
        "Needs",
        "NoSettings",
        "OpenSigner",
        "Scoring",
        "SourceFile",
        "TakeFacts",
    ),
    "circletake.timeline.otio": ("timeline_json",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}


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
