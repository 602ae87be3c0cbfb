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

from circletake.errors import BadInput, Cancelled, CircletakeError, MediaError, PluginError, SigningError
from circletake.hookspecs import hookimpl
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

if TYPE_CHECKING:
    from circletake.media.render import needs_encoding, remux, render
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

_LATE = {
    "needs_encoding": "circletake.media.render",
    "remux": "circletake.media.render",
    "render": "circletake.media.render",
    "timeline_json": "circletake.timeline.otio",
}


def __getattr__(name: str) -> Any:
    """Fetch what needs a heavy library only when somebody asks for it."""
    if name in _LATE:
        from importlib import import_module

        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
