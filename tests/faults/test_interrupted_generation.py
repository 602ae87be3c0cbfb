"""Generating that is killed at any moment: run again, each take is there once and was paid for once."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from circletake.model.job import JobStep
from circletake.plugins.manager import PluginManager
from circletake.workflows.intake.generate import resume
from circletake.workflows.library import create_library, find_library
from tests import backends
from tests.backends import KEY, SECRET, Studio, studio
from tests.factories import actor

ROOT = Path(__file__).resolve().parents[2]

_SCRIPT = """
if __name__ == "__main__":
    import os, signal, sys
    from concurrent.futures import ThreadPoolExecutor
    from functools import wraps
    from http.client import HTTPResponse
    from circletake.cli.app import main
    from circletake.model.job import JobStep
    from circletake.plugins import downloading
    from circletake.plugins.manager import PluginManager
    from circletake.workflows import pool
    from circletake.workflows.worker import Done
    from circletake.workflows.intake.desk import Desk
    from circletake_registry.jobs import Jobs
    from tests import backends

    real = PluginManager.load.__func__
    def load(cls, *args, **how):
        manager = real(cls, *args, **how)
        manager.add("studio", backends)
        return manager
    PluginManager.load = classmethod(load)

    class Here(ThreadPoolExecutor):
        # Worker processes take a second each to start, and are not what this is about.
        def submit(self, run, function, tasks, *_):
            return super().submit(lambda: Done([function(task) for task in tasks], 0))
    pool.local_processes = lambda workers, caps, ahead: Here(1)

    def die(place, name, when, is_it=lambda *args: True):
        call = getattr(place, name)
        @wraps(call)
        def dying(*args, **how):
            if not is_it(*args):
                return call(*args, **how)
            if when == "after":
                call(*args, **how)
            os.kill(os.getpid(), signal.SIGKILL)
        setattr(place, name, dying)

    def at(step):
        return lambda desk, job: job.step is step

    downloading._CHUNK = 512
    backend = backends.StudioBackend
    POINTS = {
        "the intent is stored": (Jobs, "begin", "before"),
        "it is marked as being sent": (Jobs, "begin", "after"),
        "the request is sent": (backend, "submit", "after"),
        "the id is stored": (Desk, "store", "after", at(JobStep.SUBMITTED)),
        "it was looked at": (backend, "poll", "after"),
        "a part is here": (HTTPResponse, "read", "after", lambda answer, size=0: size == 512),
        "the file is here": (Desk, "store", "before", at(JobStep.FETCHED)),
        "the file is recorded": (Desk, "store", "after", at(JobStep.FETCHED)),
        "the take is in": (Desk, "store", "before", at(JobStep.IMPORTED)),
        "the job is closed": (Desk, "store", "after", at(JobStep.IMPORTED)),
    }
    if os.environ.get("DIE_WHEN"):
        die(*POINTS[os.environ["DIE_WHEN"]])
    main()
"""

POINTS = [line.split('"')[1] for line in _SCRIPT.splitlines() if line.startswith('        "')]


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Studio]:
    with studio(tmp_path) as answering:
        yield answering


@pytest.fixture
def root(tmp_path: Path, provider: Studio) -> Path:
    """A library that knows the studio."""
    root = tmp_path / "film"
    create_library(root).registry.close()
    with (root / "circletake.toml").open("a") as settings:
        settings.write(f'\n[plugins.studio]\nurl = "{provider.url}"\n')
    (tmp_path / "run.py").write_text(_SCRIPT)
    return root


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> PluginManager:
    monkeypatch.setenv(KEY, SECRET)
    made = PluginManager()
    made.add("studio", backends)
    return made


def start(root: Path, *words: str, die_when: str = "") -> subprocess.Popen[bytes]:
    import os

    return subprocess.Popen(
        [sys.executable, str(root.parent / "run.py"), *words, "--library", str(root)],
        env={**os.environ, "PYTHONPATH": str(ROOT), KEY: SECRET, "DIE_WHEN": die_when},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def studio_words(takes: int) -> tuple[str, ...]:
    asked = "generate --backend studio --model s1 --prompt bus --shot SH010 --seed 1 --takes"
    return (*asked.split(), str(takes))


def each_once(root: Path, provider: Studio, takes: int) -> None:
    """Every take is in the library once with its recipe observed, was sent once, and left nothing behind."""
    with find_library(root) as library:
        jobs, slates = library.registry.jobs.all(), library.registry.takes.slates()
        assert [job.step for job in jobs] == [JobStep.IMPORTED] * takes
        assert sorted(slate.recipe["seed"] for slate in slates) == [str(n + 1) for n in range(takes)]
        assert {slate.recipe.evidence("prompt") for slate in slates} == {"observed"}
        assert sorted(slate.recipe["param.job"] for slate in slates) == sorted(provider.jobs)
        assert sorted(job.provider_id for job in jobs) == sorted(provider.jobs)
        assert not any((library.home / "jobs").iterdir())


def test_there_are_ten_moments_to_die_at() -> None:
    assert len(POINTS) == 10


@pytest.mark.slow
@pytest.mark.parametrize("moment", POINTS)
def test_killed_when(
    moment: str, root: Path, provider: Studio, manager: PluginManager, no_workers: None
) -> None:
    killed = start(root, *studio_words(2), die_when=moment)
    _, said = killed.communicate()
    assert killed.returncode == -signal.SIGKILL, said.decode()
    with find_library(root) as library:
        assert len(library.registry.jobs.all()) == 2
        # Nobody waits for the leases of a process that is dead.
        report = resume(library, manager, by=actor())
        assert (report.failed, report.warnings) == ((), ())
        assert resume(library, manager, by=actor()).takes == ()
    each_once(root, provider, 2)


@pytest.mark.slow
def test_two_processes_share_the_jobs_and_neither_does_the_others(
    root: Path, provider: Studio, manager: PluginManager
) -> None:
    provider.looks = 4
    killed = start(root, *studio_words(5), die_when="the intent is stored")
    assert killed.wait() == -signal.SIGKILL
    killed.communicate()
    both = [start(root, "jobs", "resume") for _ in range(2)]
    said = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    each_once(root, provider, 5)
    assert provider.most_flying <= 3


@pytest.mark.slow
def test_generation_survives_being_killed_again_and_again(root: Path, provider: Studio) -> None:
    dice = random.Random(7)
    running = start(root, *studio_words(4))
    _wait_for_jobs(root, 4)
    for _ in range(4):
        time.sleep(dice.uniform(0.2, 1.5))
        running.send_signal(signal.SIGKILL)
        running.communicate()
        running = start(root, "jobs", "--resume")
    _, said = running.communicate()
    assert running.returncode == 0, said.decode()
    each_once(root, provider, 4)


@pytest.mark.slow
def test_a_person_who_stops_it_is_told_how_to_go_on(
    root: Path, provider: Studio, manager: PluginManager, no_workers: None
) -> None:
    provider.looks = 10**6
    running = start(root, *studio_words(2))
    with find_library(root) as library:
        for _ in range(600):
            if [job.note for job in library.registry.jobs.open()] == ["running 50%"] * 2:
                break
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate()
        assert running.returncode == 2
        assert b"what was finished is kept; circletake jobs resume" in said
        assert library.registry.jobs.holders() == {}
        provider.looks = 1
        resume(library, manager, by=actor())
    each_once(root, provider, 2)


def _wait_for_jobs(root: Path, count: int) -> None:
    with find_library(root) as library:
        for _ in range(600):
            if len(library.registry.jobs.all()) == count:
                return
            time.sleep(0.05)
    raise TimeoutError("no job was stored in half a minute")
