"""Analysis: whatever a take has no row for is measured, from one decoding of each take."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from circletake.errors import CircletakeError
from circletake.model.analysis import Stage, StageKey, StageResult, Status
from circletake.model.fingerprint import ALGORITHM, VERSION
from circletake.model.slate import Slate, TakeFilter
from circletake.plugins.manager import Offered, PluginManager
from circletake.plugins.settings import settings_digest, settings_json, settings_of
from circletake.protocols import Scorer
from circletake.workflows import pool
from circletake.workflows.analysis.measuring import MeasuredTake, MeasureJob, ScorerJob, measure
from circletake.workflows.library import Library
from circletake.workflows.progress import Progress, silent

FINGERPRINT = StageKey(Stage.FINGERPRINT, ALGORITHM, VERSION)
PICTURES = StageKey(Stage.PICTURES, "pictures", "1")
"""Poster and hover sprite; the version is raised when they are to be made again."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that did not work for one take.

    Attributes:
        what: the scorer or stage; empty when it is the file itself.
    """

    label: str
    name: str
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class AnalyzeReport:
    """What an analysis did.

    Attributes:
        takes: how many were decoded.
        waiting: how many had work to do at the start.
        findings: number of takes by kind of finding, of those decoded now.
        troubles: files that could not be read and scorers that failed.
    """

    takes: int
    waiting: int
    findings: dict[str, int]
    troubles: tuple[Trouble, ...]


def analyze(
    library: Library,
    manager: PluginManager,
    *,
    progress: Progress = silent,
    take_ids: Collection[str] | None = None,
    again: bool = False,
    cancelled: Callable[[], bool] = lambda: False,
    workers: int | None = None,
) -> AnalyzeReport:
    """Fingerprint, score and picture every take that lacks any of it.

    Each result is saved as it comes, so the work can be stopped at any moment and goes on
    where it was.

    Args:
        take_ids: look at these only; all when ``None``.
        again: forget earlier rows of the present versions and settings first.

    Raises:
        BadInput: a setting in ``circletake.toml`` makes no sense.
        Cancelled: ``cancelled`` answered yes.
    """
    troubles: list[Trouble] = []
    jobs = _jobs(library, manager, take_ids, again, troubles)
    slates = {job.take_id: slate for slate, job in jobs}
    findings: dict[str, int] = {}
    done: set[str] = set()

    def keep(job: MeasureJob, results: Sequence[StageResult]) -> None:
        library.registry.analyses.save(job.take_id, results)
        done.add(job.take_id)
        for kind in {f.kind for result in results for f in result.measured.findings}:
            findings[kind] = findings.get(kind, 0) + 1
        for result in results:
            if result.status is not Status.OK:
                troubles.append(_trouble(slates[job.take_id], result.key.name, result.error))

    crashed: list[MeasureJob] = []
    for job, result in pool.run(
        [job for _, job in jobs], measure, workers=workers, progress=progress, cancelled=cancelled
    ):
        if isinstance(result, MeasuredTake):
            _settle(job, result, keep, slates, troubles)
        elif result.crashed:
            crashed.append(job)
        else:
            troubles.append(_trouble(slates[job.take_id], "", result.reason))
    parts = [part for job in crashed for part in _apart(job)]
    for job, result in pool.run(parts, measure, workers=workers, cancelled=cancelled):
        if isinstance(result, MeasuredTake):
            _settle(job, result, keep, slates, troubles)
        elif result.crashed:
            keep(job, [StageResult(job.keys[0], Status.CRASHED, result.reason)])
        else:
            troubles.append(_trouble(slates[job.take_id], "", result.reason))
    return AnalyzeReport(len(done), len(jobs), dict(sorted(findings.items())), tuple(troubles))


def _settle(
    job: MeasureJob,
    measured: MeasuredTake,
    keep: Callable[[MeasureJob, Sequence[StageResult]], None],
    slates: dict[str, Slate],
    troubles: list[Trouble],
) -> None:
    if measured.problem:
        troubles.append(_trouble(slates[job.take_id], "", measured.problem))
    if not measured.changed:
        keep(job, measured.results)


def _jobs(
    library: Library,
    manager: PluginManager,
    take_ids: Collection[str] | None,
    again: bool,
    troubles: list[Trouble],
) -> list[tuple[Slate, MeasureJob]]:
    """One job for each take with anything missing: a set difference of keys."""
    offered = list(_scorers(library, manager))
    slates = library.registry.takes.slates(TakeFilter())
    missing: dict[StageKey, set[str]] = {}

    def lacks(key: StageKey, take_id: str) -> bool:
        if key not in missing:
            if again:
                library.registry.analyses.forget(key)
            missing[key] = set(library.registry.analyses.missing(key))
        return take_id in missing[key]

    jobs: list[tuple[Slate, MeasureJob]] = []
    for slate in slates:
        take = slate.take
        if take_ids is not None and take.id not in take_ids:
            continue
        poster, sprite = library.poster(take.sha256), library.sprite(take.sha256)
        wants_pictures = lacks(PICTURES, take.id) or not (_there(poster) and _there(sprite))
        job = MeasureJob(
            take_id=take.id,
            sha256=take.sha256,
            path="",
            media=take.media,
            fingerprint=FINGERPRINT if lacks(FINGERPRINT, take.id) else None,
            pictures=PICTURES if wants_pictures else None,
            poster=str(poster),
            sprite=str(sprite),
            scorers=tuple(s for s in (_for_take(o, slate) for o in offered) if lacks(s.key, take.id)),
        )
        if not job.keys:
            continue
        try:
            jobs.append((slate, replace(job, path=str(library.media(take)))))
        except CircletakeError as error:
            troubles.append(_trouble(slate, "", error.reason))
    return jobs


@dataclass(frozen=True, slots=True)
class _Ready:
    """A scorer with the library's settings for it."""

    job: ScorerJob
    reads_recipe: bool


