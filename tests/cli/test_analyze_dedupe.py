import json
from collections.abc import Callable
from pathlib import Path

import pytest

from circletake.cli.app import run
from circletake.workflows.library import create_library

Clip = Callable[..., Path]


@pytest.fixture
def imported(
    clip: Clip,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    no_workers: None,
    capsys: pytest.CaptureFixture[str],
) -> Path:
    """A library with a take, its copy at half size and a black take, in one shot."""
    clip("takes/big.mp4", seconds=3, size=(128, 96))
    clip("takes/half.mp4", seconds=3, size=(64, 48))
    clip("takes/dark.mp4", seconds=2, pattern="black")
    root = tmp_path / "library"
    create_library(root).registry.close()
    monkeypatch.chdir(root)
    run(["import", str(tmp_path / "takes"), "--shot", "SH010"])
    capsys.readouterr()
    return root


def test_analyze_tells_what_it_found_and_then_that_nothing_is_left(
    imported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["analyze", "--again"]) == 0
    said = capsys.readouterr().out
    assert "3 takes looked at" in said and "1 black" in said
    assert run(["analyze"]) == 0
    assert "nothing to do" in capsys.readouterr().out


def test_analyze_names_a_file_it_cannot_read(imported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (imported.parent / "takes" / "dark.mp4").unlink()
    assert run(["analyze", "--again"]) == 1
    assert "dark.mp4" in capsys.readouterr().out


def test_a_dry_run_shows_keeper_member_and_the_next_steps(
    imported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["dedupe", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "keeper: 128x96" in said
    assert "fold" in said and "/256 bits" in said and "re-encoded at 64x48" in said
    assert "1 take would fold" in said
    assert "Apply: circletake dedupe" in said and "Undo: circletake undo" in said


def test_dedupe_folds_and_undo_unfolds(imported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dedupe", "--by", "ana"]) == 0
    assert "1 take folded" in capsys.readouterr().out
    assert run(["undo", "--by", "ana"]) == 0
    capsys.readouterr()
    assert run(["dedupe", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["folded"] == 1


def test_a_pair_said_to_be_wrong_stays_apart(imported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["dedupe", "--dry-run", "--json"])
    report = json.loads(capsys.readouterr().out)
    stack = report["stacks"][0]
    number = {i: slate["take"]["number"] for i, slate in report["slates"].items()}
    pair = [f"SH010/{number[i]}" for i in (stack["keeper_id"], stack["members"][0]["take_id"])]
    assert run(["dedupe", "--apart", *pair, "--by", "ana"]) == 0
    assert "no near-duplicates found" in capsys.readouterr().out
    run(["log"])
    assert f"apart from {pair[1]}" in capsys.readouterr().out
    run(["undo", "--by", "ana"])
    assert "Took back 2 rulings · 1 dedupe run, by ana" in capsys.readouterr().out
    run(["dedupe", "--dry-run", "--json"])
    assert json.loads(capsys.readouterr().out)["folded"] == 1


def test_an_unknown_policy_is_refused_with_those_there_are(
    imported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["dedupe", "--keeper", "prettiest"]) == 2
    assert "best, largest, first" in capsys.readouterr().err
