"""Laying one take's pictures on another's to a fraction of a pixel, and measuring what is left.

One affine move is sought for all frames together, by Gauss-Newton on the intensities with a
brightness and a contrast of their own for each frame pair and weights that let go of what does
not fit (Baker and Matthews, "Lucas-Kanade 20 Years On", 2004; Evangelidis and Psarakis, 2008,
for the invariance to brightness). Many frames at once pin the move down where one is too plain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from circletake.fingerprint.ranks import median, quantile
from circletake.model.fingerprint import THUMBNAIL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Frames = NDArray[np.float32]

_ROWS, _COLUMNS = np.mgrid[0:THUMBNAIL, 0:THUMBNAIL].astype(np.float32)
_CENTRE = (THUMBNAIL - 1) / 2
_ACROSS, _DOWN = (_COLUMNS - _CENTRE) / _CENTRE, (_ROWS - _CENTRE) / _CENTRE
_LEAST_SEEN = 0.4
_EDGE = 2
_INNER = np.zeros((THUMBNAIL, THUMBNAIL), bool)
_INNER[_EDGE:-_EDGE, _EDGE:-_EDGE] = True
_SPARSE = _INNER & (_ROWS % 2 == 0) & (_COLUMNS % 2 == 0)
"""Pixels that say as much as all of them where pictures are blurred."""

_SETTLED, _NOTHING = 0.03, 1e-4
"""Pixels of a step that is the last; and of one that is not even taken."""

_FEW = 5
"""Frames that the move is sought with."""

_DOUBTED = 0.985
"""Correlation below which the guess may have been the better answer."""

_LARGEST, _SMALLEST = 1.15, 0.25
_DROPPED = 0.15
"""Share of the picture that fits worst and is left out: captions and logos are no larger."""

_MISSED = 0.1
"""Share of the frames that fit worst and do not count for motion."""

_PEAK = 0.03
"""Share of the pixels that stand for where a picture changes most."""

_BLOCK = 8
_MOVES = 2.5
"""Levels of 255 that a place must change by over time to count as moving."""


@dataclass(frozen=True, slots=True, eq=False)
class Registered:
    """What is left between two runs of frames once one lies on the other.

    Attributes:
        warp: 2 x 3, from pixels of the narrower thumbnails to those of the wider ones.
        kept: (64, 64), where the narrower pictures are like the wider ones at all.
        fitting: (n,), which frames count for motion; where a take cuts, one may show the next shot.
        correlations: (n,), of each pair of frames.
        motion: correlation of what changes over time.
        places: that of the tenth of moving places that fits worst; ``motion`` where few move.
        moving: share of the picture that moves, 0-1.
        peak: correlation of what changes over time where it changes most.
        liveliness: by how many levels of 255 that place changes.
    """

    warp: NDArray[np.float64]
    kept: NDArray[np.bool_]
    fitting: NDArray[np.bool_]
    correlations: NDArray[np.float64]
    motion: float
    places: float
    moving: float
    peak: float
    liveliness: float

    @property
    def picture(self) -> float:
        """Median correlation of the frames."""
        return median(self.correlations)

    @property
    def fit(self) -> float:
        """One number to choose between two ways of laying the same takes on one another."""
        return self.picture + 0.5 * (self.motion if self.moving else self.peak)


def soften(thumbnails: NDArray[np.uint8], sigma: float = 1.0) -> Frames:
    """Thumbnails as floats, blurred a little so that sharpness and coding noise do not count."""
    if not len(thumbnails):
        return np.zeros(thumbnails.shape, np.float32)
    return _blurred(thumbnails.astype(np.float32), sigma)


def register(
    wide: Frames, narrow: Frames, guess: NDArray[np.float64], *, rough: bool = True
) -> Registered | None:
    """Find the move that lays ``narrow`` on ``wide``, starting from ``guess``, and measure the rest.

    Args:
        wide, narrow: (n, 64, 64), softened; frames of equal index show the same moment.
        rough: ``guess`` may be off by some pixels; otherwise it is nearly right.

    Returns:
        ``None`` where too little of the pictures meets.
    """
    few = spread(len(wide), _FEW)
    start = approach(wide, narrow, guess) if rough else guess
    fine = _refine(wide[few], narrow[few], guess if start is None else start, steps=5, sigma=0.0)
    found = measure(wide, narrow, fine) if fine is not None else None
    if found is None or min(found.picture, found.motion) < _DOUBTED:
        plain = measure(wide, narrow, guess)
        found = max((one for one in (found, plain) if one), key=lambda one: one.fit, default=None)
    return found


def approach(wide: Frames, narrow: Frames, guess: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The move to about a third of a pixel, from a guess some pixels off; ``None`` when it runs away."""
    few = spread(len(wide), _FEW)
    return _refine(wide[few], narrow[few], guess, steps=5, sigma=2.0)


def closeness(wide: Frames, narrow: Frames, warp: NDArray[np.float64]) -> float:
    """Median correlation of a few frames where ``warp`` lays them, captions and all: a glance, no more."""
    few, seen = spread(len(wide), _FEW), np.flatnonzero(inside(warp))
    if len(seen) < _LEAST_SEEN * THUMBNAIL**2:
        return 0.0
    return median(_correlations(_at(moved(wide[few], warp), seen), _at(narrow[few], seen)))


