"""Making a take's fingerprint from the frames of the one decoding pass."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import cv2
import numpy as np

from circletake.fingerprint.bars import Crop, find_bars
from circletake.fingerprint.hashes import phash
from circletake.fingerprint.low import lows
from circletake.fingerprint.pictures import squares
from circletake.fingerprint.record import CHROMA, Thumbnails
from circletake.model.fingerprint import THUMBNAIL, Fingerprint
from circletake.protocols import Needs

if TYPE_CHECKING:
    from numpy.typing import NDArray

GRID = Fraction(8)
"""Samples a second: of a trimmed copy, no sample is then more than a frame or two off."""

LEAST_SAMPLES, MOST_SAMPLES = 8, 480
"""Of a take: short ones are sampled more densely, long ones more thinly."""

_LUMA_SIDE = 256
_COLOUR_SIDE = 64


def grid(seconds: float) -> Fraction:
    """Samples a second for a take of this length."""
    if seconds <= 0:
        return GRID
    wanted = min(max(float(GRID) * seconds, LEAST_SAMPLES), MOST_SAMPLES)
    return GRID if wanted == float(GRID) * seconds else Fraction(wanted / seconds).limit_denominator(1000)


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

    def finish(self) -> tuple[Fingerprint, Thumbnails]:
        """The fingerprint of everything shown so far, and the thumbnails that were hashed."""
        luma = self._luma.frames()
        # A file may claim to be shorter than it is; what a comparison costs hangs on no claim.
        sampled = slice(0, len(luma), max(1, len(luma) // MOST_SAMPLES))
        frames, colour = luma[sampled], self._colour.frames()[sampled]
        seconds = np.concatenate(self._luma.seconds)[sampled] if len(frames) else np.zeros(0)
        crop = find_bars(frames) if len(frames) else Crop()
        thumbnails = Thumbnails(squares(crop.of(frames), THUMBNAIL), _chroma(crop.of(colour)))
        return fingerprint_of(thumbnails, seconds, crop, aspect_of(frames, crop)), thumbnails


def fingerprint_of(
    thumbnails: Thumbnails, seconds: NDArray[np.float64], crop: Crop, aspect: float
) -> Fingerprint:
    """The hashes of thumbnails."""
    luma = thumbnails.luma
    return replace(
        unhashed(luma, seconds, crop, aspect), bits64=phash(squares(luma, 32), 8), bits256=phash(luma, 16)
    )


def unhashed(luma: NDArray[np.uint8], seconds: NDArray[np.float64], crop: Crop, aspect: float) -> Fingerprint:
    """The same with nothing in the hashes, for what is laid on takes and never searched for by them."""
    return Fingerprint(
        seconds=seconds.astype(np.float32),
        bits64=np.zeros((len(luma), 8), np.uint8),
        bits256=np.zeros((len(luma), 32), np.uint8),
        low=lows(luma),
        detail=np.clip(luma.std(axis=(1, 2)), 0, 255).astype(np.uint8),
        crop=(crop.left, crop.top, crop.right, crop.bottom),
        aspect=aspect,
    )


def aspect_of(frames: NDArray[np.uint8], crop: Crop) -> float:
    """Width by height of the picture inside the bars."""
    height, width = frames.shape[1:3]
    return float((crop.right - crop.left) * width / max((crop.bottom - crop.top) * height, 1e-6))


def _chroma(frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if not len(frames):
        return np.zeros((0, CHROMA, CHROMA, 2), np.uint8)
    small = squares(frames, CHROMA)
    return np.stack([np.asarray(cv2.cvtColor(f, cv2.COLOR_RGB2YCrCb))[..., 1:] for f in small])


class _Gather:
    def __init__(self) -> None:
        self._runs: list[NDArray[np.uint8]] = []
        self.seconds: list[NDArray[np.float64]] = []

    def video(self, frames: NDArray[np.uint8], seconds: NDArray[np.float64]) -> None:
        # A take that changes its size half-way is hashed as one picture size.
        if self._runs and frames.shape[1:] != self._runs[0].shape[1:]:
            size = (self._runs[0].shape[2], self._runs[0].shape[1])
            frames = np.stack(
                [np.asarray(cv2.resize(f, size, interpolation=cv2.INTER_AREA), np.uint8) for f in frames]
            )
        self._runs.append(frames)
        self.seconds.append(seconds)

    def audio(self, samples: NDArray[np.float32], start: float) -> None:
        pass

    def frames(self) -> NDArray[np.uint8]:
        return np.concatenate(self._runs) if self._runs else np.zeros((0, 1, 1), np.uint8)
