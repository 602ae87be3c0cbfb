"""What the scorers share: the frames they need, and gathering a number for every frame."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from circletake import Measured, Needs

if TYPE_CHECKING:
    from numpy.typing import NDArray

EVERY_FRAME_SMALL = Needs(long_side=128)
"""For what happens in time."""

FULL_SIZE_NOW_AND_THEN = Needs(fps=Fraction(2))
"""For texture, which a smaller picture has lost."""


class Watching:
    """A scoring that looks at pictures: subclasses implement ``look`` and ``finish``.

    Attributes:
        seconds: time of every frame shown, in order.
    """

    def __init__(self) -> None:
        self._seconds: list[NDArray[np.float64]] = []

    @property
    def seconds(self) -> NDArray[np.float64]:
        """Time of each frame shown so far, float64 (n,)."""
        return np.concatenate(self._seconds) if self._seconds else np.zeros(0)

    @property
    def step(self) -> float:
        """Typical time from one frame to the next; 0.04 s where there is only one frame."""
        times = self.seconds
        return float(np.median(np.diff(times))) if len(times) > 1 else 0.04

    def video(self, frames: NDArray[np.uint8], seconds: NDArray[np.float64]) -> None:
        """Keep the times and look at the frames."""
        self._seconds.append(seconds)
        self.look(frames)

    def audio(self, samples: NDArray[np.float32], start: float) -> None:
        """Pictures only."""

    def look(self, frames: NDArray[np.uint8]) -> None:
        """See a run of luma frames, uint8 (n, h, w)."""
        raise NotImplementedError

    def finish(self) -> Measured:
        """Scores and findings."""
        raise NotImplementedError


class Changes:
    """Mean absolute difference of each frame to the one before it."""

    def __init__(self) -> None:
        self._last: NDArray[np.uint8] | None = None

    def of(self, frames: NDArray[np.uint8]) -> list[float]:
        """One number for each frame of the run; 0 for the first of the take."""
        import cv2

        found = []
        for frame in frames:
            last = self._last
            if last is None or last.shape != frame.shape:
                found.append(0.0)
            else:
                found.append(cv2.norm(frame, last, cv2.NORM_L1) / frame.size)
            self._last = frame
        return found


def mean_luma(frames: NDArray[np.uint8]) -> list[float]:
    """Mean of each frame, 0-255."""
    import cv2

    return [cv2.mean(frame)[0] for frame in frames]


def stretches(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last + 1 index of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
