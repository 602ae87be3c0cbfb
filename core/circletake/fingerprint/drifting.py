"""How far things in one take lie from where they are in another, once both are registered.

Two takes of one still can be alike to a hundredth, and yet each leaf lies elsewhere. A copy keeps
every leaf in its place, whatever a codec did to its look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from circletake.fingerprint.moves import light
from circletake.model.fingerprint import THUMBNAIL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Frames = NDArray[np.float32]

_WINDOW = 9
_TEXTURE = 4.0
"""Levels of 255 a pixel, squared, by which a place must change in every direction to be followed."""

_FAR = 9.0
_EVERY = 7

_LEAST = 64
"""Textured pixels without which nothing can be told."""


def drift(wide: Frames, narrow: Frames, kept: NDArray[np.bool_]) -> float:
    """How far textured places lie from where they should: the root mean square over time, worst tenth.

    Each place's displacement is the one step of Lucas and Kanade (1981) over a window round it.
    """
    toned = _toned(wide, narrow, kept)
    squares = np.zeros(kept.shape, np.float64)
    textured = kept.copy()
    only = kept.astype(np.float32)
    for frame, rest in zip(toned, narrow - toned, strict=True):
        across, down = (
            only * np.asarray(cv2.Sobel(frame, cv2.CV_32F, dx, dy, ksize=3), np.float32) / 8
            for dx, dy in ((1, 0), (0, 1))
        )
        xx, xy, yy, xr, yr = (
            np.asarray(cv2.boxFilter(one, -1, (_WINDOW, _WINDOW)))
            for one in (across * across, across * down, down * down, across * rest, down * rest)
        )
        product = xx * yy - xy * xy
        # The weaker of the two directions must have texture, or the step along it is a guess.
        textured &= product / (xx + yy + 1e-6) > _TEXTURE
        squares += (((yy * xr - xy * yr) ** 2 + (xx * yr - xy * xr) ** 2) / (product**2 + 1e-6)).clip(0, _FAR)
    if textured.sum() < _LEAST:
        return 0.0
    return float(np.quantile(np.sqrt(squares[textured] / len(wide)), 0.9)) / THUMBNAIL


def _toned(wide: Frames, narrow: Frames, kept: NDArray[np.bool_]) -> Frames:
    """The wider frames in the tones of the narrower ones: each frame's light, then one curve for all."""
    gain, lift = light(wide[:, kept], narrow[:, kept])
    lit = gain[:, :, None] * wide + lift[:, :, None]
    known, wanted = lit[:, kept].ravel()[::_EVERY], narrow[:, kept].ravel()[::_EVERY]
    if np.ptp(wanted) < 1 or np.ptp(known) < 1:
        return np.asarray(lit, np.float32)
    curve = np.polynomial.Polynomial.fit(known, wanted, 3, domain=[0, 255])
    return np.asarray(curve(lit.clip(-20, 275)), np.float32)
