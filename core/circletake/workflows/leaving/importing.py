"""A timeline that came back, as a cut of the library: what a cut can hold of it, and what it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from circletake.errors import BadInput
from circletake.model.cut import Cut, CutEvent
from circletake.model.text import counted
from circletake.workflows.leaving.cutting import exact_seconds
from circletake.workflows.leaving.identifying import Identified, Known

if TYPE_CHECKING:
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
    sizes = [(f.width - f.width % 2, f.height - f.height % 2) for f in facts]
    size = (timeline.width, timeline.height)
    if not all(16 <= side <= 8192 and side % 2 == 0 for side in size):
        size = max(sizes, key=lambda each: (sizes.count(each), each))
    events = tuple(_event(row, timeline.rate) for row in ours)
    cut = Cut(name or timeline.name or "timeline", timeline.rate, *size, events, start=timeline.start)
    return Imported(cut, tuple(_lost(found, ours)))


def save(library: Library, cut: Cut, *, force: bool = False) -> None:
    """Store the cut.

    Raises:
        BadInput: there is one of this name.
    """
    if cut.name in library.registry.cuts.names() and not force:
        raise BadInput(cut.name, "there is a cut of this name", "another --name, or say --force")
    library.registry.cuts.save(cut)


def _event(row: Known, rate: Fraction) -> CutEvent:
    """The seconds of the take that are shown, at its own speed where the timeline has another."""
    assert row.take is not None and row.source_in is not None
    length = row.piece.frames / rate
    start = row.source_in
    if row.piece.speed < 0:
        start = row.source_out(rate) or Fraction(0)
    whole = exact_seconds(row.take.media)
    start = min(start, max(Fraction(0), whole - 1 / rate))
    end = min(start + length, whole)
    frames = max(1, round((end - start) * rate))
    return CutEvent(row.take.id, start, start + frames / rate)


def _lost(found: Identified, ours: list[Known]) -> Iterator[str]:
    timeline = found.timeline
    placed = sum(row.piece.frames for row in ours)
    if holes := timeline.frames - placed:
        seconds = float(holes / timeline.rate)
        yield f"{seconds:.2f} s that show no take: the events after them come earlier in the cut"
    if retimed := [row for row in ours if row.piece.speed != 1]:
        yield f"{counted(len(retimed), 'speed change')}: shown at the take's own speed"
    if mixed := sum(any(row.piece.dissolves) for row in ours):
        yield f"dissolves of {counted(mixed, 'event')}: each cut in their middle"
    unplaced = [row for row in found.ours if row.source_in is None]
    if unplaced:
        yield f"{counted(len(unplaced), 'piece')} of which part is not known"
    if found.sounds:
        yield f"{counted(len(found.sounds), 'piece')} of sound that is no take's"
    if generators := timeline.generators:
        yield f"{counted(len(generators), 'title or generator', 'titles or generators')}"
