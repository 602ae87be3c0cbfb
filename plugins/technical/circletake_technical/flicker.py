"""Flicker: VBench's temporal flickering on small luma, and brightness that strobes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from circletake import About, Context, Finding, Measured, Needs, Score, TakeFacts
from circletake_technical.strobing import SWING, find_strobes
from circletake_technical.watching import EVERY_FRAME_SMALL, Changes, Watching, mean_luma

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class FlickerSettings:
    """Settings of the flicker scorer.

    Attributes:
        swing: levels of mean luma (0-255) a swing must have to count.
    """

    swing: float = SWING


class Flicker:
    """``temporal_flickering`` is VBench's formula ``(255 - mean|f_i - f_i+1|) / 255``.

    It is taken on luma at 128 pixels and over any motion, so it is not a VBench score.
    The finding ``flicker`` is something else: at least four quick opposing swings of brightness.
    """

    about = About(
        "flicker", "temporal flickering (VBench's formula on small luma), strobing", "1", FlickerSettings
    )

    def needs(self, settings: FlickerSettings) -> Needs:
        """Every frame, small."""
        return EVERY_FRAME_SMALL

    def start(self, take: TakeFacts, settings: FlickerSettings, ctx: Context) -> _Flicker:
        """Begin a take."""
        return _Flicker(settings.swing)


class _Flicker(Watching):
    def __init__(self, swing: float) -> None:
        super().__init__()
        self._swing = swing
        self._watch = Changes()
        self._changes: list[float] = []
        self._means: list[float] = []

    def look(self, frames: NDArray[np.uint8]) -> None:
        self._changes.extend(self._watch.of(frames))
        self._means.extend(mean_luma(frames))

    def finish(self) -> Measured:
        strobes = find_strobes(np.array(self._means), self.seconds, self._swing)
        mean = float(np.mean(self._changes[1:])) if len(self._changes) > 1 else 0.0
        return Measured(
            (Score("temporal_flickering", (255 - mean) / 255, "0-1"),),
            tuple(
                Finding(
                    "flicker",
                    strobe.start,
                    strobe.end,
                    strobe.swing,
                    self._swing,
                    f"brightness swings by {strobe.swing:.0f} of 255 levels",
                )
                for strobe in strobes
            ),
        )
