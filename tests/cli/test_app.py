"""The command line as a whole: quick to start, and every failure in words."""

from __future__ import annotations

import ctypes
import json
import re
import shlex
import subprocess
import sys
import time
from importlib import import_module
from inspect import signature
from pathlib import Path

import pytest
import typer

from circletake.cli import app as cli
from circletake.errors import LibraryError

HEAVY = "sqlmodel sqlalchemy alembic av cv2 numpy imagehash c2pa pydantic opentimelineio PIL jinja2"
OURS = "circletake.protocols circletake.model.take circletake_registry"
"""What every plugin would bring along, were it not asked for lazily."""


@pytest.mark.parametrize("arguments", [["--help"], ["plugins", "list"], ["plugins", "list", "--json"]])
def test_starting_imports_no_heavy_library(arguments: list[str], tmp_path: Path) -> None:
    code = (
        "import sys; from circletake.cli.app import run; status = run(sys.argv[1:]); "
        f"print([m for m in {[*HEAVY.split(), *OURS.split()]} if m in sys.modules], status, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert done.stderr.strip().splitlines()[-1] == "[] 0"


def test_every_command_in_the_table_exists_and_describes_itself() -> None:
    for name, entry in cli.ENTRIES.items():
        module, _, attribute = entry.place.partition(":")
        found = getattr(import_module(f"circletake.cli.{module}"), attribute)
        assert isinstance(found, typer.Typer) or signature(found), name
        assert entry.summary.endswith((".", "?")), name


def test_help_lists_every_command_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--help"]) == 0
    listed = re.findall(r"^  (\w+) {2,}\S", capsys.readouterr().out, re.MULTILINE)
    assert sorted(listed) == sorted(cli.ENTRIES)


def test_a_failure_is_told_in_words_with_the_next_step(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.run(["takes"]) == 2
    said = capsys.readouterr()
    assert "no library here" in said.err
    assert "next: circletake init" in said.err
    assert said.out == ""


def test_hostile_names_in_an_error_cannot_drive_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise LibraryError("a\x1b[2Jb\u202e", "gone\x07")

    monkeypatch.setattr(cli, "app", broken)
    assert cli.run(["takes"]) == 2
    assert capsys.readouterr().err == "a[2Jb: gone\n"


def test_ctrl_c_says_that_finished_work_is_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "app", stopped)
    assert cli.run([]) == 2
    assert "what was finished is kept" in capsys.readouterr().err


def test_a_demo_that_is_stopped_says_that_the_next_begins_anew(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("circletake.workflows.demo.run.run_demo", stopped)
    for _ in range(2):
        assert cli.run(["demo", str(tmp_path / "demo")]) == 2
        assert "begins anew" in capsys.readouterr().err


def test_a_file_in_the_way_is_named_in_full(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "in.txt").touch()
    assert cli.run(["init", str(tmp_path / "in.txt" / "lib")]) == 2
    assert re.search(r"in\.txt.*: \w+", capsys.readouterr().err)


@pytest.mark.parametrize("arguments", [["nonsense"], ["takes", "--nonsense"], ["show"]])
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(arguments) == 2
    assert capsys.readouterr().err


MAIN = "from circletake.cli.app import main; main()"


def test_all_is_written_and_the_status_kept_though_the_interpreter_is_left_at_once(tmp_path: Path) -> None:
    with (tmp_path / "list.json").open("w") as out:
        command = [sys.executable, "-c", MAIN, "plugins", "list", "--json"]
        done = subprocess.run(command, stdout=out, check=True)
    assert done.returncode == 0
    assert len(json.loads((tmp_path / "list.json").read_text())) >= 7
    failed = subprocess.run([sys.executable, "-c", MAIN, "takes"], capture_output=True, cwd=tmp_path)
    assert failed.returncode == 2


def test_a_reader_that_leaves_early_sees_no_traceback(tmp_path: Path) -> None:
    piped = f"{sys.executable} -c {shlex.quote(MAIN)} plugins list | true"
    done = subprocess.run(piped, shell=True, capture_output=True, text=True, cwd=tmp_path)
    assert done.stderr == ""


def test_what_nobody_foresaw_is_told_and_is_no_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Python's own status for it is 1, which says that an audit found something."""
    statuses: list[int] = []

    def fails() -> int:
        raise ValueError("nobody thought of this")

    monkeypatch.setattr(cli, "run", fails)
    monkeypatch.setattr("os._exit", statuses.append)
    cli.main()
    assert statuses == [2]
    assert "nobody thought of this" in capsys.readouterr().err


def test_ctrl_c_that_comes_while_a_library_calls_back_is_heard_after_the_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    callback = ctypes.CFUNCTYPE(ctypes.c_int)(interrupted)
    monkeypatch.setattr(sys, "unraisablehook", cli.hear_again)
    with pytest.raises(KeyboardInterrupt):
        callback()
        time.sleep(10)
