"""Looking at takes and judging them from the command line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from circletake.cli.app import run
from circletake.model.analysis import Stage, StageKey, StageResult
from circletake.model.recipe import Evidence
from circletake.model.score import Finding, Measured, Score
from circletake.model.stack import Band, Likeness, Member, Stack
from circletake.workflows.library import Library
from tests.factories import actor, claim, media_facts, new_take

HOSTILE = "tram \x1b[31mred\x07 \u202eexe"

Cli = Callable[..., str]


@pytest.fixture
def cli(library: Library, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """``cli("takes", "--all", status=0)``: run a command in the library and return what it printed."""
    monkeypatch.chdir(library.root)

    def call(*arguments: str, status: int = 0) -> str:
        assert run(arguments) == status
        said = capsys.readouterr()
        return said.out if status < 2 else said.err

    return call


@pytest.fixture
def bus(library: Library) -> Library:
    """SH010/1-4 and SH020/1; SH010/2 is folded under SH010/1; SH010/4 freezes; SH020/1 is hostile."""
    takes = [
        new_take(
            library.registry,
            f"bus {n}",
            shot="SH010",
            claims=[claim(), claim("model", "wan"), claim("seed", str(n))],
        )
        for n in range(1, 5)
    ]
    new_take(
        library.registry,
        "tram",
        shot="SH020",
        claims=[claim(value=HOSTILE, evidence=Evidence.FILENAME, source="tram.mp4", by="readers")],
        media=media_facts(seconds=8.0),
    )
    key = StageKey(Stage.SCORER, "technical", "1")
    for take, value in zip(takes, (5.0, 7.0, 12.0, 2.0), strict=True):
        found = (Finding("frozen", 0.2, 0.9, 0.1, 0.5, "nothing moves"),) if value == 2.0 else ()
        library.registry.analyses.save(
            take.id, [StageResult(key, measured=Measured((Score("sharpness", value),), found))]
        )
    like = Likeness(Band.DUPLICATE, 2.0, 0.0, 1.0, False, "re-encoded at half size")
    library.registry.stacks.replace(
        [Stack(0, takes[0].id, "larger", (Member(takes[1].id, like),))], actor("dedupe", person=False)
    )
    return library


def listed(out: str) -> list[str]:
    return [line.split()[0] for line in out.splitlines() if line.startswith("SH0")]


def test_takes_folds_and_says_under_whom(bus: Library, cli: Cli) -> None:
    out = cli("takes")
    assert listed(out) == ["SH010/1", "SH010/3", "SH010/4", "SH020/1"]
    assert "+1" in out.splitlines()[1]
    assert "4 of 5 · 1 folded under SH010/1" in out
    assert listed(cli("takes", "--all")) == ["SH010/1", "SH010/2", "SH010/3", "SH010/4", "SH020/1"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--shot", "SH020"], ["SH020/1"]),
        (["--score", "sharpness>=5", "--sort", "score"], ["SH010/3", "SH010/1"]),
        (["--sort", "sharpness", "--reverse", "--shot", "SH010"], ["SH010/4", "SH010/1", "SH010/3"]),
        (["--finding", "frozen"], ["SH010/4"]),
        (["--prompt", "RAIN bus"], ["SH010/1", "SH010/3", "SH010/4"]),
        (["--model", "wan"], ["SH010/1", "SH010/3", "SH010/4"]),
        (["--missing", "model"], ["SH020/1"]),
        (["--stack", "1"], ["SH010/1", "SH010/2"]),
        (["SH010/2-3"], ["SH010/2", "SH010/3"]),
        (["--sort", "length", "--reverse", "--shot", "SH020", "--shot", "SH010"], None),
        (["--verdict", "circled"], []),
    ],
)
def test_takes_filters_and_sorts(
    bus: Library, cli: Cli, options: list[str], expected: list[str] | None
) -> None:
    found = listed(cli("takes", *options))
    assert found == expected if expected is not None else found[0] == "SH020/1"


def test_weak_evidence_and_hostile_text_are_shown_as_such(bus: Library, cli: Cli) -> None:
    for out in (
        cli("takes"),
        cli("show", "SH020/1"),
        cli("recipe", "show", "SH020/1"),
        cli("diff", "SH010/1", "SH020/1"),
    ):
        assert "\x1b" not in out
        assert "\u202e" not in out
    assert "~tram [31mred exe" in cli("takes")
    assert "~ learnt from a file name or a like picture only" in cli("takes")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["takes", "--verdict", "nice"], "no such verdict"),
        (["takes", "--sort", "score"], "name it: --sort sharpness"),
        (["takes", "--sort", "beauty"], "nothing to sort by"),
        (["takes", "--score", "sharp"], "sharp"),
        (["circle"], "nothing says which"),
        (["circle", "SH010/99"], "SH010/99"),
        (["rate", "SH010/1"], "needs takes, then a number"),
        (["rate", "SH010/1", "6"], "not a number of stars"),
        (["note", "text"], "needs a take"),
        (["recipe", "set", "SH010/1", "mood=blue"], "not a recipe field"),
        (["recipe", "set", "prompt=x"], "needs takes and field=value"),
        (["undo"], "no decision left"),
        (["picks", "apply", "missing.json", "--by", "M"], "No such file"),
    ],
)
def test_a_mistake_is_told_with_its_reason(library: Library, cli: Cli, command: list[str], said: str) -> None:
    new_take(library.registry, "a", shot="SH010")
    assert said in cli(*command, status=2)


def test_circling_an_ng_take_says_so(bus: Library, cli: Cli) -> None:
    cli("ng", "SH010/3-4", "--by", "bo")
    out = cli("circle", "SH010/3", "--by", "ana")
    assert "SH010/3" in out.splitlines()[0]
    assert "circled  was ng (by bo)" in out
    assert "1 take circled by ana · 1 had been ng" in out


def test_decisions_are_a_persons_only_where_one_is_named(bus: Library, cli: Cli) -> None:
    assert json.loads(cli("circle", "SH010/1", "--by", "ana", "--json"))["by"] == {
        "name": "ana",
        "person": True,
    }
    assert json.loads(cli("hold", "SH010/3", "--json"))["by"]["person"] is False
    assert json.loads(cli("ng", "SH010/4", "--by", "ana", "--script", "--json"))["by"]["person"] is False


def test_a_shot_is_judged_without_the_takes_that_are_folded_away(bus: Library, cli: Cli) -> None:
    assert "3 takes ng" in cli("ng", "--shot", "SH010", "--by", "ana")
    assert "2 takes hold" in cli("hold", "--stack", "1", "--by", "ana")


def test_unreview_takes_a_verdict_away(bus: Library, cli: Cli) -> None:
    cli("circle", "SH010/1", "--by", "ana")
    assert "unreviewed  was circled" in cli("unreview", "SH010/1", "--by", "ana")


def test_undo_takes_back_the_last_command_and_says_what_stands_now(bus: Library, cli: Cli) -> None:
    cli("circle", "SH010/1", "--by", "ana")
    cli("rate", "SH010/1", "SH010/3", "4", "--by", "bo")
    out = cli("undo", "--by", "ana")
    assert "Took back 2 stars, by bo" in out
    assert "SH010/1  stars 4 taken back; now circled, 0 stars" in out
    assert "Took back 1 verdict, by ana" in cli("undo")
    assert "Took back 1 dedupe run, by dedupe (script)" in cli("undo")
    assert len(listed(cli("takes"))) == 5


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (("--shot", "SH999"), "shot SH999: no such shot; there are SH010, SH020"),
        (("--stack", "9"), "stack 9: no such stack; in force: 1"),
        (("--score", "sharpnes>1"), "no take has such a score"),
        (("--missing", "promt"), "promt: no such field of a recipe"),
        (("--finding", "frozzen"), "frozzen: no take has such a finding"),
    ],
)
def test_a_slip_in_a_condition_is_no_empty_answer(
    bus: Library, cli: Cli, asked: tuple[str, str], answer: str
) -> None:
    assert answer in cli("takes", *asked, status=2)


def test_the_log_keeps_what_was_undone(bus: Library, cli: Cli) -> None:
    cli("note", "SH010/1", "hands \x1b[31m", "--by", "ana")
    cli("undo")
    out = cli("log", "SH010/1")
    assert "note hands [31m  (undone)" in out or "note hands [31m (undone)" in out
    assert [event["kind"] for event in json.loads(cli("log", "--json"))] == ["undo", "note", "dedupe"]


def test_show_tells_everything_with_its_evidence(bus: Library, cli: Cli) -> None:
    cli("circle", "SH010/4", "--by", "ana")
    bus.registry.takes.add_claims(
        bus.registry.takes.resolve("SH010/4")[0].id,
        [claim("seed", "99", Evidence.EMBEDDED, "tag", "readers")],
    )
    out = cli("show", "SH010/4")
    for part in (
        "circled by ana",
        "prompt = night bus, rain",
        "declared: recipe set, ana",
        "contradicts",
        "99 (embedded: tag)",
        "frozen 0.20-0.90 s",
        "sharpness 2",
        "left in place",
    ):
        assert part in out
    assert "keeper SH010/1: larger" in cli("show", "SH010/2")
    shown = json.loads(cli("show", "SH010/4", "--json"))
    assert shown["contradictions"] == ["seed"]
    assert shown["events"][0]["value"] == "circled"


def test_diff_shows_what_differs_and_names_the_rest(bus: Library, cli: Cli) -> None:
    out = cli("diff", "SH010/1", "SH010/3")
    assert out.splitlines()[1].split() == ["≠", "seed", "1", "3"]
    assert "1 differ · 3 the same: prompt, model, source_type" in out


def test_a_table_goes_out_and_comes_back(
    bus: Library,
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(bus.root)
    assert run(["recipe", "table", "--missing", "model"]) == 0
    raw = capfdbinary.readouterr().out
    assert raw.startswith(b"\xef\xbb\xbftake,file,sha256,prompt")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert [row["take"] for row in rows] == ["SH020/1"]
    todo = tmp_path / "todo.csv"
    todo.write_bytes(raw + b"SH010/1,,,dry bus\r\nSH990/1,,,x\r\n")
    arguments = ["recipe", "apply", str(todo), "--by", "ana"]
    assert run([*arguments, "--dry-run"]) == 1
    said = capfdbinary.readouterr().out.decode()
    assert "SH010/1  prompt = dry bus  (was night bus, rain)" in said
    assert "3 rows · 1 cell of 1 take would be declared by ana" in said
    assert "line 4  " in said
    assert run(arguments) == 1
    assert bus.registry.takes.slates()[0].recipe["prompt"] == "dry bus"


def test_play_prints_the_path_it_would_open(library: Library, cli: Cli, tmp_path: Path) -> None:
    from circletake.model.location import Location

    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"x")
    digest = "ab" * 32
    new_take(
        library.registry, "c", shot="SH010", sha256=digest, location=Location(digest, str(clip), False, 1, 1)
    )
    assert cli("play", "SH010/1", "--print").strip() == str(clip)
    clip.unlink()
    assert "its file is gone" in cli("play", "SH010/1", status=2)


def test_a_sheet_goes_out_and_its_picks_come_back(bus: Library, cli: Cli, tmp_path: Path) -> None:
    out = cli("contact", "--to", "sheet.html")
    assert "sheet.html  5 takes" in out
    assert "exists already" in cli("contact", "--to", "sheet.html", status=2)
    assert "leave the other conditions out" in cli("contact", "--cut", "v1", "--model", "wan", status=2)
    take = bus.registry.takes.resolve("SH010/3")[0]
    seen = {"verdict": "unreviewed", "stars": 0}
    at = "2026-05-04T10:00:00Z"
    entry: dict[str, Any] = {
        "take": take.sha256,
        "label": take.label,
        "verdict": "circled",
        "at": at,
        "seen": seen,
    }
    picks = tmp_path / "picks.json"
    picks.write_text(json.dumps({"schema": "circletake.picks/1", "sheet": "x", "picks": [entry]}))
    assert "1 circled would be recorded for Maya" in cli(
        "picks", "apply", str(picks), "--by", "Maya", "--dry-run"
    )
    assert "1 circled by Maya" in cli("picks", "apply", str(picks), "--by", "Maya")
    assert "1 in force already by Maya" in cli("picks", "apply", str(picks), "--by", "Maya")
    cli("ng", "SH010/3", "--by", "bo")
    conflict = cli("picks", "apply", str(picks), "--by", "Maya", status=1)
    assert "SH010/3  kept ng by bo on " in conflict
    assert "--over takes the pick" in conflict
    overruled = json.loads(cli("picks", "apply", str(picks), "--by", "Maya", "--over", "--json"))
    assert overruled["verdicts"] == {"SH010/3": "circled"}