@lru_cache(maxsize=512)
def spread(count: int, most: int) -> NDArray[np.int64]:
    """At most so many of ``count`` indices, from the first to the last."""
    chosen = np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))
    chosen.flags.writeable = False
    return chosen


def measure(wide: Frames, narrow: Frames, warp: NDArray[np.float64]) -> Registered | None:
    """How well the frames fit where ``warp`` lays them; ``None`` where too little meets."""
    seen = inside(warp)
    if seen.mean() < _LEAST_SEEN:
        return None
    pixels = np.flatnonzero(seen)
    every, every_other = _at(moved(wide, warp), pixels), _at(narrow, pixels)
    kept, ours, theirs = np.ones(len(pixels), bool), every, every_other
    last = len(pixels) - 1 - int(len(pixels) * _DROPPED)
    for _ in range(2):
        gain, lift = light(ours, theirs)
        misfit = np.abs(gain * every + lift - every_other).mean(axis=0)
        kept = misfit <= np.partition(misfit, last)[last]
        ours, theirs = (np.compress(kept, run, axis=1) for run in (every, every_other))
    gain, lift = light(ours, theirs)
    ours = gain * ours + lift
    correlations = _correlations(ours, theirs)
    fitting = correlations >= quantile(correlations, _MISSED)
    changes = _changes(ours[fitting]), _changes(theirs[fitting])
    motion, places, moving = _motion(*changes, _blocks(seen)[kept])
    like = np.zeros(seen.shape, bool)
    like[seen] = kept
    return Registered(warp, like, fitting, correlations, motion, places, moving, *_peak(*changes))


def moved(frames: NDArray[np.float32], warp: NDArray[np.float64]) -> NDArray[np.float32]:
    """Frames (n, h, w) as seen through ``warp``; what lies outside repeats the edge."""
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (frames.shape[2], frames.shape[1])
    out = np.empty(frames.shape, frames.dtype)
    for frame, seen in zip(frames, out, strict=True):
        cv2.warpAffine(frame, warp, size, dst=seen, flags=how, borderMode=cv2.BORDER_REPLICATE)
    return out


def in_light(wide: NDArray[Any], narrow: NDArray[Any], kept: NDArray[np.bool_]) -> Frames:
    """The wider frames, registered, in the brightness and contrast of the narrower ones."""
    gain, lift = light(wide[:, kept], narrow[:, kept])
    lit: Frames = gain[:, :, None] * wide + lift[:, :, None]
    return lit


