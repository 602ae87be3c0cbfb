import numpy as np
import pytest

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
