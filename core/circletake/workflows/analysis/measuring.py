"""What a worker does with one take: decode it once, and serve everything that is missing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from circletake.errors import PluginError
from circletake.model.analysis import StageKey, StageResult, Status
from circletake.model.take import MediaFacts
from circletake.model.text import printable
from circletake.plugins.manager import PluginRef

if TYPE_CHECKING:
    from circletake.fingerprint.making import Fingerprinter
    from circletake.media.frames import Tap
    from circletake.media.sprites import PictureMaker
    from circletake.protocols import Scorer

_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class ScorerJob:
    """One scorer to run: named, never pickled.

    Attributes:
        settings: the plugin's settings as JSON.
        recipe: the recipe in force, where the scorer asked for it.
    """

    key: StageKey
    ref: PluginRef
    settings: str
    recipe: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MeasureJob:
    """All the work one take still needs.

    Attributes:
        fingerprint: its key when it is missing.
        pictures: its key when they are missing, then with ``poster`` and ``sprite`` to write.
    """

    take_id: str
    sha256: str
    path: str
    media: MediaFacts
    fingerprint: StageKey | None = None
    pictures: StageKey | None = None
    poster: str = ""
    sprite: str = ""
    scorers: tuple[ScorerJob, ...] = ()

    @property
    def keys(self) -> tuple[StageKey, ...]:
        """What will have a row once the job is done."""
        own = (self.fingerprint, self.pictures)
        return (*(k for k in own if k is not None), *(s.key for s in self.scorers))


@dataclass(frozen=True, slots=True)
class MeasuredTake:
    """What came of a job.

    Attributes:
        problem: the take is damaged in part, or is not what was imported; then nothing is kept.
        changed: the file shows another picture than the one that was imported.
    """

    results: tuple[StageResult, ...]
    problem: str = ""
    changed: bool = False


def measure(job: MeasureJob) -> MeasuredTake:
    """Decode the take of ``job`` once and do all of its work.

    A scorer that raises costs its own result only.

    Raises:
        MediaError: the file cannot be opened or decoded.
    """
    import cv2

    from circletake.fingerprint.making import Fingerprinter
    from circletake.media.frames import Tap, read_once
    from circletake.media.sprites import PictureMaker

    cv2.setNumThreads(1)
    seconds = job.media.seconds
    prints = Fingerprinter(seconds) if job.fingerprint else None
    maker = PictureMaker(seconds) if job.pictures else None
    taps = [Tap(needs, sink) for own in (prints, maker) if own for needs, sink in own.sinks]
    runs = [_Run.start(scorer, job) for scorer in job.scorers]
    decoded = read_once(Path(job.path), [*taps, *(run.tap for run in runs if run.tap)])
    # Where a signature vouched for a film's bytes, nobody took the digest of its picture before.
    if decoded.picture_sha256 != (job.media.picture_sha256 or decoded.picture_sha256):
        return MeasuredTake((), "shows another picture than the one that was imported", changed=True)
    results: list[StageResult] = []
    if prints and job.fingerprint:
        results.append(_kept(job.fingerprint, lambda: _packed(prints)))
    if maker and job.pictures:
        results.append(_kept(job.pictures, lambda: _write(maker, job)))
    results += [run.finish() for run in runs]
    return MeasuredTake(tuple(results), decoded.problem)


@dataclass(slots=True)
class _Run:
    """One scorer on one take, with whatever went wrong so far."""

    job: ScorerJob
    tap: Tap | None = None
    scoring: Any = None
    error: str = ""

    @classmethod
    def start(cls, job: ScorerJob, of: MeasureJob) -> _Run:
        from circletake.media.frames import Tap
        from circletake.plugins.context import CallContext
        from circletake.plugins.settings import settings_of
        from circletake.protocols import TakeFacts

        try:
            scorer = _scorer(job.ref, job.key.name)
            settings = settings_of(scorer, json.loads(job.settings))
            facts = TakeFacts(of.sha256, of.media, dict(job.recipe))
            scoring = scorer.start(facts, settings, CallContext(job.ref.plugin))
            return cls(job, Tap(scorer.needs(settings), scoring), scoring)
        except Exception as error:  # a plugin may fail in any way
            return cls(job, error=_said(error))

    def finish(self) -> StageResult:
        if self.tap and self.tap.failed:
            self.error = _said(self.tap.failed)
        if not self.error:
            try:
                return StageResult(self.job.key, measured=self.scoring.finish())
            except Exception as error:  # as above
                self.error = _said(error)
        return StageResult(self.job.key, Status.FAILED, self.error)


@lru_cache(maxsize=64)
def _scorer(ref: PluginRef, name: str) -> Scorer[Any]:
    from circletake.plugins.manager import PluginManager

    manager = PluginManager.for_worker(ref)
    for offered in manager.scorers():
        if offered.item.about.name == name:
            return offered.item
    why = next((record.error for record in manager.records if record.error), "it is not there any more")
    raise PluginError(f"scorer {name}", why, "circletake plugins list")


def _kept(key: StageKey, make: Callable[[], tuple[bytes, bytes] | None]) -> StageResult:
    try:
        blob, pictures = make() or (None, None)
        return StageResult(key, blob=blob, pictures=pictures)
    except Exception as error:  # our own work is fenced as a plugin's is: the rest goes on
        return StageResult(key, Status.FAILED, _said(error))


def _packed(prints: Fingerprinter) -> tuple[bytes, bytes]:
    from circletake.fingerprint.record import pack, pack_thumbnails

    fingerprint, thumbnails = prints.finish()
    return pack(fingerprint), pack_thumbnails(thumbnails)


def _write(maker: PictureMaker, job: MeasureJob) -> None:
    pictures = maker.finish()
    for path, data in ((Path(job.poster), pictures.poster), (Path(job.sprite), pictures.sprite)):
        # Renamed into place but not forced to disk: one that a power cut emptied is made again.
        path.parent.mkdir(parents=True, exist_ok=True)
        staged = path.with_name(f".{path.name}.{os.getpid()}")
        staged.write_bytes(data)
        staged.replace(path)


def _said(error: BaseException) -> str:
    return printable(f"{type(error).__name__}: {error}", _LONGEST_REASON)
