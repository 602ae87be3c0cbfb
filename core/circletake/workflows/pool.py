"""A pool of expendable worker processes: hostile files and plugins may kill them, not the run.

Everything goes through ``concurrent.futures.Executor``, so that a cluster's executor can take
the place of the local one. Workers get plain data and return plain data; what they must not
see (the registry, keys) is never handed to them.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from circletake.errors import Cancelled, LibraryError
from circletake.workflows.progress import Progress, silent
from circletake.workflows.worker import (
    SLICE,
    Done,
    Failure,
    born_apart,
    failure_of,
    settle,
    several,
    too_much_memory,
)

__all__ = ["READING", "Caps", "Failure", "cores", "local_processes", "run"]

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Caps:
    """What one worker may use.

    Attributes:
        memory: bytes of address space beyond what an idle worker has.
        cpu_seconds: for one task; a worker that passes it is killed.
        wall_seconds: for one task, in case it sleeps for ever. A worker's own alarm ends it; where
            that does not ring (a stopped process, a system without alarms) the coordinator does.
        tasks: after so many for each process the workers are replaced.
    """

    memory: int = 3 * 2**30
    cpu_seconds: int = 600
    wall_seconds: int = 1800
    tasks: int = 1000


READING = (
    "av",
    "c2pa",
    "cbor2",
    "circletake.media.probe",
    "circletake.provenance.layout",
    "circletake.provenance.leftout",
    "circletake.provenance.reading",
    "cryptography.x509",
)
"""What looking at a video and its credentials imports; none of it starts a thread."""

MakeExecutor = Callable[[int, Caps, Sequence[str]], Executor]

GRACE = 30
"""Seconds beyond ``wall_seconds`` in which a worker may start and answer, before the coordinator ends it."""


def run(
    tasks: Iterable[T],
    function: Callable[[T], R],
    *,
    workers: int | None = None,
    caps: Caps | None = None,
    ahead: Sequence[str] = (),
    progress: Progress = silent,
    cancelled: Callable[[], bool] = lambda: False,
    make_executor: MakeExecutor | None = None,
) -> Iterator[tuple[T, R | Failure]]:
    """Yield each task with what ``function`` returned for it, in the order of completion.

    A worker that dies takes the tasks in flight with it. Each of those is then run alone, so
    that only the one to blame is reported as crashed; one that used up its memory is replaced.
    Every task is accounted for, whatever became of it. Stop iterating, or Ctrl-C, and running
    work is ended at once; what was yielded is the caller's to keep.

    Args:
        function: a module-level function; it and its task must pickle.
        workers: processes; one per core this process may use when ``None``.
        ahead: modules that every task needs: imported once and not by each worker. They must start no
            thread, as numpy's does.

    Raises:
        Cancelled: ``cancelled`` answered yes.
        LibraryError: workers cannot be started at all.
    """
    todo = deque(tasks)
    total = len(todo)
    if not total:
        return
    crew = _Crew(
        min(workers or cores(), total), caps or Caps(), tuple(ahead), make_executor or local_processes
    )
    done = 0
    try:
        for task, result in _all(todo, function, crew, cancelled):
            done += 1
            progress.step(done, total)
            yield task, result
    except BaseException:
        crew.kill()
        raise
    finally:
        crew.close()


def cores() -> int:
    """Cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def local_processes(workers: int, caps: Caps, ahead: Sequence[str]) -> Executor:
    """The default executor: nothing is inherited but the environment, and modules imported ahead.

    Workers are forked from a bare process that has imported those of the first call and has done nothing
    else; where there is no such thing each is an interpreter of its own.
    """
    forks = "forkserver" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if forks else "spawn")
    if forks:
        context.set_forkserver_preload(list(ahead))
    given = (caps.memory, dict(os.environ))
    with born_apart():
        return ProcessPoolExecutor(workers, mp_context=context, initializer=settle, initargs=given)


def _all(
    todo: deque[T], function: Callable[[T], R], crew: _Crew, cancelled: Callable[[], bool]
) -> Iterator[tuple[T, R | Failure]]:
    flying: dict[Future[Done[R]], list[T]] = {}
    suspects: deque[T] = deque()
    heard = time.monotonic()
    while todo or flying or suspects:
        if cancelled():
            raise Cancelled
        if not flying and suspects:
            yield from _alone(suspects.popleft(), function, crew)
            heard = time.monotonic()
            continue
        while todo and len(flying) < 2 * crew.workers and not suspects and not crew.tired:
            tasks = [todo.popleft() for _ in range(crew.handful(len(todo)))]
            try:
                flying[crew.submit(function, tasks)] = tasks
            except BrokenProcessPool:
                todo.extendleft(reversed(tasks))
                break
        if not flying:
            crew.renew()
            heard = time.monotonic()
            continue
        finished, _ = wait(flying, timeout=0.5, return_when=FIRST_COMPLETED)
        if finished:
            heard = time.monotonic()
        elif time.monotonic() - heard > crew.patience:
            crew.kill()
        # With a dead worker dies the pool, and so does all that was in flight; some of it may have come back.
        dead = any(_is_dead(future) for future in finished)
        for future in list(flying) if dead else finished:
            tasks = flying.pop(future)
            done = _landed(future, tasks)
            crew.learn(done)
            yield from zip(tasks, done.results, strict=False)
            heard = time.monotonic()
            left = tasks[len(done.results) :]
            if done.results:
                todo.extendleft(reversed(left))
            else:
                suspects.extend(left)
        if dead:
            crew.renew()


