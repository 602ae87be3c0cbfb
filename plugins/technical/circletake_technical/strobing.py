"""Stretches in which the whole picture's brightness swings up and down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SWING = 10.0
"""Levels of mean luma; 4% of the range is well seen when it repeats."""

LONGEST_SWING = 0.25
"""Seconds: slower than two full swings a second is a light that changes, not a flicker."""

LEAST_SWINGS = 4


@dataclass(frozen=True, slots=True)
class Strobe:
    """From ``start`` to ``end`` (seconds) brightness swings by ``swing`` levels, typically."""

    start: float
    end: float
    swing: float


def find_strobes(
    means: NDArray[np.float64], seconds: NDArray[np.float64], swing: float = SWING
) -> list[Strobe]:
    """Runs of at least four opposing swings of mean luma, each large and quick enough.

    Args:
        means: mean luma of each frame, (n,).
        seconds: time of each frame, (n,).
        swing: least size of a swing, levels.
    """
    turns = _turning_points(means, swing)
    strobes: list[Strobe] = []
    first = 0
    for last in range(1, len(turns) + 1):
        if last < len(turns) and seconds[turns[last]] - seconds[turns[last - 1]] <= LONGEST_SWING + 1e-6:
            continue
        run = turns[first:last]
        if len(run) > LEAST_SWINGS:
            sizes = np.abs(np.diff(means[run]))
            strobes.append(Strobe(float(seconds[run[0]]), float(seconds[run[-1]]), float(np.median(sizes))))
        first = last
    return strobes


def _turning_points(values: NDArray[np.float64], least: float) -> list[int]:
    """Indices of alternating highs and lows that differ by at least ``least``."""
    if not len(values):
        return []
    points: list[int] = []
    high = low = 0
    rising: bool | None = None
    for index in range(1, len(values)):
        if values[index] > values[high]:
            high = index
        if values[index] < values[low]:
            low = index
        if rising is not False and values[high] - values[index] >= least:
            points.append(high)
            rising, low = False, index
            high = index
        elif rising is not True and values[index] - values[low] >= least:
            points.append(low)
            rising, high = True, index
            low = index
    if points:
        points.append(high if rising else low)
    return points
