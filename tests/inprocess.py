"""The worker pool without workers: tasks are done where they are given, for tests of other things."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import pytest


class InProcess(Executor):
    """Does each task at once, in this process."""

    def submit(self, run: Callable[..., Any], /, *args: Any, **_: Any) -> Future[Any]:
        """Do the task; the pool hands its function and itself first, or asks whether anybody is there."""
        future: Future[Any] = Future()
        function, *given = args[:2] or (run,)
        try:
            future.set_result(function(*given))
        except Exception as error:
            future.set_exception(error)
        return future


def without_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the worker pool do its tasks in this process."""
    monkeypatch.setattr("circletake.workflows.pool.local_processes", lambda workers, caps, ahead: InProcess())
