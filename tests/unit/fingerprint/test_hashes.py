from typing import Any

import imagehash
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from circletake.errors import LibraryError
from circletake.fingerprint.bars import find_bars
from circletake.fingerprint.hashes import Fingerprinter, pack, phash, unpack
from circletake.model.fingerprint import Fingerprint


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), hash_size=st.sampled_from([8, 16]))
def test_bits_are_those_of_imagehash(seed: int, hash_size: int) -> None:
    frame = np.random.default_rng(seed).integers(0, 256, (4 * hash_size,) * 2, dtype=np.uint8)
    expected = imagehash.phash(Image.fromarray(frame), hash_size=hash_size).hash
    assert (np.unpackbits(phash(frame[None], hash_size)[0]).reshape(hash_size, hash_size) == expected).all()


def _print(frames: np.ndarray, seconds: float = 2.0) -> Fingerprint:
    maker = Fingerprinter(seconds)
    times = np.linspace(0, seconds, len(frames), endpoint=False)
    maker.sinks[0][1].video(frames, times)
    maker.sinks[1][1].video(np.repeat(frames[:, ::4, ::4, None], 3, axis=3), times)
    return maker.finish()


def _scene(count: int = 8, seed: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed)
    big = np.kron(random.integers(60, 250, (count + 18, 32), dtype=np.uint8), np.ones((8, 8), np.uint8))
    return np.stack([big[8 * n : 8 * n + 144] for n in range(count)])


def test_a_packed_fingerprint_comes_back() -> None:
    before = _print(_scene())
    after = unpack(pack(before))
    assert after.crop == pytest.approx(before.crop)
    for name in ("seconds", "bits64", "bits256", "colour", "detail"):
        assert (getattr(after, name) == getattr(before, name)).all()


@pytest.mark.parametrize("damage", [b"", b"xx", lambda data: data[:-1], lambda data: b"ABCD" + data[4:]])
def test_a_damaged_record_is_named(damage: Any) -> None:
    data = pack(_print(_scene()))
    with pytest.raises(LibraryError, match="damaged"):
        unpack(damage(data) if callable(damage) else damage)


def test_a_take_without_frames_has_an_empty_fingerprint() -> None:
    assert len(unpack(pack(Fingerprinter(1.0).finish())).seconds) == 0


def test_a_short_take_is_sampled_at_least_eight_times() -> None:
    assert float(Fingerprinter(0.5).sinks[0][0].fps) * 0.5 >= 8
    assert Fingerprinter(10).sinks[0][0].fps == 4


def test_bars_are_found_and_cut_off_to_the_line() -> None:
    frames = _scene()
    frames[:, :20] = 3
    frames[:, -20:] = 3
    crop = find_bars(frames)
    assert (round(crop.top * 144), round(crop.bottom * 144), crop.left, crop.right) == (20, 124, 0, 1)


def test_a_dark_scene_has_no_bars() -> None:
    fading = (_scene() * np.linspace(0, 1, 144)[None, :, None] ** 3).astype(np.uint8)
    assert find_bars(fading).top == 0


def test_darkness_in_some_frames_only_is_no_bar() -> None:
    frames = _scene()
    frames[:4, :30] = 0
    assert find_bars(frames).top == 0
