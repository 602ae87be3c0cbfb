"""The log of decisions. Nothing is changed or removed: an undo is one more row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, insert, select

from circletake.errors import BadInput, NotFound
from circletake.model.event import Actor, Event, EventKind, Standing, Verdict
from circletake_registry.columns import new_id, now
from circletake_registry.engine import Database
from circletake_registry.tables import events, takes

_STANDING = (EventKind.VERDICT, EventKind.STARS, EventKind.NOTE)
_FEW = 500


class Events:
    """Verdicts, stars, notes, rulings, dedupe runs and what was taken back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(
        self, kind: EventKind, rows: Sequence[tuple[str | None, str]], by: Actor, batch: str = ""
    ) -> str:
        """Append decisions of one kind and return the batch they belong to.

        Args:
            rows: for each decision the take's id (``None`` for none) and its value.
            batch: decisions of a batch are undone together; a new one unless given.

        Raises:
            BadInput: a verdict or stars that do not exist, or a batch that was undone.
            NotFound: a take that does not exist.
        """
        for _, value in rows:
            check(kind, value)
        with self._database.write() as connection:
            if batch and batch in undone(connection):
                raise BadInput(f"batch {batch}", "was undone", "record a new one")
            return append(connection, kind, rows, by, batch or new_id())

    def undo(self, by: Actor, batch: str = "") -> list[Event]:
        """Take back one batch, the last that stands unless named, and return its decisions.

        Raises:
            NotFound: nothing stands, or there is no such batch.
            BadInput: the batch was undone already, or is an undo itself.
        """
        with self._database.write() as connection:
            gone = undone(connection)
            if not batch:
                batch = _last_standing(connection, gone)
            taken_back = [
                _event(row, gone) for row in connection.execute(_rows().where(events.c.batch == batch))
            ]
            if not taken_back:
                raise NotFound(
                    f"batch {batch}", "no decision carries it", "circletake undo takes the last one"
                )
            if batch in gone:
                raise BadInput(f"batch {batch}", "was undone already", "decide again instead")
            if taken_back[0].kind is EventKind.UNDO:
                raise BadInput(f"batch {batch}", "is an undo itself", "decide again instead")
            append(connection, EventKind.UNDO, [(None, batch)], by, new_id())
            gone.add(batch)
            return [_event(row, gone) for row in connection.execute(_rows().where(events.c.batch == batch))]

    def standings(self, take_ids: Iterable[str] | None = None) -> dict[str, Standing]:
        """What is in force for each take that anything was decided about.

        Args:
            take_ids: only these takes; all unless given.
        """
        with self._database.read() as connection:
            return standings(connection, None if take_ids is None else list(take_ids))

    def log(self, limit: int = 100, take_id: str | None = None) -> list[Event]:
        """The last decisions, newest first, undone ones too."""
        query = _rows(newest_first=True).limit(limit)
        if take_id is not None:
            query = query.where(events.c.take_id == take_id)
        with self._database.read() as connection:
            gone = undone(connection)
            return [_event(row, gone) for row in connection.execute(query)]


def check(kind: EventKind, value: str) -> None:
    """Refuse a value that the kind of decision does not know."""
    if kind is EventKind.VERDICT and value not in set(Verdict):
        raise BadInput(f"verdict {value!r}", "there is no such verdict", f"use {', '.join(Verdict)}")
    if kind is EventKind.STARS and value not in set("012345"):
        raise BadInput(f"{value!r} stars", "stars go from 0 to 5", "for example circletake rate SH010/3 4")


def append(
    connection: Connection, kind: EventKind, rows: Sequence[tuple[str | None, str]], by: Actor, batch: str
) -> str:
    """Append decisions inside a transaction."""
    about = {take_id for take_id, _ in rows if take_id is not None}
    missing = about - _existing(connection, about)
    if missing:
        raise NotFound(f"take {min(missing)}", "this library has no such take", "circletake takes")
    moment = now()
    values = [
        {
            "batch": batch,
            "kind": kind.value,
            "take_id": take_id,
            "value": value,
            "by": by.name,
            "person": by.person,
            "at": moment,
        }
        for take_id, value in rows
    ]
    if values:
        connection.execute(insert(events), values)
    return batch


def undone(connection: Connection) -> set[str]:
    """Batches that were taken back."""
    return set(connection.scalars(select(events.c.value).where(events.c.kind == EventKind.UNDO.value)))


def standings(connection: Connection, take_ids: Sequence[str] | None) -> dict[str, Standing]:
    """What is in force for each take, from its events in their order."""
    query = _rows().where(events.c.kind.in_([kind.value for kind in _STANDING]))
    if take_ids is not None and len(take_ids) <= _FEW:
        query = query.where(events.c.take_id.in_(take_ids))
    wanted = None if take_ids is None else set(take_ids)
    gone = undone(connection)
    about: dict[str, dict[str, Any]] = {}
    for row in connection.execute(query):
        if row.batch in gone or (wanted is not None and row.take_id not in wanted):
            continue
        stands = about.setdefault(row.take_id, {"notes": ()})
        if row.kind == EventKind.VERDICT.value:
            stands |= {"verdict": Verdict(row.value), "by": Actor(row.by, row.person), "at": row.at}
        elif row.kind == EventKind.STARS.value:
            stands["stars"] = int(row.value)
        else:
            stands["notes"] += (row.value,)
    return {take_id: Standing(**stands) for take_id, stands in about.items()}


def _rows(newest_first: bool = False) -> Select[Any]:
    order = events.c.id.desc() if newest_first else events.c.id
    return select(events).order_by(order)


def _event(row: Any, gone: set[str]) -> Event:
    return Event(
        row.id,
        row.batch,
        EventKind(row.kind),
        row.take_id,
        row.value,
        Actor(row.by, row.person),
        row.at,
        row.batch in gone,
    )


def _last_standing(connection: Connection, gone: set[str]) -> str:
    query = select(events.c.batch).where(events.c.kind != EventKind.UNDO.value).order_by(events.c.id.desc())
    for batch in connection.scalars(query):
        if batch not in gone:
            return str(batch)
    raise NotFound("undo", "there is no decision left to take back")


def _existing(connection: Connection, ids: set[str]) -> set[str]:
    if len(ids) <= _FEW:
        return set(connection.scalars(select(takes.c.id).where(takes.c.id.in_(ids))))
    return set(connection.scalars(select(takes.c.id)))
