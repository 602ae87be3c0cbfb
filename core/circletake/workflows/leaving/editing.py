"""Changing a cut that is there: trim, order, remove, black, speed, fit, song. Each change is one decision.

Events are called by their number in the cut, counted from 1. Every change keeps the rule that an event is
a whole number of the cut's frames, and is a revision that an undo takes back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from circletake.errors import BadInput
from circletake.model.cut import FASTEST, SLOWEST, Cut, CutEvent, Fit, Song
from circletake.workflows.leaving.cutting import exact_seconds, on_frames, place_in

if TYPE_CHECKING:
    from circletake.model.event import Actor
    from circletake.workflows.library import Library

LONGEST_GAP = Fraction(600)
"""Seconds of black that a slip of a key may not go beyond."""


def trim(
    library: Library, name: str, number: int, start: str = "", end: str = "", *, by: Actor | None = None
) -> Cut:
    """Let an event start or end at another place of its take.

    Args:
        start, end: seconds of the take, or a frame of it as ``36f``; empty to leave that end alone.
            The frame before ``end`` is the last one shown.

    Raises:
        BadInput: no such event, nothing was asked, or a place outside the take.
    """
    if not (start or end):
        raise BadInput("trim", "where to?", "--in SECONDS, --out SECONDS, or frames: --in 12f")
    cut = library.registry.cuts.get(name)
    event = cut.events[_one(cut, number)]
    facts = library.registry.takes.get(event.take_id).media
    length = exact_seconds(facts)
    rate = facts.rate or cut.rate
    first = place_in(start, rate) if start else event.source_in
    last = place_in(end, rate) if end else event.source_out
    if not 0 <= first < last <= length:
        reason = f"{float(first):.3f} to {float(last):.3f} s of a take that has 0 to {float(length):.3f} s"
        raise BadInput(f"event {number}", reason, "choose places inside it, the first before the last")
    trimmed = on_frames(replace(event, source_in=first, source_out=last), cut.rate)
    said = f"trimmed {number} to {float(trimmed.source_in):.2f}-{float(trimmed.source_out):.2f}"
    return _saved(library, _with(cut, {number - 1: trimmed}), said, by)


def move(library: Library, name: str, numbers: Sequence[int], to: int, *, by: Actor | None = None) -> Cut:
    """Put events, in the order named, where the first of them will be number ``to``.

    Raises:
        BadInput: no such event, one named twice, or no such place.
    """
    cut = library.registry.cuts.get(name)
    places = _some(cut, numbers)
    rest = [event for place, event in enumerate(cut.events) if place not in places]
    if not 1 <= to <= len(rest) + 1:
        raise BadInput(
            "--to", f"{to} is no place for {len(places)} of {len(cut.events)} events", f"1 to {len(rest) + 1}"
        )
    moved = [cut.events[place] for place in places]
    events = (*rest[: to - 1], *moved, *rest[to - 1 :])
    return _saved(library, replace(cut, events=events), f"moved {_list(numbers)} to {to}", by)


def remove(library: Library, name: str, numbers: Sequence[int], *, by: Actor | None = None) -> Cut:
    """Take events out; the takes stay in the library.

    Raises:
        BadInput: no such event, or one named twice.
    """
    cut = library.registry.cuts.get(name)
    places = _some(cut, numbers)
    events = tuple(event for place, event in enumerate(cut.events) if place not in places)
    return _saved(library, replace(cut, events=events), f"removed {_list(numbers)}", by)


def set_gap(
    library: Library, name: str, numbers: Sequence[int], seconds: Fraction, *, by: Actor | None = None
) -> Cut:
    """Let black stand before events, in whole frames of the cut; 0 takes it away.

    Raises:
        BadInput: no such event, or more than ten minutes.
    """
    if not 0 <= seconds <= LONGEST_GAP:
        raise BadInput("gap", f"{float(seconds):g} s is no gap", f"0 to {LONGEST_GAP} seconds")

    def with_gap(event: CutEvent, cut: Cut) -> CutEvent:
        return replace(event, gap=round(seconds * cut.rate) / cut.rate)

    return _each(library, name, numbers, with_gap, f"gap of {float(seconds):g} s before", by)


def set_speed(
    library: Library, name: str, numbers: Sequence[int], speed: Fraction, *, by: Actor | None = None
) -> Cut:
    """Play events faster or slower; what is shown of the take stays, the cut gets shorter or longer.

    Raises:
        BadInput: no such event, or a speed beyond ten times or below a tenth.
    """
    if not SLOWEST <= speed <= FASTEST:
        raise BadInput("speed", f"{float(speed):g} is beyond what is done", f"{float(SLOWEST)} to {FASTEST}")

    def at_speed(event: CutEvent, cut: Cut) -> CutEvent:
        return on_frames(replace(event, speed=speed), cut.rate)

    return _each(library, name, numbers, at_speed, f"{float(speed):g} times the speed of", by)


def set_fit(
    library: Library, name: str, numbers: Sequence[int], fit: Fit | None, *, by: Actor | None = None
) -> Cut:
    """Say how pictures of another shape are fitted.

    Args:
        numbers: the events it is for; empty for the cut itself.
        fit: ``None`` for events that go by the cut again.

    Raises:
        BadInput: no such event, or no fit for the cut itself.
    """
    word = fit.value if fit else "as the cut"
    if numbers:
        return _each(library, name, numbers, lambda event, _: replace(event, fit=fit), f"fit {word}:", by)
    if fit is None:
        raise BadInput("fit", "the cut itself needs one", f"one of {', '.join(Fit)}")
    cut = library.registry.cuts.get(name)
    return _saved(library, replace(cut, fit=fit), f"fit {word}", by)


def set_song(library: Library, name: str, song: Song | None, *, by: Actor | None = None) -> Cut:
    """Lay a song under a cut in the place of the one that is there; ``None`` takes it away.

    Raises:
        BadInput: a volume above 1 or below 0, or a negative fade.
    """
    if song is not None:
        if not 0 <= song.volume <= 1:
            raise BadInput("--volume", f"{float(song.volume):g} is none", "0 to 1; louder would distort")
        if song.fade_in < 0 or song.fade_out < 0:
            raise BadInput("fade", "is negative", "seconds, 0 for none")
    cut = library.registry.cuts.get(name)
    said = f"song {song.name}" if song else "no song"
    return _saved(library, replace(cut, song=song), said, by)


def numbers_of(word: str, count: int) -> list[int]:
    """The events that a person means by ``3``, ``2-4``, ``2,5`` or ``all``.

    Args:
        count: of events there are.

    Raises:
        BadInput: it names none.
    """
    if word == "all":
        return list(range(1, count + 1))
    found: list[int] = []
    for part in word.split(","):
        first, dash, last = part.partition("-")
        if not (first.isdecimal() and (last.isdecimal() or not dash)) or len(part) > 20:
            raise BadInput(word, "names no event", "e.g. 3, 2-4, 2,5 or all")
        start, end = int(first), int(last or first)
        if not 1 <= start <= end <= count:
            raise BadInput(word, f"the cut has {count} events", "circletake cut show NAME")
        found += range(start, end + 1)
    return found


def _each(
    library: Library,
    name: str,
    numbers: Sequence[int],
    change: Callable[[CutEvent, Cut], CutEvent],
    said: str,
    by: Actor | None,
) -> Cut:
    cut = library.registry.cuts.get(name)
    changed = {place: change(cut.events[place], cut) for place in _some(cut, numbers)}
    return _saved(library, _with(cut, changed), f"{said} {_list(numbers)}", by)


def _with(cut: Cut, changed: dict[int, CutEvent]) -> Cut:
    return replace(cut, events=tuple(changed.get(place, event) for place, event in enumerate(cut.events)))


def _saved(library: Library, cut: Cut, said: str, by: Actor | None) -> Cut:
    library.registry.cuts.save(cut, by, said)
    return cut


def _one(cut: Cut, number: int) -> int:
    return _some(cut, [number])[0]


def _some(cut: Cut, numbers: Sequence[int]) -> list[int]:
    """Places of events from their numbers."""
    for number in numbers:
        if not 1 <= number <= len(cut.events):
            raise BadInput(
                f"event {number}", f"the cut has {len(cut.events)}", f"circletake cut show {cut.name!r}"
            )
    if not numbers or len(set(numbers)) != len(numbers):
        raise BadInput("events", "none is named, or one twice", "name each once")
    return [number - 1 for number in numbers]


def _list(numbers: Sequence[int]) -> str:
    return ",".join(map(str, numbers[:12])) + ("..." if len(numbers) > 12 else "")
