"""The search against its own definition, written down pair by pair."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circletake.fingerprint.low import coarse, mirror, spectrum, unit
from circletake.fingerprint.samples import by_shape
from circletake.fingerprint.search import COARSE_LIKENESS, LIKENESS, SURE_LIKENESS, candidates
from circletake.fingerprint.views import bases, closer, seen
from circletake.model.fingerprint import Fingerprint

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPES = (1.0, 1.5, 16 / 9)


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 999),
    counts=st.lists(st.integers(1, 70), min_size=2, max_size=24),
    shapes=st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3),
    noise=st.floats(0, 1.2),
)
def test_the_pairs_are_those_of_the_definition(
    seed: int, counts: list[int], shapes: list[float], noise: float
) -> None:
    random = np.random.default_rng(seed)
    takes: dict[str, Fingerprint] = {}
    for number, count in enumerate(counts):
        of = takes[f"{number - 1:02}"].low if number % 2 else None
        takes[f"{number:02}"] = _take(random, count, shapes[number % len(shapes)], of, noise)
    wanted = [pair for pair in combinations(takes, 2) if _worth_comparing(*(takes[one] for one in pair))]
    assert candidates(takes) == wanted


def test_a_search_that_is_stopped_says_so_at_once() -> None:
    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise Stopped

    random = np.random.default_rng(1)
    takes = {str(number): _take(random, 8, 1.5, None, 0) for number in range(3)}
    with pytest.raises(Stopped):
        candidates(takes, watch=stop)


def test_all_the_work_is_told() -> None:
    random = np.random.default_rng(1)
    takes = {str(number): _take(random, 8, SHAPES[number % 3], None, 0) for number in range(6)}
    told: list[tuple[int, int]] = []
    candidates(takes, watch=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == list(range(1, told[-1][1] + 1))


def _worth_comparing(a: Fingerprint, b: Fingerprint) -> bool:
    return _holds(a, b) or _holds(b, a)


def _holds(asking: Fingerprint, held: Fingerprint) -> bool:
    """Whether two of three frames of a take are found in another, at each of the three steps."""
    ours, theirs = (by_shape([one], np.array([0]))[0] for one in (asking, held))
    searched = spectrum(theirs.lows)
    through = bases(ours.aspect, theirs.aspect)
    closer_ones = tuple(view.within(base) for base in through for view in closer())
    found = np.zeros(3, int)
    for query in spectrum(ours.asked[0]):
        rough = _likeness(seen(query[None], through)[:, 0], searched, rough=True)
        fine = _likeness(seen(query[None], closer_ones)[:, 0], searched)
        sure = _likeness(seen(query[None], closer_ones)[:, 0], spectrum(held.low))
        found += np.array([rough >= COARSE_LIKENESS, fine >= LIKENESS, sure >= SURE_LIKENESS])
    return bool((found >= 2).all())


def _likeness(views: NDArray[np.float32], samples: NDArray[np.float32], rough: bool = False) -> float:
    """Of the best view and sample, straight or mirrored."""
    both = [unit(samples), unit(mirror(samples))]
    if rough:
        views, both = coarse(views), [coarse(one) for one in both]
    return float(max((views @ one.T).max() for one in both))


def _take(
    random: np.random.Generator, count: int, aspect: float, of: NDArray[np.int8] | None, noise: float
) -> Fingerprint:
    """Low frequencies that change over time, or those of another take with noise; no pictures."""
    if of is None:
        waves = random.normal(size=(count, 64)).cumsum(axis=0) + random.normal(scale=4, size=64)
    else:
        waves = np.resize(of.astype(float), (count, 64))
        waves = waves + random.normal(scale=noise * waves.std(), size=waves.shape)
    low = np.clip(np.rint(waves / waves.std(axis=1, keepdims=True) * 32), -127, 127)
    return Fingerprint(
        seconds=(np.arange(count) / 8).astype(np.float32),
        bits64=np.zeros((count, 8), np.uint8),
        bits256=np.zeros((count, 32), np.uint8),
        low=low.astype(np.int8),
        detail=random.integers(0, 255, count).astype(np.uint8),
        crop=(0.0, 0.0, 1.0, 1.0),
        aspect=aspect,
    )
