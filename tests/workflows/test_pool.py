import os
import signal
import time
from collections.abc import Iterator

import pytest

from circletake.errors import Cancelled, MediaError
from circletake.workflows.pool import Caps, Failure, run


def double(task: int) -> int:
    return 2 * task


def chat(task: int) -> int:
    print("a plugin says hello", flush=True)
    os.write(1, b"so does a codec\n")
    return task


def misbehave(task: str) -> str:
    if task == "raise":
        raise MediaError("x.mp4", "empty", "download it again")
    if task == "die":
        time.sleep(0.2)
        os.kill(os.getpid(), signal.SIGKILL)
    if task == "hoard":
        return str(len(bytearray(2**33)))
    if task == "spin":
        while True:
            pass
    if task == "sleep":
        time.sleep(60)
    return task


@pytest.mark.usefixtures("no_workers")
def test_every_task_comes_back_with_its_result() -> None:
    assert dict(run(range(50), double, workers=2)) == {n: 2 * n for n in range(50)}


@pytest.mark.usefixtures("no_workers")
def test_an_error_is_one_tasks_own() -> None:
    results = dict(run(["a", "raise", "b"], misbehave))
    assert results["a"] == "a" and results["b"] == "b"
    assert results["raise"] == Failure(False, "x.mp4: empty; download it again")


def test_no_task_starts_no_worker() -> None:
    assert list(run([], double)) == []


@pytest.mark.slow
def test_what_a_worker_prints_is_no_result(capfd: pytest.CaptureFixture[str]) -> None:
    assert dict(run([1], chat)) == {1: 1}
    said = capfd.readouterr()
    assert said.out == ""
    assert "hello" in said.err and "codec" in said.err


@pytest.mark.slow
def test_a_worker_that_dies_is_blamed_on_the_one_task_that_killed_it() -> None:
    tasks = [*"abcd", "die", *"efgh"]
    results = dict(run(tasks, misbehave, workers=2))
    assert {task for task, result in results.items() if isinstance(result, Failure)} == {"die"}
    assert isinstance(results["die"], Failure) and results["die"].crashed
    assert all(results[task] == task for task in "abcdefgh")


@pytest.mark.slow
def test_memory_processor_time_and_the_clock_are_capped() -> None:
    caps = Caps(memory=2**30, cpu_seconds=1, wall_seconds=4)
    results = dict(run(["hoard", "spin", "sleep", "a"], misbehave, workers=2, caps=caps))
    assert results["a"] == "a"
    failed = {task: result for task, result in results.items() if isinstance(result, Failure)}
    assert {task: failure.crashed for task, failure in failed.items()} == {
        "hoard": False,
        "spin": True,
        "sleep": True,
    }
    assert "memory" in failed["hoard"].reason


@pytest.mark.slow
def test_workers_are_replaced_after_so_many_tasks() -> None:
    assert len({pid for _, pid in run(range(6), _pid, workers=1, caps=Caps(tasks=2))}) == 3


def _pid(_: int) -> int:
    return os.getpid()


@pytest.mark.slow
def test_leaving_early_ends_running_work_at_once() -> None:
    began = time.monotonic()
    results: Iterator[tuple[str, object]] = run(["a", "sleep", "sleep"], misbehave, workers=2)
    assert next(results) == ("a", "a")
    results.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < 20


@pytest.mark.usefixtures("no_workers")
def test_it_stops_when_asked() -> None:
    with pytest.raises(Cancelled):
        list(run(range(3), double, cancelled=lambda: True))
