"""Parts that are told add up to the whole that is told."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from circletake.audit.amounts import UNTOLD, Amounts, apportioned

LENGTHS = st.lists(st.fractions(0, 500, max_denominator=24_000), max_size=30)


@given(LENGTHS, st.sampled_from([Fraction(1), Fraction(1, 10)]))
def test_rounded_parts_sum_to_the_rounded_whole(parts: list[Fraction], unit: Fraction) -> None:
    shown = apportioned(parts, unit)
    assert sum(shown) == round(sum(parts) / unit) * unit
    assert all(abs(a - b) < unit and (a / unit).denominator == 1 for a, b in zip(shown, parts, strict=True))


def test_what_is_told_of_a_kind_is_the_sum_of_what_is_told_of_its_parts() -> None:
    rows = [("ai", Fraction(31, 6)), ("ai", Fraction(31, 6)), ("camera", Fraction(8, 3))]
    told = Amounts.of(rows, Fraction(13))
    assert told.times() == ["0:05.2", "0:05.2", "0:02.6"]
    assert (told.time("ai"), told.time("camera"), told.clock(told.whole)) == ("0:10.4", "0:02.6", "0:13.0")
    assert told.percents() == ["39.8%", "39.7%", "20.5%"]
    assert (told.percent("ai"), told.percent("ai", "camera")) == ("79.5%", "100.0%")


def test_whole_seconds_are_told_as_such() -> None:
    told = Amounts.of([("ai", Fraction(4))] * 6, Fraction(24))
    assert (told.times()[0], told.time("ai"), told.clock(told.whole)) == ("0:04", "0:24", "0:24")
    assert sum(float(each.rstrip("%")) for each in told.percents()) == 100


def test_a_container_that_is_a_little_longer_than_its_clips_is_no_gap() -> None:
    assert Amounts.of([("ai", Fraction(24))], Fraction(2404, 100)).percent("ai") == "100.0%"


def test_what_no_part_tells_of_is_told_too() -> None:
    told = Amounts.of([("ai", Fraction(12))], Fraction(48, 2))
    assert (told.percent("ai"), told.percent(UNTOLD), told.time(UNTOLD)) == ("50.0%", "50.0%", "0:12")
    assert Amounts.of([], Fraction(0)).percent("ai") == ""
