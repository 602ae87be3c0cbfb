import numpy as np
import pytest

from circletake.fingerprint.low import coarse, lows, mirror, odd_columns, spectrum, unit
from circletake.fingerprint.pictures import squares
from circletake.fingerprint.search import LIKENESS
from circletake.fingerprint.views import WHOLE, View, bases, closer, middle, seen
from tests.scenes import RATE, Scene


def _luma(scene: Scene) -> np.ndarray:
    """The first picture of a scene."""
    frames = scene.but(seconds=1 / RATE).frames(192)
    return np.asarray(np.rint(frames @ np.array([0.299, 0.587, 0.114])), np.uint8)


def _vector(luma: np.ndarray) -> np.ndarray:
    return np.asarray(unit(spectrum(lows(squares(luma, 64))))[0])


@pytest.mark.parametrize("cut", [0.06, 0.12, 0.24])
def test_a_views_vector_is_nearly_that_of_the_cropped_picture(cut: float) -> None:
    told, straight = [], []
    for seed, (across, down) in enumerate(((0, 0), (0.5, 0.5), (1, 0), (0.2, 0.9), (1, 1), (0, 0.7)), 1):
        view = View(cut * across, cut * down, 1 - cut, 1 - cut)
        whole, part = (
            _luma(Scene(seed, left=seen_by.left, top=seen_by.top, part=seen_by.width))
            for seen_by in (WHOLE, view)
        )
        vectors = seen(spectrum(lows(squares(whole, 64))), (view,))[0, 0]
        told.append(float(vectors @ _vector(part)))
        straight.append(float(_vector(whole) @ _vector(part)))
    assert min(told) > LIKENESS + 0.1
    assert np.median(told) > np.median(straight)


@pytest.mark.parametrize("shape", [1e-30, 0.005, 0.02, 64, 128, 187.5, 1e30])
def test_of_a_ribbon_some_lines_are_looked_at(shape: float) -> None:
    for aspect, of in ((shape, 16 / 9), (16 / 9, shape), (shape, 1 / shape)):
        view = middle(aspect, of)
        assert min(view.width, view.height) * 64 >= 2
        assert view.left + view.width <= 1 and view.top + view.height <= 1


def test_the_whole_is_the_picture_itself() -> None:
    luma = _luma(Scene())
    told = seen(spectrum(lows(squares(luma, 64))), (WHOLE,))[0, 0]
    assert float(told @ _vector(luma)) == pytest.approx(1, abs=0.01)


def test_mirroring_is_a_change_of_sign() -> None:
    luma = _luma(Scene())
    spectra = spectrum(lows(squares(luma, 64)))
    assert float(unit(mirror(spectra))[0] @ _vector(luma[:, :, ::-1])) > 0.999
    signs = np.where(odd_columns(), -1, 1)
    assert coarse(unit(spectra))[0] * signs == pytest.approx(coarse(unit(mirror(spectra)))[0], abs=1e-5)


def test_pictures_of_one_shape_are_seen_whole_others_through_their_middle_too() -> None:
    assert bases(1.5, 1.52) == (WHOLE,)
    assert bases(16 / 9, 9 / 16) == (WHOLE, middle(16 / 9, 9 / 16))
    assert closer()[0] == WHOLE and all(0.7 < view.width <= 1 for view in closer())
    wide = middle(2.0, 1.0)
    assert (wide.left, wide.width, wide.height) == (0.25, 0.5, 1)


def test_a_view_of_a_view_and_its_warp_lead_to_the_same_place() -> None:
    inner = View(0.5, 0, 0.5, 1).within(View(0, 0.5, 1, 0.5))
    assert inner == View(0.5, 0.5, 0.5, 0.5)
    # The middle of the view's thumbnail lies three quarters of the way along the whole one.
    assert inner.warp @ (31.5, 31.5, 1) == pytest.approx((47.5, 47.5))
