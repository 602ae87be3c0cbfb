import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from circletake.errors import Cancelled, MediaError
from circletake.workflows import pool
from circletake.workflows.pool import Caps, Failure, run
from circletake.workflows.worker import Done


def double(task: int) -> int:
    return 2 * task


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
    if task == "hang":
        # A call into a library that never comes back, with the lock of the interpreter held.
        ctypes.PyDLL(None).usleep(59_000_000)
    if task == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    if task == "crash":
        ctypes.string_at(0)
    if task == "leave":
        sys.exit("a plugin that ends its process")
    if task == "unsendable":
        return threading.Lock()  # type: ignore[return-value]
    if task == "odd":
        raise Unpicklable("two", "words")
    return task


class Handed(Executor):
    """Counts the tasks that are handed over together."""

    def __init__(self, seconds: float = 0.001, at_most: int = 1000) -> None:
        self.sizes: list[int] = []
        self.seconds = seconds
        self.at_most = at_most

    def submit(self, run: Callable[..., Any], /, *args: Any, **_: Any) -> Future[Any]:
        function, tasks = args[:2]
        self.sizes.append(len(tasks))
        some = tasks[: self.at_most]
        future: Future[Any] = Future()
        future.set_result(Done([function(task) for task in some], self.seconds * len(some)))
        return future


def environment(name: str) -> str | None:
    return os.environ.get(name)


class Unpicklable(Exception):
    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


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


_CHATTY = """
import os
from circletake.workflows.pool import run

def chat(task):
    print("a plugin says hello", flush=True)
    os.write(1, b"so does a codec\\n")
    return task

if __name__ == "__main__":
    print(dict(run([1], chat)))
"""


@pytest.mark.slow
def test_what_a_worker_prints_is_no_result(tmp_path: Path) -> None:
    script = tmp_path / "work.py"
    script.write_text(_CHATTY)
    said = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert said.stdout == "{1: 1}\n"
    assert "hello" in said.stderr and "codec" in said.stderr


@pytest.mark.slow
@pytest.mark.parametrize("said", ["first", "second"])
def test_workers_have_the_environment_of_now(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    # The process that forks workers was started by an earlier run, in another environment.
    monkeypatch.setenv("CIRCLETAKE_TOLD", said)
    assert dict(run(["CIRCLETAKE_TOLD"], environment)) == {"CIRCLETAKE_TOLD": said}


@pytest.mark.slow
def test_a_worker_that_dies_is_blamed_on_the_one_task_that_killed_it() -> None:
    tasks = [*"abcd", "die", *"efgh"]
    results = dict(run(tasks, misbehave, workers=2))
    assert {task for task, result in results.items() if isinstance(result, Failure)} == {"die"}
    assert isinstance(results["die"], Failure) and results["die"].crashed
    assert all(results[task] == task for task in "abcdefgh")


@pytest.mark.slow
@pytest.mark.parametrize("bad", ["die", "unsendable"])
def test_among_many_small_tasks_that_go_together_each_still_answers_for_itself(bad: str) -> None:
    tasks = [f"t{n}" for n in range(300)]
    results = dict(run([*tasks[:200], bad, *tasks[200:]], misbehave, workers=2))
    assert isinstance(results.pop(bad), Failure)
    assert results == {task: task for task in tasks}


def test_small_tasks_go_together_and_large_ones_alone() -> None:
    handed = Handed()
    list(run(range(200), double, workers=2, make_executor=lambda *_: handed))
    assert len(handed.sizes) < 40
    handed = Handed(seconds=1)
    list(run(range(20), double, workers=2, make_executor=lambda *_: handed))
    assert handed.sizes == [1] * 20


def test_what_a_worker_did_not_begin_is_handed_out_again() -> None:
    handed = Handed(at_most=3)
    assert dict(run(range(50), double, workers=1, make_executor=lambda *_: handed)) == {
        n: 2 * n for n in range(50)
    }


@pytest.mark.slow
def test_memory_and_processor_time_are_capped() -> None:
    caps = Caps(memory=2**30, cpu_seconds=1)
    results = dict(run(["hoard", "spin", "a"], misbehave, workers=2, caps=caps))
    assert results == {
        "hoard": Failure(False, "needs more memory than a worker may use"),
        "spin": Failure(True, "took more than 1 s of processor time"),
        "a": "a",
    }


@pytest.mark.slow
def test_the_clock_is_capped_though_native_code_hangs() -> None:
    results = dict(run(["sleep", "hang", "a"], misbehave, workers=2, caps=Caps(wall_seconds=2)))
    late = Failure(True, "took longer than 2 s")
    assert results == {"sleep": late, "hang": late, "a": "a"}


@pytest.mark.slow
def test_a_stopped_worker_is_ended_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "GRACE", 6)
    results = dict(run(["a", "stop", "b"], misbehave, workers=1, caps=Caps(wall_seconds=1)))
    assert results == {"a": "a", "stop": Failure(True, "took longer than 1 s"), "b": "b"}


