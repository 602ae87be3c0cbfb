"""A worker process: how it is born, and how it makes itself expendable."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import resource_tracker
from typing import Generic, TypeVar

from circletake.errors import Cancelled, CircletakeError

T = TypeVar("T")
R = TypeVar("R")

TOO_MUCH_MEMORY = "needs more memory than a worker may use"

SLICE = 0.1
"""Seconds for which a worker goes on by itself; then it hands over what it has done."""

_SAFE_PATH = "PYTHONSAFEPATH"


@dataclass(frozen=True, slots=True)
class Failure:
    """A task that gave no result.

    Attributes:
        crashed: the worker died or broke a cap while this task ran alone.
        reason: in words for a person.
    """

    crashed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Done(Generic[R]):
    """What came of the first of some tasks; those for which there is no result were not begun.

    Attributes:
        seconds: all of them together took by the clock.
    """

    results: Sequence[R | Failure]
    seconds: float


@contextlib.contextmanager
def born_apart() -> Iterator[None]:
    """Let processes born inside import nothing from the folder where somebody works, and hear no Ctrl-C.

    That folder may be the one that is audited. Ctrl-C is the coordinator's: it ends them, without their
    tracebacks, and hears afterwards of one that came meanwhile.
    """
    before = os.environ.get(_SAFE_PATH)
    os.environ[_SAFE_PATH] = "1"
    try:
        with _deaf():
            yield
    finally:
        os.environ.pop(_SAFE_PATH)
        if before is not None:
            os.environ[_SAFE_PATH] = before


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Whoever starts it unblocks Ctrl-C.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def settle(memory: int, environment: Mapping[str, str]) -> None:
    """Make a fresh worker expendable: capped, quiet, on one thread.

    Args:
        environment: the coordinator's as it is now; the process that forks workers has an older one.
    """
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(2, 1)  # what plugins and codecs print is no result
    # A stranger's certificate that a parser frowns at is told in the report.
    warnings.filterwarnings("ignore", module=r"circletake\.provenance")
    threading.Thread(target=_end_with_parent, daemon=True).start()
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = "1"
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        cap = _address_space() + memory
        resource.setrlimit(resource.RLIMIT_AS, (cap if hard < 0 else min(cap, hard), hard))


def _end_with_parent() -> None:
    """End this worker once the coordinator is gone: one that was killed cannot say goodbye."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _address_space() -> int:
    """Bytes of address space in use now; 0 where the system does not tell."""
    with contextlib.suppress(OSError), open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123  # no path of ours
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def several(function: Callable[[T], R], tasks: Sequence[T], cpu_seconds: int, wall_seconds: int) -> Done[R]:
    """Run some tasks one after another, each under its own clock, for about :data:`SLICE` seconds.

    To hand over a small task and its result costs as much as the task. A worker that used up its memory
    begins no other.
    """
    began = time.perf_counter()
    results: list[R | Failure] = []
    for task in tasks:
        results.append(_limited(function, task, cpu_seconds, wall_seconds))
        if time.perf_counter() - began > SLICE or too_much_memory(results[-1]):
            break
    return Done(results, time.perf_counter() - began)


def too_much_memory(result: object) -> bool:
    """Whether a task failed for want of memory, after which its worker serves nobody."""
    return isinstance(result, Failure) and result.reason == TOO_MUCH_MEMORY


def _limited(function: Callable[[T], R], task: T, cpu_seconds: int, wall_seconds: int) -> R | Failure:
    """Run a task under its clock. Both limits end the process: code that hangs hears nothing else.

    Errors go back in words: not every exception survives being pickled.
    """
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        soft = int(used.ru_utime + used.ru_stime) + 1 + cpu_seconds
        resource.setrlimit(resource.RLIMIT_CPU, (soft if hard < 0 else min(soft, hard), hard))
    timed = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if timed:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, wall_seconds)
    try:
        return function(task)
    except Cancelled:
        raise
    except (Exception, SystemExit) as error:
        return failure_of(error)
    finally:
        if timed:
            signal.setitimer(signal.ITIMER_REAL, 0)


def failure_of(error: BaseException) -> Failure:
    """What a task died of, in words."""
    if isinstance(error, CircletakeError):
        return Failure(False, str(error))
    if isinstance(error, MemoryError):
        return Failure(False, TOO_MUCH_MEMORY)
    return Failure(False, f"{type(error).__name__}: {error}")
