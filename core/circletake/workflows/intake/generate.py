"""Asking a generator for takes, so that none is lost or doubled, whenever the work is stopped.

A job is stored before it is sent and the backend's own name for it right after. What it made
lies in the library's folder for jobs until it is a take, and it becomes one by the same path
as an import, so running again finishes whatever was begun.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from circletake.errors import BadInput, Cancelled, LibraryError, PluginError
from circletake.model.event import Actor
from circletake.model.generation import GenerationRequest
from circletake.model.job import Job
from circletake.plugins.fence import fenced
from circletake.plugins.settings import settings_of
from circletake.workflows.intake.jobs import Fetched, JobWorker, new_job
from circletake.workflows.progress import Progress, silent

if TYPE_CHECKING:
    from circletake.plugins.manager import PluginManager
    from circletake.workflows.library import Library

_SEED_LIMIT = 2**31
_TOGETHER = 8
"""Jobs whose files are imported together, since starting the workers of an import costs time."""


@dataclass(frozen=True, slots=True)
class GeneratePlan:
    """What would be asked, said before anything is sent.

    Attributes:
        cost: of each request, as the backend estimates it.
    """

    generator: str
    requests: tuple[GenerationRequest, ...]
    warnings: tuple[str, ...]
    cost: str


@dataclass(frozen=True, slots=True)
class GenerateReport:
    """What became of it.

    Attributes:
        takes: ids of the takes, in the order asked; one that was there already stands among them.
        failed: job and reason.
        resumed: jobs of an earlier run that were finished first.
    """

    takes: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]
    resumed: int
    warnings: tuple[str, ...]


def plan_generation(
    library: Library,
    manager: PluginManager,
    backend: str,
    request: GenerationRequest,
    takes: int,
) -> GeneratePlan:
    """Ask the backend, offline, whether it can do this.

    One request is made for each take, with seeds that count up from the one given; without
    one they are drawn here, since not every backend tells the seed it chose. A model that takes
    no seed is given none, so that none is recorded.

    Raises:
        BadInput: the request has problems, or no takes are asked.
        PluginError: there is no such backend.
    """
    if takes < 1:
        raise BadInput("--takes", f"{takes} is no number of takes", "ask for 1 or more")
    offered = manager.generator(backend)
    settings = settings_of(offered.item, library.settings.plugin(backend))
    with fenced(manager, offered):
        cards = {card.name: card for card in offered.item.models(settings)}
    card = cards.get(request.model)
    unseeded = card is not None and not card.seeds
    seeds = [""] * takes if unseeded else _seeds(request.seed, takes)
    requests = tuple(replace(request, seed=seed) for seed in seeds)
    with fenced(manager, offered):
        check = offered.item.check(requests[0], settings)
    if check.problems:
        raise BadInput(
            backend, "; ".join(check.problems), f"circletake generate --backend {backend} --dry-run"
        )
    unused = (f"seed {request.seed}: {request.model} takes no seed",) if unseeded and request.seed else ()
    return GeneratePlan(backend, requests, (*check.warnings, *unused), check.cost)


def generate(
    library: Library,
    manager: PluginManager,
    plan: GeneratePlan,
    *,
    by: Actor,
    shot: str = "",
    progress: Progress = silent,
    cancelled: Callable[[], bool] = lambda: False,
) -> GenerateReport:
    """Finish what earlier runs left, then make the takes of ``plan`` one after another.

    A request that fails is recorded with its reason and does not stop the others.

    Args:
        shot: code of the shot they belong to; without one, the shot of their prompt.

    Raises:
        Cancelled: the person stopped; what was finished is kept and the rest can be resumed.
        LibraryError: another process is generating here; nothing was asked.
    """
    version = manager.generator(plan.generator).item.about.version
    with _alone_here(library):
        jobs = library.registry.jobs
        resumed = [job for job in jobs.open() if job.generator == plan.generator]
        asked = [
            jobs.intend(new_job(plan.generator, version, request, shot, by)) for request in plan.requests
        ]
        return _work(library, manager, [*resumed, *asked], by, len(resumed), progress, cancelled)


def resume(
    library: Library,
    manager: PluginManager,
    *,
    by: Actor,
    progress: Progress = silent,
    cancelled: Callable[[], bool] = lambda: False,
) -> GenerateReport:
    """Finish every job an earlier run left open."""
    with _alone_here(library):
        left = library.registry.jobs.open()
        return _work(library, manager, left, by, len(left), progress, cancelled)


def _work(
    library: Library,
    manager: PluginManager,
    jobs: Sequence[Job],
    by: Actor,
    resumed: int,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> GenerateReport:
    worker = JobWorker(library, manager, socket.gethostname(), cancelled, [])
    done: list[Job] = []
    here: list[Fetched] = []
    for number, job in enumerate(jobs):
        if cancelled():
            raise Cancelled(next_step="circletake jobs --resume")
        if not worker.lease(job):
            worker.warnings.append(f"job {job.id[-8:]} is being worked on elsewhere")
            continue
        try:
            here.append(worker.bring(job))
        except PluginError as error:
            done.append(worker.failed(job, str(error)))
        if len(here) == _TOGETHER:
            done += worker.take_in(here, by)
            here = []
        progress.step(number + 1, len(jobs), str(job.request.get("prompt", "")))
    done += worker.take_in(here, by)
    return GenerateReport(
        takes=tuple(dict.fromkeys(take for job in done for take in job.takes)),
        failed=tuple((job.id, job.error) for job in done if job.error),
        resumed=resumed,
        warnings=tuple(dict.fromkeys(worker.warnings)),
    )


@contextmanager
def _alone_here(library: Library) -> Iterator[None]:
    """Let one process of this machine work on jobs; the system lets go when it dies.

    Leases are held in the machine's name, so that what a killed process held can go on at
    once, while other machines that share the library keep away until the lease runs out.

    Raises:
        LibraryError: another process works on them.
    """
    import fcntl

    lock = os.open(library.home / "jobs.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise LibraryError(
                str(library.root), "another circletake is generating here", "wait for it, then run this again"
            ) from error
        yield
    finally:
        os.close(lock)


def _seeds(first: str, takes: int) -> Iterator[str]:
    if first and not first.isdecimal():
        if takes > 1:
            raise BadInput("--seed", f"{first!r} is no number to count up from", "give a number")
        yield first
        return
    import random

    start = int(first) if first else random.SystemRandom().randrange(_SEED_LIMIT - takes)
    for number in range(takes):
        yield str(start + number)
