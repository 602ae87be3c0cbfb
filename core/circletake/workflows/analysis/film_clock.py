"""When each frame of a film is shown, and at what rate its frames are best counted.

Frames are found by their index; people, timelines and players want their time. In a film of a
steady rate that is the same thing. Where no rate is declared, or the frames do not keep to it (a
recording of a screen, a stream), the index says nothing, and each frame is placed by its own time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

from circletake.model.cue import Cue, Gap

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_STANDARD = (
    *(Fraction(rate * 1000, 1001) for rate in (24, 30, 60)),
    *(Fraction(rate) for rate in (24, 25, 30, 48, 50, 60)),
)
_NEAR = 0.03
"""Share by which an average may miss a standard rate and be meant as it."""

_Row = TypeVar("_Row", Cue, Gap)


@dataclass(slots=True)
class FilmClock:
    """The time of every frame, gathered in the one decode."""

    seconds: list[float] = field(default_factory=list)

    def video(self, frames: NDArray[np.uint8], seconds: NDArray[np.float64]) -> None:
        """Take the times of a run of frames."""
        self.seconds += seconds.tolist()

    def audio(self, samples: NDArray[np.float32], start: float) -> None:
        """Nothing is heard."""

    def rate(self, declared: Fraction | None, end: float, *, missing: bool = False) -> Fraction:
        """The rate to count by: the declared one where it is usual or kept to, else the usual one nearest.

        Args:
            end: second at which the last frame ends.
            missing: some frames could not be decoded, so nobody can tell that they keep to a rate.
        """
        if declared and (missing or declared in _STANDARD or self._keeps_to(declared)):
            return declared
        average = len(self.seconds) / end if end > 0 else 24.0
        usual = min(_STANDARD, key=lambda rate: abs(float(rate) - average))
        whole = Fraction(max(1, round(average)))
        return usual if abs(float(usual) - average) <= _NEAR * average else whole

    def placed(self, rows: Sequence[_Row], rate: Fraction, end: float) -> tuple[_Row, ...]:
        """Stretches told by the indices of their frames, told by the time of these frames."""
        moved = (
            replace(
                row,
                record_in=self._at(row.record_in, rate, end),
                record_out=self._at(row.record_out, rate, end),
            )
            for row in rows
        )
        return tuple(row for row in moved if row.record_in < row.record_out)

    def frames(self, rate: Fraction, end: float) -> int:
        """How many frames of this rate the film is long."""
        return self._at(len(self.seconds), rate, end)

    def _keeps_to(self, rate: Fraction) -> bool:
        return all(round(second * rate) == index for index, second in enumerate(self.seconds))

    def _at(self, index: int, rate: Fraction, end: float) -> int:
        beyond = index - len(self.seconds)
        return round(self.seconds[index] * rate) if beyond < 0 else round(end * rate) + beyond
