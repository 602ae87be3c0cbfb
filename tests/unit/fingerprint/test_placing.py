from functools import lru_cache

import numpy as np
import pytest

from circletake.fingerprint.looks import Look
from circletake.fingerprint.placing import place
from tests.scenes import Scene, fingerprinted

TAKE = Scene(1, seconds=4)
PIECE = TAKE.but(start=1.5, seconds=1)


@lru_cache(maxsize=16)
def _look(scene: Scene) -> Look:
    return scene.look(64)


@pytest.mark.parametrize(
    ("piece", "speed", "flipped", "zoom"),
    [
        (PIECE, 1.0, False, 0.0),
        (PIECE.but(mirror=True), 1.0, True, 0.0),
        (PIECE.but(left=0.1, top=0.05, part=0.85), 1.0, False, 0.15),
        (PIECE.but(speed=1.5), 1.5, False, 0.0),
        (PIECE.but(speed=0.9, mirror=True, caption=True), 0.9, True, 0.0),
    ],
    ids=["plain", "mirrored", "zoomed", "faster", "slower, mirrored and captioned"],
)
def test_a_piece_is_laid_where_it_comes_from(piece: Scene, speed: float, flipped: bool, zoom: float) -> None:
    laid = place(_look(TAKE), _look(piece))
    assert laid is not None
    assert laid.found.picture > 0.95 and laid.found.motion > 0.85
    assert laid.timing.offset == pytest.approx(1.5, abs=0.15)
    assert laid.timing.speed == pytest.approx(speed, abs=0.11)
    assert laid.flipped == flipped and laid.zoom == pytest.approx(zoom, abs=0.02)


def test_a_take_of_another_shape_is_laid_by_its_middle() -> None:
    upright = Look(*fingerprinted(PIECE.frames(64, 8)[:, :, 24:-24], 8))
    laid = place(_look(TAKE), upright)
    assert laid is not None
    assert laid.found.picture > 0.95 and laid.timing.offset == pytest.approx(1.5, abs=0.1)


def test_a_piece_of_another_scene_is_not_laid() -> None:
    other = place(_look(TAKE), _look(Scene(7, seconds=1)))
    assert other is None or other.found.picture < 0.7


def test_a_piece_must_lie_within_the_take_for_the_most_part() -> None:
    hanging_out = TAKE.but(start=3.5, seconds=2)
    assert _look(hanging_out).seconds[-1] > 1.5
    laid = place(_look(TAKE), _look(hanging_out))
    assert laid is None or laid.timing.overlap >= 0.6


def test_nothing_is_laid_on_a_take_without_frames() -> None:
    empty = Look(*fingerprinted(np.zeros((0, 8, 8, 3), np.uint8), 8))
    assert place(empty, _look(PIECE)) is None
    assert place(_look(TAKE), empty) is None
