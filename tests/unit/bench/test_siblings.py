"""The hard negatives of the bench are what they are said to be."""

import numpy as np
import pytest

from circletake.model.fingerprint import Fingerprint
from tests.bench.coding import Picture
from tests.bench.looks import LOOKS, in_look
from tests.bench.siblings import as_real
from tests.bench.stills import CAMERAS, two_takes


def still(seed: int = 0) -> Picture:
    """A picture with soft colours and some edges."""
    random = np.random.default_rng(seed)
    return np.kron(random.integers(0, 256, (6, 8, 3)), np.ones((10, 10, 1), int)).astype(np.uint8)


def apart(a: Picture, b: Picture) -> float:
    """Mean difference in levels."""
    return float(np.abs(a.astype(int) - b).mean())


def moving(camera: str, amplitude: float = 0.05) -> tuple[list[Picture], list[Picture]]:
    first, second = two_takes(still(), "a still", amplitude, camera, count=6)
    return list(first), list(second)


@pytest.mark.parametrize("camera", CAMERAS)
def test_two_takes_share_their_first_frame_and_part_from_there(camera: str) -> None:
    first, second = moving(camera)
    assert apart(first[0], still()) < 1
    assert apart(second[0], still()) < 1
    assert min(apart(a, b) for a, b in zip(first[3:], second[3:], strict=True)) > 0.3


def test_takes_part_further_where_things_move_further() -> None:
    parted = []
    for amplitude in (0.002, 0.02, 0.08):
        first, second = moving("still", amplitude)
        parted.append(sum(apart(a, b) for a, b in zip(first, second, strict=True)))
    assert parted == sorted(parted)


def test_the_same_still_gives_the_same_takes() -> None:
    assert all(np.array_equal(a, b) for a, b in zip(moving("other")[0], moving("other")[0], strict=True))


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_changes_the_picture_and_keeps_its_size(name: str) -> None:
    clip = [still(), still()]
    shown, again = (list(in_look(clip, name, "a clip", 2)) for _ in range(2))
    assert all(picture.shape == still().shape and picture.dtype == np.uint8 for picture in shown)
    assert apart(shown[0], still()) > 3
    assert np.array_equal(shown[0], shown[1])
    assert np.array_equal(shown, again)


def test_inverted_colours_keep_their_brightness() -> None:
    gentle = (still().astype(int) // 4 + 96).astype(np.uint8)  # no colour of which the complement is clipped
    (shown,) = in_look([gentle], "inverted", "a clip", 1)
    luma = np.array([0.299, 0.587, 0.114])
    assert np.abs(shown @ luma - gentle @ luma).max() < 3


def test_takes_as_unlike_as_real_ones_differ_in_the_middle_and_at_the_end() -> None:
    def bits(*apart: int) -> Fingerprint:
        count = len(apart)
        return Fingerprint(
            seconds=np.arange(count, dtype=np.float32),
            bits64=np.array([np.packbits(np.arange(64) < each) for each in apart]),
            bits256=np.zeros((count, 32), np.uint8),
            low=np.zeros((count, 64), np.int8),
            detail=np.zeros(count, np.uint8),
            crop=(0, 0, 1, 1),
            aspect=1.0,
        )

    alike = bits(0, 0, 0, 0)
    assert as_real(alike, bits(0, 4, 8, 6))
    assert not as_real(alike, bits(0, 8, 7, 6))
    assert not as_real(alike, bits(0, 8, 8, 5))
    assert as_real(alike, bits(0, 4, 8, 6, 0, 0)), "what the longer one goes on with is not asked about"
