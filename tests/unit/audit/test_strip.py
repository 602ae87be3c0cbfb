"""The timeline strip: everything in it stays inside it, and a maker looks the same wherever it is shown."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from circletake.audit.strip import Markers, Strip, bar_of, strip_of
from circletake.audit.summary import Share
from circletake.model.audit import Traced
from circletake.model.export import Use

times = st.fractions(0, 600, max_denominator=24_000)
A, B = Share("ai", "wan", "", Fraction(6), 1), Share("ai", "sora", "", Fraction(2), 1)


def drawn(spans: list[tuple[Fraction, Fraction]], length: Fraction, *troubles: tuple[float, float]) -> Strip:
    marker = Markers([A]).of("ai", "wan")
    rows = [
        (marker, start, end, Traced(Use(str(start), str(end), "0", "1", "SH010/1", "", "wan")))
        for start, end in spans
    ]
    return strip_of(rows, length, [(start, end, "black") for start, end in troubles])


@given(st.lists(st.tuples(times, times).map(lambda pair: tuple(sorted(pair))), max_size=8), times, times)
def test_nothing_is_drawn_outside(
    spans: list[tuple[Fraction, Fraction]], start: Fraction, end: Fraction
) -> None:
    length = max([Fraction(1), *(end for _, end in spans)])
    strip = drawn(spans, length, (float(start), float(end)))
    assert len(strip.stretches) == len(spans)
    places = [(s.x, s.width) for s in strip.stretches] + [(m.x, m.width) for m in strip.marks]
    for x, width in places:
        assert x >= 0
        assert width > 0
        assert x + width <= 100 + 1e-6


@given(st.fractions(Fraction(1, 25), 40_000))
def test_times_under_a_strip_are_few_and_in_order(length: Fraction) -> None:
    ticks = drawn([(Fraction(0), length)], length).ticks
    places = [tick.x for tick in ticks]
    assert places == sorted(set(places))
    assert (places[0], places[-1]) == (0, 100)
    assert len(places) <= 8


def test_a_stretch_names_its_take_only_where_there_is_room() -> None:
    strip = drawn([(Fraction(0), Fraction(30)), (Fraction(30), Fraction(31))], Fraction(100))
    assert [(s.name, s.lettered) for s in strip.stretches] == [("SH010/1", True), ("", False)]
    assert strip.stretches[1].label == "0:30.0 to 0:31.0  SH010/1  wan"


def test_a_finding_with_a_time_is_marked_over_its_seconds() -> None:
    (mark,) = drawn([(Fraction(0), Fraction(10))], Fraction(10), (2.0, 4.0)).marks
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
