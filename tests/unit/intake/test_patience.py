"""Waiting grows, ends somewhere, is never the same twice, and heeds the backend's wish."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from circletake.workflows.intake.patience import LONGEST, before_looking, before_retrying

TIMES = st.integers(0, 10**6)


@given(TIMES, st.floats(0, LONGEST))
def test_nobody_is_asked_sooner_than_they_wish(times: int, wish: float) -> None:
    for waited in (before_looking(times, wish), before_retrying(times, wish)):
        assert wish <= waited <= wish * 1.25


@given(TIMES, st.sampled_from([float("nan"), -1.0, None]))
def test_without_a_wish_that_makes_sense_waiting_has_its_own_bounds(times: int, wish: float | None) -> None:
    assert 2 <= before_looking(times, wish) <= 30 * 1.25
    assert 1 <= before_retrying(times, wish) <= 60 * 1.25


def test_a_wish_that_is_nonsense_is_not_waited_for() -> None:
    assert before_looking(0, 1e12) <= LONGEST * 1.25
    assert before_retrying(0, float("inf")) <= LONGEST * 1.25


def test_waiting_grows_and_differs() -> None:
    assert before_retrying(5) > before_retrying(2) > before_retrying(0)
    assert len({before_looking(3) for _ in range(20)}) > 10
