"""A grade stays within what copies may differ by; exchanged colours do not."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pytest

from circletake.fingerprint.judging import Bounds
from circletake.fingerprint.recolouring import recoloured
from circletake.fingerprint.record import Thumbnails
from tests.scenes import Scene, fingerprinted

STILL = np.eye(2, 3)
LUMA = np.array([0.299, 0.587, 0.114])


@lru_cache(maxsize=8)
def _frames(scene: Scene) -> np.ndarray:
    # Away from black and white, where a grade would clip.
    return 40 + scene.frames(64, 8) * 0.65


def _seen(frames: np.ndarray) -> Thumbnails:
    thumbnails: Thumbnails = fingerprinted(np.clip(np.rint(frames), 0, 255).astype(np.uint8), 8)[1]
    return thumbnails


def _turned(frames: np.ndarray, degrees: float) -> np.ndarray:
    """Hues turned about the axis of grays."""
    angle = np.deg2rad(degrees)
    axis = np.full(3, 3**-0.5)
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    turn = np.cos(angle) * np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * np.outer(axis, axis)
    return np.asarray(frames @ turn.T)


def _saturated(frames: np.ndarray, by: float) -> np.ndarray:
    gray = (frames @ LUMA)[..., None]
    return np.asarray(gray + by * (frames - gray))


GRADES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "none": lambda frames: frames,
    "tinted": lambda frames: np.add(frames, (18, -4, -20)),
    "warm lights, cold shadows": lambda frames: frames * (1.12, 1.0, 0.85) + (-10, 0, 14),
    "stronger": lambda frames: _saturated(frames, 1.3),
    "faded": lambda frames: _saturated(frames, 0.4),
    "black and white": lambda frames: _saturated(frames, 0),
    "hues turned a little": lambda frames: _turned(frames, 10),
    "all of it": lambda frames: np.add(_turned(_saturated(frames * 0.9, 0.8), -8), (10, 0, -10)),
}

EXCHANGED: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "red for blue": lambda frames: frames[..., ::-1],
    "hues turned far": lambda frames: _turned(frames, 100),
    "opposite": lambda frames: _saturated(frames, -1),
}


@pytest.mark.parametrize("how", GRADES)
def test_a_grade_is_no_recolouring(how: str) -> None:
    wide, narrow = _seen(_frames(Scene())), _seen(GRADES[how](_frames(Scene())))
    assert recoloured(wide, narrow, STILL) < Bounds().colour


@pytest.mark.parametrize("how", EXCHANGED)
def test_exchanged_colours_are_one(how: str) -> None:
    wide, narrow = _seen(_frames(Scene())), _seen(EXCHANGED[how](_frames(Scene())))
    assert recoloured(wide, narrow, STILL) > Bounds().colour


def test_half_a_picture_in_other_colours_is_one_graded_or_not() -> None:
    wide, other = _seen(Scene().frames(64, 8)), _frames(Scene(hue=True))
    assert recoloured(wide, _seen(other), STILL) > Bounds().colour
    assert recoloured(wide, _seen(GRADES["tinted"](other)), STILL) > Bounds().colour


def test_a_captions_colour_counts_for_nothing() -> None:
    captioned = _frames(Scene()).copy()
    captioned[:, 54:59, 24:-24] = (250, 230, 10)
    assert recoloured(_seen(_frames(Scene())), _seen(captioned), STILL) < 5


def test_a_crop_is_compared_with_what_it_shows() -> None:
    part = Scene(left=0.1, top=0.1, part=0.8)
    # Corners of the crop in the thumbnail of the whole, from its pixels' middles.
    shift = 64 * 0.1 + 0.5 * 0.8 - 0.5
    warp = np.array([[0.8, 0, shift], [0, 0.8, shift]])
    wide = _seen(_frames(Scene()))
    assert recoloured(wide, _seen(_frames(part)), warp) < 6
    assert recoloured(wide, _seen(_frames(part)[..., ::-1]), warp) > Bounds().colour


def test_pictures_that_do_not_meet_are_not_told_apart_by_colour() -> None:
    seen = _seen(_frames(Scene()))
    assert recoloured(seen, seen, np.array([[1, 0, 200.0], [0, 1, 200.0]])) == 0


@pytest.mark.parametrize("how", [*GRADES, *EXCHANGED])
def test_it_makes_no_difference_which_of_the_two_is_asked_about(how: str) -> None:
    one, other = _seen(_frames(Scene())), _seen({**GRADES, **EXCHANGED}[how](_frames(Scene())))
    assert recoloured(one, other, STILL) == pytest.approx(recoloured(other, one, STILL), rel=1e-4, abs=1e-4)


def test_a_place_in_a_strong_new_colour_is_one_from_either_side() -> None:
    dull = _saturated(_frames(Scene()), 0.3)
    dyed = dull.copy()
    dyed[:, 16:44, 16:44] = dyed[:, 16:44, 16:44] @ np.outer(LUMA, (2.2, 0.5, 0.4))
    for one, other in ((dull, dyed), (dyed, dull)):
        assert recoloured(_seen(one), _seen(other), STILL) > Bounds().colour
