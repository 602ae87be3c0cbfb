"""What the scorers share: the frames they need, and gathering a number for every frame."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from circletake import Measured, Needs

if TYPE_CHECKING:
    from numpy.typing import NDArray

EVERY_FRAME_SMALL = Needs(long_side=160)
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


def with_previous(last: NDArray[np.uint8] | None, frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The run with the frame before it in front, so that differences cross runs."""
    if last is None or last.shape != frames.shape[1:]:
        return frames
    return np.concatenate((last[None], frames))


def differences(frames: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Mean absolute difference of neighbouring frames, float64 (n - 1,)."""
    import cv2

    if len(frames) < 2:
        return np.zeros(0)
    flat = frames.reshape(len(frames), -1)
    return np.asarray(cv2.absdiff(flat[1:], flat[:-1]).mean(axis=1), np.float64)


def stretches(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last + 1 index of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
