import numpy as np

from circletake.fingerprint.bars import find_bars
from tests.scenes import Scene, fingerprinted


def _luma() -> np.ndarray:
    random = np.random.default_rng(1)
    big = np.kron(random.integers(60, 250, (26, 32), dtype=np.uint8), np.ones((8, 8), np.uint8))
    return np.stack([big[8 * n : 8 * n + 144] for n in range(8)])


def test_bars_are_found_and_cut_off_to_the_line() -> None:
    frames = _luma()
    frames[:, :20] = frames[:, -20:] = 3
    crop = find_bars(frames)
    assert (round(crop.top * 144), round(crop.bottom * 144), crop.left, crop.right) == (20, 124, 0, 1)


def test_a_dark_scene_has_no_bars() -> None:
    fading = (_luma() * np.linspace(0, 1, 144)[None, :, None] ** 3).astype(np.uint8)
    assert find_bars(fading).top == 0


def test_darkness_in_some_frames_only_is_no_bar() -> None:
    frames = _luma()
    frames[:4, :30] = 0
    assert find_bars(frames).top == 0


def test_a_letterboxed_copy_has_the_fingerprint_of_the_picture_inside() -> None:
    plain = Scene(seconds=1).frames()
    boxed = np.pad(plain, ((0, 0), (16, 16), (0, 0), (0, 0)))
    one, other = fingerprinted(plain, 8)[0], fingerprinted(boxed, 8)[0]
    assert (one.bits256 == other.bits256).all()
    assert other.aspect == one.aspect
