"""Decisions: every verdict, rating, note, ruling and undo, with who and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

APART = "apart "
"""How the value of a ruling that parts two takes begins; the id of the other take follows."""

TOGETHER = "together "
"""How the value of a ruling that joins two takes begins; the id of the other take follows."""


class Verdict(StrEnum):
    """What was decided about a take. Stars are a separate axis."""

    CIRCLED = "circled"
    HOLD = "hold"
    NG = "ng"
    UNREVIEWED = "unreviewed"


class EventKind(StrEnum):
    """What a decision was about."""

    VERDICT = "verdict"
    STARS = "stars"
    NOTE = "note"
    DEDUPE = "dedupe"
    RULING = "ruling"
    CUT = "cut"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who decided.

    Attributes:
        person: a person made the decision; only a person's counts as human selection.
    """

    name: str
    person: bool


@dataclass(frozen=True, slots=True)
class Event:
    """One append-only row of the log.

    Attributes:
        id: counts up in the order of decisions.
        batch: decisions made by one command share it and are undone together.
        take_id: the take it is about; ``None`` for a dedupe run, a change of a cut, or an undo.
        value: the verdict, the stars as text, the note, the ruling, the name of the cut and what was done
            to it, or the batch that an undo takes back.
        at: when (UTC).
        undone: a later undo took it back.
    """

    id: int
    batch: str
    kind: EventKind
    take_id: str | None
    value: str
    by: Actor
    at: datetime
    undone: bool = False

    @property
    def apart_from(self) -> str:
        """Id of the take that a ruling keeps this one apart from; empty for all else."""
        return self._ruled(APART)

    @property
    def together_with(self) -> str:
        """Id of the take that a ruling puts this one in a stack with; empty for all else."""
        return self._ruled(TOGETHER)

    def _ruled(self, how: str) -> str:
        ruled = self.kind is EventKind.RULING and self.value.startswith(how)
        return self.value.removeprefix(how) if ruled else ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is in force for one take after all its events.

    Attributes:
        stars: 0 (none) to 5.
        notes: oldest first.
        by: who gave the verdict in force.
    """

    verdict: Verdict = Verdict.UNREVIEWED
    stars: int = 0
    notes: tuple[str, ...] = ()
    by: Actor | None = None
    at: datetime | None = None

    def holds(self, verdict: Verdict, by: Actor) -> bool:
        """Whether deciding ``verdict`` now would add nothing.

        A person who gives the verdict that a script or somebody else gave adds their own word;
        a script that repeats one adds nothing.
        """
        same = self.verdict is verdict
        return same and (verdict is Verdict.UNREVIEWED or not by.person or self.by == by)
