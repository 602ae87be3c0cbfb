"""The lowest frequencies of a picture: what takes are searched by.

A pHash keeps only the sign of each frequency. Here the 8 x 8 lowest are kept as numbers, made
equally strong (natural pictures fall off as 1/f), so that two pictures are compared by one dot
product and, since all is linear, part of a picture can be seen without the picture: a crop or
a zoom is a matrix (:mod:`~circletake.fingerprint.views`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from circletake.fingerprint.hashes import cosines
from circletake.model.fingerprint import THUMBNAIL

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 8
"""Frequencies each way."""

_LEVELS = 32
"""What the root mean square of a picture's frequencies becomes, of 127."""

_CLIP = 2.0
"""Times the root mean square at which one frequency is cut off, so that no single one decides."""

_FREQUENCY = np.hypot(*np.mgrid[0:SIDE, 0:SIDE]).astype(np.float32)
_MIRROR = np.where(np.arange(SIDE) % 2, -1, 1).astype(np.float32)


def lows(thumbnails: NDArray[np.uint8]) -> NDArray[np.int8]:
    """The low frequencies of gray thumbnails (n, 64, 64), for keeping: int8 (n, 64)."""
    matrix = cosines(THUMBNAIL, SIDE).astype(np.float32) / THUMBNAIL
    flat = (matrix @ thumbnails.astype(np.float32) @ matrix.T) * _FREQUENCY
    flat = flat.reshape(len(thumbnails), SIDE * SIDE)
    strength = np.sqrt((flat**2).mean(axis=1, keepdims=True)) + 1e-6
    return np.asarray(np.clip(np.rint(flat / strength * _LEVELS), -127, 127), np.int8)


def spectrum(low: NDArray[np.int8]) -> NDArray[np.float32]:
    """The frequencies as they were but for one factor a picture: float32 (n, 8, 8); the mean is lost."""
    weights = np.where(_FREQUENCY > 0, _FREQUENCY, 1)
    return np.asarray(low.reshape(-1, SIDE, SIDE) / weights, np.float32)


def mirror(spectra: NDArray[np.float32]) -> NDArray[np.float32]:
    """The spectra of the mirrored pictures."""
    return spectra * _MIRROR


def mirror_units(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The unit vectors (..., 63) of the mirrored pictures."""
    return vectors * np.tile(_MIRROR, SIDE)[1:]


def unit(spectra: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit vectors whose dot product says how alike two pictures are, -1 to 1: (..., 8, 8) to (..., 63)."""
    flat = (spectra * _FREQUENCY).reshape(*spectra.shape[:-2], SIDE * SIDE)[..., 1:]
    flat = flat / (_length(flat) / np.sqrt(flat.shape[-1], dtype=np.float32) + 1e-6)
    np.clip(flat, -_CLIP, _CLIP, out=flat)
    flat /= _length(flat) + 1e-6
    return np.asarray(flat, np.float32)


def coarse(vectors: NDArray[np.float32], side: int = 6) -> NDArray[np.float32]:
    """The ``side`` x ``side`` lowest of unit vectors (..., 63), made unit again: blind to small crops."""
    kept = (np.mgrid[0:SIDE, 0:SIDE].max(axis=0) < side).reshape(-1)[1:]
    fewer = vectors[..., kept]
    return np.asarray(fewer / (_length(fewer) + 1e-6))


def odd_columns(side: int = 6) -> NDArray[np.bool_]:
    """Which entries of :func:`coarse` change their sign when the picture is mirrored."""
    return np.asarray(np.mgrid[0:side, 0:side][1] % 2 == 1).reshape(-1)[1:]


def _length(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of each vector, kept as a last axis of one."""
    return np.asarray(np.sqrt(np.einsum("...i,...i->...", vectors, vectors)))[..., None]
