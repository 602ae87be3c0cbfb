"""Selection as evidence: of each shot, how many takes were made, seen, circled, used, when and by whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ShotChoice:
    """What a library records of the choice among one shot's takes.

    Attributes:
        seen: takes that a person decided or noted something of; opening a file is not recorded.
        circled: takes whose verdict in force is circled.
        people: who decided, by name, each once.
        scripted: takes of which a script alone decided.
        first: the first decision of a person, ``None`` where there is none.
        last: the last one.
    """

    shot: str
    made: int
    seen: int
    circled: int
    used: int
    people: tuple[str, ...] = ()
    scripted: int = 0
    first: datetime | None = None
    last: datetime | None = None


def summed(shots: Iterable[ShotChoice]) -> ShotChoice:
    """All shots as one, without a code."""
    rows = list(shots)
    firsts = [row.first for row in rows if row.first]
    lasts = [row.last for row in rows if row.last]
    return ShotChoice(
        "",
        sum(row.made for row in rows),
        sum(row.seen for row in rows),
        sum(row.circled for row in rows),
        sum(row.used for row in rows),
        tuple(sorted({name for row in rows for name in row.people})),
        sum(row.scripted for row in rows),
        min(firsts, default=None),
        max(lasts, default=None),
    )
