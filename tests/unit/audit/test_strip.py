"""The timeline strip: everything in it stays inside it, and a maker looks the same wherever it is shown."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from circletake.audit.strip import Markers, Strip, bar_of, strips_of
from circletake.audit.summary import Share
from circletake.model.case import Traced
from circletake.model.export import Use

times = st.fractions(0, 600, max_denominator=24_000)
A, B = Share("ai", "wan", "", Fraction(6), 1), Share("ai", "sora", "", Fraction(2), 1)


def drawn(
    spans: list[tuple[Fraction, Fraction]], length: Fraction, *troubles: tuple[float, float]
) -> tuple[Strip, ...]:
    marker = Markers([A]).of("ai", "wan")
    rows = [
        (marker, start, end, Traced(Use(str(start), str(end), "0", "1", "SH010/1", "", "wan")))
        for start, end in spans
    ]
    return strips_of(rows, length, [(start, end, "black") for start, end in troubles])


@given(st.lists(st.tuples(times, times).map(lambda pair: tuple(sorted(pair))), max_size=8), times, times)
def test_nothing_is_drawn_outside(
    spans: list[tuple[Fraction, Fraction]], start: Fraction, end: Fraction
) -> None:
    length = max([Fraction(1), *(end for _, end in spans)])
    strips = drawn(spans, length, (float(start), float(end)))
    assert sum(len(strip.stretches) for strip in strips) == len(spans)
    places = [(s.x, s.width) for strip in strips for s in strip.stretches]
    places += [(m.x, m.width) for strip in strips for m in strip.marks]
    for x, width in places:
        assert x >= 0
        assert width > 0
        assert x + width <= 100 + 1e-6


@given(st.fractions(Fraction(1, 25), 40_000))
def test_times_under_a_strip_are_few_and_in_order(length: Fraction) -> None:
    (strip,) = drawn([(Fraction(0), length)], length)
    ticks = strip.ticks
    places = [tick.x for tick in ticks]
    assert places == sorted(set(places))
    assert (places[0], places[-1]) == (0, 100)
    assert len(places) <= 8


def test_a_stretch_names_its_take_only_where_there_is_room() -> None:
    (strip,) = drawn([(Fraction(0), Fraction(30)), (Fraction(30), Fraction(31))], Fraction(100))
    assert [(s.name, s.lettered) for s in strip.stretches] == [("SH010/1", True), ("", False)]
    assert strip.stretches[1].label == "0:30.0 to 0:31.0  SH010/1  wan"


def test_a_finding_with_a_time_is_marked_over_its_seconds() -> None:
    (strip,) = drawn([(Fraction(0), Fraction(10))], Fraction(10), (2.0, 4.0))
    (mark,) = strip.marks
    assert (mark.x, mark.width, mark.label) == (20, 20, "black")


def test_colour_texture_and_letter_tell_models_apart_alike_everywhere() -> None:
    markers = Markers([A, B])
    first, second = markers.of("ai", "wan"), markers.of("ai", "sora")
    assert first == markers.of("ai", "wan")
    for name in ("colour", "texture", "letter"):
        assert getattr(first, name) != getattr(second, name)
    assert [markers.of("camera", "").letter, markers.of("unknown", "").letter] == ["○", "?"]


def test_more_models_than_letters_are_still_told_apart() -> None:
    shares = [Share("ai", f"model {n}", "", Fraction(1), 1) for n in range(60)]
    markers = Markers(shares)
    assert len({markers.of("ai", each.model).letter for each in shares}) == 60


def test_shares_fill_the_bar_in_their_order() -> None:
    bar = bar_of([A, B], Markers([A, B]), Fraction(8))
    assert [(s.x, s.width) for s in bar.stretches] == [(0, 75), (75, 25)]


def test_many_stretches_are_drawn_in_lines_of_one_scale_and_none_is_lost() -> None:
    spans = [(Fraction(n), Fraction(n + 1)) for n in range(100)]
    strips = drawn(spans, Fraction(100), (19.5, 21.0))
    assert len(strips) == 5
    assert [len(strip.stretches) for strip in strips] == [20] * 5
    assert {round(s.width, 6) for strip in strips for s in strip.stretches} == {5.0}
    assert all(s.lettered for strip in strips for s in strip.stretches)
    assert [strip.ticks[0].text for strip in strips] == ["0:00", "0:20", "0:40", "1:00", "1:20"]
    assert [len(strip.marks) for strip in strips] == [1, 1, 0, 0, 0]


def test_a_stretch_over_the_end_of_a_line_goes_on_in_the_next() -> None:
    spans = [(Fraction(n), Fraction(n) + Fraction(3, 2)) for n in range(0, 60, 2)]
    first, second = drawn([*spans[:14], (Fraction(28), Fraction(32)), *spans[16:]], Fraction(60))
    assert (first.stretches[-1].x + first.stretches[-1].width, second.stretches[0].x) == (100, 0)
    assert first.stretches[-1].label == second.stretches[0].label
