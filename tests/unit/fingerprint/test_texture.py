"""A take that was painted smooth keeps its edges and loses what lies between them."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from circletake.fingerprint.texture import texture

AS_IT_LIES = np.eye(2, 3)
EVERYWHERE = np.ones((64, 64), bool)


def rough(seed: int = 0, grain: float = 30.0) -> NDArray[np.uint8]:
    """Three frames of strong squares with grain on them."""
    random = np.random.default_rng(seed)
    squares = np.kron(random.integers(40, 216, (3, 8, 8)), np.ones((1, 8, 8)))
    noise = np.stack([cv2.GaussianBlur(random.normal(0, grain, (64, 64)), (0, 0), 0.7) for _ in range(3)])
    return (squares + noise).clip(0, 255).astype(np.uint8)


def shared(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    return texture(a, b, AS_IT_LIES, EVERYWHERE)


def painted(frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.stack([cv2.bilateralFilter(frame, 7, 60, 5) for frame in frames])


def test_a_painted_take_loses_its_weak_detail() -> None:
    assert shared(rough(), painted(rough())) < 0.6


def test_it_does_not_matter_which_of_the_two_was_painted() -> None:
    assert shared(rough(), painted(rough())) == pytest.approx(shared(painted(rough()), rough()), abs=1e-5)


@pytest.mark.parametrize(
    "copied",
    [
        lambda frames: frames,
        lambda frames: np.stack([cv2.GaussianBlur(frame, (0, 0), 0.8) for frame in frames]),
        lambda frames: (frames * 0.6 + 20).astype(np.uint8),
    ],
    ids=["as it was", "blurred", "less contrast"],
)
def test_a_copy_keeps_weak_detail_as_well_as_strong(copied: object) -> None:
    assert callable(copied)
    assert shared(rough(), copied(rough())) > 0.8


def test_pictures_without_detail_have_none_to_lose() -> None:
    plain = rough(grain=0.0)
    soft = np.stack([cv2.GaussianBlur(frame, (0, 0), 6) for frame in plain])
    assert shared(soft, painted(soft)) == 1.0


def test_nothing_is_said_of_what_neither_shows() -> None:
    assert texture(rough(), painted(rough()), AS_IT_LIES, np.zeros((64, 64), bool)) == 1.0
