"""A timeline that came back, as a cut of the library: what a cut can hold of it, and what it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from circletake.errors import BadInput
from circletake.model.cut import FASTEST, SLOWEST, Cut, CutEvent, Fit
from circletake.model.text import counted
from circletake.workflows.leaving.cutting import exact_seconds
from circletake.workflows.leaving.identifying import Identified, Known

if TYPE_CHECKING:
    from circletake.model.event import Actor
    from circletake.model.timeline import Timeline
    from circletake.workflows.library import Library


@dataclass(frozen=True, slots=True)
class Imported:
    """A cut drawn from a timeline.

    Attributes:
        not_carried: what the cut cannot hold, in words.
    """

    cut: Cut
    not_carried: tuple[str, ...]


def cut_of(library: Library, found: Identified, name: str = "") -> Imported:
    """The cut that comes nearest to a timeline. Nothing is stored.

    Raises:
        BadInput: none of it is a take of this library.
    """
    timeline = found.timeline
    ours = [row for row in found.ours if row.source_in is not None]
    if not ours:
        raise BadInput(timeline.name or "timeline", "none of it is a take of this library that can be placed")
    facts = [library.registry.takes.get(row.take.id).media for row in ours if row.take]
    sizes = [(f.shape[0] - f.shape[0] % 2, f.shape[1] - f.shape[1] % 2) for f in facts]
    size = (timeline.width, timeline.height)
    if not all(16 <= side <= 8192 and side % 2 == 0 for side in size):
        size = max(sizes, key=lambda each: (sizes.count(each), each))
    fit = _common_fit(timeline, ours)
    events = tuple(_events(ours, timeline.rate, fit))
    called = name or timeline.name or "timeline"
    cut = Cut(called, timeline.rate, *size, events, start=timeline.start, fit=fit)
    song, why = found.song.under(cut) if found.song else (None, "")
    return Imported(replace(cut, song=song), tuple(_lost(found, ours, why)))


def save(library: Library, cut: Cut, by: Actor | None = None, *, force: bool = False) -> None:
    """Store the cut, as a change that an undo takes back.

    Raises:
        BadInput: there is one of this name.
    """
    if cut.name in library.registry.cuts.names() and not force:
        raise BadInput(cut.name, "there is a cut of this name", "another --name, or say --force")
    library.registry.cuts.save(cut, by, "brought back from a timeline")


def _common_fit(timeline: Timeline, ours: list[Known]) -> Fit:
    """As the timeline says, else as most of its pieces do."""
    said = [row.piece.fit for row in ours if row.piece.fit]
    most = max(said, key=said.count) if said else Fit.LETTERBOX
    return Fit(timeline.fit or most)


def _events(rows: list[Known], rate: Fraction, fit: Fit) -> Iterator[CutEvent]:
    """Events where the timeline has them: black stands for what is no take's.

    Args:
        fit: of the cut; an event says only what differs.
    """
    at = 0
    for row in sorted(rows, key=lambda each: each.piece.record_in):
        start, speed, frames = _shown(row, rate)
        gap = max(0, row.piece.record_in - at) / rate
        assert row.take is not None
        out = start + frames / rate * speed
        exact = row.piece.source_out
        if exact is not None and start == row.source_in and abs(exact - out) <= speed / rate / 2:
            out = exact
        own = row.piece.fit
        differs = Fit(own) if own and own != fit else None
        yield CutEvent(row.take.id, start, out, speed, differs, gap)
        at = max(at, row.piece.record_in) + frames


def _shown(row: Known, rate: Fraction) -> tuple[Fraction, Fraction, int]:
    """Where in the take it starts, how fast it runs, and for how many frames the take lasts."""
    assert row.take is not None and row.source_in is not None
    start, speed = row.source_in, row.piece.speed
    if not _holds(speed):
        if speed < 0:
            start = row.source_out(rate) or Fraction(0)
        speed = Fraction(1)
    whole = exact_seconds(row.take.media)
    start = min(start, max(Fraction(0), whole - speed / rate))
    return start, speed, max(1, min(row.piece.frames, round((whole - start) / speed * rate)))


def _holds(speed: Fraction) -> bool:
    return SLOWEST <= speed <= FASTEST


def _lost(found: Identified, ours: list[Known], silent: str) -> Iterator[str]:
    """What a cut does not hold, in words.

    Args:
        silent: what of the song of ours a cut cannot hold, or why it cannot hold it at all.
    """
    timeline = found.timeline
    rate, ends = timeline.rate, [row.piece.record_out for row in ours]
    if strange := sum(row.piece.frames for row in found.rows if row not in ours):
        yield f"{float(strange / rate):.2f} s of what is no take: black in the cut, nothing at its end"
    if (tail := timeline.frames - max(ends)) and not strange:
        yield f"{float(tail / rate):.2f} s without a picture after the last take"
    if retimed := [row for row in ours if not _holds(row.piece.speed)]:
        yield f"{counted(len(retimed), 'piece')} still, backwards or too fast: at the take's own speed"
    if mixed := sum(any(row.piece.dissolves) for row in ours):
        yield f"dissolves of {counted(mixed, 'event')}: each cut in their middle"
    unplaced = [row for row in found.ours if row.source_in is None]
    if unplaced:
        yield f"{counted(len(unplaced), 'piece')} of which part is not known"
    if found.song and silent:
        yield f"the song {found.song.song.name}: {silent}"
    if strangers := len(found.sounds) - (found.song is not None):
        yield f"{counted(strangers, 'piece')} of sound that is no take's"
    if generators := timeline.generators:
        yield f"{counted(len(generators), 'title or generator', 'titles or generators')}"
