"""A circletake with one more plugin, in a process that dies at a moment that a test names."""

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
    from concurrent.futures import ThreadPoolExecutor
    from functools import wraps
    from importlib import import_module
    from circletake.cli.app import main
    from circletake.model.job import JobStep
    from circletake.plugins.manager import PluginManager
    from circletake.workflows import pool
    from circletake.workflows.worker import Done
    from circletake.workflows.intake import patience
    from circletake.workflows.intake.desk import Desk

    real, module = PluginManager.load.__func__, os.environ["PLUGIN_MODULE"]
    def load(cls, *args, **how):
        manager = real(cls, *args, **how)
        name = module.removeprefix("circletake_")
        if name not in [record.ref.plugin for record in manager.records]:  # it may be installed
            manager.add(name, import_module(module))
        return manager
    PluginManager.load = classmethod(load)

    class Here(ThreadPoolExecutor):
        # Worker processes take a second each to start, and are not what this is about.
        def submit(self, run, function, tasks, *_):
            return super().submit(lambda: Done([function(task) for task in tasks], 0))
    pool.local_processes = lambda workers, caps, ahead: Here(1)
    patience._FIRST_LOOK = patience._FIRST_RETRY = 0.05

    step, when = os.environ["DIE_AT"].split() if os.environ["DIE_AT"] else ("", "")
    store = Desk.store
    @wraps(store)
    def dying(desk, job):
        if when == "before" and job.step == step:
            os.kill(os.getpid(), signal.SIGKILL)
        job = store(desk, job)
        if when == "after" and job.step == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return job
    Desk.store = dying
    main()
"""


def start(
    root: Path, module: str, *words: str, die_at: str = "", env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Run ``circletake`` on the library in ``root`` with the plugin ``module``.

    Args:
        die_at: step of a job and ``before`` or ``after`` it is stored, e.g. ``submitted after``.
    """
    script = root.parent / "run.py"
    script.write_text(_SCRIPT)
    return subprocess.Popen(
        [sys.executable, str(script), *words, "--library", str(root)],
        env={
            **os.environ,
            **(env or {}),
            "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)]),
            "PLUGIN_MODULE": module,
            "DIE_AT": die_at,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def die(root: Path, module: str, *words: str, at: str, env: Mapping[str, str] | None = None) -> None:
    """Run a command as :func:`start` does, and see it killed at its moment."""
    process = start(root, module, *words, die_at=at, env=env)
    said = process.communicate()
    assert process.returncode == -signal.SIGKILL, said


def needs_installed(name: str) -> None:
    """Skip the test where a plugin that is a distribution of its own is not installed."""
    if name not in {entry.name for entry in entry_points(group="circletake")}:
        pytest.skip(f"circletake-{name} is not installed: pip install ./plugins/{name}")
