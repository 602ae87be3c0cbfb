"""Killing ``circletake`` at the moment when a backend's id of a job is stored: before it, or right after."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

_SCRIPT = """
if __name__ == "__main__":
    import os, signal
    from circletake.cli.app import main
    from circletake.model.job import JobStep
    from circletake.workflows.intake.desk import Desk

    store = Desk.store
    def dying(desk, job):
        if job.step is JobStep.SUBMITTED:
            if os.environ["DIE"] == "after":
                store(desk, job)
            os.kill(os.getpid(), signal.SIGKILL)
        return store(desk, job)
    Desk.store = dying
    main()
"""


def killed(root: Path, *words: str, when: str, secrets: Mapping[str, str]) -> None:
    """Run a command in a library; it is killed ``before`` or ``after`` the first id is stored."""
    script = root.parent / "killed.py"
    script.write_text(_SCRIPT)
    done = subprocess.run(
        [sys.executable, str(script), *words, "--library", str(root)],
        env={**os.environ, **secrets, "PYTHONPATH": str(ROOT), "DIE": when},
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def needs_installed(name: str) -> None:
    """Skip the test where a plugin that is a distribution of its own is not installed."""
    if name not in {entry.name for entry in entry_points(group="circletake")}:
        pytest.skip(f"circletake-{name} is not installed: pip install ./plugins/{name}")
