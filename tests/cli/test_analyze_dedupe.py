import json
from collections.abc import Callable
from pathlib import Path

import pytest

from circletake.cli.app import run
from circletake.model.alignment import COMPARISON
from circletake.model.analysis import StageResult
from circletake.workflows.analysis.analyze import FINGERPRINT
from circletake.workflows.library import create_library, find_library
from tests.scenes import Scene

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
    assert "fold" in said and "of 256 bits" in said and "re-encoded at half the size" in said
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
    said = capsys.readouterr().out
    assert "Took back 1 ruling, by ana" in said
    assert said.splitlines()[1:] == [f"{pair[0]} and {pair[1]} may pair again"]
    run(["dedupe", "--dry-run", "--json"])
    assert json.loads(capsys.readouterr().out)["folded"] == 1


def test_an_unknown_policy_is_refused_with_those_there_are(
    imported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["dedupe", "--keeper", "prettiest"]) == 2
    assert "best, largest, first" in capsys.readouterr().err


@pytest.fixture
def scenes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_workers: None, capsys: pytest.CaptureFixture[str]
) -> Path:
    """SH010: a take with a recipe, its mirrored copy with another, a take of its own; the working folder."""
    takes = tmp_path / "takes"
    for name, scene in {"a": Scene(), "b": Scene(mirror=True), "c": Scene(seed=2)}.items():
        scene.write(takes / f"{name}.mp4")
        (takes / f"{name}.json").write_text(json.dumps({"prompt": f"bus {name}", "model": "wan"}))
    root = tmp_path / "library"
    create_library(root).registry.close()
    monkeypatch.chdir(root)
    run(["import", str(takes), "--shot", "SH010"])
    capsys.readouterr()
    return root


def _dedupe(capsys: pytest.CaptureFixture[str], *words: str, by: str = "ana") -> tuple[str, str]:
    assert run(["dedupe", *words, "--by", by]) == 0
    said = capsys.readouterr()
    return said.out, said.err


