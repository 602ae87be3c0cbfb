"""A library with fingerprints, and a locator that finds what a test says, for tests around the engine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from circletake.model.analysis import StageResult
from circletake.model.cue import Cue, Gap
from circletake.model.location import Location
from circletake.model.recipe import RecipeClaim
from circletake.model.take import Take
from circletake.protocols import Needs
from circletake.workflows.library import Library
from tests.factories import new_take, sha256

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from circletake.fingerprint.record import Thumbnails
    from circletake.model.fingerprint import Fingerprint

Look = Callable[[Collection[str]], Mapping[str, "Thumbnails"]]


def fingerprinted(
    library: Library, path: Path, *, shot: str = "SH010", claims: Sequence[RecipeClaim] = ()
) -> Take:
    """Add a clip as a take and fingerprint it."""
    from circletake.fingerprint.making import Fingerprinter
    from circletake.fingerprint.record import pack, pack_thumbnails
    from circletake.media.frames import Tap, read_once
    from circletake.media.probe import probe
    from circletake.workflows.analysis.analyze import FINGERPRINT

    facts = probe(path).facts
    digest = sha256(path)
    take = new_take(
        library.registry,
        path.stem,
        sha256=digest,
        media=facts,
        shot=shot,
        claims=claims,
        location=Location(digest, str(path), False, path.stat().st_size, 1),
    )
    maker = Fingerprinter(facts.seconds)
    read_once(path, [Tap(needs, sink) for needs, sink in maker.sinks])
    fingerprint, thumbnails = maker.finish()
    result = StageResult(FINGERPRINT, blob=pack(fingerprint), pictures=pack_thumbnails(thumbnails))
    library.registry.analyses.save(take.id, [result])
    return take


class Told:
    """What the pretended locator was given, and how many frames it saw."""

    def __init__(self) -> None:
        self.takes: dict[str, Fingerprint] = {}
        self.looked: dict[str, tuple[int, ...]] = {}
        self.rate = 0.0
        self.frames = 0


def pretend(
    monkeypatch: pytest.MonkeyPatch,
    cues: Sequence[Cue] = (),
    gaps: Sequence[Gap] = (),
    fail: Exception | None = None,
) -> Told:
    """Put a locator in the engine's place that finds ``cues`` and ``gaps`` whatever it sees."""
    told = Told()

    class Locator:
        def __init__(
            self, takes: Mapping[str, Fingerprint], look: Look, rate: float, copies: Collection[str] = ()
        ) -> None:
            told.takes, told.rate = dict(takes), rate
            told.looked = {take_id: seen.luma.shape for take_id, seen in look(list(takes)).items()}

        @property
        def sinks(self) -> tuple[tuple[Needs, Any], ...]:
            return ((Needs(long_side=32, pixels="gray"), self),)

        def video(self, frames: NDArray[np.uint8], seconds: NDArray[np.float64]) -> None:
            if fail:
                raise fail
            told.frames += len(frames)

        def audio(self, samples: NDArray[np.float32], start: float) -> None:
            pass

        def finish(self) -> tuple[tuple[Cue, ...], tuple[Gap, ...], int]:
            return tuple(cues), tuple(gaps), told.frames

    module = ModuleType("circletake.fingerprint.locate")
    module.Locator = Locator  # type: ignore[attr-defined]  # a module made here
    monkeypatch.setitem(sys.modules, "circletake.fingerprint.locate", module)
    return told
