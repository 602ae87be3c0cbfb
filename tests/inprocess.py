"""The worker pool without workers: tasks are done where they are given, for tests of other things."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import pytest

from circletake.errors import Cancelled
from circletake.workflows.worker import Done, failure_of


class InProcess(Executor):
    """Does each task at once, in this process."""

    def submit(self, run: Callable[..., Any], /, *args: Any, **_: Any) -> Future[Any]:
        """Do the tasks; the pool hands their function and them first, or asks whether anybody is there."""
        future: Future[Any] = Future()
        if not args:
            future.set_result(run())
            return future
        function, tasks = args[:2]
        try:
            future.set_result(Done([_outcome(function, task) for task in tasks], 0))
        except Cancelled as stop:
            future.set_exception(stop)
        return future


def _outcome(function: Callable[[Any], Any], task: Any) -> Any:
    try:
        return function(task)
    except Cancelled:
        raise
    except Exception as error:
        return failure_of(error)


def without_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the worker pool do its tasks in this process."""
    monkeypatch.setattr("circletake.workflows.pool.local_processes", lambda workers, caps, ahead: InProcess())
