"""In and out points to the frame: where exactly a piece lies in its take, and which frames still show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from circletake.fingerprint.comparing import Laid
from circletake.fingerprint.moves import HALF, soften
from circletake.fingerprint.pictures import squares
from circletake.fingerprint.placing import correlated
from circletake.fingerprint.timing import exact_line

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FITS = 0.35
_LEAST_FIT = 0.5
_NEARLY = 0.2
_NEAR = 2.0
"""Seconds of the take before and after the piece that are looked at."""

_SEARCHED, _STEP = 12, 1 / 96
_AS_WELL, _NOISE = 1.1, 5e-4
"""How much worse the take's own speed may fit and be told all the same."""


@dataclass(frozen=True, slots=True)
class Exact:
    """A moment ``t`` of the piece shows the take at ``offset + speed * t``.

    Attributes:
        span: first frame of the piece that shows the take, and the one after the last.
    """

    offset: float
    speed: float
    span: tuple[int, int]


def refine(laid: Laid, frames: NDArray[np.uint8], seconds: NDArray[np.float64]) -> Exact:
    """Match the samples of the take with the piece's own frames, and draw a line through the matches.

    Args:
        frames: all frames of the piece inside their bars, (n, h, w).
        seconds: of the frames, from the piece's beginning.
    """
    near = _near(laid, seconds)
    take, apart = laid.a.seconds[near], _distances(laid, near, frames)
    offset, speed = exact_line(apart, take, seconds, laid.timing.offset, laid.timing.speed)
    start, end = _span(apart, take, seconds, offset, speed)
    if end - start < len(seconds):
        # What is another shot has no say in where this one lies.
        own = apart[:, start:end], take, seconds[start:end]
        offset, speed = exact_line(*own, laid.timing.offset, laid.timing.speed)
    return Exact(*_plain(apart, take, seconds, offset, speed, (start, end)), (start, end))


def _near(laid: Laid, seconds: NDArray[np.float64]) -> slice:
    """The samples of the take that the piece may meet, and some more."""
    wanted = laid.timing.offset + laid.timing.speed * seconds[[0, -1]]
    first, last = np.searchsorted(laid.a.seconds, (wanted[0] - _NEAR, wanted[1] + _NEAR)).tolist()
    return slice(max(0, first - 2), last + 2)


def _plain(
    apart: NDArray[np.float32],
    take: NDArray[np.float64],
    piece: NDArray[np.float64],
    offset: float,
    speed: float,
    span: tuple[int, int],
) -> tuple[float, float]:
    """The take's own speed, where it fits about as well as the one found: most pieces are not retimed."""
    if speed == 1 or abs(speed - 1) > _NEARLY:
        return offset, speed
    frames = np.arange(*span)
    middle = float(piece[frames].mean())
    starts = offset + (speed - 1) * middle + np.arange(-_SEARCHED, _SEARCHED + 1) * _STEP
    costs = _costs(apart, take, starts[:, None] + piece[frames], frames)
    best = int(costs.argmin())
    if (
        costs[best]
        <= _costs(apart, take, offset + speed * piece[frames][None], frames)[0] * _AS_WELL + _NOISE
    ):
        return float(starts[best]), 1.0
    return offset, speed


def _costs(
    apart: NDArray[np.float32],
    take: NDArray[np.float64],
    wanted: NDArray[np.float64],
    frames: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Mean distance of frames from the take where some lines put them, between its samples.

    Args:
        wanted: (lines, len(frames)), seconds of the take.
    """
    right = np.searchsorted(take, wanted).clip(0, len(take) - 1)
    left = (right - 1).clip(0)
    share = ((wanted - take[left]) / np.maximum(take[right] - take[left], 1e-6)).clip(0, 1)
    return np.asarray((apart[left, frames] * (1 - share) + apart[right, frames] * share).mean(axis=1))


def _distances(laid: Laid, near: slice, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    """1 - correlation of samples of the take with each frame of the piece."""
    piece = soften(squares(frames, HALF), 0.5)
    turned = piece[:, :, ::-1] if laid.flipped else piece
    # Most of the pixels of a half must be alike.
    kept = laid.found.kept.reshape(HALF, 2, HALF, 2).mean(axis=(1, 3)) > 0.5
    return correlated(laid.a.halves[near], turned, laid.ours_wider, laid.found.warp, kept)


def _span(
    apart: NDArray[np.float32],
    take: NDArray[np.float64],
    piece: NDArray[np.float64],
    offset: float,
    speed: float,
) -> tuple[int, int]:
    """The longest run of frames that fit about as well as the piece does on the whole."""
    wanted = offset + speed * piece
    right = np.searchsorted(take, wanted).clip(0, len(take) - 1)
    left = (right - 1).clip(0)
    frames = np.arange(len(piece))
    fits = 1 - np.minimum(apart[left, frames], apart[right, frames])
    step = float(np.median(np.diff(take))) if len(take) > 1 else 0.125
    reached = (wanted > take[0] - step) & (wanted < take[-1] + 2 * step)
    good = reached & (fits >= max(_LEAST_FIT, float(np.median(fits)) - _FITS))
    best = (0, 0)
    start = 0
    for index in range(len(good) + 1):
        if index == len(good) or not good[index]:
            if index - start > best[1] - best[0]:
                best = (start, index)
            start = index + 1
    return best if best[1] > best[0] else (0, len(piece))
