"""Unexpected cuts: a take is meant to be one shot, and another picture begins half-way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from circletake import About, Context, Finding, Measured, Needs, Score, TakeFacts
from circletake_technical.darkness import black_frames
from circletake_technical.strobing import find_strobes
from circletake_technical.watching import EVERY_FRAME_SMALL, Changes, Watching, mean_luma

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NEIGHBOURS = 6
_THINNED = 4
_AFTER = 2


@dataclass(frozen=True, slots=True)
class CutSettings:
    """Settings of the cut scorer; all four must hold.

    Attributes:
        change: mean difference to the frame before, in levels.
        jump: how many times the usual difference of the frames around.
        alike: correlation of the pictures before and after, below which they are different ones.
        settled: correlation of the frames after the cut, above which they belong together.
    """

    change: float = 14.0
    jump: float = 4.0
    alike: float = 0.5
    settled: float = 0.6


class UnexpectedCut:
    """A large sudden change, out of the ordinary for the take, to a picture that stays."""

    about = About("unexpected_cut", "cuts inside a take", "1", CutSettings)

    def needs(self, settings: CutSettings) -> Needs:
        """Every frame, small."""
        return EVERY_FRAME_SMALL

    def start(self, take: TakeFacts, settings: CutSettings, ctx: Context) -> _Cuts:
        """Begin a take."""
        return _Cuts(settings)


class _Cuts(Watching):
    def __init__(self, settings: CutSettings) -> None:
        super().__init__()
        self._settings = settings
        self._watch = Changes()
        self._changes: list[float] = []
        self._means: list[float] = []
        self._thin: list[NDArray[np.uint8]] = []

    def look(self, frames: NDArray[np.uint8]) -> None:
        self._changes.extend(self._watch.of(frames))
        self._means.extend(mean_luma(frames))
        self._thin.extend(frames[:, ::_THINNED, ::_THINNED].copy())

    def finish(self) -> Measured:
        changes = np.array(self._changes)
        seconds = self.seconds
        strobes = find_strobes(np.array(self._means), seconds)
        found = []
        for index in np.flatnonzero(changes >= self._settings.change):
            at = float(seconds[index])
            if any(s.start - 0.1 <= at <= s.end + 0.1 for s in strobes):
                continue
            if any(black_frames(np.stack(self._thin[index - 1 : index + 1]))):
                continue
            if self._is_cut(int(index), changes):
                change = float(changes[index])
                text = f"another picture begins at {at:.2f} s"
                found.append(Finding("unexpected_cut", at, at, change, self._settings.change, text))
        return Measured((Score("unexpected_cuts", float(len(found))),), tuple(found))

    def _is_cut(self, index: int, changes: NDArray[np.float64]) -> bool:
        around = np.concatenate(
            (changes[max(1, index - _NEIGHBOURS) : index], changes[index + 1 : index + 1 + _NEIGHBOURS])
        )
        # The second largest: one more sudden change nearby does not make this one ordinary.
        usual = float(np.sort(around)[-2]) if len(around) > 2 else float(around.max(initial=0.0))
        if changes[index] < self._settings.jump * max(usual, 1.0):
            return False
        before, after = self._thin[index - 1], self._thin[index]
        earlier = self._thin[max(index - 1 - _AFTER, 0)]
        later = self._thin[min(index + _AFTER, len(self._thin) - 1)]
        return (
            _correlation(before, after) < self._settings.alike
            and _correlation(before, later) < self._settings.alike
            # A flash goes back to the picture from before it.
            and _correlation(earlier, after) < self._settings.alike
            and _correlation(after, later) > self._settings.settled
        )


def _correlation(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Normalised correlation of two pictures, -1 to 1; 0 where one is flat."""
    if a.shape != b.shape:
        return 0.0
    one, other = (picture.reshape(-1) - picture.mean() for picture in (a, b))
    lengths = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / lengths if lengths > 0 else 0.0
