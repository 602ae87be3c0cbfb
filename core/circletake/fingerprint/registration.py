"""Laying one take's pictures on another's to a fraction of a pixel, and measuring what is left.

One affine move is sought for all frames together (:mod:`~circletake.fingerprint.moves`): many
frames at once pin it down where one is too plain.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from circletake.fingerprint.moves import (
    LEAST_SEEN,
    along,
    at,
    blurred,
    inside,
    light,
    mean,
    moved,
    of_halves,
    of_wholes,
    sought,
)
from circletake.fingerprint.ranks import median, quantile
from circletake.model.fingerprint import THUMBNAIL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from circletake.fingerprint.moves import Frames

_FEW = 5
"""Frames that the move is sought with."""

_DOUBTED = 0.985
"""Correlation below which the guess may have been the better answer."""

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
    fine = sought(wide[few], narrow[few], guess if start is None else start, steps=5, sparse=False)
    return better(wide, narrow, fine, guess)


def better(
    wide: Frames, narrow: Frames, fine: NDArray[np.float64] | None, guess: NDArray[np.float64]
) -> Registered | None:
    """What is left after a move that was found, or after the guess where that fits better."""
    found = measure(wide, narrow, fine) if fine is not None else None
    if found is None or min(found.picture, found.motion) < _DOUBTED:
        plain = measure(wide, narrow, guess)
        found = max((one for one in (found, plain) if one), key=lambda one: one.fit, default=None)
    return found


def approach(wide: Frames, narrow: Frames, guess: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The move to about a third of a pixel, from a guess some pixels off; ``None`` when it runs away."""
    few = spread(len(wide), _FEW)
    return sought(blurred(wide[few], 2.0), blurred(narrow[few], 2.0), guess, steps=5, sparse=True)


def settle_halves(wide: Frames, narrow: Frames, guess: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The move as exactly as the halves of a few frames (n, 32, 32) tell, at a quarter of the cost.

    Blurred by a pixel, they may be off by some; ``None`` when it runs away.
    """
    found = sought(wide, narrow, of_halves(guess), steps=5, sparse=False)
    return None if found is None else of_wholes(found)


def closeness(wide: Frames, narrow: Frames, warp: NDArray[np.float64]) -> float:
    """Median correlation of a few frames where ``warp`` lays them, captions and all: a glance, no more."""
    side = wide.shape[-1]
    few, seen = spread(len(wide), _FEW), np.flatnonzero(inside(warp, side))
    if len(seen) < LEAST_SEEN * side**2:
        return 0.0
    return median(_correlations(at(moved(wide[few], warp), seen), at(narrow[few], seen)))


@lru_cache(maxsize=512)
def spread(count: int, most: int) -> NDArray[np.int64]:
    """At most so many of ``count`` indices, from the first to the last."""
    chosen = np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))
    chosen.flags.writeable = False
    return chosen


def measure(wide: Frames, narrow: Frames, warp: NDArray[np.float64]) -> Registered | None:
    """How well the frames fit where ``warp`` lays them; ``None`` where too little meets."""
    seen = inside(warp)
    if seen.mean() < LEAST_SEEN:
        return None
    pixels = np.flatnonzero(seen)
    every, every_other = at(moved(wide, warp), pixels), at(narrow, pixels)
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


def units(rows: NDArray[Any]) -> Frames:
    """Pictures (n, pixels) as unit vectors whose products are correlations."""
    centred = rows - mean(rows)
    centred /= np.sqrt(along(centred, centred))[:, None] + 1e-3
    return np.asarray(centred, np.float32)


def in_light(wide: NDArray[Any], narrow: NDArray[Any], kept: NDArray[np.bool_]) -> Frames:
    """The wider frames, registered, in the brightness and contrast of the narrower ones."""
    gain, lift = light(wide[:, kept], narrow[:, kept])
    lit: Frames = gain[:, :, None] * wide + lift[:, :, None]
    return lit


def _correlations(ours: Frames, theirs: Frames) -> NDArray[np.float64]:
    a, b = ours - mean(ours), theirs - mean(theirs)
    together = along(a, b) / (np.sqrt(along(a, a) * along(b, b)) + 1e-3)
    return np.asarray(together, np.float64)


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
    rows, columns = np.nonzero(seen)
    return np.asarray(rows // _BLOCK * (THUMBNAIL // _BLOCK) + columns // _BLOCK)
