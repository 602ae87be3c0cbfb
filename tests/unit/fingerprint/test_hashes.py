import imagehash
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from circletake.fingerprint.hashes import distances, mirrored, phash

seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=25)
@given(seed=seeds, hash_size=st.sampled_from([8, 16]))
def test_bits_are_those_of_imagehash(seed: int, hash_size: int) -> None:
    frame = np.random.default_rng(seed).integers(0, 256, (4 * hash_size,) * 2, dtype=np.uint8)
    expected = imagehash.phash(Image.fromarray(frame), hash_size=hash_size).hash
    assert (np.unpackbits(phash(frame[None], hash_size)[0]).reshape(hash_size, hash_size) == expected).all()


@settings(max_examples=25)
@given(seed=seeds)
def test_bits_of_the_mirrored_picture_follow_from_the_bits(seed: int) -> None:
    frame = np.random.default_rng(seed).integers(0, 256, (1, 64, 64), dtype=np.uint8)
    told, made = mirrored(phash(frame, 16), 16), phash(frame[:, :, ::-1], 16)
    assert int(distances(told, made)[0]) <= 32


@given(seed=seeds)
def test_distances_count_the_bits_that_differ(seed: int) -> None:
    a, b = np.random.default_rng(seed).integers(0, 256, (2, 5, 32), dtype=np.uint8)
    assert distances(a, b).tolist() == np.unpackbits(a ^ b, axis=1).sum(axis=1).tolist()
