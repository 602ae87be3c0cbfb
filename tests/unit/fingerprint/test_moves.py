import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circletake.fingerprint.moves import halved, moved, of_halves, of_wholes
from circletake.fingerprint.registration import settle_halves
from tests.scenes import Scene

LUMA = Scene().look().thumbnails.luma[::6]
WHOLE = LUMA.astype(np.float32)
STILL = np.eye(2, 3)
near = st.floats(-1.5, 1.5)


@given(zoom=st.floats(0.5, 1.5), turn=st.floats(-0.2, 0.2), x=st.floats(-9, 9), y=st.floats(-9, 9))
def test_a_move_of_halves_is_the_move_of_the_whole(zoom: float, turn: float, x: float, y: float) -> None:
    warp = np.array([[zoom, -turn, x], [turn, zoom, y]])
    assert of_wholes(of_halves(warp)) == pytest.approx(warp)


def test_halves_move_as_the_whole_does() -> None:
    warp = np.array([[0.9, 0.0, 4.0], [0.0, 0.9, 2.0]])
    apart = moved(halved(LUMA), of_halves(warp)) - halved(moved(WHOLE, warp))
    # A pixel aside it would be 3.
    assert np.abs(apart).mean() < 1


def test_frames_are_halved_each_for_itself() -> None:
    together = halved(LUMA)
    assert together.shape == (len(LUMA), 32, 32)
    for frame, half in zip(LUMA, together, strict=True):
        assert np.array_equal(halved(frame[None])[0], half)
    assert halved(LUMA[:0]).shape == (0, 32, 32)


@settings(max_examples=15, deadline=None)
@given(zoom=st.floats(0.95, 1.0), x=near, y=near)
def test_a_move_is_found_from_halves_to_a_fraction_of_a_pixel(zoom: float, x: float, y: float) -> None:
    warp = np.array([[zoom, 0, x + 31.5 * (1 - zoom)], [0, zoom, y + 31.5 * (1 - zoom)]])
    found = settle_halves(halved(WHOLE), halved(moved(WHOLE, warp)), STILL)
    assert found is not None
    assert np.abs(found @ [31.5, 31.5, 1] - warp @ [31.5, 31.5, 1]).max() < 0.2
