"""Where the bytes of takes lie, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, insert, select, update

from circletake.errors import NotFound
from circletake.model.location import Location, LocationState
from circletake_registry.columns import now
from circletake_registry.engine import Database
from circletake_registry.tables import locations

_COLUMNS = (
    locations.c.sha256,
    locations.c.path,
    locations.c.stored,
    locations.c.size,
    locations.c.mtime_ns,
    locations.c.state,
)
READABLE = (LocationState.OK, LocationState.REWRAPPED)
"""States in which a location still shows the take's own picture."""


class Media:
    """The places of takes' files. A path may change hands; the row of the older take stays, altered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def locations(self, sha256: str) -> list[Location]:
        """Every place one take's bytes are known to be or have been, the best to read first."""
        with self._database.read() as connection:
            rows = connection.execute(select(*_COLUMNS).where(locations.c.sha256 == sha256))
            return sorted(map(_location, rows), key=preference)

    def all(self) -> Iterator[Location]:
        """Every place of every take, in the order they were learnt."""
        with self._database.read() as connection:
            rows = connection.execute(select(*_COLUMNS).order_by(locations.c.id)).all()
        return map(_location, rows)

    def add(self, location: Location) -> None:
        """Record a place; a known one is brought up to date."""
        with self._database.write() as connection:
            put(connection, location)

    def mark(self, location: Location, state: LocationState, mtime_ns: int | None = None) -> None:
        """Record what a look at the file told.

        Args:
            mtime_ns: of the file now, where it was seen to be right.

        Raises:
            NotFound: the registry knows no such place.
        """
        values: dict[str, Any] = {"state": state.value, "seen": now()}
        if mtime_ns is not None:
            values["mtime_ns"] = mtime_ns
        with self._database.write() as connection:
            if not connection.execute(update(locations).where(_is(location)).values(values)).rowcount:
                raise _unknown(location)

    def move(self, location: Location, new_path: str, stored: bool = False) -> None:
        """Record that a file was found again at ``new_path``, unaltered.

        Raises:
            NotFound: the registry knows no such place.
        """
        moved = Location(location.sha256, new_path, stored, location.size, location.mtime_ns)
        with self._database.write() as connection:
            if not connection.execute(locations.delete().where(_is(location))).rowcount:
                raise _unknown(location)
            put(connection, moved)

    def known_in_place(self) -> dict[str, tuple[int, int, str]]:
        """Files watched where they lie: path to (size, mtime_ns, sha256) when last seen to be right."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(locations.c.path, locations.c.size, locations.c.mtime_ns, locations.c.sha256)
                .where(~locations.c.stored, locations.c.state == LocationState.OK.value)
                .order_by(locations.c.id)
            )
            return {path: (size, mtime_ns, sha256) for path, size, mtime_ns, sha256 in rows}


def put(connection: Connection, location: Location) -> None:
    """Record a place inside a transaction.

    Other bytes that were known at the same path are not there any more, whatever they were.
    """
    values = {
        "stored": location.stored,
        "size": location.size,
        "mtime_ns": location.mtime_ns,
        "state": location.state.value,
        "seen": now(),
    }
    known = connection.execute(
        select(locations.c.id, locations.c.sha256).where(locations.c.path == location.path)
    ).all()
    for row in known:
        if row.sha256 != location.sha256 and location.state in READABLE:
            gone = update(locations).where(locations.c.id == row.id)
            connection.execute(gone.values(state=LocationState.ALTERED.value))
    if any(row.sha256 == location.sha256 for row in known):
        connection.execute(update(locations).where(_is(location)).values(values))
    else:
        connection.execute(insert(locations), {"sha256": location.sha256, "path": location.path, **values})


def preference(location: Location) -> tuple[bool, bool, bool]:
    """Sorts the places of one take: readable first, untouched before rewrapped, stored before watched."""
    return (location.state not in READABLE, location.state is not LocationState.OK, not location.stored)


def _is(location: Location) -> Any:
    return (locations.c.sha256 == location.sha256) & (locations.c.path == location.path)


def _location(row: Any) -> Location:
    sha256, path, stored, size, mtime_ns, state = row
    return Location(sha256, path, stored, size, mtime_ns, LocationState(state))


def _unknown(location: Location) -> NotFound:
    return NotFound(location.path, "the library knows no take there", "circletake import it")
