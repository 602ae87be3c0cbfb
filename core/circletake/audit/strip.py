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
from circletake.model.case import Traced
from circletake.model.text import clock, printable

COLOURS = 8
_SIGNS = {"camera": "○", "edited": "◈", "drawn": "◇", "black": "–"}
_TICKS = 6
_LINES = 12
_PER_LINE = 24
"""Stretches in one line of a strip, so that their letters can still be read."""
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
_LETTER_ROOM = 1.3
_NAME_ROOM = 1.15
"""Hundredths of a strip that a letter, and one character of a take's name, want on a desk's screen;
the style leaves out on a phone what has no room there."""


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


def strips_of(
    rows: Sequence[tuple[Marker, Fraction, Fraction, Traced]],
    length: Fraction,
    troubles: Iterable[tuple[float, float | None, str]] = (),
) -> tuple[Strip, ...]:
    """The strip of one video, in lines of equal scale where it has many stretches.

    Args:
        rows: what made it, from and to which second of it.
        length: of the video, in seconds; without one there is no strip.
        troubles: start, end (``None`` for a moment) and words of what is to be mended in it.
    """
    if length <= 0 or not rows:
        return ()
    whole = float(length)
    lines = min(_LINES, ceil(len(rows) / _PER_LINE))
    scale = whole if lines == 1 else float(ceil(whole / lines))
    marks = list(troubles)
    return tuple(
        _line(rows, marks, n * scale, min(n * scale + scale, whole), scale, last=(n + 1) * scale >= whole)
        for n in range(lines)
        if n * scale < whole
    )


def _line(
    rows: Sequence[tuple[Marker, Fraction, Fraction, Traced]],
    troubles: Sequence[tuple[float, float | None, str]],
    begin: float,
    end: float,
    scale: float,
    *,
    last: bool,
) -> Strip:
    """The seconds from ``begin`` to ``end``; a line of ``scale`` seconds is as wide as the page."""

    def here(start: float, stop: float) -> bool:
        return (start < end or last) and (stop > begin or start >= begin)

    stretches = tuple(
        _stretch(marker, start, stop, traced, begin, end, scale)
        for marker, start, stop, traced in rows
        if here(float(start), float(stop))
    )
    marks = tuple(
        Mark(*_place(start, start if stop is None else stop, begin, end, scale, 0.8), printable(words, 160))
        for start, stop, words in troubles
        if here(start, start if stop is None else stop)
    )
    return Strip(stretches, tuple(_ticks(begin, end, scale)), marks)


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


def _stretch(
    marker: Marker, start: Fraction, stop: Fraction, traced: Traced, begin: float, end: float, scale: float
) -> Stretch:
    x, width = _place(float(start), float(stop), begin, end, scale, 0.1)
    take = printable(traced.use.take, 24)
    told = (
        f"{moment(float(start))} to {moment(float(stop))}",
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


def _place(
    start: float, stop: float, begin: float, end: float, scale: float, least: float
) -> tuple[float, float]:
    """Where a line has what lies from ``start`` to ``stop``, and how wide; at least ``least``."""
    last = (end - begin) / scale * 100
    x = min(max((start - begin) / scale * 100, 0.0), max(last - least, 0.0))
    until = min((stop - begin) / scale * 100, last)
    return x, min(max(until - x, least), 100.0 - x)


def _ticks(begin: float, end: float, scale: float) -> Iterator[Tick]:
    """A time where the line begins, at every round step, and where the video ends."""
    step = next((s for s in _STEPS if scale / s <= _TICKS), ceil(scale / _TICKS))
    yield Tick(0.0, clock(begin), "start")
    at = (int(begin) // step + 1) * step
    # One that would run into its neighbours' labels is left out.
    while at < end - step * 0.6:
        if at > begin + step * 0.4:
            yield Tick((at - begin) / scale * 100, clock(at), "middle")
        at += step
    last = (end - begin) / scale * 100
    if last > _TICKS * 1.5:
        yield Tick(last, clock(Fraction(end).limit_denominator(1000)), "end")
