"""Cuts: whole frames, exact ranges, and the best of each shot."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.errors import BadInput, MediaError, NotFound
from circletake.model.analysis import Stage, StageKey, StageResult
from circletake.model.event import EventKind
from circletake.model.score import Finding, Measured
from circletake.model.take import Declaration, Take
from circletake.workflows.demo.song import write_song
from circletake.workflows.leaving.cutting import _shared, add_events, auto_cut, load_song, new_cut
from circletake.workflows.library import Library
from tests.factories import actor, media_facts, new_take


def take(library: Library, word: str, shot: str, circled: bool = True, stars: int = 0, **facts: Any) -> Take:
    how = {"rate": Fraction(24), "frames": 96, "seconds": 4.0, "width": 640, "height": 360, **facts}
    made = new_take(library.registry, word, shot=shot, media=media_facts(**how))
    if circled:
        library.registry.events.record(EventKind.VERDICT, [(made.id, "circled")], actor())
    if stars:
        library.registry.events.record(EventKind.STARS, [(made.id, str(stars))], actor())
    return made


def find(library: Library, made: Take, *ranges: tuple[float, float]) -> None:
    findings = tuple(Finding("black", start, end, 1, 0.5) for start, end in ranges)
    key = StageKey(Stage.SCORER, "black", "1")
    library.registry.analyses.save(made.id, [StageResult(key, measured=Measured((), findings))])


def spans(library: Library, cut: Any) -> list[tuple[str, float, float]]:
    get = library.registry.takes.get
    return [(get(e.take_id).label, float(e.source_in), float(e.source_out)) for e in cut.events]


def test_a_new_cut_has_the_size_and_rate_most_circled_takes_have(library: Library) -> None:
    take(library, "a", "SH010", rate=Fraction(24000, 1001))
    take(library, "b", "SH020", rate=Fraction(23976, 1000))
    take(library, "c", "SH020", rate=Fraction(16), width=1920, height=1080)
    take(library, "d", "SH030", circled=False, rate=Fraction(25))
    cut = new_cut(library, "main")
    assert (cut.rate, cut.width, cut.height) == (Fraction(24000, 1001), 640, 360)
    with pytest.raises(BadInput, match="of this name"):
        new_cut(library, "main")


def test_rates_no_editor_takes_are_not_chosen(library: Library) -> None:
    take(library, "a", "SH010", rate=Fraction(16), width=511, height=301)
    cut = new_cut(library, "main")
    assert (cut.rate, cut.width, cut.height) == (Fraction(24), 510, 300)


def test_ranges_are_trimmed_to_whole_frames(library: Library) -> None:
    take(library, "a", "SH010")
    new_cut(library, "main", rate=Fraction(24))
    cut = add_events(library, "main", ["SH010/1@0.5-1.51", "SH010/1@3-", "SH010/1"])
    assert spans(library, cut) == [("SH010/1", 0.5, 1.5), ("SH010/1", 3, 4), ("SH010/1", 0, 4)]
    assert all((e.source_out - e.source_in) * 24 % 1 == 0 for e in cut.events)
    assert library.registry.cuts.get("main") == cut


@pytest.mark.parametrize("word", ["SH010/1@3-9", "SH010/1@2-1", "SH010/1@2", "SH010/1@a-b", "SH010@0-1"])
def test_ranges_that_make_no_sense_are_refused(library: Library, word: str) -> None:
    take(library, "a", "SH010")
    take(library, "b", "SH010")
    new_cut(library, "main")
    with pytest.raises(BadInput):
        add_events(library, "main", [word])
    assert library.registry.cuts.get("main").events == ()


def test_auto_takes_the_best_circled_take_of_each_shot_in_order(library: Library) -> None:
    take(library, "late", "SH020")
    take(library, "plain", "SH010")
    take(library, "starred", "SH010", stars=4)
    take(library, "best but not circled", "SH010", circled=False, stars=5)
    take(library, "nothing circled", "SH030", circled=False)
    made = auto_cut(library, "main")
    assert [label for label, _, _ in spans(library, made.cut)] == ["SH010/2", "SH020/1"]
    assert made.without == ("SH030",)
    assert made.cut.seconds == 8
    assert [chosen.of for chosen in made.chosen] == [2, 1]


def test_auto_prefers_a_take_without_findings_and_leaves_them_out_otherwise(library: Library) -> None:
    find(library, take(library, "a", "SH010"), (0, 1))
    take(library, "b", "SH010")
    find(library, take(library, "c", "SH020"), (1.0, 1.5), (3.5, 4.0))
    find(library, take(library, "d", "SH030"), (0.0, 4.0))
    made = auto_cut(library, "main")
    assert spans(library, made.cut) == [("SH010/2", 0, 4), ("SH020/1", 1.5, 3.5), ("SH030/1", 0, 4)]
    assert [(chosen.avoided, chosen.kept) for chosen in made.chosen] == [
        ((), ()),
        (("black",), ()),
        ((), ("black",)),
    ]


def test_auto_shares_a_length_out_and_takes_the_middle(library: Library) -> None:
    take(library, "a", "SH010")
    take(library, "b", "SH020", frames=24, seconds=1.0)
    made = auto_cut(library, "main", length=Fraction(3))
    assert spans(library, made.cut) == [("SH010/1", 1, 3), ("SH020/1", 0, 1)]
    assert made.cut.seconds == 3


def test_auto_is_no_longer_than_its_song(library: Library) -> None:
    take(library, "a", "SH010")
    assert auto_cut(library, "main", song_seconds=Fraction(5, 2)).cut.seconds == Fraction(5, 2)
    assert auto_cut(library, "other", song_seconds=Fraction(9)).cut.seconds == 4


def test_auto_without_a_circled_take_says_what_to_do(library: Library) -> None:
    take(library, "a", "SH010", circled=False)
    with pytest.raises(BadInput, match="circletake circle"):
        auto_cut(library, "main")


@given(room=st.lists(st.integers(1, 500), min_size=1, max_size=20), total=st.integers(1, 4000))
def test_a_share_never_exceeds_its_room_and_adds_up(room: list[int], total: int) -> None:
    if total < len(room):
        with pytest.raises(BadInput):
            _shared(room, total)
        return
    given_ = _shared(room, total)
    assert sum(given_) == min(total, sum(room))
    assert all(1 <= share <= most for share, most in zip(given_, room, strict=True))


def test_a_song_is_declared_by_somebody_or_undeclared(tmp_path: Any) -> None:
    song = tmp_path / "song.wav"
    write_song(song, 2)
    assert load_song(song, Declaration.UNDECLARED, "ana").declared_by == ""
    assert load_song(song, Declaration.HUMAN, "ana").declared_by == "ana"
    with pytest.raises(BadInput, match="--by"):
        load_song(song, Declaration.AI, "")
    with pytest.raises(NotFound):
        load_song(tmp_path / "no.wav", Declaration.AI, "ana")


def test_a_song_has_sound_where_the_cut_starts(tmp_path: Path, clip: Callable[..., Path]) -> None:
    song = tmp_path / "song.wav"
    write_song(song, 2)
    assert load_song(song, Declaration.UNDECLARED, "", Fraction(1)).offset == 1
    with pytest.raises(BadInput, match=r"2\.00 s long"):
        load_song(song, Declaration.UNDECLARED, "", Fraction(2))
    with pytest.raises(MediaError, match="no sound"):
        load_song(clip("mute.mp4"), Declaration.UNDECLARED, "")


def test_auto_leaves_a_cut_of_the_same_name_alone(library: Library) -> None:
    take(library, "a", "SH010")
    new_cut(library, "main")
    by_hand = add_events(library, "main", ["SH010/1@1-2"])
    with pytest.raises(BadInput, match="--force"):
        auto_cut(library, "main")
    assert library.registry.cuts.get("main") == by_hand
    assert auto_cut(library, "main", replacing=True).cut == library.registry.cuts.get("main") != by_hand


@pytest.mark.parametrize("rate", [0, -1, 500])
def test_a_rate_no_film_has_is_refused(library: Library, rate: int) -> None:
    with pytest.raises(BadInput, match="no rate"):
        new_cut(library, "main", rate=Fraction(rate))
