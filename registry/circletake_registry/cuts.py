"""Cuts with every revision they had, and the takes each revision uses."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from circletake.errors import NotFound
from circletake.model.cut import Cut
from circletake.model.event import Actor, EventKind
from circletake.model.text import printable
from circletake_registry.columns import new_id, now
from circletake_registry.engine import Database
from circletake_registry.events import append, undone
from circletake_registry.tables import cut_revisions, cut_takes, cuts


class Cuts:
    """Edits by name. Saving never loses what a cut was before, and an undo brings it back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, cut: Cut, by: Actor | None = None, what: str = "changed") -> int:
        """Keep a cut as the newest revision of its name and return that revision's number.

        A cut equal to the one in force is not kept twice.

        Args:
            by: whose decision it is, which an undo takes back; a revision that is nobody's stands.
            what: was done to it, for the log.

        Raises:
            sqlalchemy.exc.IntegrityError: it uses a take that does not exist.
        """
        document = cut.to_json()
        with self._database.write() as connection:
            cut_id = connection.scalar(select(cuts.c.id).where(cuts.c.name == cut.name))
            if cut_id is None:
                cut_id = new_id()
                connection.execute(insert(cuts), {"id": cut_id, "name": cut.name})
            standing = _in_force(connection, cut.name)
            if standing is not None and standing.document == document:
                return int(standing.revision)
            batch = (
                append(connection, EventKind.CUT, [(None, f"{cut.name}: {what}")], by, new_id())
                if by
                else None
            )
            last = select(func.max(cut_revisions.c.revision)).where(cut_revisions.c.cut_id == cut_id)
            revision = int(connection.scalar(last) or 0) + 1
            row = {"cut_id": cut_id, "revision": revision, "document": document, "at": now(), "batch": batch}
            made = connection.execute(insert(cut_revisions).values(row)).inserted_primary_key
            used = [{"revision_id": made[0], "take_id": take_id} for take_id in cut.take_ids] if made else []
            if used:
                connection.execute(insert(cut_takes), used)
            return revision

    def get(self, name: str, revision: int | None = None) -> Cut:
        """The cut of this name.

        Args:
            revision: counted from 1; the one in force unless given.

        Raises:
            NotFound: there is no such cut or revision.
        """
        with self._database.read() as connection:
            row = _in_force(connection, name, revision)
        if row is None:
            shown = f"cut {printable(name, 60)}" + (f", revision {revision}" if revision is not None else "")
            known = ", ".join(printable(each, 40) for each in self.names()) or "none yet"
            raise NotFound(shown, f"no such cut; there are: {known}", "circletake cut new NAME")
        return Cut.from_json(row.document)

    def names(self) -> list[str]:
        """Names of all cuts that stand, in order."""
        query = (
            select(cuts.c.name, cut_revisions.c.batch)
            .join(cut_revisions, cut_revisions.c.cut_id == cuts.c.id)
            .order_by(func.lower(cuts.c.name), cuts.c.name)
        )
        with self._database.read() as connection:
            gone = undone(connection)
            return list(dict.fromkeys(row.name for row in connection.execute(query) if row.batch not in gone))


def _in_force(connection: Connection, name: str, revision: int | None = None) -> Row[Any, Any, Any] | None:
    """The newest revision of a cut that was not undone; or one by its number, undone or not."""
    query = (
        select(cut_revisions.c.revision, cut_revisions.c.document, cut_revisions.c.batch)
        .join(cuts, cuts.c.id == cut_revisions.c.cut_id)
        .where(cuts.c.name == name)
        .order_by(cut_revisions.c.revision.desc())
    )
    if revision is not None:
        return connection.execute(query.where(cut_revisions.c.revision == revision)).first()
    gone = undone(connection)
    return next((row for row in connection.execute(query) if row.batch not in gone), None)
