"""How two takes lie on one another in time: where one starts in the other, and at which speed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_OVERLAP = 0.5
"""Of the shorter take: what an alignment must cover."""

SPEEDS = (1.0, 0.95, 1.05, 0.9, 1.1, 0.85, 1.18, 0.8, 1.25, 0.75, 1.33, 0.67, 1.5, 0.5, 2.0)
"""Tried one by one; editors and platforms use few others, and what lies between is near enough."""

FEW_SPEEDS = (1.0, 0.9, 1.1, 0.8, 1.25, 0.67, 1.5, 0.5, 2.0)
"""Near enough to lay a short piece on its take, before pictures tell the rest."""

_STEP = 1 / 16
_LEAST_FRAMES = 3
_AROUND = 0.4
"""Seconds round the first estimate in which a sample looks for its match."""

_HOLD = 0.02
_MISS = 0.06
_ALONE = 0.125
"""Seconds that a single sample stands for."""

_FLOOR = 2e-3
"""Distance that coding alone makes: below it, pictures cannot be told apart."""

_OTHER_SPEED, _SPEED, _UNCOVERED, _SHIFT, _SLIP = 0.15, 0.2, 0.1, 1e-3, 0.3
"""What an odd speed, its size, frames left over, seconds of shift and samples that do not meet
cost, in the logarithm of the distance: of equals (a still fits everywhere) the plain one wins."""


@dataclass(frozen=True, slots=True, eq=False)
class Timing:
    """A moment ``t`` of ``b`` shows ``a`` at ``offset + speed * t``.

    Attributes:
        cost: logarithm of the mean distance, with the charges above; lower is better.
        ours: int (k,), indices of ``a``'s samples nearest to ...
        theirs: int (k,), ... ``b``'s samples.
        overlap: share of the shorter take that was compared, 0-1.
    """

    cost: float
    offset: float
    speed: float
    ours: NDArray[np.int64]
    theirs: NDArray[np.int64]
    overlap: float


def best_timing(
    distances: NDArray[np.float32],
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    *,
    least: float = LEAST_OVERLAP,
    of_b: bool = False,
    speeds: tuple[float, ...] = SPEEDS,
) -> Timing | None:
    """The offset and speed at which the samples of two takes differ least.

    Args:
        distances: (len(a), len(b)), how far each sample of ``a`` is from each of ``b``, 0 or more.
        a, b: seconds of the samples, rising.
        least: the overlap asked for.
        of_b: the overlap is a share of ``b``, whichever is shorter: ``b`` must lie within ``a``.

    Returns:
        ``None`` where no offset covers enough.
    """
    best: Timing | None = None
    lengths, gaps = (_length(a), _length(b)), (_longest(a), _longest(b))
    stands_for = np.diff(b, append=lengths[1])
    for speed in speeds:
        length_b = lengths[1] * speed
        share = stands_for * speed / (length_b if of_b else min(lengths[0], length_b))
        slack = max(gaps[0], gaps[1] * speed) / 2 + 1e-3
        found = _at_speed(distances, a, b, speed, share, slack, lengths, least)
        if found and (best is None or found.cost < best.cost):
            best = found
    return best


def _at_speed(
    distances: NDArray[np.float32],
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    speed: float,
    share: NDArray[np.float64],
    slack: float,
    lengths: tuple[float, float],
    least: float,
) -> Timing | None:
    # Further out the takes could not meet in enough samples.
    least_met = least * min(lengths[0], lengths[1] * speed) - 2 * slack
    first, last = least_met - lengths[1] * speed, lengths[0] - least_met
    offsets = np.arange(np.floor(first / _STEP), np.ceil(last / _STEP) + 1) * _STEP
    wanted = offsets[:, None] + b[None] * speed
    near = _nearest(a, wanted)
    slips = np.abs(a[near] - wanted)
    # Only as many of the denser take's samples as the sparser has can be neighbours.
    met = slips <= slack
    counts = met.sum(axis=1)
    covered = met @ share
    enough = (covered >= least - 1e-6) & (counts >= min(_LEAST_FRAMES, len(a), len(b)))
    if not enough.any():
        return None
    rows = np.flatnonzero(enough)
    counts, met, near, slips = counts[rows], met[rows], near[rows], slips[rows]
    apart = np.where(met, distances[near, np.arange(len(b))[None]], 0).sum(axis=1) / counts
    cost = (
        np.log(apart + _FLOOR)
        + _OTHER_SPEED * (speed != 1)
        + _SPEED * abs(np.log(speed))
        + _UNCOVERED * (1 - np.minimum(covered[rows], 1))
        + _SHIFT * np.abs(offsets[rows])
        + _SLIP * np.where(met, slips, 0).sum(axis=1) / counts
    )
    pick = int(cost.argmin())
    row = rows[pick]
    picked = np.flatnonzero(met[pick])
    return Timing(
        float(cost[pick]), float(offsets[row]), speed, near[pick][picked], picked, float(min(1, covered[row]))
    )


def exact_line(
    apart: NDArray[np.float32],
    take: NDArray[np.float64],
    piece: NDArray[np.float64],
    offset: float,
    speed: float,
) -> tuple[float, float]:
    """Offset and speed to a fraction of a sample: each sample of the take finds its moment in the piece.

    A line is drawn through these matches by weighted least squares, sharp ones counting most,
    held by the first estimate where they are few or dull (a still fits everywhere).

    Args:
        apart: (len(take), len(piece)), 1 - correlation.
    """
    if len(piece) < 3:
        return offset, speed
    step = float(np.median(np.diff(piece)))
    x, y, weights = [], [], []
    for index, moment in enumerate(take):
        expected = (moment - offset) / speed
        near = np.flatnonzero(np.abs(piece - expected) <= _AROUND)
        if len(near) < 3 or not piece[0] <= expected <= piece[-1]:
            continue
        row = apart[index, near]
        best = int(row.argmin())
        if not 0 < best < len(near) - 1:
            continue
        # A frame held for several is matched in its middle.
        same = near[row <= row[best] + 1e-4]
        sharpness = float(row[best - 1] + row[best + 1] - 2 * row[best])
        bend = float(row[best - 1] - row[best + 1]) / (2 * sharpness) if sharpness > 1e-6 else 0.0
        moment_in_piece = (
            float(piece[same].mean()) if len(same) > 1 else float(piece[near[best]]) + bend * step
        )
        x.append(moment_in_piece)
        y.append(float(moment))
        depth = float(np.median(row) - row[best])
        weights.append(depth / (depth + 2e-3 + float(row[best])))
    if len(x) < 2:
        return offset, speed
    at, moments, w = np.array(x), np.array(y), np.array(weights)
    middle = float(piece.mean())
    # Two further equations hold the line to the first estimate where matches are few or dull.
    for _ in range(3):
        left = np.stack([np.ones_like(at), at - middle], axis=1) * w[:, None]
        normal = left.T @ np.stack([np.ones_like(at), at - middle], axis=1)
        spread = float(piece[-1] - piece[0]) ** 2 / 12 + 1e-6
        hold = np.diag([_HOLD, _HOLD * spread])
        prior = np.array([offset + speed * middle, speed])
        solved = np.linalg.solve(normal + hold, left.T @ moments + hold @ prior)
        miss = np.abs(moments - solved[0] - solved[1] * (at - middle))
        w = np.array(weights) / (1 + (miss / _MISS) ** 2)
    return float(solved[0] - solved[1] * middle), float(solved[1])


def _nearest(rising: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.int64]:
    right = np.searchsorted(rising, wanted).clip(0, len(rising) - 1)
    left = (right - 1).clip(0)
    return np.where(np.abs(rising[left] - wanted) <= np.abs(rising[right] - wanted), left, right)


def _longest(seconds: NDArray[np.float64]) -> float:
    """Seconds between samples; where a grid meets another frame rate some lie further apart than others."""
    return float(np.quantile(np.diff(seconds), 0.9)) if len(seconds) > 1 else _ALONE


def _length(seconds: NDArray[np.float64]) -> float:
    """Seconds that the samples stand for."""
    return float(seconds[-1]) + (
        float(seconds[-1] - seconds[0]) / (len(seconds) - 1) if len(seconds) > 1 else _ALONE
    )
