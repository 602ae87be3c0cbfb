"""Blockiness: steps on the coder's 8-pixel grid that are larger than those beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from circletake import About, Context, Finding, Measured, Needs, Score, TakeFacts
from circletake_technical.watching import FULL_SIZE_NOW_AND_THEN, Watching

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GRID = 8
_LEAST_STEP = 0.5


@dataclass(frozen=True, slots=True)
class BlockinessSettings:
    """Settings of the blockiness scorer.

    Attributes:
        most: excess of the grid's steps (1.0: twice as large) from which it is a defect.
    """

    most: float = 1.0


class Blockiness:
    """How much larger steps are on the strongest of the eight grid phases than on the median one.

    After the idea of Wang, Bovik and Evans (2000), on neighbouring differences. A take that was
    scaled after coding has lost its grid and shows no blockiness here.
    """

    about = About("blockiness", "steps on the 8-pixel coding grid", "1", BlockinessSettings)

    def needs(self, settings: BlockinessSettings) -> Needs:
        """Full frames, two a second."""
        return FULL_SIZE_NOW_AND_THEN

    def start(self, take: TakeFacts, settings: BlockinessSettings, ctx: Context) -> _Blocks:
        """Begin a take."""
        return _Blocks(settings.most)


class _Blocks(Watching):
    def __init__(self, most: float) -> None:
        super().__init__()
        self._most = most
        self._excess: list[float] = []

    def look(self, frames: NDArray[np.uint8]) -> None:
        import cv2

        for frame in frames:
            if min(frame.shape) < 4 * _GRID:
                continue
            across = cv2.reduce(cv2.absdiff(frame[:, 1:], frame[:, :-1]), 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
            down = cv2.reduce(cv2.absdiff(frame[1:], frame[:-1]), 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
            self._excess.append(
                (_grid_excess(across / frame.shape[0]) + _grid_excess(down / frame.shape[1])) / 2
            )

    def finish(self) -> Measured:
        if not self._excess:
            return Measured()
        value = float(np.median(self._excess))
        findings: tuple[Finding, ...] = ()
        if value >= self._most:
            text = f"steps on the coding grid are {1 + value:.1f} times those beside it"
            findings = (Finding("blocky", 0.0, float(self.seconds[-1]) + 0.5, value, self._most, text),)
        return Measured((Score("blockiness", value),), findings)


def _grid_excess(steps: NDArray[np.float64]) -> float:
    flat = steps.reshape(-1)
    phases = flat[: len(flat) // _GRID * _GRID].reshape(-1, _GRID).mean(axis=0)
    return float(phases.max() / max(float(np.median(phases)), _LEAST_STEP) - 1)
