"""What ``init``, ``import`` and ``library`` print, and how they end."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from circletake.cli.app import run

Clip = Callable[..., Path]
Cli = Callable[..., tuple[int, str, str]]
pytestmark = pytest.mark.usefixtures("no_workers")


def test_init_says_where_and_what_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(tmp_path / "film")]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"library film made in {tmp_path / 'film'}\n")
    assert "circletake import FOLDER" in out
    assert run(["init", str(tmp_path / "film")]) == 2
    assert "is a library already" in capsys.readouterr().err


def test_an_import_says_first_what_it_will_do_and_then_what_it_learnt(cli: Cli, clip: Clip) -> None:
    folder = clip("in/Gen-4 Turbo 7.mp4", seed=1).parent
    (folder / "a.json").write_text(json.dumps({"prompt": "night bus"}))
    clip("in/a.mp4", seed=2)
    clip("in/copy of a.mp4", seed=2)
    (folder / "empty.mp4").touch()
    (folder / "notes.txt").touch()
    status, out, _ = cli("import", folder)
    lines = out.splitlines()
    assert status == 1
    assert lines[0].startswith("4 files, ")
    assert "kept where they are (--copy stores them; " in lines[0] or "cloned" in lines[0]
    assert lines[1] == "  2 other files left alone"
    assert lines[2] == "2 takes in 2 shots · 1 exact copy skipped · 1 not readable"
    assert lines[3] == "  known     prompt 1 · model 1 · seed 1"
    assert lines[4] == "  learnt    sidecar 1 · file name 1"
    assert "  unread    empty.mp4  empty; download it again" in lines
    assert lines[-1] == ("Next   1 take lacks a prompt: circletake recipe table --missing prompt > todo.csv")


def test_importing_again_finds_nothing_new(cli: Cli, clip: Clip) -> None:
    file = clip("in/a.mp4")
    cli("import", file)
    status, out, _ = cli("import", file)
    assert (status, out.splitlines()) == (
        0,
        ["no new files", "  1 unchanged since the last import", "no new takes"],
    )


def test_a_dry_run_changes_nothing(cli: Cli, clip: Clip) -> None:
    file = clip("in/a.mp4")
    status, out, _ = cli("import", file, "--dry-run")
    assert (status, out[:7]) == (0, "1 file,")
    assert json.loads(cli("import", file, "--json")[1])["takes"] != []


def test_json_holds_the_whole_report_and_nothing_else_is_printed(cli: Cli, clip: Clip) -> None:
    (clip("in/a.mp4").parent / "empty.mp4").touch()
    status, out, _ = cli("import", clip("in/a.mp4").parent, "--json")
    report: dict[str, Any] = json.loads(out)
    assert status == 1
    assert (len(report["takes"]), report["files"]) == (1, 2)
    assert report["unread"] == [{"path": "empty.mp4", "reason": "empty", "next_step": "download it again"}]


def test_a_declaration_is_the_persons_own(cli: Cli, clip: Clip) -> None:
    cli("import", clip("in/a.mp4"), "--origin", "camera", "--declare", "human", "--by", "Ana Ruiz")
    out = cli("show", "SH010/1", "--json")[1]
    assert "digitalCapture" in out
    assert "Ana Ruiz" in out


def test_hostile_names_do_not_reach_the_terminal(cli: Cli, tmp_path: Path) -> None:
    bad = tmp_path / "in" / "\x1b[31mred\u202e.mp4"
    bad.parent.mkdir()
    bad.touch()
    status, out, err = cli("import", bad.parent)
    assert status == 1
    assert "\x1b" not in out + err
    assert "\u202e" not in out + err


def test_a_name_that_is_not_utf8_is_printed_and_is_valid_json(cli: Cli, clip: Clip) -> None:
    bad = os.fsdecode(b"bad\xff.mp4")
    clip("in/a.mp4").rename(clip("in/a.mp4").with_name(bad)).write_bytes(b"")
    status, out, _ = cli("import", clip("in/b.mp4").parent, "--json")
    assert status == 1
    assert json.loads(out)["unread"][0]["path"] == bad


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("import", "nowhere"), "no such file or folder"),
        (("import", ".", "--recipes", "none.csv"), "No such file"),
        (("import", ".", "--shot", "a b"), "is no shot's name"),
        (("library", "relink", "nowhere"), "no such folder"),
        (("library", "backup", "."), "is a folder"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line_or_two(cli: Cli, words: tuple[str, ...], told: str) -> None:
    status, _, err = cli(*words)
    assert status == 2
    assert told in err
    assert len(err.splitlines()) <= 2


def test_verify_counts_files_and_names_each_that_is_not_right(cli: Cli, clip: Clip) -> None:
    one, two = clip("in/a.mp4", seed=1), clip("in/b.mp4", seed=2)
    cli("import", one.parent)
    assert cli("library", "verify")[:2] == (0, "2 of 2 files OK\n")
    two.unlink()
    status, out, _ = cli("library", "verify")
    assert status == 1
    assert out.splitlines()[:2] == ["1 of 2 files OK", "  1 missing"]
    assert str(two) in out
    assert "circletake library relink" in out


def test_relink_backup_and_gc_say_what_they_did(cli: Cli, clip: Clip, tmp_path: Path) -> None:
    file = clip("in/a.mp4")
    cli("import", file)
    moved = tmp_path / "moved"
    file.parent.rename(moved)
    assert cli("library", "relink", moved)[:2] == (
        0,
        f"1 of 1 missing files found · 1 read to be sure\n  SH010/1  {moved / 'a.mp4'}\n",
    )
    status, out, _ = cli("library", "backup", tmp_path / "kept.sqlite")
    assert (status, "media are not in it" in out) == (0, True)
    assert cli("library", "gc", "--dry-run")[:2] == (0, "nothing to remove\n")
