"""Versions: takes that are an upscale, a re-encode or a stripped copy of a take known before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from circletake.errors import BadInput
from circletake.model.stack import VersionOf
from circletake_registry.columns import now
from circletake_registry.engine import Database
from circletake_registry.tables import versions


class Versions:
    """Of each take that is a version, the take it is a version of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, rows: Sequence[VersionOf]) -> None:
        """Keep what takes are versions of; of a take that is one already, the new row counts.

        Raises:
            BadInput: a take would be a version of itself, directly or by way of others.
            sqlalchemy.exc.IntegrityError: there is no such take.
        """
        new = {row.take_id: row for row in rows}
        if not new:
            return
        moment = now()
        with self._database.write() as connection:
            of = {row.take_id: row.of_id for row in (*_all(connection), *new.values())}
            for take_id in new:
                _check_end(take_id, of)
            stale = [{"stale": take_id} for take_id in new]
            connection.execute(delete(versions).where(versions.c.take_id == bindparam("stale")), stale)
            connection.execute(insert(versions), [_values(row, moment) for row in new.values()])

    def of(self, take_id: str) -> VersionOf | None:
        """What a take is a version of; ``None`` for one that is not."""
        with self._database.read() as connection:
            row = connection.execute(select(versions).where(versions.c.take_id == take_id)).first()
            return _version(row) if row else None

    def all(self) -> dict[str, VersionOf]:
        """Every take that is a version, by its id."""
        with self._database.read() as connection:
            return {version.take_id: version for version in _all(connection)}


def _all(connection: Connection) -> list[VersionOf]:
    return [_version(row) for row in connection.execute(select(versions).order_by(versions.c.take_id))]


def _version(row: Any) -> VersionOf:
    return VersionOf(row.take_id, row.of_id, row.distance, row.reason)


def _values(row: VersionOf, moment: datetime) -> dict[str, Any]:
    return {
        "take_id": row.take_id,
        "of_id": row.of_id,
        "distance": float(row.distance),
        "reason": row.reason,
        "at": moment,
    }


def _check_end(take_id: str, of: Mapping[str, str]) -> None:
    """Refuse a circle: whoever looks for the recipe that a take inherits would never come to an end."""
    met = {take_id}
    at = of.get(take_id)
    while at is not None:
        if at in met:
            raise BadInput(f"take {take_id}", "would be a version of itself", "name the one it came from")
        met.add(at)
        at = of.get(at)
