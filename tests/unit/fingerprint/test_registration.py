import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circletake.fingerprint.moves import inside, moved, soften
from circletake.fingerprint.registration import measure, register
from tests.scenes import Scene

WIDE = soften(Scene().look().thumbnails.luma)
STILL = np.eye(2, 3)


def _off(found: np.ndarray, wanted: np.ndarray) -> float:
    """By how many pixels the corners of the picture land elsewhere."""
    corners = np.array([(0, 0, 1), (63, 0, 1), (0, 63, 1), (63, 63, 1)], float).T
    return float(np.linalg.norm((found - wanted) @ corners, axis=0).max())


@settings(max_examples=15, deadline=None)
@given(zoom=st.floats(0.95, 1.0), turn=st.floats(-0.02, 0.02), x=st.floats(-1.5, 1.5), y=st.floats(-1.5, 1.5))
def test_a_known_move_is_found_to_a_fraction_of_a_pixel(zoom: float, turn: float, x: float, y: float) -> None:
    warp = np.array([[zoom, -turn, x + 31.5 * (1 - zoom + turn)], [turn, zoom, y + 31.5 * (1 - zoom - turn)]])
    found = register(WIDE, moved(WIDE, warp), STILL)
    assert found is not None
    assert _off(found.warp, warp) < 1.0 and found.picture > 0.98


def test_another_light_changes_nothing() -> None:
    found = register(WIDE, (WIDE * 0.6 + 40).astype(np.float32), STILL)
    assert found is not None
    assert found.picture > 0.999 and found.motion > 0.99 and _off(found.warp, STILL) < 0.2


def test_a_caption_is_left_out() -> None:
    captioned = soften(Scene(caption=True).look().thumbnails.luma)
    found = register(WIDE, captioned, STILL)
    assert found is not None
    assert found.picture > 0.99 and _off(found.warp, STILL) < 1
    assert found.kept[54:58, 18:46].mean() < 0.3 < 0.9 < found.kept[:48].mean()


def _dull(seed: int) -> np.ndarray:
    """Six frames of soft shapes in little contrast that drift across, (6, 64, 64)."""
    random = np.random.default_rng(seed)
    shapes = cv2.GaussianBlur(random.normal(0, 1, (64, 64)).astype(np.float32), (0, 0), 9)
    grain = cv2.GaussianBlur(random.normal(0, 6, (64, 64)).astype(np.float32), (0, 0), 1.5)
    shapes *= 25 / np.abs(shapes).max()
    return (
        np.stack([np.roll(shapes, step, axis=1) + 90 + grain for step in range(6)])
        .clip(0, 255)
        .astype(np.uint8)
    )


@pytest.mark.parametrize("seed", range(8))
def test_a_strip_of_bright_text_on_a_dull_picture_leads_nowhere_worse_than_the_guess(seed: int) -> None:
    captioned = _dull(seed)
    captioned[:, 54:61] //= 3
    text = np.random.default_rng(seed + 100).integers(0, 2, (7, 40)).astype(np.uint8) * 255
    captioned[:, 54:61, 12:52] |= text
    found = register(soften(_dull(seed)), soften(captioned), STILL)
    assert found is not None
    assert min(found.picture, found.motion) >= 0.985


def test_other_pictures_do_not_fit() -> None:
    found = register(WIDE, soften(Scene(7).look().thumbnails.luma), STILL)
    assert found is None or found.picture < 0.7


def test_pictures_that_hardly_meet_are_not_measured() -> None:
    aside = np.array([[1, 0, 50.0], [0, 1, 50.0]])
    assert inside(aside).mean() < 0.1
    assert measure(WIDE, WIDE, aside) is None


def test_motion_is_told_apart_from_the_picture() -> None:
    from_one_still = soften(Scene(motion=5).look().thumbnails.luma)
    found = register(WIDE, from_one_still, STILL)
    assert found is not None
    assert found.motion < 0.6 < found.picture


def test_softening_takes_noise_away_and_nothing_from_no_frames() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (2, 64, 64), dtype=np.uint8)
    assert soften(noise).std() < noise.std() / 2
    assert soften(noise[:0]).shape == (0, 64, 64)
    assert cv2.GaussianBlur(noise[0].astype(np.float32), (0, 0), 1.0) == pytest.approx(soften(noise)[0])
