"""The perceptual fingerprint of a take: hashes of frames on a time grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ALGORITHM = "phash-grid"
"""Name under which fingerprints are kept; the version stands beside it."""

VERSION = "1"
"""Raised when the same picture would give other bits; old records live on beside new ones."""


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """One take's frames, hashed.

    Attributes:
        seconds: float32 (n,), time of each sampled frame.
        bits64: uint8 (n, 8), imagehash's pHash, packed.
        bits256: uint8 (n, 32), the same at ``hash_size=16``, packed.
        colour: uint8 (n, 12), mean RGB of the four quadrants of each frame.
        detail: uint8 (n,), standard deviation of luma, 0 for a flat frame.
        crop: left, top, right, bottom of the picture inside black bars, as fractions of the frame.
    """

    seconds: NDArray[np.float32]
    bits64: NDArray[np.uint8]
    bits256: NDArray[np.uint8]
    colour: NDArray[np.uint8]
    detail: NDArray[np.uint8]
    crop: tuple[float, float, float, float]
    version: str = VERSION