def _scorers(library: Library, manager: PluginManager) -> Iterator[_Ready]:
    for one in manager.scorers():
        try:
            about, settings, needs = _asked(library, one)
        except CircletakeError:
            raise
        except Exception as error:  # a scorer that cannot say what it needs is left out, and recorded
            manager.blame(one.ref, error)
            continue
        key = StageKey(Stage.SCORER, about.name, about.version, settings_digest(settings))
        yield _Ready(ScorerJob(key, one.ref, settings_json(settings)), needs.recipe)


def _asked(library: Library, offered: Offered[Scorer[Any]]) -> tuple[Any, Any, Any]:
    about = offered.item.about
    settings = settings_of(offered.item, library.settings.plugin(about.name))
    return about, settings, offered.item.needs(settings)


def _for_take(ready: _Ready, slate: Slate) -> ScorerJob:
    if not ready.reads_recipe:
        return ready.job
    recipe = {field: claim.value for field, claim in slate.recipe.in_force.items()}
    key = replace(ready.job.key, settings=f"{ready.job.key.settings}+{slate.recipe.digest}")
    return replace(ready.job, key=key, recipe=recipe)


def _apart(job: MeasureJob) -> list[MeasureJob]:
    """The same work in jobs of one stage each, so that only the stage to blame is lost."""
    bare = replace(job, fingerprint=None, pictures=None, scorers=())
    parts = [replace(bare, scorers=(scorer,)) for scorer in job.scorers]
    if job.fingerprint:
        parts.append(replace(bare, fingerprint=job.fingerprint))
    if job.pictures:
        parts.append(replace(bare, pictures=job.pictures))
    return parts


def _there(picture: Path) -> bool:
    try:
        return picture.stat().st_size > 0
    except OSError:
        return False


def _trouble(slate: Slate, what: str, reason: str) -> Trouble:
    return Trouble(slate.take.label, slate.take.name, what, reason)
