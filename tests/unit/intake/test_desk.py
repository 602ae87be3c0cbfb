"""One process at a time works on a job; what a dead one held is free at once."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from circletake.errors import LeaseLost
from circletake.model.generation import GenerationRequest
from circletake.model.job import Job
from circletake.workflows.intake import desk as desks
from circletake.workflows.intake.desk import at_work, desk, waiting
from circletake.workflows.intake.requests import new_job
from circletake.workflows.library import Library
from tests.factories import actor

ROOT = Path(__file__).resolve().parents[3]

HOLDS = """
import os, signal, sys
from pathlib import Path
from circletake.workflows.library import find_library
from circletake.workflows.intake.desk import at_work, desk, waiting
with find_library(Path(sys.argv[1])) as library, desk(library) as here:
    print(all(here.take(job) for job in library.registry.jobs.open()), flush=True)
    sys.stdin.readline()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def asked() -> Job:
    return new_job("wan", "1", GenerationRequest("w2", "night bus"), "SH010", actor())


def test_a_job_is_held_by_one_desk_until_it_gives_it_back(library: Library) -> None:
    with desk(library) as one, desk(library) as two:
        job = one.intend(asked())
        assert two.take(job) is None
        assert one.take(job) == job
        one.give_back(job)
        assert two.take(job) == job
        with pytest.raises(LeaseLost):
            one.store(job)
    assert library.registry.jobs.holders() == {}
    assert list((library.home / "workers").iterdir()) == []


@pytest.mark.parametrize("host", ["", "another machine"])
def test_what_a_killed_process_held_is_free_at_once_on_its_machine(
    library: Library, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = library.registry.jobs.intend(asked())
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(library.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert holder.stdout is not None and holder.stdin is not None
    assert holder.stdout.readline() == b"True\n"
    if host:
        monkeypatch.setattr(socket, "gethostname", lambda: host)
    with desk(library) as here:
        assert here.take(job) is None
        assert (waiting(library), set(at_work(library))) == ({}, {job.id})
        holder.stdin.write(b"\n")
        holder.stdin.flush()
        assert holder.wait() == -signal.SIGKILL
        holder.communicate()
        assert bool(waiting(library)) == (not host)
        assert bool(at_work(library)) == bool(host)
        assert here.take(job) == (None if host else job)


def test_a_lease_is_renewed_while_its_process_lives(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "_BEAT_SECONDS", 0.02)
    with desk(library) as here:
        job = here.intend(asked())
        first = library.registry.jobs.holders()[job.id].until
        for _ in range(500):
            if library.registry.jobs.holders()[job.id].until > first:
                return
    raise AssertionError("no heart beat")


def test_locks_of_the_dead_are_tidied_away(library: Library) -> None:
    workers = library.home / "workers"
    workers.mkdir()
    (workers / "dead.lock").touch()
    with desk(library) as here:
        assert [path.stem for path in workers.iterdir()] == [here.owner]
