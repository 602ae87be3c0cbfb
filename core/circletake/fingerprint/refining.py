"""In and out points to the frame: where exactly a piece lies in its take, and which frames still show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from circletake.fingerprint.comparing import Laid
from circletake.fingerprint.registration import moved, soften
from circletake.fingerprint.timing import exact_line

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FITS = 0.35
_LEAST_FIT = 0.5
_NEARLY = 0.2
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


def refine(laid: Laid, luma: NDArray[np.uint8], seconds: NDArray[np.float64]) -> Exact:
    """Match every sample of the take with the piece's own frames, and draw a line through the matches.

    Args:
        luma: thumbnails of all frames of the piece, (n, 64, 64).
        seconds: of the frames, from the piece's beginning.
    """
    apart = _distances(laid, luma)
    offset, speed = exact_line(apart, laid.a.seconds, seconds, laid.timing.offset, laid.timing.speed)
    start, end = _span(apart, laid.a.seconds, seconds, offset, speed)
    if end - start < len(seconds):
        # What is another shot has no say in where this one lies.
        own = apart[:, start:end], laid.a.seconds, seconds[start:end]
        offset, speed = exact_line(*own, laid.timing.offset, laid.timing.speed)
    return Exact(*_plain(apart, laid.a.seconds, seconds, offset, speed, (start, end)), (start, end))


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


def _distances(laid: Laid, luma: NDArray[np.uint8]) -> NDArray[np.float32]:
    """1 - correlation of each sample of the take with each frame of the piece."""
    piece = soften(luma[:, :, ::-1] if laid.flipped else luma)
    take = laid.a.soft
    wide, narrow = (take, piece) if laid.ours_wider else (piece, take)
    kept = laid.found.kept
    a, b = moved(wide, laid.found.warp)[:, kept], narrow[:, kept]
    a, b = (run - run.mean(axis=1, keepdims=True) for run in (a, b))
    a, b = (run / (np.linalg.norm(run, axis=1, keepdims=True) + 1e-3) for run in (a, b))
    apart = np.asarray(1 - a @ b.T, np.float32)
    return apart if laid.ours_wider else apart.T


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
