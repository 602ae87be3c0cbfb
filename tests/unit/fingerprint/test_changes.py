"""What was done to the picture of a copy is told where it is measured, and nothing where it is not."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
import pytest

from circletake.fingerprint.changes import Changes, changes
from circletake.fingerprint.comparing import lay
from circletake.fingerprint.judging import judge
from circletake.fingerprint.looks import Look
from tests.factories import alignment, media_facts
from tests.scenes import Scene, fingerprinted

LUMA = np.array([0.299, 0.587, 0.114])


@lru_cache(maxsize=4)
def _frames(scene: Scene) -> np.ndarray:
    # Away from black and white, where a grade would clip.
    return 40 + scene.frames(96, 8) * 0.65


def _look(frames: np.ndarray) -> Look:
    return Look(*fingerprinted(np.clip(np.rint(frames), 0, 255).astype(np.uint8), 8))


def _found(done: Callable[[np.ndarray], np.ndarray], scene: Scene) -> Changes:
    laid = lay(_look(_frames(scene)), _look(done(_frames(scene))))
    assert laid
    return changes(laid)


def _noisy(frames: np.ndarray) -> np.ndarray:
    return np.asarray(frames + np.random.default_rng(1).normal(0, 4, frames.shape))


def _small(frames: np.ndarray) -> np.ndarray:
    height, width = frames.shape[1:3]
    small = [cv2.resize(each, (width // 2, height // 2), interpolation=cv2.INTER_AREA) for each in frames]
    return np.stack(small)


def _marked(frames: np.ndarray) -> np.ndarray:
    done = frames.copy()
    height, width = frames.shape[1:3]
    done[:, int(height * 0.80) : int(height * 0.92), int(width * 0.80) : int(width * 0.92)] = 210
    return done


def _gray(frames: np.ndarray) -> np.ndarray:
    return np.repeat((frames @ LUMA)[..., None], 3, axis=-1)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("done", "told"),
    [
        (_noisy, ()),
        (_small, ()),
        (lambda frames: frames[:, :, ::-1], ()),
        (lambda frames: frames[:, 4:-4, 4:-4], ()),
        (lambda frames: frames * 0.8, ("other levels",)),
        (lambda frames: frames + 20, ("other levels",)),
        (_gray, ("other colours",)),
    ],
)
def test_what_a_grade_does_is_told_and_what_coding_and_cropping_do_is_not(
    done: Callable[[np.ndarray], np.ndarray], told: tuple[str, ...], seed: int
) -> None:
    assert _found(done, Scene(seed)).told == told


@pytest.mark.parametrize("seed", range(4))
def test_a_logo_is_told_with_its_share(seed: int) -> None:
    (said,) = _found(_marked, Scene(seed)).told
    assert 0.8 < float(said.partition("%")[0]) < 3
    assert said.endswith("% of it differs all the time, as by a caption or a logo")


def test_of_a_grade_no_place_is_told_since_what_it_clips_differs_too() -> None:
    assert _found(lambda frames: _marked(frames + 20), Scene(2)).told == ("other levels",)


def test_of_a_cropped_copy_nothing_is_told_of_light_or_colour() -> None:
    assert _found(lambda frames: _gray(frames[:, 4:-4, 4:-4] + 20), Scene(1)).told == ()


def test_it_is_the_same_from_either_side() -> None:
    frames = _frames(Scene(1))
    ours, theirs = _look(frames), _look(_gray(frames + 20))
    there, back = (lay(*pair) for pair in ((ours, theirs), (theirs, ours)))
    assert there and back and len(changes(there).told) == len(changes(back).told) == 2


def test_a_verdict_has_the_words_beside_what_an_alignment_tells() -> None:
    facts = media_facts()
    found = judge(alignment(distance=9.0), facts, facts, changed=("other colours",))
    assert found and found.reason == "same picture, other colours, re-encoded, 9 of 256 bits"
