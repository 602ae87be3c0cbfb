"""Taking over what somebody picked on a contact sheet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.errors import BadInput
from circletake.model.event import Verdict
from circletake.workflows.curation import curate
from circletake.workflows.curation.picks import apply_picks, read_picks
from circletake.workflows.library import Library
from tests.factories import actor, new_take

AT = "2026-05-04T10:00:00.000Z"


def pick(take: str, **over: Any) -> dict[str, Any]:
    seen = {"verdict": "unreviewed", "stars": 0}
    return {"take": take, "label": "SH010/1", "verdict": "circled", "at": AT, "seen": seen, **over}


def saved(path: Path, *picks: Any, **over: Any) -> Path:
    path.write_text(json.dumps({"schema": "circletake.picks/1", "sheet": "ab", "picks": picks, **over}))
    return path


def decide(library: Library, word: str, verdict: Verdict, by: str) -> None:
    curate.judge(library, [curate.choose_one(library, word)], verdict, actor(by))


@pytest.fixture
def take(library: Library) -> str:
    """The sha256 of SH010/1."""
    return new_take(library.registry, "one", shot="SH010").sha256


def standing(library: Library) -> Any:
    return curate.choose_one(library, "SH010/1").standing


def test_verdict_stars_and_note_are_the_named_persons_and_undone_together(
    library: Library, take: str, tmp_path: Path
) -> None:
    path = saved(tmp_path / "picks.json", pick(take, stars=4, note="the third one"))
    apply_picks(library, read_picks(path), actor("Maya"))
    now = standing(library)
    assert (now.verdict, now.stars, now.notes, now.by) == (
        Verdict.CIRCLED,
        4,
        ("the third one",),
        actor("Maya"),
    )
    library.registry.events.undo(actor())
    assert (standing(library).verdict, standing(library).stars, standing(library).notes) == (
        Verdict.UNREVIEWED,
        0,
        (),
    )


def test_the_same_file_again_changes_nothing(library: Library, take: str, tmp_path: Path) -> None:
    picks = read_picks(saved(tmp_path / "picks.json", pick(take, stars=4, note="good")))
    apply_picks(library, picks, actor("Maya"))
    again = apply_picks(library, picks, actor("Maya"))
    assert (again.same, again.batch, again.conflicts) == (3, "", ())
    assert len(library.registry.events.log()) == 3


def test_a_dry_run_records_nothing(library: Library, take: str, tmp_path: Path) -> None:
    told = apply_picks(library, read_picks(saved(tmp_path / "p.json", pick(take))), actor(), dry_run=True)
    assert len(told.verdicts) == 1
    assert library.registry.events.log() == []


def test_a_later_decision_of_somebody_else_stands_unless_overruled(
    library: Library, take: str, tmp_path: Path
) -> None:
    picks = read_picks(saved(tmp_path / "p.json", pick(take)))
    decide(library, "SH010/1", Verdict.NG, "bo")
    told = apply_picks(library, picks, actor("Maya"))
    assert told.verdicts == ()
    assert told.conflicts[0].standing.startswith("ng by bo on ")
    assert standing(library).verdict is Verdict.NG
    apply_picks(library, picks, actor("Maya"), over=True)
    assert standing(library).verdict is Verdict.CIRCLED


def test_a_change_of_mind_on_the_same_sheet_is_no_conflict(
    library: Library, take: str, tmp_path: Path
) -> None:
    apply_picks(library, read_picks(saved(tmp_path / "p.json", pick(take))), actor("Maya"))
    later = pick(take, verdict="hold", at="2999-01-01T00:00:00Z")
    told = apply_picks(library, read_picks(saved(tmp_path / "p.json", later)), actor("Maya"))
    assert told.conflicts == ()
    assert standing(library).verdict is Verdict.HOLD


def test_an_old_file_does_not_take_back_the_same_persons_later_decision(
    library: Library, take: str, tmp_path: Path
) -> None:
    picks = read_picks(saved(tmp_path / "p.json", pick(take)))
    apply_picks(library, picks, actor("Maya"))
    decide(library, "SH010/1", Verdict.NG, "Maya")
    assert len(apply_picks(library, picks, actor("Maya")).conflicts) == 1
    assert standing(library).verdict is Verdict.NG


def test_takes_of_another_library_are_named(library: Library, take: str, tmp_path: Path) -> None:
    picks = read_picks(saved(tmp_path / "p.json", pick("ef" * 32, label="SH\x1b[31m9/1"), pick(take)))
    told = apply_picks(library, picks, actor())
    assert told.unknown == ("SH[31m9/1 (efefefef)",)
    assert len(told.verdicts) == 1


@pytest.mark.parametrize(
    "over",
    [
        {"verdict": "excellent"},
        {"verdict": ["circled"]},
        {"stars": 9},
        {"stars": True},
        {"stars": 2.5},
        {"stars": 1e400},
        {"note": "x" * 3000},
        {"note": {}},
        {"take": "abc"},
        {"take": "G" * 64},
        {"at": "yesterday"},
        {"seen": None},
        {"seen": {"verdict": "circled"}},
    ],
)
def test_a_pick_that_is_not_of_the_schema_refuses_the_file(tmp_path: Path, over: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="pick 1"):
        read_picks(saved(tmp_path / "p.json", {**pick("ab" * 32), **over}))


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{}", b"\xff\xfe", b"[" * 300_000, b'{"schema": "circletake.picks/2", "picks": []}']
)
def test_what_is_no_picks_file_is_refused_in_words(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "p.json"
    path.write_bytes(raw)
    with pytest.raises(BadInput, match="not a picks file"):
        read_picks(path)


def test_a_file_too_large_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(BadInput, match="larger than 8 MiB"):
        read_picks(path)


def test_one_take_may_be_picked_once(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="stands twice"):
        read_picks(saved(tmp_path / "p.json", pick("ab" * 32), pick("ab" * 32)))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(field=st.sampled_from(["take", "label", "verdict", "stars", "note", "at", "seen"]), value=_JSON)
def test_any_value_in_any_place_is_taken_or_refused_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, field: str, value: object
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    try:
        read = read_picks(saved(path, {**pick("ab" * 32), field: value}))
    except BadInput as error:
        assert error.next_step
    else:
        assert len(read.picks) == 1
