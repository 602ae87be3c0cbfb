"""Amounts that add up as they are shown: parts are rounded so that they sum to what is told of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from circletake.audit.summary import Summary
from circletake.audit.wording import moment
from circletake.model.text import clock

_TENTH = Fraction(1, 10)

UNTOLD = "untold"
"""The kind of what is left of a whole when all its parts are told."""


def apportioned(parts: Sequence[Fraction], unit: Fraction) -> list[Fraction]:
    """``parts`` in whole units, none more than one unit off, that sum to their sum in whole units.

    Source: the method of largest remainders.
    """
    floors = [part // unit for part in parts]
    left = round(sum(parts, Fraction(0)) / unit) - sum(floors)
    by_remainder = sorted(range(len(parts)), key=lambda i: (-(parts[i] / unit - floors[i]), i))
    more = set(by_remainder[:left])
    return [(floor + (i in more)) * unit for i, floor in enumerate(floors)]


@dataclass(frozen=True, slots=True)
class Amounts:
    """Parts of a picture's time, and what is to be read of each; what they leave is the last part.

    Attributes:
        kinds: what each part is.
        seconds: how long each is, rounded.
        tenths: of a percent that each is of the whole; empty where there is no whole.
        whole: seconds.
    """

    kinds: tuple[str, ...]
    seconds: tuple[Fraction, ...]
    tenths: tuple[Fraction, ...]
    whole: Fraction

    @classmethod
    def of(cls, parts: Sequence[tuple[str, Fraction]], whole: Fraction) -> Amounts:
        """Round parts, each with its kind.

        Args:
            whole: seconds of all; the parts' own sum where there is none, or where no more than a tenth of a
                second lies between.
        """
        together = sum((seconds for _, seconds in parts), Fraction(0))
        if not whole or abs(whole - together) <= _TENTH:
            whole = together
        if whole > together:
            parts = [*parts, (UNTOLD, whole - together)]
        exact = [seconds for _, seconds in parts]
        unit = Fraction(1) if all(each.denominator == 1 for each in (*exact, whole)) else _TENTH
        percents = [each / whole * 100 for each in exact] if whole else []
        return cls(
            tuple(kind for kind, _ in parts),
            tuple(apportioned(exact, unit)),
            tuple(apportioned(percents, _TENTH)),
            round(whole / unit) * unit,
        )

    def time(self, *kinds: str) -> str:
        """``1:12.4``: how long the parts of these kinds are together."""
        return self.clock(sum(self._of(self.seconds, kinds), Fraction(0)))

    def percent(self, *kinds: str) -> str:
        """``94.6%``: what the parts of these kinds are together; empty where there is no whole."""
        return _percent(sum(self._of(self.tenths, kinds), Fraction(0))) if self.tenths else ""

    def times(self) -> list[str]:
        """How long each part is."""
        return [self.clock(each) for each in self.seconds]

    def percents(self) -> list[str]:
        """What each part is of the whole."""
        return [_percent(each) for each in self.tenths] or [""] * len(self.seconds)

    def clock(self, seconds: Fraction) -> str:
        """A time of these in words: with tenths where any of them has some, so that they can be added."""
        whole = all(each.denominator == 1 for each in (*self.seconds, self.whole))
        return clock(seconds) if whole else moment(float(seconds))

    def _of(self, amounts: tuple[Fraction, ...], kinds: tuple[str, ...]) -> list[Fraction]:
        return [amount for amount, kind in zip(amounts, self.kinds, strict=True) if kind in kinds]


def amounts_of(summary: Summary) -> Amounts:
    """What an audit tells of its shares, in their order."""
    return Amounts.of([(share.kind, share.seconds) for share in summary.shares], summary.seconds)


def _percent(value: Fraction) -> str:
    return f"{float(value):.1f}%"
