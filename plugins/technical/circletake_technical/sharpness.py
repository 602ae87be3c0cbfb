"""Sharpness: the variance of the Laplacian (Pech-Pacheco et al., 2000)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from circletake import About, Context, Measured, Needs, Score, TakeFacts
from circletake_technical.watching import FULL_SIZE_NOW_AND_THEN, Watching

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class SharpnessSettings:
    """Settings of the sharpness scorer.

    Attributes:
        width: pixels of the longer side at which sharpness is measured; smaller takes keep theirs.
    """

    width: int = 640


class Sharpness:
    """Median over the take. It depends on texture (150-fold): rank only inside a shot."""

    about = About("sharpness", "Laplacian variance; rank only inside a shot", "1", SharpnessSettings)

    def needs(self, settings: SharpnessSettings) -> Needs:
        """Full frames, two a second."""
        return FULL_SIZE_NOW_AND_THEN

    def start(self, take: TakeFacts, settings: SharpnessSettings, ctx: Context) -> _Laplacian:
        """Begin a take."""
        return _Laplacian(settings.width)


class _Laplacian(Watching):
    def __init__(self, width: int) -> None:
        super().__init__()
        self._width = width
        self._variances: list[float] = []

    def look(self, frames: NDArray[np.uint8]) -> None:
        import cv2

        for frame in frames:
            scale = self._width / max(frame.shape)
            small: Any = frame
            if scale < 1:
                size = (max(1, round(frame.shape[1] * scale)), max(1, round(frame.shape[0] * scale)))
                small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
            deviation = cv2.meanStdDev(cv2.Laplacian(small, cv2.CV_16S))[1]
            self._variances.append(float(deviation[0][0]) ** 2)

    def finish(self) -> Measured:
        return Measured((Score("sharpness", float(np.median(self._variances)), "Laplacian variance"),))
