"""Exposure: how bright a take is, and how much of it is clipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from circletake import About, Context, Measured, Needs, Score, TakeFacts
from circletake_technical.watching import FULL_SIZE_NOW_AND_THEN, Watching

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ExposureSettings:
    """Settings of the exposure scorer.

    Attributes:
        low: luma up to which a pixel counts as clipped to black.
        high: luma from which a pixel counts as clipped to white.
    """

    low: int = 2
    high: int = 253


class Exposure:
    """Mean luma and the shares of clipped pixels, over the whole take. No findings: dark is a choice."""

    about = About("exposure", "mean luma and clipped shares", "1", ExposureSettings)

    def needs(self, settings: ExposureSettings) -> Needs:
        """Full frames, two a second: averaging would hide clipped pixels."""
        return FULL_SIZE_NOW_AND_THEN

    def start(self, take: TakeFacts, settings: ExposureSettings, ctx: Context) -> _Levels:
        """Begin a take."""
        return _Levels(settings)


class _Levels(Watching):
    def __init__(self, settings: ExposureSettings) -> None:
        super().__init__()
        self._settings = settings
        self._counts = np.zeros(256, np.int64)

    def look(self, frames: NDArray[np.uint8]) -> None:
        # Every third pixel each way is a sample large enough.
        self._counts += np.bincount(frames[:, ::3, ::3].reshape(-1), minlength=256)

    def finish(self) -> Measured:
        shares = self._counts / max(1, self._counts.sum())
        return Measured(
            (
                Score("luma_mean", float(shares @ np.arange(256)), "0-255"),
                Score("clipped_low", float(shares[: self._settings.low + 1].sum()), "0-1"),
                Score("clipped_high", float(shares[self._settings.high :].sum()), "0-1"),
            )
        )
