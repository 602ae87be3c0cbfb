"""How two takes lie on one another in time: where one starts in the other, and at which speed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from circletake.fingerprint.ranks import median, quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_OVERLAP = 0.5
"""Of the shorter take: what an alignment must cover."""

SPEEDS = (1.0, 0.95, 1.05, 0.9, 1.1, 0.85, 1.18, 0.8, 1.25, 0.75, 1.33, 0.67, 1.5, 0.5, 2.0)
"""Tried one by one; editors and platforms use few others, and what lies between is near enough."""

FEW_SPEEDS = (1.0, 0.9, 1.1, 0.8, 1.25, 0.67, 1.5, 0.5, 2.0)
"""Near enough to lay a short piece on its take, before pictures tell the rest."""

_STEP = 1 / 16
_STEPS = 4
"""Steps within which samples may meet, before offsets are tried further apart: a take that is sampled once
a second or more seldom is laid as finely as its samples tell."""

_EACH = 16
"""Offsets for each sample, at most, of takes that are sampled evenly: all of them are tried."""

_AT_ONCE, _MOST = 1 << 15, 1 << 22
"""Offsets times samples that are looked at in one go: what is worth it, and what memory holds."""

_LEAST_FRAMES = 3
_NEARLY = 1e-6
"""Of the overlap that is asked for: what rounding takes away."""

_AROUND = 0.4
"""Seconds round the first estimate in which a sample looks for its match."""

_WINDOW: tuple[tuple[float, Literal["left", "right"]], ...] = ((-_AROUND, "left"), (_AROUND, "right"))
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


def best_timings(
    distances: Sequence[NDArray[np.float32]],
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    *,
    least: float = LEAST_OVERLAP,
    of_b: bool = False,
    speeds: tuple[float, ...] = SPEEDS,
) -> list[Timing | None]:
    """For each of some ways to hold two takes together, the offset and speed at which they differ least.

    Args:
        distances: (len(a), len(b)) each, how far each sample of ``a`` is from each of ``b``, 0 or more.
        a, b: seconds of the samples, rising.
        least: the overlap asked for.
        of_b: the overlap is a share of ``b``, whichever is shorter: ``b`` must lie within ``a``.

    Returns:
        ``None`` where no offset covers enough.
    """
    best: list[Timing | None] = [None] * len(distances)
    for meetings in _meetings(a, b, speeds, least, of_b):
        for number, apart in enumerate(distances):
            found, before = meetings.best(apart), best[number]
            if before is None or found.cost < before.cost:
                best[number] = found
    return best


@dataclass(frozen=True, slots=True, eq=False)
class _Meetings:
    """Which samples meet at some offsets and speeds, a row for each; pictures have no say in it.

    Attributes:
        near: (rows, len(b)), samples of ``a`` nearest to ``b``'s.
        met: (rows, len(b)), whether they are near enough.
        counts: (rows,), how many are.
        covered: (rows,), the overlap.
        charges: (rows,), what is added to the logarithm of the distance.
    """

    offsets: NDArray[np.float64]
    speeds: NDArray[np.float64]
    near: NDArray[np.int64]
    met: NDArray[np.bool_]
    counts: NDArray[np.int64]
    covered: NDArray[np.float64]
    charges: NDArray[np.float64]

    def best(self, distances: NDArray[np.float32]) -> Timing:
        """The row at which the distances are least."""
        met = np.where(self.met, distances[self.near, np.arange(distances.shape[1])], 0)
        cost = np.log(met.sum(axis=1) / self.counts + _FLOOR) + self.charges
        pick = int(cost.argmin())
        picked = np.flatnonzero(self.met[pick])
        return Timing(
            float(cost[pick]),
            float(self.offsets[pick]),
            float(self.speeds[pick]),
            self.near[pick][picked],
            picked,
            float(min(1, self.covered[pick])),
        )


def _meetings(
    a: NDArray[np.float64], b: NDArray[np.float64], speeds: tuple[float, ...], least: float, of_b: bool
) -> Iterator[_Meetings]:
    """All offsets and speeds at which enough meets, several speeds at once where takes are short."""
    lengths, gaps = (_length(a), _length(b)), (_longest(a), _longest(b))
    stands_for = np.diff(b, append=lengths[1])
    rows: list[tuple[float, float, float, NDArray[np.float64]]] = []
    for speed in speeds:
        length_b = lengths[1] * speed
        slack = max(gaps[0], gaps[1] * speed) / 2 + 1e-3
        share = speed / (length_b if of_b else min(lengths[0], length_b))
        # Further out the takes could not meet in enough samples.
        least_met = least * min(lengths[0], length_b) - 2 * slack
        between = least_met - length_b, lengths[0] - least_met
        offsets = _offsets(a, b * speed, slack, between, stands_for, (least - _NEARLY) / share)
        # What memory holds at once hangs on no file.
        for start in range(0, len(offsets), most := max(1, _MOST // len(b))):
            rows.append((speed, slack, share, offsets[start : start + most]))
            if sum(len(row[-1]) for row in rows) * len(b) >= _AT_ONCE:
                yield from _met(a, b, rows, stands_for, least)
                rows = []
    if rows:
        yield from _met(a, b, rows, stands_for, least)


def _offsets(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    slack: float,
    between: tuple[float, float],
    stands_for: NDArray[np.float64],
    wanted: float,
) -> NDArray[np.float64]:
    """The offsets worth trying; how many there are follows the samples and not the length a file claims.

    Of takes that are sampled evenly these are all. A few frames a day apart would make millions, at most
    of which nothing meets; those are left out.

    Args:
        b: seconds at the speed that is tried.
        between: the first offset and the last.
        stands_for: seconds for each sample of ``b``, ``wanted`` of which must meet.
    """
    step = _STEP * 2 ** max(0.0, float(np.floor(np.log2(slack / (_STEPS * _STEP)))))
    first, last = np.floor(between[0] / step), np.ceil(between[1] / step)
    if last - first < _EACH * (len(a) + len(b)):
        return np.asarray(np.arange(first, last + 1) * step)
    # Two samples meet from one offset to another: between such ends as many meet, or fewer, as are counted.
    apart = (a[:, None] - b[None]).ravel()
    starts = np.floor((apart - slack) / step).clip(first, last + 1)
    stops = (np.ceil((apart + slack) / step) + 1).clip(first, last + 1)
    ends = np.concatenate((starts, stops))
    order = ends.argsort(kind="stable")
    seconds, one = np.tile(stands_for, len(a)), np.ones(len(apart), np.int64)
    covered = np.concatenate((seconds, -seconds))[order].cumsum()
    counts = np.concatenate((one, -one))[order].cumsum()
    enough = (covered >= wanted - _NEARLY * stands_for.sum()) & (counts >= _least_frames(a, b))
    lengths = np.where(enough[:-1], np.diff(ends[order]), 0).astype(np.int64)
    before = lengths.cumsum() - lengths
    return np.asarray((np.repeat(ends[order][:-1] - before, lengths) + np.arange(lengths.sum())) * step)


def _least_frames(a: NDArray[np.float64], b: NDArray[np.float64]) -> int:
    return min(_LEAST_FRAMES, len(a), len(b))


def _met(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    rows: Sequence[tuple[float, float, float, NDArray[np.float64]]],
    stands_for: NDArray[np.float64],
    least: float,
) -> Iterator[_Meetings]:
    """What meets at the offsets of some speeds, if anything; with each come its slack and a second's part."""
    offsets = np.concatenate([row[-1] for row in rows])
    counted = [len(row[-1]) for row in rows]
    speed, slack, share = np.repeat([row[:3] for row in rows], counted, axis=0).T
    wanted = offsets[:, None] + b[None] * speed[:, None]
    near = _nearest(a, wanted)
    slips: NDArray[np.float64] = np.abs(a[near] - wanted)
    # Only as many of the denser take's samples as the sparser has can be neighbours.
    met = slips <= slack[:, None]
    counts = met.sum(axis=1)
    covered = met @ stands_for * share
    kept = np.flatnonzero((covered >= least - _NEARLY) & (counts >= _least_frames(a, b)))
    if not len(kept):
        return
    offsets, speed, covered, counts = offsets[kept], speed[kept], covered[kept], counts[kept]
    near, met, slips = near[kept], met[kept], slips[kept]
    charges = (
        _OTHER_SPEED * (speed != 1)
        + _SPEED * np.abs(np.log(speed))
        + _UNCOVERED * (1 - np.minimum(covered, 1))
        + _SHIFT * np.abs(offsets)
        + _SLIP * np.where(met, slips, 0).sum(axis=1) / counts
    )
    yield _Meetings(offsets, speed, near, met, counts, covered, charges)


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
    expected = (take - offset) / speed
    starts, stops = (np.searchsorted(piece, expected + d, side) for d, side in _WINDOW)
    within = (piece[0] <= expected) & (expected <= piece[-1]) & (stops - starts >= 3)
    for index in np.flatnonzero(within).tolist():
        start = int(starts[index])
        row = apart[index, start : stops[index]]
        best = int(row.argmin())
        if not 0 < best < len(row) - 1:
            continue
        # A frame held for several is matched in its middle.
        same = np.flatnonzero(row <= row[best] + 1e-4)
        before, least, after = row[best - 1 : best + 2].tolist()
        sharpness = before + after - 2 * least
        bend = (before - after) / (2 * sharpness) if sharpness > 1e-6 else 0.0
        if len(same) > 1:
            x.append(float(piece[start + same].mean()))
        else:
            x.append(float(piece[start + best]) + bend * step)
        y.append(float(take[index]))
        depth = median(row) - least
        weights.append(depth / (depth + 2e-3 + least))
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
    return quantile(np.diff(seconds), 0.9) if len(seconds) > 1 else _ALONE


def _length(seconds: NDArray[np.float64]) -> float:
    """Seconds that the samples stand for; those of one moment stand for what a single one does."""
    spacing = float(seconds[-1] - seconds[0]) / (len(seconds) - 1) if len(seconds) > 1 else _ALONE
    length = float(seconds[-1]) + spacing
    return length if length > 0 else _ALONE
