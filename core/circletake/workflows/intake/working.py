"""Many jobs in flight: each in a thread of its backend's, imported together as they come.

Threads talk to backends and store how far their jobs are; the calling thread alone imports.
Whatever stops it, threads end at their next look and what was fetched stays for the next run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from circletake.errors import Cancelled, LeaseLost, PluginError
from circletake.model.event import Actor
from circletake.model.job import Job, JobStep
from circletake.plugins.fence import fenced
from circletake.plugins.manager import aside
from circletake.plugins.settings import settings_of
from circletake.workflows.intake.jobs import JobWorker, tidy_folders
from circletake.workflows.intake.line import Switch
from circletake.workflows.progress import Progress, silent

if TYPE_CHECKING:
    from circletake.plugins.manager import PluginManager
    from circletake.workflows.intake.desk import Desk
    from circletake.workflows.library import Library

AT_ONCE = 4
"""Jobs of a backend in flight where neither a model's card nor the library's settings say."""

_TOGETHER = 8
"""Jobs whose files are imported together, since starting the workers of an import costs time."""

_QUIET_SECONDS = 10.0
"""After so long without another job done, those that are here are imported."""

_FETCHES = 2
"""How often the files of a job are fetched in one run when they turn out to be no takes."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of jobs.

    Attributes:
        done: in the order they were asked; each over, or open with the reason in ``error``.
        warnings: what a person should know, each once.
    """

    done: tuple[Job, ...]
    warnings: tuple[str, ...]


def work(
    library: Library,
    manager: PluginManager,
    desk: Desk,
    jobs: Sequence[Job],
    by: Actor,
    *,
    progress: Progress = silent,
    cancelled: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Bring jobs that ``desk`` holds as far as they go. One that fails does not stop the others.

    Raises:
        Cancelled: the person stopped; what was fetched is kept and the rest can be resumed.
    """
    tidy_folders(library)
    switch = Switch(cancelled)
    limits = {name: at_once(library, manager, name, jobs) for name in {job.generator for job in jobs}}
    worker = JobWorker(library, manager, desk, switch, limits)
    order = {job.id: number for number, job in enumerate(jobs)}
    with ExitStack() as stack:
        stack.enter_context(aside())
        pools = {name: stack.enter_context(ThreadPoolExecutor(limit, name)) for name, limit in limits.items()}
        # Pools wait for their threads when they close; by then the switch must be off.
        stack.callback(_stop, switch, pools.values())
        run = _Run(worker, pools, order, by, progress)
        try:
            run.all(jobs)
        except KeyboardInterrupt:
            # To run the same again would ask for more takes.
            raise Cancelled(next_step="circletake jobs resume") from None
    done = sorted(run.done.values(), key=lambda job: order[job.id])
    return Outcome(tuple(done), tuple(dict.fromkeys(worker.warnings)))


def at_once(library: Library, manager: PluginManager, backend: str, jobs: Iterable[Job]) -> int:
    """Jobs of a backend in flight at a time: as the library's settings say, else the models' cards."""
    if backend in library.settings.at_once:
        return library.settings.at_once[backend]
    wanted = {str(job.request.get("model", "")) for job in jobs if job.generator == backend}
    try:
        offered = manager.generator(backend)
        settings = settings_of(offered.item, library.settings.plugin(backend))
        with fenced(manager, offered):
            cards = list(offered.item.models(settings))
    except PluginError:
        return 1
    return min((card.at_once for card in cards if card.name in wanted and card.at_once > 0), default=AT_ONCE)


@dataclass(slots=True)
class _Run:
    """The calling thread's half of the work."""

    worker: JobWorker
    pools: Mapping[str, ThreadPoolExecutor]
    order: Mapping[str, int]
    by: Actor
    progress: Progress
    here: list[Job] = field(default_factory=list)
    done: dict[str, Job] = field(default_factory=dict)
    fetches: Counter[str] = field(default_factory=Counter)
    flying: dict[Future[Job], Job] = field(default_factory=dict)

    def all(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            self._start(job)
        while self.flying or self.here:
            quiet = _QUIET_SECONDS if self.here else None
            landed, _ = wait(self.flying, timeout=quiet, return_when=FIRST_COMPLETED)
            for future in landed:
                self._landed(future, self.flying.pop(future))
            if len(self.here) >= _TOGETHER or not landed or not self.flying:
                self._take_in()

    def _start(self, job: Job) -> None:
        self.fetches[job.id] += 1
        self.flying[self.pools[job.generator].submit(self.worker.bring, job)] = job

    def _landed(self, future: Future[Job], job: Job) -> None:
        try:
            self.here.append(future.result())
        except PluginError as error:
            self._finish(self.worker.leave(job.id, error))
        except LeaseLost as error:
            self.worker.warnings.append(str(error))

    def _take_in(self) -> None:
        here, self.here = sorted(self.here, key=lambda job: self.order[job.id]), []
        for job in self.worker.take_in(here, self.by):
            if job.step is JobStep.SUBMITTED and self.fetches[job.id] < _FETCHES:
                self._start(job)
                continue
            if not job.step.over:
                self.worker.desk.give_back(job)
            self._finish(job)

    def _finish(self, job: Job) -> None:
        self.done[job.id] = job
        self.progress.step(len(self.done), len(self.order), str(job.request.get("prompt", "")))


def _stop(switch: Switch, pools: Iterable[ThreadPoolExecutor]) -> None:
    switch.off.set()
    for pool in pools:
        pool.shutdown(wait=False, cancel_futures=True)
