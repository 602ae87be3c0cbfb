"""Stacks: which takes a dedupe run folded, and which a person ruled together or apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select

from circletake.errors import BadInput, NotFound
from circletake.model.event import APART, TOGETHER, Actor, EventKind
from circletake.model.stack import Band, Likeness, Member, Rulings, Stack
from circletake.model.text import counted
from circletake_registry.columns import new_id
from circletake_registry.engine import Database
from circletake_registry.events import append, undone
from circletake_registry.rulings import rule, rulings
from circletake_registry.tables import events, stack_members, stacks


class Stacks:
    """The stacks in force: those of the last dedupe run that was not undone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, stacks: Sequence[Stack], by: Actor, batch: str = "") -> str:
        """Put new stacks in force and return their batch; undoing it brings the earlier ones back.

        A stack whose keeper was in a stack before keeps that one's number, so that people
        can go on naming it; every other gets a number never used before. Stacks that are in
        force already are no decision: nothing is recorded, and ``batch`` comes back as given.

        Args:
            batch: decisions it is undone with; one of its own unless given.

        Raises:
            NotFound: a stack names a take that does not exist.
            BadInput: a take is in two stacks.
        """
        inside = [take for stack in stacks for take in _takes_of(stack)]
        if len(inside) != len(set(inside)):
            raise BadInput("stacks", "a take is in two stacks", "each take belongs to one stack at most")
        with self._database.write() as connection:
            if _unnumbered(stacks) == _unnumbered(current(connection)):
                return batch
            numbered = _number(connection, stacks)
            batch = append(
                connection, EventKind.DEDUPE, [(None, counted(len(stacks), "stack"))], by, batch or new_id()
            )
            _insert(connection, batch, numbered)
            return batch

    def current(self) -> list[Stack]:
        """The stacks in force, by number."""
        with self._database.read() as connection:
            return current(connection)

    def get(self, number: int) -> Stack:
        """The stack people call ``number``.

        Raises:
            NotFound: no stack in force has it.
        """
        there = self.current()
        found = next((stack for stack in there if stack.number == number), None)
        if found is None:
            known = ", ".join(str(stack.number) for stack in there[:20]) or "none"
            raise NotFound(
                f"stack {number}", f"no such stack; in force: {known}", "circletake dedupe --dry-run"
            )
        return found

    def join(self, keeper_id: str, ids: Sequence[str], by: Actor, batch: str = "") -> str:
        """Rule that each of ``ids`` is in one stack with the keeper, and return the ruling's batch.

        Args:
            batch: decisions it is undone with; one of its own unless given.

        Raises:
            BadInput: no take is named, or the keeper itself.
            NotFound: one does not exist.
        """
        with self._database.write() as connection:
            return rule(connection, TOGETHER, keeper_id, ids, by, batch)

    def split(self, take_id: str, others: Sequence[str], by: Actor, batch: str = "") -> str:
        """Rule that a take is never folded with any of ``others``, and return the ruling's batch.

        Args:
            batch: decisions it is undone with; one of its own unless given.

        Raises:
            BadInput: no other take is named, or the take itself.
            NotFound: one does not exist.
        """
        with self._database.write() as connection:
            return rule(connection, APART, take_id, others, by, batch)

    def keep_apart(self, a_id: str, b_id: str, by: Actor, batch: str = "") -> str:
        """Rule that two takes are never folded into one another, and return the ruling's batch.

        Args:
            batch: decisions it is undone with; one of its own unless given.

        Raises:
            BadInput: both are the same take.
            NotFound: one does not exist.
        """
        return self.split(a_id, [b_id], by, batch)

    def rulings(self) -> Rulings:
        """The rulings in force: of each pair, the last that was not undone."""
        with self._database.read() as connection:
            return rulings(connection)


def current(connection: Connection) -> list[Stack]:
    """The stacks in force, by number."""
    batch = _batch_in_force(connection)
    if batch is None:
        return []
    members: dict[int, list[Member]] = {}
    belonging = (
        select(stack_members)
        .join(stacks, stacks.c.id == stack_members.c.stack_id)
        .where(stacks.c.batch == batch)
        .order_by(stack_members.c.distance, stack_members.c.take_id)
    )
    for row in connection.execute(belonging):
        likeness = Likeness(Band(row.band), row.distance, row.offset, row.overlap, row.flipped, row.reason)
        members.setdefault(row.stack_id, []).append(Member(row.take_id, likeness))
    found = connection.execute(select(stacks).where(stacks.c.batch == batch).order_by(stacks.c.number))
    return [Stack(row.number, row.keeper_id, row.why_keeper, tuple(members.get(row.id, ()))) for row in found]


def _unnumbered(stacks: Sequence[Stack]) -> set[tuple[str, str, frozenset[Member]]]:
    """What stacks say, whatever people call them and in whatever order it stands."""
    return {(stack.keeper_id, stack.why_keeper, frozenset(stack.members)) for stack in stacks}


def _batch_in_force(connection: Connection) -> str | None:
    gone = undone(connection)
    runs = select(events.c.batch).where(events.c.kind == EventKind.DEDUPE.value).order_by(events.c.id.desc())
    return next((batch for batch in connection.scalars(runs) if batch not in gone), None)


def _number(connection: Connection, new: Sequence[Stack]) -> list[tuple[int, Stack]]:
    before = {take: stack.number for stack in current(connection) for take in _takes_of(stack)}
    following = (connection.execute(select(func.max(stacks.c.number))).scalar() or 0) + 1
    used: set[int] = set()
    numbered: list[tuple[int, Stack]] = []
    for stack in new:
        number = before.get(stack.keeper_id, 0)
        if not number or number in used:
            number, following = following, following + 1
        used.add(number)
        numbered.append((number, stack))
    return numbered


def _insert(connection: Connection, batch: str, numbered: Sequence[tuple[int, Stack]]) -> None:
    if not numbered:
        return
    rows = [
        {"batch": batch, "number": number, "keeper_id": stack.keeper_id, "why_keeper": stack.why_keeper}
        for number, stack in numbered
    ]
    ids = connection.scalars(insert(stacks).returning(stacks.c.id, sort_by_parameter_order=True), rows).all()
    members: list[dict[str, Any]] = [
        {
            "stack_id": stack_id,
            "take_id": member.take_id,
            "band": member.likeness.band.value,
            "distance": float(member.likeness.distance),
            "offset": float(member.likeness.offset),
            "overlap": float(member.likeness.overlap),
            "flipped": bool(member.likeness.flipped),
            "reason": member.likeness.reason,
        }
        for stack_id, (_, stack) in zip(ids, numbered, strict=True)
        for member in stack.members
    ]
    if members:
        connection.execute(insert(stack_members), members)


def _takes_of(stack: Stack) -> tuple[str, ...]:
    return (stack.keeper_id, *(member.take_id for member in stack.members))
