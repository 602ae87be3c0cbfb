"""Making a take's fingerprint from the frames of the one decoding pass.

The hash is imagehash's pHash (its ``phash``: a DCT-II of a 4x larger gray picture, the low
frequencies held against their median), computed for all frames at once by a matrix product.
"""

from __future__ import annotations

import struct
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from circletake.errors import LibraryError
from circletake.fingerprint.bars import Crop, find_bars
from circletake.model.fingerprint import VERSION, Fingerprint
from circletake.protocols import Needs

if TYPE_CHECKING:
    from numpy.typing import NDArray

GRID = Fraction(4)
"""Samples a second; short takes are sampled more densely so that there are at least eight."""

LEAST_SAMPLES = 8
_LUMA_SIDE = 256
_COLOUR_SIDE = 32
_HEADER = struct.Struct("<4sII4f")
_MAGIC = b"CTFP"


def grid(seconds: float) -> Fraction:
    """Samples a second for a take of this length."""
    if seconds <= 0:
        return GRID
    return max(GRID, Fraction(LEAST_SAMPLES / seconds).limit_denominator(1000))


class Fingerprinter:
    """Gathers a take's frames and hashes them at the end.

    Args:
        seconds: the take's length, which sets the time grid.
    """

    def __init__(self, seconds: float) -> None:
        rate = grid(seconds)
        self._luma = _Gather()
        self._colour = _Gather()
        self.sinks = (
            (Needs(long_side=_LUMA_SIDE, fps=rate, pixels="gray"), self._luma),
            (Needs(long_side=_COLOUR_SIDE, fps=rate, pixels="rgb24"), self._colour),
        )

    def finish(self) -> Fingerprint:
        """The fingerprint of everything shown so far."""
        frames = self._luma.frames()
        if not len(frames):
            empty = np.zeros((0, 32), np.uint8)
            return Fingerprint(
                np.zeros(0, np.float32), empty[:, :8], empty, empty[:, :12], empty[:, 0], (0.0, 0.0, 1.0, 1.0)
            )
        crop = find_bars(frames)
        inside = crop.of(frames)
        small = np.stack([cv2.resize(f, (64, 64), interpolation=cv2.INTER_AREA) for f in inside])
        smaller = np.stack([cv2.resize(f, (32, 32), interpolation=cv2.INTER_AREA) for f in small])
        return Fingerprint(
            seconds=np.concatenate(self._luma.seconds).astype(np.float32),
            bits64=phash(smaller, 8),
            bits256=phash(small, 16),
            colour=_quadrants(crop.of(self._colour.frames())),
            detail=np.clip(small.std(axis=(1, 2)), 0, 255).astype(np.uint8),
            crop=(crop.left, crop.top, crop.right, crop.bottom),
        )


def phash(frames: NDArray[np.uint8], hash_size: int) -> NDArray[np.uint8]:
    """imagehash's pHash of gray pictures that have its input size already.

    Args:
        frames: uint8 (n, 4 * hash_size, 4 * hash_size).
        hash_size: 8 gives 64 bits, 16 gives 256.

    Returns:
        uint8 (n, hash_size ** 2 / 8), row after row of the hash, packed.
    """
    matrix = _dct_rows(4 * hash_size, hash_size)
    low = (matrix @ frames.astype(np.float64) @ matrix.T).reshape(len(frames), -1)
    return np.packbits(low > np.median(low, axis=1, keepdims=True), axis=1)


def pack(fingerprint: Fingerprint) -> bytes:
    """A fingerprint as bytes for the registry."""
    head = _HEADER.pack(_MAGIC, int(fingerprint.version), len(fingerprint.seconds), *fingerprint.crop)
    arrays = (fingerprint.bits64, fingerprint.bits256, fingerprint.colour, fingerprint.detail)
    return head + fingerprint.seconds.astype("<f4").tobytes() + b"".join(a.tobytes() for a in arrays)


def unpack(data: bytes) -> Fingerprint:
    """What :func:`pack` wrote.

    Raises:
        LibraryError: the record is damaged or of a version this circletake does not read.
    """
    try:
        magic, version, count, *crop = _HEADER.unpack_from(data)
    except struct.error as error:
        raise LibraryError("a fingerprint", "its record is damaged", "circletake analyze --again") from error
    widths = (4, 8, 32, 12, 1)
    if magic != _MAGIC or str(version) != VERSION or len(data) != _HEADER.size + count * sum(widths):
        raise LibraryError("a fingerprint", "its record is damaged", "circletake analyze --again")
    parts: list[NDArray[np.uint8]] = []
    at = _HEADER.size
    for width in widths:
        parts.append(np.frombuffer(data, np.uint8, count * width, at).reshape(count, width))
        at += count * width
    seconds = parts[0].copy().view("<f4").reshape(-1).astype(np.float32)
    left, top, right, bottom = crop
    return Fingerprint(seconds, parts[1], parts[2], parts[3], parts[4][:, 0], (left, top, right, bottom))


class _Gather:
    def __init__(self) -> None:
        self._runs: list[NDArray[np.uint8]] = []
        self.seconds: list[NDArray[np.float64]] = []

    def video(self, frames: NDArray[np.uint8], seconds: NDArray[np.float64]) -> None:
        # A take that changes its size half-way is hashed as one picture size.
        if self._runs and frames.shape[1:] != self._runs[0].shape[1:]:
            size = (self._runs[0].shape[2], self._runs[0].shape[1])
            frames = np.stack([cv2.resize(f, size, interpolation=cv2.INTER_AREA) for f in frames])
        self._runs.append(frames)
        self.seconds.append(seconds)

    def audio(self, samples: NDArray[np.float32], start: float) -> None:
        pass

    def frames(self) -> NDArray[np.uint8]:
        return np.concatenate(self._runs) if self._runs else np.zeros((0, 1, 1), np.uint8)


@lru_cache(maxsize=2)
def _dct_rows(size: int, rows: int) -> NDArray[np.float64]:
    """The first rows of the unnormalised DCT-II, as scipy.fftpack.dct computes it."""
    k = np.arange(rows)[:, None]
    n = np.arange(size)[None]
    return 2 * np.cos(np.pi * k * (2 * n + 1) / (2 * size))


def _quadrants(frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Mean RGB of top left, top right, bottom left, bottom right; uint8 (n, 12)."""
    quarters = [cv2.resize(frame, (2, 2), interpolation=cv2.INTER_AREA) for frame in frames]
    return np.stack(quarters).reshape(len(frames), 12).astype(np.uint8)


__all__ = ["GRID", "LEAST_SAMPLES", "Crop", "Fingerprinter", "grid", "pack", "phash", "unpack"]
