"""Stopping jobs: here where nobody works on them, else by word to the process that does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from circletake.errors import PluginError
from circletake.model.job import Job, JobStep
from circletake.workflows.intake.desk import desk
from circletake.workflows.intake.jobs import JobWorker
from circletake.workflows.intake.line import Switch

if TYPE_CHECKING:
    from circletake.plugins.manager import PluginManager
    from circletake.workflows.library import Library


@dataclass(frozen=True, slots=True)
class Stopped:
    """What became of a wish to stop a job.

    Attributes:
        said: in words, for a person.
        fine: it is stopped, or will be.
    """

    job: Job
    said: str
    fine: bool


def cancel(library: Library, manager: PluginManager, jobs: Sequence[Job]) -> list[Stopped]:
    """Stop jobs. One that its backend had finished is paid for, and stays to be fetched."""
    with desk(library) as here:
        worker = JobWorker(library, manager, here, Switch(), {})
        stopped = []
        for job in jobs:
            held = here.take(job)
            if held is None:
                library.registry.jobs.ask_stop(job.id)
                holder = library.registry.jobs.holders().get(job.id)
                host = holder.host if holder else "?"
                said = f"told the process on {host} that works on it; it stops at its next look"
                stopped.append(Stopped(job, said, True))
            else:
                stopped.append(_called_off(worker, held))
                here.give_back(held)
    return stopped


def _called_off(worker: JobWorker, job: Job) -> Stopped:
    if job.step.over:
        return Stopped(job, f"is over already: {job.step.value}", job.step is JobStep.CANCELLED)
    try:
        now = worker.call_off(job)
    except PluginError as error:
        return Stopped(job, f"could not be stopped: {error}", False)
    if now.step is JobStep.CANCELLED:
        unsure = " here; whether its backend has it nobody knows" if job.step is JobStep.SENDING else ""
        return Stopped(now, f"cancelled{unsure}", True)
    return Stopped(now, "is finished and paid for; circletake jobs resume fetches it", False)
