"""Asking generators for takes, so that none is lost or doubled, whenever the work is stopped.

A job is stored before it is sent and the backend's own name for it right after. What it made
lies in the library's folder for jobs until it is a take, and it becomes one by the same path
as an import, so running again finishes whatever was begun.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from circletake.errors import BadInput
from circletake.model.event import Actor
from circletake.model.generation import GenerationRequest
from circletake.model.job import Job, JobStep
from circletake.workflows.intake.desk import Desk, desk
from circletake.workflows.intake.planning import GeneratePlan, plan_generation
from circletake.workflows.intake.requests import new_job, new_job_like
from circletake.workflows.intake.working import Outcome, work
from circletake.workflows.progress import Progress, silent

if TYPE_CHECKING:
    from circletake.plugins.manager import PluginManager
    from circletake.workflows.library import Library

__all__ = ["GeneratePlan", "GenerateReport", "generate", "plan_generation", "resume", "retry"]


@dataclass(frozen=True, slots=True)
class GenerateReport:
    """What became of it.

    Attributes:
        takes: ids of the takes, in the order asked; one that was there already stands among them.
        failed: job and reason, of those that gave nothing this time.
        resumed: jobs of an earlier run that were gone on with.
        open: how many of ``failed`` are not over: what they made may still come.
    """

    takes: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]
    resumed: int
    warnings: tuple[str, ...]
    open: int = 0


def generate(
    library: Library,
    manager: PluginManager,
    *plans: GeneratePlan,
    by: Actor,
    shot: str = "",
    progress: Progress = silent,
    cancelled: Callable[[], bool] = lambda: False,
) -> GenerateReport:
    """Fetch what earlier runs have paid for, then make the takes of ``plans``.

    A request that fails is recorded with its reason and does not stop the others.

    Args:
        shot: code of the shot they belong to, where a plan names none.

    Raises:
        Cancelled: the person stopped; what was finished is kept and the rest can be resumed.
    """
    versions = {plan.generator: manager.generator(plan.generator).item.about.version for plan in plans}
    with desk(library) as here:
        left, warnings = _taken(here, [job for job in library.registry.jobs.open() if job.step.paid])
        asked = [
            here.intend(
                new_job(
                    plan.generator, versions[plan.generator], _kept(library, request), plan.shot or shot, by
                )
            )
            for plan in plans
            for request in plan.requests
        ]
        outcome = work(library, manager, here, [*left, *asked], by, progress=progress, cancelled=cancelled)
    return _report(outcome, len(left), warnings)


def resume(
    library: Library,
    manager: PluginManager,
    *,
    by: Actor,
    progress: Progress = silent,
    cancelled: Callable[[], bool] = lambda: False,
) -> GenerateReport:
    """Finish every job that was left open, those that were never sent too."""
    with desk(library) as here:
        left, warnings = _taken(here, library.registry.jobs.open())
        outcome = work(library, manager, here, left, by, progress=progress, cancelled=cancelled)
    return _report(outcome, len(left), warnings)


def retry(
    library: Library,
    manager: PluginManager,
    jobs: Sequence[Job],
    *,
    by: Actor,
    known_as: str = "",
    progress: Progress = silent,
) -> GenerateReport:
    """Try jobs again: ask anew what is over without a take, go on with what is open.

    One of which nobody knows whether it was sent is sent again: that a person says so is the point.

    Args:
        known_as: the backend's own id of the one job, found by a person; it is fetched, not sent.

    Raises:
        BadInput: a job has its take; or the id makes no sense here.
    """
    for job in jobs:
        if job.step is JobStep.IMPORTED:
            raise BadInput(f"job {job.short}", "has its take", "circletake generate --retake TAKE")
        if known_as and (len(jobs) > 1 or job.step is not JobStep.SENDING):
            raise BadInput("--known-as", "is for one job that may have been sent", "circletake jobs")
    with desk(library) as here:
        again = [here.intend(new_job_like(job, by)) if job.step.over else job for job in jobs]
        held, warnings = _taken(here, again)
        held = [here.store(_anew(job, known_as)) if job.step is JobStep.SENDING else job for job in held]
        outcome = work(library, manager, here, held, by, progress=progress)
    return _report(outcome, len(held), warnings)


def _anew(job: Job, known_as: str) -> Job:
    if known_as:
        return replace(job, step=JobStep.SUBMITTED, provider_id=known_as, error="")
    return replace(job, step=JobStep.INTENDED, error="")


def _taken(here: Desk, jobs: Sequence[Job]) -> tuple[list[Job], list[str]]:
    """Those jobs that nobody else works on, as far as they are by now; and what to say of the others."""
    held, warnings = [], []
    for job in jobs:
        taken = here.take(job)
        if taken is None:
            warnings.append(f"job {job.short} is being worked on by another process")
        elif not taken.step.over:
            held.append(taken)
        else:
            here.give_back(taken)
    return held, warnings


def _kept(library: Library, request: GenerationRequest) -> GenerationRequest:
    """The request with its still kept in the library, since a job may be sent long after it was asked."""
    from circletake.files import sha256_of, sync_folder

    if request.image is None:
        return request
    folder = library.home.resolve() / "inputs" / sha256_of(request.image)[:16]
    kept = folder / request.image.name
    if not kept.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        staged = folder / f".{request.image.name}.part"
        shutil.copyfile(request.image, staged)
        staged.replace(kept)
        sync_folder(folder)
    parent = request.parent
    if parent and parent.path == request.image:
        parent = replace(parent, path=kept)
    return replace(request, image=kept, parent=parent)


def _report(outcome: Outcome, resumed: int, warnings: Sequence[str]) -> GenerateReport:
    empty = [job for job in outcome.done if job.error]
    return GenerateReport(
        takes=tuple(dict.fromkeys(take for job in outcome.done for take in job.takes)),
        failed=tuple((job.id, job.error) for job in empty),
        resumed=resumed,
        warnings=tuple(dict.fromkeys([*warnings, *outcome.warnings])),
        open=sum(not job.step.over for job in empty),
    )
