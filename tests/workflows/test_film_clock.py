"""Frames of a film in its own time: what keeps to a rate stays as it is, the rest is placed by its time."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.model.cue import Gap
from circletake.workflows.analysis.film_clock import FilmClock
from tests.factories import cue

FILM = Fraction(24000, 1001)


def _clock(seconds: list[float]) -> FilmClock:
    clock = FilmClock()
    clock.video(np.zeros((len(seconds), 2, 2), np.uint8), np.array(seconds))
    return clock


@given(
    st.sampled_from((Fraction(12), Fraction(25, 2), FILM, Fraction(24), Fraction(30), Fraction(60))),
    st.integers(1, 2000),
)
def test_a_film_of_a_steady_rate_is_counted_by_its_frames(rate: Fraction, count: int) -> None:
    # Matroska writes whole milliseconds.
    clock, end = _clock([round(float(n / rate), 3) for n in range(count)]), float(count / rate)
    assert clock.rate(rate, end) == rate and clock.frames(rate, end) == count
    rows = (cue(record_in=0, record_out=count),)
    assert clock.placed(rows, rate, end) == rows


@pytest.mark.parametrize("rate", [FILM, Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(12)])
def test_where_no_rate_is_declared_the_frames_tell_it(rate: Fraction) -> None:
    clock = _clock([round(float(n / rate), 3) for n in range(200)])
    assert clock.rate(None, float(200 / rate)) == rate


def test_frames_that_keep_to_no_rate_are_placed_by_their_time() -> None:
    # A recording of a screen: a second at 10 frames, then a second at 50.
    seconds = [n / 10 for n in range(10)] + [1 + n / 50 for n in range(50)]
    clock = _clock(seconds)
    rate = clock.rate(Fraction(481, 16), 2.0)
    assert (rate, clock.frames(rate, 2.0)) == (Fraction(30), 60)
    found = (cue(record_in=0, record_out=10), cue(record_in=10, record_out=60))
    assert [(row.record_in, row.record_out) for row in clock.placed(found, rate, 2.0)] == [(0, 30), (30, 60)]
    assert clock.placed((Gap(20, 21),), rate, 2.0) == (Gap(36, 37),)
