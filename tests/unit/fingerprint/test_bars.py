import cv2
import numpy as np
import pytest

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


def _told(frames: np.ndarray, line: int) -> np.ndarray:
    """White letters in the middle of a line."""
    return np.stack(
        [cv2.putText(f.copy(), "THE LAST BUS LEFT", (12, line), 0, 0.8, 255, 2, cv2.LINE_AA) for f in frames]
    )


@pytest.mark.parametrize(
    ("shape", "line", "ends"),
    [((24, 0), 140, (24, 120, 0, 256)), ((0, 64), 132, (0, 144, 64, 192))],
    ids=["in the lower bar", "across the bars beside the picture"],
)
def test_text_in_the_bars_of_a_film_hides_them_only_from_who_does_not_look_for_it(
    shape: tuple[int, int], line: int, ends: tuple[int, int, int, int]
) -> None:
    frames = _luma()
    down, across = shape
    frames[:, :down] = frames[:, 144 - down :] = 3
    frames[:, :, :across] = frames[:, :, 256 - across :] = 3
    frames = _told(frames, line)
    crop = find_bars(frames, titled=True)
    found = (crop.top * 144, crop.bottom * 144, crop.left * 256, crop.right * 256)
    assert tuple(round(end) for end in found) == ends
    assert find_bars(frames) != crop


def test_text_makes_no_bars_of_a_dark_scene() -> None:
    fading = (_luma() * np.linspace(0, 1, 256)[None, None] ** 3).astype(np.uint8)
    crop = find_bars(_told(fading, 132), titled=True)
    assert (crop.left, crop.right) == (0, 1)
