import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circletake.fingerprint.low import coarse, lows, mirror, odd_columns, spectrum, unit
from circletake.fingerprint.pictures import squares
from circletake.fingerprint.views import WHOLE, View, bases, closer, middle, seen
from tests.scenes import Scene


def _luma(scene: Scene) -> np.ndarray:
    return np.asarray(np.rint(scene.frames(192)[:1] @ np.array([0.299, 0.587, 0.114])), np.uint8)


def _vector(luma: np.ndarray) -> np.ndarray:
    return np.asarray(unit(spectrum(lows(squares(luma, 64))))[0])


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(1, 50), cut=st.floats(0.05, 0.25), across=st.floats(0, 1), down=st.floats(0, 1))
def test_a_views_vector_is_nearly_that_of_the_cropped_picture(
    seed: int, cut: float, across: float, down: float
) -> None:
    view = View(cut * across, cut * down, 1 - cut, 1 - cut)
    whole, part = Scene(seed), Scene(seed, left=view.left, top=view.top, part=view.width)
    told = seen(spectrum(lows(squares(_luma(whole), 64))), (view,))[0, 0]
    straight = float(_vector(_luma(whole)) @ _vector(_luma(part)))
    assert float(told @ _vector(_luma(part))) > max(0.8, straight - 0.02)


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
