"""Black stretches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from circletake import About, Context, Finding, Measured, Needs, Score, TakeFacts
from circletake_technical.darkness import LEVEL, SHARE, black_frames
from circletake_technical.watching import EVERY_FRAME_SMALL, Watching, stretches

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class BlackSettings:
    """Settings of the black scorer.

    Attributes:
        seconds: shortest stretch that is a defect; a fade begins with a few black frames.
        level: luma (0-255) up to which a pixel is black.
        share: share of such pixels from which a frame is black.
    """

    seconds: float = 0.5
    level: int = LEVEL
    share: float = SHARE


class Black:
    """Black for half a second, or for the whole of a shorter take."""

    about = About("black", "black stretches", "1", BlackSettings)

    def needs(self, settings: BlackSettings) -> Needs:
        """Every frame, small."""
        return EVERY_FRAME_SMALL

    def start(self, take: TakeFacts, settings: BlackSettings, ctx: Context) -> _Black:
        """Begin a take."""
        return _Black(settings)


class _Black(Watching):
    def __init__(self, settings: BlackSettings) -> None:
        super().__init__()
        self._settings = settings
        self._black: list[bool] = []

    def look(self, frames: NDArray[np.uint8]) -> None:
        self._black.extend(black_frames(frames, self._settings.level, self._settings.share))

    def finish(self) -> Measured:
        flags, seconds = np.array(self._black), self.seconds
        findings = []
        for first, end in stretches(flags):
            start, stop = float(seconds[first]), float(seconds[end - 1]) + self.step
            if stop - start >= self._settings.seconds or end - first == len(flags):
                text = f"black for {stop - start:.1f} s"
                findings.append(Finding("black", start, stop, stop - start, self._settings.seconds, text))
        return Measured((Score("black_share", float(flags.mean()), "0-1"),), tuple(findings))
