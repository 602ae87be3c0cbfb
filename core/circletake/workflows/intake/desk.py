"""Where one process works on jobs: a name, leases under it, and a heart that beats while it lives.

A lease says until when nobody else may touch a job. It is short and renewed all the time, so
what a dead machine held is free after two minutes. What a dead process of this machine held is
free at once: each process holds a lock on a file of its own, which the system lets go of when
the process dies, however it dies.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import threading
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import CircletakeError
from circletake.model.job import Holder, Job, JobStep

if TYPE_CHECKING:
    from circletake.workflows.library import Library

LEASE_SECONDS = 120.0
_BEAT_SECONDS = 20.0


class Desk:
    """One process at work on the jobs of a library. Made by :func:`desk`."""

    def __init__(self, library: Library, owner: str, host: str) -> None:
        self.owner = owner
        self.host = host
        self._jobs = library.registry.jobs
        self._locks = _locks(library)

    def intend(self, job: Job) -> Job:
        """Store a job and hold it from its first moment."""
        return self._jobs.intend(job, self.owner, self.host, LEASE_SECONDS)

    def take(self, job: Job) -> Job | None:
        """Hold a job, and read how far it is now; ``None`` while another living process holds it."""
        if self._jobs.lease(job.id, self.owner, LEASE_SECONDS, self.host, self._gone()):
            return self._jobs.get(job.id)
        return None

    def give_back(self, job: Job) -> None:
        """Let others have a job."""
        self._jobs.lease(job.id, self.owner, 0, self.host)

    def store(self, job: Job) -> Job:
        """Store how far a job is.

        Raises:
            LeaseLost: another process took it over.
        """
        self._jobs.update(job, self.owner)
        return job

    def _gone(self) -> tuple[str, ...]:
        """Owners of this machine that died with leases."""
        return tuple(_dead(self._jobs.holders().values(), self.host, self._locks) - {self.owner})


def at_work(library: Library) -> dict[str, Holder]:
    """Who works on which job now, by its id; without those of this machine that are known to be dead."""
    held = library.registry.jobs.holders()
    dead = _dead(held.values(), socket.gethostname(), _locks(library))
    return {job_id: holder for job_id, holder in held.items() if holder.owner not in dead}


def waiting(library: Library) -> dict[JobStep, int]:
    """How many jobs with work left nobody is working on, by step. Nothing but the library is asked."""
    held = library.registry.jobs.holders().values()
    return library.registry.jobs.waiting(_dead(held, socket.gethostname(), _locks(library)))


@contextmanager
def desk(library: Library) -> Iterator[Desk]:
    """Work on jobs: leases taken inside are renewed, and given back at the end."""
    owner, host = uuid.uuid4().hex, socket.gethostname()
    locks = _locks(library)
    locks.mkdir(parents=True, exist_ok=True)
    _tidy(library, locks)
    path = locks / f"{owner}.lock"
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    stop = threading.Event()
    heart = threading.Thread(target=_beat, args=(library, owner, stop), name="leases", daemon=True)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        heart.start()
        yield Desk(library, owner, host)
    finally:
        stop.set()
        if heart.ident is not None:
            heart.join()
        library.registry.jobs.release(owner)
        path.unlink(missing_ok=True)
        os.close(lock)


def _beat(library: Library, owner: str, stop: threading.Event) -> None:
    while not stop.wait(_BEAT_SECONDS):
        # A registry that is busy for a minute is no reason to stop: leases last longer than that.
        with contextlib.suppress(CircletakeError):
            library.registry.jobs.beat(owner, LEASE_SECONDS)


def _locks(library: Library) -> Path:
    return library.home / "workers"


def _dead(held: Iterable[Holder], host: str, locks: Path) -> set[str]:
    owners = {holder.owner for holder in held if holder.host == host}
    return {owner for owner in owners if _is_free(locks / f"{owner}.lock")}


def _is_free(path: Path) -> bool:
    """Whether the process that holds the lock is dead. One without a file may live elsewhere."""
    try:
        lock = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        # Shared, so that two who look at a time do not take each other for the owner.
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True


def _tidy(library: Library, locks: Path) -> None:
    """Remove the locks of dead processes that hold nothing."""
    holding = {holder.owner for holder in library.registry.jobs.holders().values()}
    for path in locks.glob("*.lock"):
        if path.stem not in holding and _is_free(path):
            path.unlink(missing_ok=True)