def inside(warp: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which pixels of the narrower picture lie within the wider one."""
    x = warp[0, 0] * _COLUMNS + warp[0, 1] * _ROWS + warp[0, 2]
    y = warp[1, 0] * _COLUMNS + warp[1, 1] * _ROWS + warp[1, 2]
    last = THUMBNAIL - 0.5
    return np.asarray((x > -0.5) & (x < last) & (y > -0.5) & (y < last))


def _refine(
    wide: Frames, narrow: Frames, guess: NDArray[np.float64], steps: int, sigma: float
) -> NDArray[np.float64] | None:
    """Gauss-Newton from ``guess``; ``None`` when it runs away."""
    if sigma:
        wide, narrow = (_blurred(run, sigma) for run in (wide, narrow))
    count = len(wide)
    # The wider frames, then how they change across, then down: moved as one.
    runs = np.empty((3 * count, *wide.shape[1:]), np.float32)
    runs[:count] = wide
    for number, frame in enumerate(wide):
        cv2.Sobel(frame, cv2.CV_32F, 1, 0, dst=runs[count + number], ksize=3, scale=1 / 8)
        cv2.Sobel(frame, cv2.CV_32F, 0, 1, dst=runs[2 * count + number], ksize=3, scale=1 / 8)
    lattice = _SPARSE if sigma else _INNER
    warp = guess.copy()
    for _ in range(steps):
        seen = np.flatnonzero(inside(warp) & lattice)
        if len(seen) < _LEAST_SEEN / 2 * lattice.sum():
            return None
        ours, *slopes = _at(moved(runs, warp), seen).reshape(3, count, -1)
        step = _step(ours, slopes, _at(narrow, seen), seen)
        if step is None:
            return None
        if np.abs(step).max() < _NOTHING:
            break
        warp += _in_pixels(step)
        if np.abs(step).max() < _SETTLED:
            break
    stretch = np.linalg.svd(warp[:, :2] @ np.linalg.inv(guess[:, :2]), compute_uv=False)
    whole = np.linalg.svd(warp[:, :2], compute_uv=False)
    return warp if stretch[0] < _LARGEST and stretch[1] > 1 / _LARGEST and whole[1] > _SMALLEST else None


def _blurred(frames: Frames, sigma: float) -> Frames:
    out = np.empty(frames.shape, frames.dtype)
    for frame, soft in zip(frames, out, strict=True):
        cv2.GaussianBlur(frame, (0, 0), sigma, dst=soft)
    return out


def _at(frames: Frames, pixels: NDArray[np.int64]) -> Frames:
    return np.take(frames.reshape(len(frames), -1), pixels, axis=1)


def _step(
    ours: Frames, slopes: Sequence[Frames], theirs: Frames, pixels: NDArray[np.int64]
) -> NDArray[np.float64] | None:
    """One step: least squares of what is left on how it changes with the six parameters."""
    gain, lift = light(ours, theirs)
    gain = gain.clip(0.2, 5)
    left = theirs - gain * ours - lift
    spread = float(np.abs(left).mean()) + 1e-3
    weights = (1 / (1 + (left / (2.5 * spread)) ** 2)).ravel()
    across, down = _ACROSS.ravel()[pixels], _DOWN.ravel()[pixels]
    changes = np.empty((6, *ours.shape), np.float32)
    for number, slope in enumerate(slopes):
        lit = gain * slope
        np.multiply(lit, across, out=changes[3 * number])
        np.multiply(lit, down, out=changes[3 * number + 1])
        changes[3 * number + 2] = lit
    changes -= changes.mean(axis=2, keepdims=True)
    rows = changes.reshape(6, -1)
    weighted = rows * weights
    normal = (weighted @ rows.T).astype(np.float64)
    normal += np.eye(6) * 1e-3 * np.trace(normal) / 6
    try:
        return np.asarray(np.linalg.solve(normal, (weighted @ left.ravel()).astype(np.float64)))
    except np.linalg.LinAlgError:
        return None


def _in_pixels(step: NDArray[np.float64]) -> NDArray[np.float64]:
    """The change of a warp, from parameters that count from the centre."""
    rows = step.clip(-3, 3).reshape(2, 3)
    turn = rows[:, :2] / _CENTRE
    return np.hstack((turn, rows[:, 2:] - turn.sum(axis=1, keepdims=True) * _CENTRE))


def light(ours: NDArray[Any], theirs: NDArray[Any]) -> tuple[Frames, Frames]:
    """Contrast and brightness that bring each of our frames to theirs, by least squares."""
    mean, their_mean = _mean(ours), _mean(theirs)
    centred = ours - mean
    gain: NDArray[Any] = (_along(centred, theirs) / (_along(centred, centred) + 1e-3))[:, None]
    return gain, their_mean - gain * mean


def _correlations(ours: Frames, theirs: Frames) -> NDArray[np.float64]:
    a, b = ours - _mean(ours), theirs - _mean(theirs)
    together = _along(a, b) / (np.sqrt(_along(a, a) * _along(b, b)) + 1e-3)
    return np.asarray(together, np.float64)


def _mean(rows: NDArray[Any]) -> NDArray[Any]:
    """Of each row; ``mean`` itself does a good deal more."""
    return np.asarray(np.add.reduce(rows, axis=1, keepdims=True) / rows.shape[1])


def _along(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """The product of each row with its like."""
    return np.asarray(np.einsum("ij,ij->i", a, b))


def _changes(frames: Frames) -> Frames:
    """What changes over time but for the light of the whole picture."""
    over_time = frames - frames.mean(axis=0)
    return np.asarray(over_time - over_time.mean(axis=1, keepdims=True))


def _peak(a: Frames, b: Frames) -> tuple[float, float]:
    """Correlation of the changes, and their size, at the pixels that change most."""
    energy = np.maximum((a * a).mean(axis=0), (b * b).mean(axis=0))
    most = energy >= quantile(energy, 1 - _PEAK)
    a, b = a[:, most], b[:, most]
    together = float((a * b).sum() / (np.sqrt((a * a).sum() * (b * b).sum()) + 1e-6))
    return together, float(np.sqrt(energy[most].mean()))


def _motion(a: Frames, b: Frames, blocks: NDArray[np.int64]) -> tuple[float, float, float]:
    """Correlation of the changes: over all, and over the worst tenth of moving blocks; share moving."""
    both, alone_a, alone_b = (np.einsum("ij,ij->j", *pair) for pair in ((a, b), (a, a), (b, b)))
    motion = float(both.sum() / (np.sqrt(alone_a.sum() * alone_b.sum()) + 1e-6))
    count = np.bincount(blocks, minlength=(THUMBNAIL // _BLOCK) ** 2)
    sums = [np.bincount(blocks, values, len(count)) for values in (both, alone_a, alone_b)]
    energy = np.sqrt(np.maximum(sums[1], sums[2]) / np.maximum(count * len(a), 1))
    moving = (energy > _MOVES) & (count >= _BLOCK * _BLOCK // 3)
    share = float(moving.sum() / max(1, (count > 0).sum()))
    if moving.sum() < 2:
        return motion, motion, share
    each = sums[0][moving] / (np.sqrt(sums[1][moving] * sums[2][moving]) + 1e-3)
    return motion, float(quantile(each, 0.1)), share


def _blocks(seen: NDArray[np.bool_]) -> NDArray[np.int64]:
    across = THUMBNAIL // _BLOCK
    return np.asarray((_ROWS[seen] // _BLOCK) * across + _COLUMNS[seen] // _BLOCK, np.int64)
