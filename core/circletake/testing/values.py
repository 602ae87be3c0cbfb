"""Small values for tests, with defaults for all that a test is not about."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from circletake.model.case import AuditCase, FileCase
from circletake.model.cut import Cut, CutEvent
from circletake.model.event import Standing
from circletake.model.export import ExportRequest
from circletake.model.generation import GenerationRequest
from circletake.model.manifest import Check, Credentials
from circletake.model.recipe import Evidence, Recipe, RecipeClaim
from circletake.model.slate import Slate
from circletake.model.take import MediaFacts, Origin, Take
from circletake.protocols import SourceFile

HOSTILE = "</script><img src=x onerror=alert(1)> =1+1 {{7*7}} \" ' \x1b[31m \u202e \u2028 é😀"
"""A prompt that wants to be markup, a formula, a template and a terminal's command."""

_FACTS = MediaFacts(
    container="mov,mp4,m4a,3gp,3g2,mj2",
    mime="video/mp4",
    codec="h264",
    width=64,
    height=36,
    rate=Fraction(12),
    frames=12,
    seconds=1.0,
    pixel_format="yuv420p",
    rotation=0,
    audio=None,
    picture_sha256="ab" * 32,
)
_SMALL = {"size": "64x36", "rate": "12", "seconds": "1"}


def media_facts(**over: Any) -> MediaFacts:
    """Facts of a clip of one second, 64 x 36 pixels, 12 frames a second."""
    return replace(_FACTS, **over)


def source_file(name: str = "take.mp4", **over: Any) -> SourceFile:
    """A file on import that tells nothing of how it was made; ``over`` as in :class:`SourceFile`."""
    told: dict[str, Any] = {"sha256": _digest(name), "media": media_facts(), "tags": {}, "sidecars": {}}
    return SourceFile(name, **(told | over))


def slate(
    path: Path | None = None, recipe: Mapping[str, str] | None = None, number: int = 1, **over: Any
) -> Slate:
    """A take with its recipe, as the library would gather it.

    Args:
        path: its file, whose facts are read.
        recipe: fields that somebody declared; a hostile prompt without it.
        over: as in :class:`Take`.
    """
    known = {"prompt": HOSTILE, "model": "m1", "seed": str(number)} if recipe is None else recipe
    claims = [RecipeClaim(field, value, Evidence.DECLARED, "test", "ana") for field, value in known.items()]
    take: dict[str, Any] = {
        "id": f"id-{number}",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest() if path else _digest(number),
        "size": path.stat().st_size if path else 1000,
        "shot": "SH010",
        "number": number,
        "name": path.name if path else f"take{number}.mp4",
        "origin": Origin.GENERATED,
        "media": _facts_of(path) if path else media_facts(),
        "added": datetime(2026, 5, 4, 12, 0, tzinfo=UTC),
    }
    return Slate(Take(**(take | over)), Recipe.of(claims), Standing(), path=str(path or ""))


def export_request(*clips: Path, name: str = "made", whole: bool = False) -> ExportRequest:
    """A cut of the clips one after another, each whole; or, with ``whole``, the one clip as it is."""
    slates = {s.take.id: s for s in (slate(path, number=n) for n, path in enumerate(clips, 1))}
    events = tuple(
        CutEvent(take_id, Fraction(0), Fraction(s.take.media.seconds).limit_denominator(1000))
        for take_id, s in slates.items()
    )
    facts = next(iter(slates.values())).take.media
    cut = Cut(name, facts.rate or Fraction(12), facts.width, facts.height, events)
    return ExportRequest(name, cut, slates, dict(zip(slates, clips, strict=True)), whole)


def file_case(path: str = "clip.mp4", **over: Any) -> FileCase:
    """A video with credentials in which everything holds; ``over`` as in :class:`FileCase`."""
    holds = Check.PASSED
    whole = Credentials(
        True,
        "embedded",
        "Trusted",
        integrity=holds,
        signature=holds,
        trust=holds,
        time=holds,
        trust_list="C2PA",
    )
    told: dict[str, Any] = {
        "kind": "video",
        "size": 1000,
        "sha256": _digest(path),
        "credentials": whole,
        "media": media_facts(),
    }
    return FileCase(path, **(told | over))


def audit_case(*files: FileCase, whole: bool = False, **over: Any) -> AuditCase:
    """A folder of files (one video where none is named) as a rule sees it.

    Args:
        whole: the case is about the folder; else about its first file.
    """
    named = files or (file_case(),)
    return AuditCase("release", named, None if whole else named[0], **over)


def draw_clip(to: Path, seed: str = "1", parameters: Mapping[str, str] | None = None) -> Path:
    """Draw a small moving clip with the built-in generator ``procedural``.

    Args:
        parameters: of that generator, e.g. ``{"seconds": "2"}``.
    """
    from circletake.plugins.context import CallContext
    from circletake.plugins.manager import PluginManager

    item = PluginManager.load(only=("procedural",)).generator("procedural").item
    settings, context = item.about.settings(), CallContext("procedural")
    asked = GenerationRequest("silk", "night bus", seed, parameters={**_SMALL, **(parameters or {})})
    (file,) = item.fetch(item.submit(asked, settings, context), to.parent, settings, context)
    return file.path.replace(to)


def placed(clips: Sequence[Path], folder: Path) -> list[Path]:
    """Copies of clips inside a staging folder, where signed ones lie for an exporter that packages them."""
    import shutil

    folder.mkdir(parents=True, exist_ok=True)
    return [Path(shutil.copyfile(clip, folder / clip.name)) for clip in clips]


def _facts_of(path: Path) -> MediaFacts:
    from circletake.media.probe import probe

    return probe(path).facts


def _digest(word: object) -> str:
    return hashlib.sha256(str(word).encode()).hexdigest()
