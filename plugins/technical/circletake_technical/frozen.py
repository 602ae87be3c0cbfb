"""Frozen stretches: the picture stays under the noise of its own coding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from circletake import About, Context, Finding, Measured, Needs, Score, TakeFacts
from circletake_technical.darkness import black_frames
from circletake_technical.watching import EVERY_FRAME_SMALL, Watching

if TYPE_CHECKING:
    from numpy.typing import NDArray


_BLINK = 0.5


@dataclass(frozen=True, slots=True)
class FrozenSettings:
    """Settings of the frozen scorer.

    Attributes:
        seconds: shortest stretch that is a defect.
        floor: mean difference in levels under which two pictures are the same.
        peak: levels that one pixel in a thousand may differ; a small thing that moves goes beyond.
    """

    seconds: float = 1.0
    floor: float = 0.35
    peak: float = 4.0


class Frozen:
    """Every frame is held against the first of its stretch, so that a slow zoom adds up and is seen."""

    about = About("frozen", "stretches in which nothing moves", "1", FrozenSettings)

    def needs(self, settings: FrozenSettings) -> Needs:
        """Every frame, small."""
        return EVERY_FRAME_SMALL

    def start(self, take: TakeFacts, settings: FrozenSettings, ctx: Context) -> _Frozen:
        """Begin a take."""
        return _Frozen(settings)


class _Frozen(Watching):
    def __init__(self, settings: FrozenSettings) -> None:
        super().__init__()
        self._settings = settings
        self._anchor: NDArray[np.uint8] | None = None
        self._begin = 0
        self._count = 0
        self._worst = 0.0
        self._held: list[tuple[int, int, float]] = []

    def look(self, frames: NDArray[np.uint8]) -> None:
        import cv2

        for frame in frames:
            if self._anchor is None or self._anchor.shape != frame.shape:
                self._restart(frame)
            else:
                mean = cv2.norm(frame, self._anchor, cv2.NORM_L1) / frame.size
                if mean > self._settings.floor or self._stands_out(cv2.absdiff(frame, self._anchor)):
                    self._restart(frame)
                else:
                    self._worst = max(self._worst, mean)
            self._count += 1

    def finish(self) -> Measured:
        self._close()
        seconds = self.seconds
        findings = []
        total = 0.0
        for first, end, worst in self._joined():
            start, stop = float(seconds[first]), float(seconds[end - 1]) + self.step
            whole = end - first == len(seconds) and len(seconds) > 2
            if stop - start < self._settings.seconds and not whole:
                continue
            total += stop - start
            text = f"nothing moves for {stop - start:.1f} s"
            findings.append(Finding("frozen", start, stop, worst, self._settings.floor, text))
        length = float(seconds[-1]) + self.step if len(seconds) else 1.0
        return Measured((Score("frozen_share", min(1.0, total / length), "0-1"),), tuple(findings))

    def _joined(self) -> list[tuple[int, int, float]]:
        """Long stretches with no more than a blink between them are one defect.

        Short ones are not: a low rate stored at a higher one repeats every frame.
        """
        joined: list[tuple[int, int, float]] = []
        seconds, least = self.seconds, self._settings.seconds / 2
        long = (
            h for h in self._held if seconds[h[1] - 1] - seconds[h[0]] >= least or h[1] - h[0] == len(seconds)
        )
        for first, end, worst in long:
            if joined and seconds[first] - seconds[joined[-1][1] - 1] <= _BLINK:
                before = joined.pop()
                first, worst = before[0], max(before[2], worst)
            joined.append((first, end, worst))
        return joined

    def _stands_out(self, apart: NDArray[Any]) -> bool:
        most = apart.size // 1000
        return int(np.count_nonzero(apart > self._settings.peak)) > most

    def _restart(self, frame: NDArray[np.uint8]) -> None:
        self._close()
        self._anchor, self._begin, self._worst = frame, self._count, 0.0

    def _close(self) -> None:
        # A black stretch is told as black, and only as that.
        if (
            self._count - self._begin > 2
            and self._anchor is not None
            and not black_frames(self._anchor[None])[0]
        ):
            self._held.append((self._begin, self._count, self._worst))