def test_takes_put_together_fold_in_every_later_run_and_one_undo_takes_it_back(
    scenes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = _dedupe(capsys, "--join", "SH010/1", "SH010/3")
    assert "SH010/3 belongs with SH010/1 from now on" in err
    assert "2 takes folded" in out and "put together by a person; not alike by measure" in out
    assert "2 takes folded before" in _dedupe(capsys)[0]
    run(["show", "SH010/3"])
    assert "ruled      together with SH010/1" in capsys.readouterr().out
    run(["undo", "--by", "ana"])
    said = capsys.readouterr().out
    assert "Took back 1 dedupe run · 1 ruling" in said
    assert "SH010/1 and SH010/3 are no longer put together" in said
    assert "1 take folded" in _dedupe(capsys)[0]


def test_a_take_split_off_stays_out_in_every_later_run_until_undo(
    scenes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["dedupe", "--split", "SH010/2", "--by", "ana"]) == 2
    assert "is in no stack" in capsys.readouterr().err
    _dedupe(capsys, "--join", "SH010/1", "SH010/3")
    out, err = _dedupe(capsys, "--split", "SH010/2")
    assert "SH010/2 stays apart from SH010/1 and SH010/3 from now on" in err
    assert "1 take folded" in out
    assert "1 take folded" in _dedupe(capsys)[0]
    run(["undo", "--by", "ana"])
    said = capsys.readouterr().out
    assert "SH010/2 and SH010/1 may pair again" in said
    assert "2 takes folded" in _dedupe(capsys)[0]


def test_rulings_are_no_dry_run_and_options_that_do_not_go_together_are_refused(
    scenes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = ("SH010/1", "SH010/2")
    for words, said in (
        (("--join", *pair, "--dry-run"), "--join: is a ruling"),
        (("--split", "SH010/1", "--dry-run"), "--split: is a ruling"),
        (("--explain", *pair, "--split", "SH010/1"), "changes nothing"),
        (("--picture", "a.jpg"), "go with --explain"),
        (("--join", "SH010", "SH010/1"), "names 3 takes"),
        (("--apart", "SH010/1", "--by", "ana"), "two are needed, and SH010/1 stands alone"),
    ):
        assert run(["dedupe", *words]) == 2
        assert said in capsys.readouterr().err


def test_explain_tells_every_number_and_writes_the_picture_once(
    scenes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = ("SH010/1", "SH010/2")
    assert run(["dedupe", "--explain", *pair]) == 0
    said = capsys.readouterr().out
    assert "SH010/1 and SH010/2: near-duplicate; same picture, mirrored, re-encoded" in said
    assert "at least 0.93" in said and "whether the same things move" in said and "NO" not in said
    picture = scenes / "explain_SH010-1_SH010-2.jpg"
    assert f"Wrote  {picture.name}" in said and picture.read_bytes()[:2] == b"\xff\xd8"
    assert run(["dedupe", "--explain", *pair]) == 0
    assert f"Wrote  {picture.name}" in capsys.readouterr().out
    assert run(["dedupe", "--explain", *pair, "--force", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["alignment"]["flipped"] and found["likeness"]["band"] == "near-duplicate"
    assert found["searched"] and found["picture"] == picture.name


def test_a_strangers_picture_is_left_alone_and_the_numbers_are_told_all_the_same(
    scenes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (scenes / "why.jpg").write_bytes(b"\xff\xd8 holiday")
    words = ["dedupe", "--explain", "SH010/1", "SH010/2", "--picture", "why.jpg"]
    assert run(words) == 2
    said = capsys.readouterr()
    assert "at least 0.93" in said.out and "Wrote" not in said.out
    assert "why.jpg: exists already" in said.err and "--force" in said.err
    assert run([*words, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["picture"] is None
    assert (scenes / "why.jpg").read_bytes() == b"\xff\xd8 holiday"
    assert run([*words, "--force"]) == 0


def test_all_that_is_ruled_on_one_line_is_one_decision(
    scenes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = ["--apart", "SH010/1", "SH010/2", "--apart", "SH010/1", "SH010/3"]
    _, err = _dedupe(capsys, *both, "--join", "SH010/2", "SH010/3")
    assert err.splitlines() == [
        "SH010/1 and SH010/2 stay apart from now on",
        "SH010/1 and SH010/3 stay apart from now on",
        "SH010/3 belongs with SH010/2 from now on",
    ]
    assert run(["undo", "--by", "ana"]) == 0
    said = capsys.readouterr().out
    assert "3 rulings" in said and said.count("may pair again") == 2


def test_several_takes_are_split_off_at_once(scenes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _dedupe(capsys, "--join", "SH010/1", "SH010/3")
    _, err = _dedupe(capsys, "--split", "SH010/2", "--split", "SH010/3")
    assert "SH010/2 stays apart from" in err and "SH010/3 stays apart from" in err
    assert "no near-duplicates" in _dedupe(capsys)[0]


def test_a_line_that_cannot_be_followed_whole_rules_nothing(
    scenes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = ("SH010/1", "SH010/2")
    for words, said in (
        (("--apart", *pair, "--apart", "SH010/1", "SH010/9"), "SH010/9"),
        (("--apart", *pair, "--join", *pair), "both apart and together"),
        (("--explain", *pair, "--explain", *pair), "given more than once"),
    ):
        assert run(["dedupe", *words, "--by", "ana"]) == 2
        assert said in capsys.readouterr().err
    run(["log"])
    assert "Nothing was decided yet" in capsys.readouterr().out


def test_a_run_that_changes_nothing_is_no_step_to_undo(
    scenes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Undo: circletake undo" in _dedupe(capsys)[0]
    out, _ = _dedupe(capsys)
    assert "1 take folded before" in out and "Nothing changed" in out and "undo" not in out
    run(["log"])
    assert "dedupe run 1 stack\n" in capsys.readouterr().out
    run(["undo", "--by", "ana"])
    assert run(["undo", "--by", "ana"]) == 2
    assert "no decision left" in capsys.readouterr().err


def test_a_run_that_folds_nothing_more_is_a_step_to_undo_and_says_so(
    scenes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _dedupe(capsys)
    out, _ = _dedupe(capsys, "--apart", "SH010/1", "SH010/2")
    assert out.splitlines() == [
        "no near-duplicates found",
        "Nothing deleted. Undo: circletake undo",
    ]


def test_what_could_not_be_compared_is_told_with_what_to_do(
    scenes: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with find_library(scenes) as library:
        ids = [slate.take.id for slate in library.registry.takes.slates()]
        library.registry.analyses.save(ids[2], [StageResult(FINGERPRINT, blob=b"bad", pictures=b"bad")])
        library.registry.pairs.forget(COMPARISON)

    def fails(*_: object) -> object:
        raise ZeroDivisionError("no samples")

    with monkeypatch.context() as failing:
        failing.setattr("circletake.fingerprint.comparing.compare", fails)
        assert run(["dedupe", "--by", "ana"]) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[1:6] == [
        "1 take not compared: circletake analyze",
        "   the fingerprint of SH010/3 could not be read; that makes it anew",
        "1 pair cannot be compared, now or later; say what they are:",
        "   circletake dedupe --apart SH010/1 SH010/2   or --join SH010/1 SH010/2",
        "   SH010/1 and SH010/2: ZeroDivisionError: no samples",
    ]
    assert run(["analyze"]) == 0
    assert run(["dedupe", "--by", "ana"]) == 0
    out = capsys.readouterr().out
    assert "not compared" not in out and "cannot be compared" not in out


def test_a_pair_that_took_a_worker_down_is_left_to_the_next_run(
    scenes: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with find_library(scenes) as library:
        library.registry.pairs.forget(COMPARISON)

    def fails(*_: object) -> object:
        raise MemoryError

    with monkeypatch.context() as failing:
        failing.setattr("circletake.fingerprint.comparing.compare", fails)
        assert run(["dedupe", "--by", "ana"]) == 1
    assert "not compared; the next run tries again: circletake dedupe" in capsys.readouterr().out
    assert run(["dedupe", "--by", "ana"]) == 0


def test_undoing_a_ruling_brings_the_earlier_one_of_the_pair_back(
    scenes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = ("SH010/1", "SH010/2")
    for first, then, said in (
        ("--apart", "--join", "stay apart, as was ruled before"),
        ("--join", "--apart", "belong together, as was ruled before"),
    ):
        _dedupe(capsys, first, *pair)
        _dedupe(capsys, then, *pair)
        run(["undo", "--by", "ana"])
        assert f"SH010/1 and SH010/2 {said}" in capsys.readouterr().out


def test_explain_says_what_was_ruled_and_that_others_have_nothing_in_common(
    scenes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _dedupe(capsys, "--apart", "SH010/1", "SH010/3")
    assert run(["dedupe", "--explain", "SH010/1", "SH010/3", "--picture", "why.jpg"]) == 0
    said = capsys.readouterr().out
    assert "no pair" in said and "A person ruled them apart" in said
    assert run(["dedupe", "--explain", "SH010/1", "SH010/1"]) == 2
    assert "needs two takes" in capsys.readouterr().err


def test_an_upscale_takes_over_the_recipe_on_import_and_stays_visible(
    scenes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Scene().write(scenes.parent / "more" / "upscaled.mp4", height=192)
    assert run(["import", str(scenes.parent / "more"), "--shot", "SH010"]) == 0
    said = capsys.readouterr().out
    assert "versions  1 · upscale or copy of a take we know; recipe taken over as matched" in said
    assert "like picture 1" in said and "lack" not in said
    run(["takes"])
    said = capsys.readouterr().out
    assert "~wan   ~bus a" in said and " wan    bus a" in said
    assert "~ learnt from a file name or a like picture only" in said
    run(["show", "SH010/4"])
    said = capsys.readouterr().out
    assert (
        "version of SH010/1, " in said and "of 256 bits: same picture, re-encoded at twice the size" in said
    )
    assert "matched: SH010/1, " in said
    run(["show", "SH010/1"])
    assert "versions   SH010/4, " in capsys.readouterr().out
    run(["recipe", "show", "SH010/4"])
    assert "matched" in capsys.readouterr().out
    out, _ = _dedupe(capsys)
    assert "ver.  SH010/4  version" in out and "1 larger version stays visible" in out
