"""The timeline strip of a video: which model made which seconds, told three ways at once.

Colour, texture and a letter say the same, so that the strip can be read in grey, on paper and by
people who see colours differently. Places are in hundredths of the strip's width.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from string import ascii_uppercase

from circletake.audit.summary import MACHINE, Share
from circletake.audit.wording import moment
from circletake.model.audit import Traced
from circletake.model.text import clock, printable

COLOURS = 8
_SIGNS = {"camera": "○", "drawn": "◇"}
_TICKS = 6
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
_LETTER_ROOM = 2.4
_NAME_ROOM = 1.15
"""Hundredths of a strip that a letter, and one character of a take's name, want on a desk's screen."""


@dataclass(frozen=True, slots=True)
class Marker:
    """How one maker of pictures looks wherever it is shown.

    Attributes:
        colour: a class of the style.
        texture: number of a pattern on top of it.
        letter: on top of that.
        name: for people who hear the page.
    """

    colour: str
    texture: int
    letter: str
    name: str = ""


class Markers:
    """A marker for each model, the same wherever it is shown."""

    def __init__(self, shares: Iterable[Share]) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        for each in shares:
            if each.kind in MACHINE:
                self._numbers.setdefault((each.kind, each.model), len(self._numbers))

    def of(self, kind: str, model: str) -> Marker:
        """The marker of a model, or of what no model made."""
        number = self._numbers.get((kind, model))
        if number is None:
            plain = kind if kind in _SIGNS else "unknown"
            return Marker(plain, 0 if plain in _SIGNS else COLOURS, _SIGNS.get(plain, "?"), plain)
        turn, place = divmod(number, len(ascii_uppercase))
        letter = ascii_uppercase[place] + (str(turn + 1) if turn else "")
        return Marker(f"m{number % COLOURS}", number % COLOURS, letter, printable(model, 60) or kind)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the strip.

    Attributes:
        label: all of it in words.
        name: the take, where there is room for it; empty otherwise.
        lettered: whether there is room for its letter.
    """

    marker: Marker
    x: float
    width: float
    label: str
    name: str = ""
    lettered: bool = False

    @property
    def middle(self) -> float:
        """Where its letter stands."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Tick:
    """A time under the strip.

    Attributes:
        anchor: ``start``, ``middle`` or ``end``.
    """

    x: float
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A place over the strip where something is to be mended."""

    x: float
    width: float
    label: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The whole strip, ready to be drawn."""

    stretches: tuple[Stretch, ...]
    ticks: tuple[Tick, ...] = ()
    marks: tuple[Mark, ...] = ()


def strip_of(
    rows: Sequence[tuple[Marker, Fraction, Fraction, Traced]],
    length: Fraction,
    troubles: Iterable[tuple[float, float | None, str]] = (),
) -> Strip:
    """The strip of one video.

    Args:
        rows: what made it, from and to which second of it.
        length: of the video, in seconds; without one there is no strip.
        troubles: start, end (``None`` for a moment) and words of what is to be mended in it.
    """
    if length <= 0:
        return Strip(())
    whole = float(length)
    return Strip(
        tuple(_stretch(*row, whole) for row in rows),
        tuple(_ticks(whole)),
        tuple(
            Mark(*_place(start, start if end is None else end, whole, least=0.8), printable(words, 160))
            for start, end, words in troubles
        ),
    )


def bar_of(shares: Sequence[Share], markers: Markers, whole: Fraction) -> Strip:
    """All shares side by side, the longest of each kind first."""
    whole = whole or sum((s.seconds for s in shares), Fraction(0))
    stretches: list[Stretch] = []
    x = 0.0
    for each in shares:
        width = float(each.seconds / whole * 100) if whole else 0.0
        marker = markers.of(each.kind, each.model)
        label = f"{printable(each.model, 60) or each.kind} {clock(each.seconds)}"
        stretches.append(Stretch(marker, x, width, label, lettered=width >= _LETTER_ROOM))
        x += width
    return Strip(tuple(stretches))


def _stretch(marker: Marker, start: Fraction, end: Fraction, traced: Traced, whole: float) -> Stretch:
    x, width = _place(float(start), float(end), whole, least=0.1)
    take = printable(traced.use.take, 24)
    told = (
        f"{moment(float(start))} to {moment(float(end))}",
        printable(traced.use.take, 60),
        printable(traced.use.model, 60),
    )
    return Stretch(
        marker,
        x,
        width,
        "  ".join(part for part in told if part),
        take if width >= _NAME_ROOM * len(take) else "",
        width >= _LETTER_ROOM,
    )


def _place(start: float, end: float, whole: float, least: float) -> tuple[float, float]:
    x = min(max(start / whole * 100, 0.0), 100.0 - least)
    return x, min(max((end - start) / whole * 100, least), 100.0 - x)


def _ticks(whole: float) -> Iterator[Tick]:
    """A time at every round step, and the end."""
    step = next((s for s in _STEPS if whole / s <= _TICKS), ceil(whole / _TICKS))
    yield Tick(0.0, "0:00", "start")
    at = step
    # One that would run into the end's own label is left out.
    while at < whole - step * 0.6:
        yield Tick(at / whole * 100, clock(at), "middle")
        at += step
    yield Tick(100.0, clock(Fraction(whole).limit_denominator(1000)), "end")
