"""A generator of one function, in one file, killed while it works: run again, each take is there once."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from circletake.model.job import JobStep
from circletake.workflows.library import create_library, find_library

FUNCTION = '''
"""Draws, slowly where it is asked to."""

import time
from pathlib import Path


def generate(request, folder):
    from circletake.testing.values import draw_clip

    clip = draw_clip(folder / "take.mp4", request.seed)
    with Path(request.parameters["log"]).open("a") as log:
        log.write(f"{request.seed}\\n")
    if request.seed == "2" and Path(request.parameters["log"]).read_text().count("2") == 1:
        (folder / "half.mp4").write_bytes(b"half")
        time.sleep(600)
    return clip
'''


@pytest.mark.slow
def test_a_function_that_was_killed_is_called_again(tmp_path: Path) -> None:
    root, plugin, log = tmp_path / "film", tmp_path / "slow.py", tmp_path / "log"
    plugin.write_text(FUNCTION)
    create_library(root).registry.close()
    code = "from circletake.cli.app import main; main()"

    def start(*words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", code, *words, "--library", str(root), "--plugin", str(plugin)]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    asked = ["--model", "slow", "--prompt", "neon sea", "--seed", "1", "--takes", "3", "--shot", "SH010"]
    running = start("generate", "--backend", "slow", *asked, "--param", f"log={log}")
    for _ in range(1200):
        if log.exists() and "2" in log.read_text():
            break
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert start("jobs", "--resume").wait() == 0
    with find_library(root) as library:
        assert {job.step for job in library.registry.jobs.all()} == {JobStep.IMPORTED}
        slates = library.registry.takes.slates()
        assert [slate.recipe["seed"] for slate in slates] == ["1", "2", "3"]
        assert not any((library.home / "jobs").iterdir())
    assert log.read_text().split().count("2") == 2
