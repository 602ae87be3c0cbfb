"""Generating that is killed at any moment: run again, each take is there once."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from circletake.model.job import JobStep
from circletake.workflows.library import create_library, find_library

_SCRIPT = """
if __name__ == "__main__":
    from circletake.cli.app import main
    main()
"""


@pytest.mark.slow
def test_generation_survives_being_killed(tmp_path: Path) -> None:
    root, script = tmp_path / "film", tmp_path / "run.py"
    script.write_text(_SCRIPT)
    create_library(root).registry.close()
    asked = ["generate", "--model", "aurora", "--prompt", "neon sea", "--shot", "SH010", "--seed", "1"]
    asked += ["--takes", "4", "--param", "seconds=0.5", "--param", "size=96x54"]

    def start(*words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(script), *words, "--library", str(root)]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    dice = random.Random(7)
    running = start(*asked)
    _wait_for_a_job(root)
    for _ in range(4):
        time.sleep(dice.uniform(0.2, 1.5))
        running.send_signal(signal.SIGKILL)
        running.wait()
        running = start("jobs", "--resume")
    assert running.wait() == 0
    with find_library(root) as library:
        jobs = library.registry.jobs.all()
        found = [slate.recipe["seed"] for slate in library.registry.takes.slates()]
        assert {job.step for job in jobs} == {JobStep.IMPORTED}
        assert sorted(found) == ["1", "2", "3", "4"][: len(jobs)]
        assert not any((library.home / "jobs").iterdir())


def _wait_for_a_job(root: Path) -> None:
    with find_library(root) as library:
        for _ in range(600):
            if library.registry.jobs.all():
                return
            time.sleep(0.05)
    raise TimeoutError("no job was stored in half a minute")
