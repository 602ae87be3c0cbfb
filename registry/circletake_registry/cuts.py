"""Cuts with every revision they had, and the takes each revision uses."""

from __future__ import annotations

from sqlalchemy import func, insert, select

from circletake.errors import NotFound
from circletake.model.cut import Cut
from circletake.model.text import printable
from circletake_registry.columns import new_id, now
from circletake_registry.engine import Database
from circletake_registry.tables import cut_revisions, cut_takes, cuts


class Cuts:
    """Edits by name. Saving never loses what a cut was before."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, cut: Cut) -> int:
        """Keep a cut as the newest revision of its name and return that revision's number.

        A cut equal to the newest revision is not kept twice.

        Raises:
            sqlalchemy.exc.IntegrityError: it uses a take that does not exist.
        """
        document = cut.to_json()
        with self._database.write() as connection:
            cut_id = connection.scalar(select(cuts.c.id).where(cuts.c.name == cut.name))
            if cut_id is None:
                cut_id = new_id()
                connection.execute(insert(cuts), {"id": cut_id, "name": cut.name})
            newest = connection.execute(
                select(cut_revisions.c.revision, cut_revisions.c.document)
                .where(cut_revisions.c.cut_id == cut_id)
                .order_by(cut_revisions.c.revision.desc())
            ).first()
            if newest is not None and newest.document == document:
                return int(newest.revision)
            revision = newest.revision + 1 if newest is not None else 1
            row = {"cut_id": cut_id, "revision": revision, "document": document, "at": now()}
            made = connection.execute(insert(cut_revisions).values(row)).inserted_primary_key
            used = [{"revision_id": made[0], "take_id": take_id} for take_id in cut.take_ids] if made else []
            if used:
                connection.execute(insert(cut_takes), used)
            return revision

    def get(self, name: str, revision: int | None = None) -> Cut:
        """The cut of this name.

        Args:
            revision: counted from 1; the newest unless given.

        Raises:
            NotFound: there is no such cut or revision.
        """
        query = (
            select(cut_revisions.c.document)
            .join(cuts, cuts.c.id == cut_revisions.c.cut_id)
            .where(cuts.c.name == name)
            .order_by(cut_revisions.c.revision.desc())
        )
        if revision is not None:
            query = query.where(cut_revisions.c.revision == revision)
        with self._database.read() as connection:
            document = connection.scalar(query)
        if document is None:
            shown = f"cut {printable(name, 60)}" + (f", revision {revision}" if revision is not None else "")
            known = ", ".join(printable(each, 40) for each in self.names()) or "none yet"
            raise NotFound(shown, f"no such cut; there are: {known}", "circletake cut new NAME")
        return Cut.from_json(document)

    def names(self) -> list[str]:
        """Names of all cuts, in order."""
        with self._database.read() as connection:
            return list(
                connection.scalars(select(cuts.c.name).order_by(func.lower(cuts.c.name), cuts.c.name))
            )
