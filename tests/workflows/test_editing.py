"""Changing a cut: each change keeps whole frames, is one decision, and can be taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.errors import BadInput, NotFound
from circletake.model.cut import Cut, CutEvent, Fit
from circletake.model.take import Declaration
from circletake.workflows.demo.song import write_song
from circletake.workflows.leaving.cutting import add_events, auto_cut, load_song, new_cut, on_frames
from circletake.workflows.leaving.editing import (
    move,
    numbers_of,
    remove,
    set_fit,
    set_gap,
    set_song,
    set_speed,
    trim,
)
from circletake.workflows.library import Library
from tests.factories import actor
from tests.workflows.test_cutting import take

ANA = actor()


@pytest.fixture
def film(library: Library) -> Library:
    """Three takes of four seconds, and a cut of them at 24 frames a second."""
    for number, word in enumerate(("a", "b", "c"), 1):
        take(library, word, f"SH0{number}0")
    new_cut(library, "main")
    add_events(library, "main", ["SH010/1", "SH020/1@1-3", "SH030/1"])
    return library


def shots(library: Library, cut: Cut) -> list[str]:
    return [library.registry.takes.get(event.take_id).shot for event in cut.events]


def record(cut: Cut) -> list[tuple[Fraction, Fraction]]:
    return [(placed.record_in, placed.record_out) for placed in cut.placed]


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        ("0.5", "", (Fraction(1, 2), Fraction(3))),
        ("", "2.5", (Fraction(1), Fraction(5, 2))),
        ("12f", "48f", (Fraction(1, 2), Fraction(2))),
        ("0:01.25", "0:03", (Fraction(5, 4), Fraction(3))),
    ],
)
def test_an_event_starts_and_ends_at_a_time_or_a_frame_of_its_take(
    film: Library, start: str, end: str, found: tuple[Fraction, Fraction]
) -> None:
    event = trim(film, "main", 2, start, end).events[1]
    assert (event.source_in, event.source_out) == found


def test_a_frame_is_one_of_the_take_not_of_the_cut(library: Library) -> None:
    take(library, "slow", "SH010", rate=Fraction(16), frames=64)
    new_cut(library, "main", rate=Fraction(24))
    add_events(library, "main", ["SH010/1"])
    assert trim(library, "main", 1, "8f", "40f").events[0].source_out == Fraction(5, 2)


@pytest.mark.parametrize(
    ("start", "end"), [("3", ""), ("", "1"), ("", "4.5"), ("-1", ""), ("x", ""), ("", "")]
)
def test_a_place_that_makes_no_sense_is_refused_and_nothing_changes(
    film: Library, start: str, end: str
) -> None:
    before = film.registry.cuts.get("main")
    with pytest.raises(BadInput):
        trim(film, "main", 2, start, end)
    assert film.registry.cuts.get("main") == before


def test_events_are_moved_in_the_order_they_are_named(film: Library) -> None:
    assert shots(film, move(film, "main", [3, 1], 1)) == ["SH030", "SH010", "SH020"]
    assert shots(film, move(film, "main", [1], 3)) == ["SH010", "SH020", "SH030"]
    with pytest.raises(BadInput, match="no place"):
        move(film, "main", [1, 2], 3)
    with pytest.raises(BadInput, match="twice"):
        move(film, "main", [1, 1], 1)


def test_events_are_added_where_they_are_wanted_and_taken_out(film: Library) -> None:
    assert shots(film, add_events(film, "main", ["SH030/1"], at=1)) == ["SH030", "SH010", "SH020", "SH030"]
    assert shots(film, remove(film, "main", [1, 3])) == ["SH010", "SH030"]
    for wrong in (0, 4):
        with pytest.raises(BadInput, match="2 events"):
            add_events(film, "main", ["SH030/1"], at=wrong)


def test_black_before_an_event_is_whole_frames_and_moves_what_follows(film: Library) -> None:
    cut = set_gap(film, "main", [1, 2], Fraction("0.51"))
    half = Fraction(1, 2)
    assert record(cut)[:2] == [(half, half + 4), (5, 7)]
    assert cut.black == ((Fraction(0), half), (half + 4, Fraction(5)))
    assert set_gap(film, "main", [1, 2], Fraction(0)).black == ()
    with pytest.raises(BadInput):
        set_gap(film, "main", [1], Fraction(-1))


def test_a_faster_event_is_shorter_and_shows_the_same_of_its_take(film: Library) -> None:
    cut = set_speed(film, "main", [2], Fraction(2))
    event = cut.events[1]
    assert (event.source_in, event.source_out) == (Fraction(1), Fraction(3)) and event.seconds == 1
    assert set_speed(film, "main", [2], Fraction(1, 2)).placed[1].record_out == 8
    for beyond in (Fraction(0), Fraction(11), Fraction(-1)):
        with pytest.raises(BadInput, match="speed"):
            set_speed(film, "main", [2], beyond)


@given(
    start=st.fractions(0, 2, max_denominator=90),
    length=st.fractions(Fraction(1, 2), 4, max_denominator=90),
    speed=st.fractions(Fraction(1, 10), 10, max_denominator=60),
    rate=st.sampled_from([Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(12)]),
)
def test_an_event_is_whole_frames_at_any_speed_and_never_longer_than_asked(
    start: Fraction, length: Fraction, speed: Fraction, rate: Fraction
) -> None:
    event = on_frames(CutEvent("t", start, start + length, speed), rate)
    assert (event.seconds * rate).denominator == 1
    shown = event.source_out - event.source_in
    assert shown <= length or event.seconds * rate == 1
    (placed,) = Cut("c", rate, 64, 48, (event,)).placed
    assert placed.record_out - placed.record_in == event.seconds


def test_a_fit_is_the_cuts_unless_an_event_has_its_own(film: Library) -> None:
    set_fit(film, "main", [], Fit.BLUR)
    cut = set_fit(film, "main", [2], Fit.CROP)
    assert [cut.fit_of(event) for event in cut.events] == ["blur", "crop", "blur"]
    assert set_fit(film, "main", [2], None).events[1].fit is None
    with pytest.raises(BadInput, match="letterbox, crop, blur"):
        set_fit(film, "main", [], None)


def test_a_song_is_laid_and_taken_away(film: Library, tmp_path: Path) -> None:
    write_song(tmp_path / "song.wav", 2)
    song = load_song(tmp_path / "song.wav", Declaration.HUMAN, "ana", Fraction(1))
    assert set_song(film, "main", song).song == song
    assert film.registry.cuts.get("main").song == song
    assert set_song(film, "main", None).song is None


@pytest.mark.parametrize(
    "change",
    [
        lambda film: trim(film, "main", 1, "1", by=ANA),
        lambda film: move(film, "main", [3], 1, by=ANA),
        lambda film: remove(film, "main", [2], by=ANA),
        lambda film: set_gap(film, "main", [2], Fraction(1), by=ANA),
        lambda film: set_speed(film, "main", [2], Fraction(2), by=ANA),
        lambda film: set_fit(film, "main", [1], Fit.CROP, by=ANA),
        lambda film: add_events(film, "main", ["SH010/1"], by=ANA),
        lambda film: auto_cut(film, "main", replacing=True, length=Fraction(2), by=ANA),
    ],
)
def test_an_undo_brings_the_cut_back_as_it_was(film: Library, change: Callable[[Library], object]) -> None:
    before = film.registry.cuts.get("main")
    change(film)
    assert film.registry.cuts.get("main") != before
    (event,) = film.registry.events.undo(ANA)
    assert (event.kind, event.value.partition(":")[0]) == ("cut", "main")
    assert film.registry.cuts.get("main") == before


def test_undos_go_back_one_by_one_and_what_is_done_then_stands(library: Library) -> None:
    take(library, "a", "SH010")
    new_cut(library, "main", by=ANA)
    add_events(library, "main", ["SH010/1"], by=ANA)
    faster = set_speed(library, "main", [1], Fraction(2), by=ANA)
    set_speed(library, "main", [1], Fraction(4), by=ANA)
    library.registry.events.undo(ANA)
    assert library.registry.cuts.get("main") == faster
    library.registry.events.undo(ANA)
    other = set_gap(library, "main", [1], Fraction(1), by=ANA)
    assert library.registry.cuts.get("main") == other
    assert other.events[0].speed == 1
    for _ in range(3):
        library.registry.events.undo(ANA)
    assert library.registry.cuts.names() == []
    with pytest.raises(NotFound):
        library.registry.cuts.get("main")


def test_a_change_that_changes_nothing_is_no_decision(film: Library) -> None:
    before = len(film.registry.events.log())
    set_speed(film, "main", [1], Fraction(1), by=ANA)
    assert len(film.registry.events.log()) == before


@pytest.mark.parametrize(
    ("word", "found"), [("3", [3]), ("2-4", [2, 3, 4]), ("5,1-2", [5, 1, 2]), ("all", [1, 2, 3, 4, 5])]
)
def test_events_are_named_by_number(word: str, found: list[int]) -> None:
    assert numbers_of(word, 5) == found


@given(st.text(alphabet="0123456789-,.allx ", max_size=8))
def test_whatever_else_is_typed_names_no_event(word: str) -> None:
    try:
        found = numbers_of(word, 5)
    except BadInput:
        return
    assert word == "all" or re.fullmatch(r"\d+(-\d+)?(,\d+(-\d+)?)*", word)
    assert set(found) <= set(range(1, 6)) and found
