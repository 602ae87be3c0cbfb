"""Rulings: what a person said of two takes, whatever was measured. The last word counts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from circletake.errors import BadInput
from circletake.model.event import APART, TOGETHER, Actor, EventKind
from circletake.model.stack import Rulings
from circletake_registry.columns import new_id
from circletake_registry.events import append, undone
from circletake_registry.tables import events


def rule(
    connection: Connection, how: str, take_id: str, others: Sequence[str], by: Actor, batch: str = ""
) -> str:
    """Rule of a take and each of ``others`` in one batch, and return it.

    Each ruling is a row of both takes, so that the log of either tells it.

    Args:
        how: ``APART`` or ``TOGETHER``.
        batch: decisions it is undone with; one of its own unless given.

    Raises:
        BadInput: no other take is named, or the take itself.
        NotFound: one does not exist.
    """
    if not others:
        raise BadInput("ruling", "names one take alone", "name two takes")
    if take_id in others:
        raise BadInput("ruling", "both are the same take", "name two takes")
    pairs = [(take_id, other) for other in dict.fromkeys(others)]
    rows = [row for a, b in pairs for row in ((a, how + b), (b, how + a))]
    return append(connection, EventKind.RULING, rows, by, batch or new_id())


def rulings(connection: Connection) -> Rulings:
    """The rulings in force: of each pair, the last that was not undone."""
    query = (
        select(events.c.take_id, events.c.value, events.c.batch)
        .where(events.c.kind == EventKind.RULING.value)
        .order_by(events.c.id)
    )
    gone = undone(connection)
    last: dict[frozenset[str], str] = {}
    for take_id, value, batch in connection.execute(query):
        how = next((word for word in (APART, TOGETHER) if value.startswith(word)), None)
        if how and batch not in gone:
            last[frozenset((take_id, value.removeprefix(how)))] = how
    return Rulings(
        apart=frozenset(pair for pair, how in last.items() if how == APART),
        together=frozenset(pair for pair, how in last.items() if how == TOGETHER),
    )
