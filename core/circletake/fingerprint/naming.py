"""Whether a piece of a film may be said to show a take: never a wrong name for want of the right one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from circletake.model.alignment import Alignment

LEAST = 0.5
"""Confidence below which a take is not named."""

_PICTURE = (0.86, 0.98)
_MOTION = (0.35, 0.9)
_PEAK = (0.3, 0.85)
_BITS = 84
_SURE_PICTURE = 0.975
"""Correlation that unrelated pictures do not reach, however few bits they have in common."""

_QUIET, _UNMOVED = 3.0, 0.35
"""Where nothing changes by so many levels, the picture alone must do, and is trusted so far."""

_CLOSE = 0.02


@dataclass(frozen=True, slots=True)
class Naming:
    """How sure it is that a piece shows a take.

    Attributes:
        why: what speaks against it, in words; empty when it is named.
    """

    confidence: float
    why: str = ""

    @property
    def named(self) -> bool:
        """Whether the take may be named."""
        return not self.why

    def against(self, margin: float) -> Naming:
        """The same with another take that fits nearly as well: which of the two is less sure."""
        return self if margin >= _CLOSE else replace(self, confidence=self.confidence * 0.8)


def weigh(numbers: Alignment) -> Naming:
    """The confidence that follows from a comparison of a piece with a take."""
    picture = _within(numbers.picture, *_PICTURE)
    if numbers.flat > 0.5:
        return Naming(0.0, "too dark or too plain to tell")
    if numbers.distance > _BITS and numbers.picture < _SURE_PICTURE:
        return Naming(0.0, "pictures differ")
    moves = _within(numbers.peak, *_PEAK) if numbers.still else _within(numbers.motion, *_MOTION)
    if numbers.still and numbers.liveliness < _QUIET and numbers.picture >= _SURE_PICTURE:
        moves = max(moves, _UNMOVED)
    confidence = (picture * moves) ** 0.5 if picture > 0 and moves > 0 else 0.0
    if confidence >= LEAST:
        return Naming(confidence)
    return Naming(confidence, "same picture, other motion" if picture > 0.5 else "pictures differ")


def _within(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))
