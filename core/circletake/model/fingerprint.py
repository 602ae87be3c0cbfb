"""The perceptual fingerprint of a take: hashes and small pictures of frames on a time grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ALGORITHM = "phash-grid"
"""Name under which fingerprints are kept; the version stands beside it."""

VERSION = "2"
"""Raised when the same picture would give other bits; old records live on beside new ones."""

HASH = "pHash of 256 bits"
"""What a manifest tells of each frame."""

MOST_SAID = 600
"""Frames that one manifest tells of; then they lie further apart."""

THUMBNAIL = 64
"""Pixels of each side of a thumbnail: the picture inside the bars, squeezed into a square."""


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """One take's frames, hashed. Their thumbnails are kept beside it and read only when needed.

    Attributes:
        seconds: float32 (n,), time of each sampled frame.
        bits64: uint8 (n, 8), imagehash's pHash, packed.
        bits256: uint8 (n, 32), the same at ``hash_size=16``, packed.
        low: int8 (n, 64), the 8 x 8 lowest frequencies of each thumbnail, made equally strong.
        detail: uint8 (n,), standard deviation of luma, 0 for a flat frame.
        crop: left, top, right, bottom of the picture inside black bars, as fractions of the frame.
        aspect: width by height of the picture inside the bars, as shown.
    """

    seconds: NDArray[np.float32]
    bits64: NDArray[np.uint8]
    bits256: NDArray[np.uint8]
    low: NDArray[np.int8]
    detail: NDArray[np.uint8]
    crop: tuple[float, float, float, float]
    aspect: float
    version: str = VERSION

    @property
    def spacing(self) -> float:
        """Seconds from one sample to the next, on average."""
        count = len(self.seconds)
        return float(self.seconds[-1] - self.seconds[0]) / (count - 1) if count > 1 else 0.125

    @property
    def length(self) -> float:
        """Seconds that the samples stand for."""
        return float(self.seconds[-1]) + self.spacing if len(self.seconds) else 0.0


@dataclass(frozen=True, slots=True)
class FingerprintSaid:
    """What a manifest says of a picture, so that it can be found again once credentials are gone.

    Attributes:
        sha256: of the whole record in the library.
        of: ``take``, or ``takes`` of a cut as they lie in it, since a rendered cut is not looked at again,
            or ``film``: the video itself, where it was graded or finished elsewhere.
        frames: seconds of the video and the 256-bit pHash there (imagehash, ``hash_size=16``), as hex.
    """

    algorithm: str
    version: str
    sha256: str
    of: str
    frames: tuple[tuple[float, str], ...]

    def to_json(self) -> dict[str, Any]:
        """A plain dictionary; seconds are text, since CBOR and JSON readers round."""
        frames = [{"at": f"{at:.3f}", "phash": phash} for at, phash in self.frames]
        return {
            "algorithm": self.algorithm,
            "version": self.version,
            "hash": HASH,
            "of": self.of,
            "sha256": self.sha256,
            "frames": frames,
        }
