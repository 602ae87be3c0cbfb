import numpy as np
import pytest

from circletake.fingerprint.looks import Look
from circletake.fingerprint.placing import place
from circletake.fingerprint.refining import Exact, refine
from tests.scenes import Scene, fingerprinted

RATE = 24
TAKE = Scene(1, seconds=8)
PIECE = TAKE.but(start=4.3, seconds=1.5)


def _gray(scene: Scene) -> np.ndarray:
    return np.asarray(np.rint(scene.frames(64, RATE) @ np.array([0.299, 0.587, 0.114])), np.uint8)


def _exact(take: Look, piece: Scene) -> Exact:
    laid = place(take, Look(*fingerprinted(piece.frames(64, 8), 8)))
    assert laid is not None
    frames = _gray(piece)
    return refine(laid, frames, np.arange(len(frames)) / RATE)


@pytest.mark.parametrize("mirror", [False, True], ids=["plain", "mirrored"])
def test_a_piece_within_a_longer_take_is_matched_to_the_frame(mirror: bool) -> None:
    exact = _exact(TAKE.look(64), PIECE.but(mirror=mirror))
    assert exact.offset == pytest.approx(4.3, abs=0.5 / RATE)
    assert exact.speed == 1.0 and exact.span == (0, 36)


def test_a_take_of_which_a_moment_is_known_now_and_then_is_matched_as_nearly_as_that_tells() -> None:
    exact = _exact(TAKE.but(seconds=40).look(64, rate=0.4), PIECE)
    assert exact.offset == pytest.approx(4.3, abs=2.5)