def _is_dead(future: Future[Any]) -> bool:
    return future.cancelled() or isinstance(future.exception(), BrokenProcessPool)


def _landed(future: Future[Done[R]], tasks: Sequence[T]) -> Done[R]:
    """What came back of some tasks: nothing where they died, or where one kept all from being handed over."""
    if not future.done() or _is_dead(future):
        return Done((), 0)
    try:
        return future.result()
    except (KeyboardInterrupt, Cancelled):
        raise
    except (Exception, SystemExit) as error:
        return Done((failure_of(error),) if len(tasks) == 1 else (), 0)


def _alone(task: T, function: Callable[[T], R], crew: _Crew) -> Iterator[tuple[T, R | Failure]]:
    """Run one task with nothing beside it, so that a death is its own.

    One that was killed from outside is run once more: that may have been anybody's doing.
    """
    reason = ""
    for _ in range(2):
        try:
            future = crew.submit(function, [task])
        except BrokenProcessPool:  # of a worker that died with nothing to do
            crew.renew()
            continue
        workers = crew.processes()
        late = not wait((future,), timeout=crew.patience).done
        if late:
            crew.kill()
            wait((future,))
        done = _landed(future, [task])
        crew.learn(done)
        if done.results:
            yield task, done.results[0]
            return
        # The pool ends the workers that are left, and then all have an exit code.
        crew.renew()
        codes = [worker.exitcode for worker in workers]
        reason = f"took longer than {crew.caps.wall_seconds} s" if late else _died_of(codes, crew.caps)
        if late or -signal.SIGKILL not in codes:
            break
    yield task, Failure(True, reason or _died_of((), crew.caps))


def _died_of(codes: Iterable[int | None], caps: Caps) -> str:
    """Why a worker ended, from the signal that ended it; the others were ended after it, by SIGTERM."""
    code = next((-code for code in codes if code and code != -signal.SIGTERM), 0)
    told = {
        "SIGXCPU": f"took more than {caps.cpu_seconds} s of processor time",
        "SIGALRM": f"took longer than {caps.wall_seconds} s",
        "SIGKILL": "was killed, perhaps because the machine ran out of memory",
        "SIGABRT": "crashed its reader (SIGABRT), perhaps for want of memory",
    }
    name = next((each.name for each in signal.Signals if each == code), "")
    if name:
        return told.get(name, f"crashed its reader ({name})")
    return "the worker died, or used more memory or time than it may"


_MOST_AT_ONCE = 64
"""Tasks handed over together; their results wait in the worker meanwhile."""


class _Crew:
    """The executor in force, and how to replace it."""

    def __init__(self, workers: int, caps: Caps, ahead: Sequence[str], make: MakeExecutor) -> None:
        self.workers = workers
        self.caps = caps
        self._ahead = ahead
        self._make = make
        self._given = 0
        self._pace = 0.0
        self._before = set(multiprocessing.active_children())
        self._executor = make(workers, caps, ahead)

    @property
    def tired(self) -> bool:
        return self._given >= self.caps.tasks * self.workers

    @property
    def patience(self) -> float:
        """Seconds without any answer after which a worker must be hanging."""
        return self.caps.wall_seconds + GRACE

    def handful(self, waiting: int) -> int:
        """How many of the waiting tasks to hand over at once: what a worker does in a slice of time.

        Small tasks are soon done and large ones go one by one; the last are dealt out evenly.
        """
        quick = SLICE / self._pace if self._pace else 1
        left = self.caps.tasks * self.workers - self._given
        return max(1, int(min(quick, waiting / self.workers, left, _MOST_AT_ONCE)))

    def learn(self, done: Done[Any]) -> None:
        """Hear how long tasks take; replace the workers once one of them used up its memory."""
        if done.results:
            self._pace = max(done.seconds / len(done.results), 1e-6)
        if any(too_much_memory(result) for result in done.results):
            self._given = self.caps.tasks * self.workers

    def processes(self) -> list[BaseProcess]:
        """The local worker processes that live now."""
        return [child for child in multiprocessing.active_children() if child not in self._before]

    def submit(self, function: Callable[[T], R], tasks: Sequence[T]) -> Future[Done[R]]:
        self._given += len(tasks)
        with born_apart():
            return self._executor.submit(
                several, function, tasks, self.caps.cpu_seconds, self.caps.wall_seconds
            )

    def renew(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._executor = self._make(self.workers, self.caps, self._ahead)
        self._given = 0
        with born_apart():
            ready = self._executor.submit(os.getpid)
        try:
            ready.result(timeout=120)
        except Exception as error:
            raise LibraryError("worker processes", "cannot be started", "circletake doctor") from error

    def kill(self) -> None:
        for child in self.processes():
            child.kill()

    def close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)
