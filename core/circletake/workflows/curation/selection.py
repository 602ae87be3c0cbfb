"""How the takes of a film were chosen, as the library's log has it: 55 of 700, shot by shot."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from circletake.model.event import Event, EventKind, Verdict
from circletake.model.selection import ShotChoice

if TYPE_CHECKING:
    from circletake.workflows.library import Library

_DECISIONS = frozenset({EventKind.VERDICT, EventKind.STARS, EventKind.NOTE})
_ALL = 2**31


def selection_of(library: Library, used: Collection[str]) -> tuple[ShotChoice, ...]:
    """Every shot that has a take in the film, in the order of shots.

    A decision that was taken back is none. Takes of other shots are told by :func:`all_shots`.

    Args:
        used: ids of the takes in the film.
    """
    return tuple(row for row in all_shots(library, used) if row.used)


def all_shots(library: Library, used: Collection[str]) -> tuple[ShotChoice, ...]:
    """Every shot of the library, in their order."""
    events: dict[str, list[Event]] = {}
    for event in library.registry.events.log(_ALL):
        if event.take_id and event.kind in _DECISIONS and not event.undone:
            events.setdefault(event.take_id, []).append(event)
    rows: list[ShotChoice] = []
    by_shot: dict[str, list[str]] = {}
    circled = set()
    for slate in library.registry.takes.slates():
        by_shot.setdefault(slate.take.shot, []).append(slate.take.id)
        if slate.standing.verdict is Verdict.CIRCLED:
            circled.add(slate.take.id)
    for shot, takes in by_shot.items():
        said = [event for take in takes for event in events.get(take, ())]
        persons = [event for event in said if event.by.person]
        seen = {event.take_id for event in persons}
        rows.append(
            ShotChoice(
                shot,
                len(takes),
                len(seen),
                sum(take in circled for take in takes),
                sum(take in used for take in takes),
                tuple(sorted({event.by.name for event in persons})),
                len({event.take_id for event in said} - seen),
                min((event.at for event in persons), default=None),
                max((event.at for event in persons), default=None),
            )
        )
    return tuple(rows)
