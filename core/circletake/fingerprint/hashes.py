"""imagehash's pHash for many pictures at once.

imagehash's ``phash`` is the definition (a DCT-II of a 4x larger gray picture, the low frequencies
held against their median) and the oracle of the tests; the matrix product here is the engine.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def phash(frames: NDArray[np.uint8], hash_size: int) -> NDArray[np.uint8]:
    """imagehash's pHash of gray pictures that have its input size already.

    Args:
        frames: uint8 (n, 4 * hash_size, 4 * hash_size).
        hash_size: 8 gives 64 bits, 16 gives 256.

    Returns:
        uint8 (n, hash_size ** 2 / 8), row after row of the hash, packed.
    """
    matrix = cosines(4 * hash_size, hash_size)
    low = (matrix @ frames.astype(np.float64) @ matrix.T).reshape(len(frames), hash_size**2)
    return np.packbits(low > np.median(low, axis=1, keepdims=True), axis=1)


def mirrored(bits: NDArray[np.uint8], hash_size: int) -> NDArray[np.uint8]:
    """The hashes of the mirrored pictures: odd columns of a DCT change their sign.

    Exact but for coefficients that lie between 0 and the median.
    """
    return bits ^ _odd_columns(hash_size)


def distances(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Hamming distances of hashes row by row; ``a`` and ``b`` are uint8 (n, bytes)."""
    return np.asarray(np.bitwise_count(words(a) ^ words(b)).sum(-1, dtype=np.int64))


def words(bits: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The same hashes as 64-bit words, which are counted at once."""
    return np.ascontiguousarray(bits).view(np.uint64)


@lru_cache(maxsize=8)
def cosines(size: int, rows: int) -> NDArray[np.float64]:
    """The first rows of the unnormalised DCT-II, as scipy.fftpack.dct computes it; (rows, size)."""
    k = np.arange(rows)[:, None]
    n = np.arange(size)[None]
    return 2 * np.cos(np.pi * k * (2 * n + 1) / (2 * size))


@lru_cache(maxsize=2)
def _odd_columns(size: int) -> NDArray[np.uint8]:
    odd = np.zeros((size, size), bool)
    odd[:, 1::2] = True
    return np.packbits(odd.reshape(-1))
