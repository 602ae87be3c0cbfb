import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.fingerprint import timing
from circletake.fingerprint.timing import best_timings, exact_line


def _walk(seconds: np.ndarray, seed: int = 1) -> np.ndarray:
    """Unit vectors that wander: each moment is like those near it."""
    random = np.random.default_rng(seed)
    paces, phases = random.uniform(0.5, 3, 24), random.uniform(0, 6.28, 24)
    vectors = np.sin(paces * seconds[:, None] + phases)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def _apart(a: np.ndarray, b: np.ndarray, offset: float, speed: float) -> np.ndarray:
    return np.asarray(1 - _walk(a) @ _walk(offset + speed * b).T, np.float32)


@pytest.mark.parametrize(("offset", "speed"), [(0, 1), (1.5, 1), (-1, 1), (0, 1.25), (0.5, 0.8), (0, 2)])
def test_offset_and_speed_are_found(offset: float, speed: float) -> None:
    a, b = np.arange(0, 6, 0.125), np.arange(0, 3, 0.125)
    (found,) = best_timings([_apart(a, b, offset, speed)], a, b)
    assert found is not None
    assert found.offset == pytest.approx(offset, abs=0.07) and found.speed == speed


def test_a_still_lies_where_it_begins_at_its_own_speed() -> None:
    a = np.arange(0, 4, 0.125)
    (found,) = best_timings([np.zeros((len(a), 16), np.float32)], a, a[:16])
    assert found is not None
    assert (found.offset, found.speed) == (0, 1) and found.overlap == pytest.approx(1)


def test_half_of_the_shorter_take_must_meet() -> None:
    a, b = np.arange(0, 4, 0.125), np.arange(0, 2, 0.125)
    apart = np.full((len(a), len(b)), 0.8, np.float32)
    # Only the last quarter of the one is the first quarter of the other.
    for n in range(4):
        apart[len(a) - 4 + n, n] = 0
    (found,) = best_timings([apart], a, b)
    assert found is None or found.overlap >= 0.5


def test_a_piece_must_lie_within_the_take_when_asked() -> None:
    a, b = np.arange(0, 1, 0.125), np.arange(0, 4, 0.125)
    assert best_timings([_apart(a, b, 0, 1)], a, b, least=0.9, of_b=True) == [None]


def test_the_exact_line_falls_between_samples() -> None:
    a, b = np.arange(0, 4, 0.125), np.arange(0, 3, 1 / 24)
    offset, speed = exact_line(_apart(a, b, 0.53, 1.02), a, b, 0.5, 1.0)
    assert offset == pytest.approx(0.53, abs=0.02) and speed == pytest.approx(1.02, abs=0.01)


GAPS = st.lists(st.sampled_from([0.0, 0.04, 0.125, 0.5, 3.0, 40.0]), min_size=1, max_size=12)


@given(a=GAPS, b=GAPS, seed=st.integers(0, 99), of_b=st.booleans())
def test_the_offsets_left_out_are_those_at_which_too_little_meets(
    a: list[float], b: list[float], seed: int, of_b: bool
) -> None:
    ours, theirs = np.cumsum(a) - a[0], np.cumsum(b) - b[0]
    apart = [np.random.default_rng(seed).random((len(a), len(b)), np.float32)]

    def told(each: int) -> list[object]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(timing, "_EACH", each)
            found = best_timings(apart, ours, theirs, of_b=of_b)
        return [one and (one.offset, one.speed, one.cost, one.overlap) for one in found]

    assert told(0) == told(10**9)


def test_a_speed_at_which_nothing_meets_takes_no_other_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "_EACH", 0)
    a = np.arange(0, 4, 0.125)
    (found,) = best_timings([_apart(a, a, 0, 1)], a, a, least=0.9, of_b=True, speeds=(1.0, 2.0))
    assert found is not None and (found.offset, found.speed) == (0, 1)


@pytest.mark.parametrize("gap", [2e4, 1e7, 1e12])
def test_a_gap_costs_no_offsets(gap: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file can claim frames that are months apart."""
    tried: list[int] = []

    def counted(*given: object) -> np.ndarray:
        found: np.ndarray = offsets(*given)  # type: ignore[arg-type]  # passed on
        tried.append(len(found))
        return found

    offsets = timing._offsets
    monkeypatch.setattr(timing, "_offsets", counted)
    a = np.arange(0, 4, 0.125)
    a[16:] += gap
    (found,) = best_timings([_apart(a, a, 0, 1)], a, a)
    assert found is not None
    assert (found.offset, found.speed, len(found.theirs)) == (0, 1, len(a))
    assert max(tried) < 100 * len(a)


def test_what_is_held_at_once_follows_neither_length_nor_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = np.arange(0, 60, 0.125), np.arange(0, 30, 0.125)
    apart = [_apart(a, b, 12, 1)]
    (whole,) = best_timings(apart, a, b)
    monkeypatch.setattr(timing, "_MOST", 5000)
    (parts,) = best_timings(apart, a, b)
    assert whole is not None and parts is not None
    assert (parts.offset, parts.speed) == (whole.offset, whole.speed) == (12, 1)
    assert parts.cost == pytest.approx(whole.cost)


def test_frames_that_all_claim_one_moment_are_laid_on_one_another() -> None:
    a = np.zeros(5)
    (found,) = best_timings([np.zeros((5, 5), np.float32)], a, a)
    assert found is not None and (found.offset, found.speed) == (0, 1)