@pytest.mark.slow
def test_a_task_whose_worker_somebody_else_killed_is_run_once_more(tmp_path: Path) -> None:
    results = dict(run([str(tmp_path / "tries")], _killed_twice, workers=1))
    assert results == {str(tmp_path / "tries"): "done"}


def _killed_twice(tries: str) -> str:
    with Path(tries).open("a") as file:
        file.write("x")
    if len(Path(tries).read_text()) < 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


@pytest.mark.slow
def test_however_a_task_ends_it_is_accounted_for_with_the_reason() -> None:
    tasks = ["crash", *"ab", "leave", *"cd", "odd", *"ef"]
    results = dict(run(tasks, misbehave, workers=2))
    failed = {task: result for task, result in results.items() if isinstance(result, Failure)}
    assert failed == {
        "crash": Failure(True, "crashed its reader (SIGSEGV)"),
        "leave": Failure(False, "SystemExit: a plugin that ends its process"),
        "odd": Failure(False, "Unpicklable: two words"),
    }
    assert {task for task in results if task not in failed} == set("abcdef")


@pytest.mark.slow
def test_a_worker_that_used_up_its_memory_is_replaced() -> None:
    # What is in flight already is still done by the old one.
    tasks = ["hoard", *["pid"] * 8]
    pids = [
        pid for task, pid in run(tasks, _pid_or_hoard, workers=1, caps=Caps(memory=2**30)) if task == "pid"
    ]
    assert len(pids) == 8 and pids[0] != pids[-1]


def _pid_or_hoard(task: str) -> int:
    return len(bytearray(2**33)) if task == "hoard" else os.getpid()


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


def test_what_is_imported_ahead_starts_no_thread() -> None:
    code = (
        "import importlib, os, sys\n"
        "from circletake.workflows.pool import READING\n"
        "for name in READING: importlib.import_module(name)\n"
        "print('numpy' in sys.modules, len(os.listdir('/proc/self/task')))"
    )
    if sys.platform != "linux":
        pytest.skip("only Linux tells a process's threads")
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "1"]


_INTERRUPTED = """
import sys, time
from circletake.workflows.pool import READING, run

def nap(task):
    time.sleep(60)

if __name__ == "__main__":
    try:
        print("ready", flush=True)
        list(run(range(4), nap, ahead=READING))
    except KeyboardInterrupt:
        sys.exit(7)
"""


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.4, 1.0])
def test_ctrl_c_is_heard_though_workers_are_only_starting(tmp_path: Path, seconds: float) -> None:
    script = tmp_path / "work.py"
    script.write_text(_INTERRUPTED)
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdout and process.stdout.readline() == b"ready\n"
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=40)
    assert (process.returncode, said) == (7, b"")


@pytest.mark.slow
def test_workers_import_nothing_from_the_folder_where_somebody_works(tmp_path: Path) -> None:
    """It may be what is audited, and a stranger's."""
    for name in ("av", "c2pa", "cbor2", "circletake", "cryptography", "multiprocessing", "json"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write('{name} ')\n")
    script = tmp_path / "elsewhere" / "work.py"
    script.parent.mkdir()
    script.write_text(
        "import os\n"
        "from circletake.workflows.pool import READING, run\n"
        "if __name__ == '__main__':\n"
        "    print(sorted(run([1, 2], abs, ahead=READING)))\n"
    )
    done = subprocess.run([sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[(1, 1), (2, 2)]\n", "")
    assert not (tmp_path / "ran").exists()
