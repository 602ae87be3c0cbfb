"""What is told of a comparison agrees with the verdict, and its picture shows one take on the other."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circletake.fingerprint.comparing import lay
from circletake.fingerprint.explaining import explain
from circletake.fingerprint.judging import band
from circletake.fingerprint.overlay import compose, moments
from circletake.model.alignment import Alignment
from circletake.model.stack import Band
from circletake.model.still import Still
from tests.factories import alignment
from tests.scenes import RATE, Scene

SCENE = Scene()


@settings(max_examples=300)
@given(
    over=st.fixed_dictionaries(
        {
            "distance": st.floats(0, 128),
            "picture": st.floats(0.9, 1),
            "motion": st.floats(0.8, 1),
            "places": st.floats(0.4, 1),
            "moving": st.sampled_from([0.01, 0.3]),
            "peak": st.floats(0.6, 1),
            "liveliness": st.floats(0, 30),
            "drift": st.floats(0, 0.02),
            "speed": st.sampled_from([1.0, 1.01, 1.1, 1.31, 0.68, 0.5, 2.0]),
            "overlap": st.floats(0.5, 1),
            "zoom": st.sampled_from([0.0, 0.1]),
            "flipped": st.booleans(),
            "offset": st.sampled_from([0.0, 1.0]),
            "colour": st.floats(0, 40),
            "flat": st.floats(0, 0.7),
        }
    )
)
def test_every_bound_is_kept_exactly_where_the_verdict_says_copy(over: dict[str, float]) -> None:
    found = alignment(**over)
    verdict = band(found)
    asked = [measure.holds for measure in explain(found) if measure.holds is not None]
    assert all(asked) is (verdict is not None and verdict.folds)


def test_every_number_of_an_alignment_is_told() -> None:
    names = {measure.name for measure in explain(alignment())}
    assert {"mirrored" if name == "flipped" else name for name in Alignment.__slots__} == names


def test_a_copy_in_other_colours_misses_that_bound_alone() -> None:
    found = alignment(colour=90)
    assert [measure.name for measure in explain(found) if measure.holds is False] == ["colour"]
    assert band(found) is Band.VARIANT


@pytest.mark.parametrize(
    "copy",
    [SCENE.but(start=0.75, seconds=2), SCENE.but(mirror=True), SCENE.but(left=0.05, top=0.1, part=0.85)],
    ids=["trimmed", "mirrored", "cropped"],
)
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("filmed", [False, True])
def test_the_picture_shows_the_same_place_below_as_above(copy: Scene, turned: bool, filmed: bool) -> None:
    above, below = (copy, SCENE) if turned else (SCENE, copy)
    laid = lay(above.look(), below.look())
    assert laid is not None
    at = moments(laid, 3)
    stills = (
        (_stills(above, [m.a for m in at]), _stills(below, [m.b for m in at])) if filmed else (None, None)
    )
    sheet = _decoded(compose(laid, at, ("A", "B"), stills))
    height = (sheet.shape[0] - 4) // 3
    a, b, difference = (sheet[n * height + 20 : (n + 1) * height] for n in range(3))
    covered = difference[..., 0] != difference[0, 0, 0] if (difference[0, 0] == 64).all() else a[..., 0] >= 0
    assert (
        np.abs(a.astype(int) - b)[covered & (np.abs(difference.astype(int) - 64).min(axis=2) > 3)].mean() < 14
    )


def test_moments_are_spread_over_what_both_show() -> None:
    laid = lay(SCENE.look(), SCENE.but(start=0.75, seconds=2).look())
    assert laid is not None
    found = moments(laid, 5)
    assert [round(m.a - m.b, 1) for m in found] == [pytest.approx(0.75, abs=0.06)] * 5
    assert found[0].b == 0 and found[-1].b > 1.8


def _stills(scene: Scene, seconds: list[float]) -> list[Still]:
    frames = scene.frames(192)
    picked = [frames[min(len(frames) - 1, round(at * RATE))][..., ::-1] for at in seconds]
    coded = [cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes() for frame in picked]
    return [Still(jpeg, frames.shape[2], frames.shape[1]) for jpeg in coded]


def _decoded(jpeg: bytes) -> np.ndarray:
    sheet = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert sheet is not None
    return np.asarray(sheet)
