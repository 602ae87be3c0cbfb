"""Which takes were compared, and which of them are alike: so that a later run compares only new ones."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, insert, or_, select

from circletake.model.alignment import Alignment, Pair
from circletake_registry.engine import Database
from circletake_registry.tables import compared as compared_takes
from circletake_registry.tables import pairs as pairs_of

_MEASURED = [pairs_of.c[field.name] for field in fields(Alignment)]


class Pairs:
    """Like pairs of takes by version of the comparison; other versions live beside one another."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def compared(self, version: str) -> set[str]:
        """Ids of takes each of which was compared with all the others."""
        with self._database.read() as connection:
            return _compared(connection, version)

    def save(self, version: str, compared: Collection[str], pairs: Sequence[Pair]) -> None:
        """Keep what one run found, in one transaction; the same pair again replaces its row.

        Args:
            compared: takes that are now compared with one another and with all that were before.
            pairs: those that are alike, in either order.

        Raises:
            ValueError: a number of a pair is not finite.
            sqlalchemy.exc.IntegrityError: there is no such take, or a pair is of one take alone.
        """
        rows = {(row["take_a"], row["take_b"]): row for row in map(_row, pairs)}
        for row in rows.values():
            row["version"] = version
        with self._database.write() as connection:
            new = set(compared) - _compared(connection, version)
            if new:
                values = [{"take_id": take_id, "version": version} for take_id in sorted(new)]
                connection.execute(insert(compared_takes), values)
            if rows:
                same = and_(
                    pairs_of.c.take_a == bindparam("a"),
                    pairs_of.c.take_b == bindparam("b"),
                    pairs_of.c.version == version,
                )
                connection.execute(delete(pairs_of).where(same), [{"a": a, "b": b} for a, b in rows])
                connection.execute(insert(pairs_of), list(rows.values()))

    def all(self, version: str) -> list[Pair]:
        """Every like pair, the take with the lower id first."""
        query = (
            select(pairs_of.c.take_a, pairs_of.c.take_b, *_MEASURED)
            .where(pairs_of.c.version == version)
            .order_by(pairs_of.c.take_a, pairs_of.c.take_b)
        )
        with self._database.read() as connection:
            return [Pair(a, b, Alignment(*measured)) for a, b, *measured in connection.execute(query)]

    def forget(self, version: str) -> None:
        """Drop what was found by this version of the comparison, so that all takes are compared again."""
        with self._database.write() as connection:
            for table in (pairs_of, compared_takes):
                connection.execute(delete(table).where(table.c.version == version))


def forget_pairs(connection: Connection, take_id: str | None = None) -> None:
    """Drop comparisons whose fingerprints are gone: those with one take, or all."""
    pairs, compared = delete(pairs_of), delete(compared_takes)
    if take_id is not None:
        pairs = pairs.where(or_(pairs_of.c.take_a == take_id, pairs_of.c.take_b == take_id))
        compared = compared.where(compared_takes.c.take_id == take_id)
    connection.execute(pairs)
    connection.execute(compared)


def _compared(connection: Connection, version: str) -> set[str]:
    query = select(compared_takes.c.take_id).where(compared_takes.c.version == version)
    return set(connection.scalars(query).all())


def _row(pair: Pair) -> dict[str, Any]:
    """The pair's columns but its version, the lower id first."""
    a, b, alignment = pair.a_id, pair.b_id, pair.alignment
    if a > b:
        a, b, alignment = b, a, alignment.reversed
    row: dict[str, Any] = {"take_a": a, "take_b": b}
    for column in _MEASURED:
        # NumPy's own numbers are not always Python's, and the database would keep their bytes.
        value = column.type.python_type(getattr(alignment, column.name))
        if not math.isfinite(value):
            raise ValueError(f"pair {a} {b}: {column.name} is {value}")
        row[column.name] = value
    return row
