"""Files that left the library. The row is written while the file is staged, and published after it moved."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import insert, select, update

from circletake.errors import NotFound
from circletake.model.export import ExportRow, ExportState
from circletake_registry.engine import Database
from circletake_registry.tables import exports


class Exports:
    """One row for each file and place."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def stage(self, row: ExportRow) -> None:
        """Record a file that is about to leave; the same bytes for the same place replace their row."""
        values: dict[str, Any] = {
            **asdict(row),
            "prompts": dict(row.prompts),
            "take_id": row.take_id or None,
            "state": row.state.value,
        }
        same = (exports.c.sha256 == row.sha256) & (exports.c.path == row.path)
        with self._database.write() as connection:
            if not connection.execute(update(exports).where(same).values(values)).rowcount:
                connection.execute(insert(exports), values)

    def publish(self, sha256: str, path: str) -> None:
        """Record that a staged file now lies at ``path``.

        Raises:
            NotFound: nothing with this sha256 was staged.
        """
        with self._database.write() as connection:
            here = exports.c.path == path
            row = connection.execute(
                select(exports.c.id, exports.c.path)
                .where(exports.c.sha256 == sha256, here | (exports.c.state == ExportState.STAGED.value))
                .order_by(here.desc(), exports.c.id.desc())
            ).first()
            if row is None:
                raise NotFound(path, "was never staged, so nothing vouches for it", "export it again")
            connection.execute(
                update(exports)
                .where(exports.c.id == row.id)
                .values(path=path, state=ExportState.PUBLISHED.value)
            )

    def signed(
        self, take_id: str, recipe_digest: str, policy: str, certificate: str, actions: str = ""
    ) -> ExportRow | None:
        """The newest signed file of a whole take made from exactly this; the first place it was put."""
        query = select(exports).where(
            exports.c.take_id == take_id,
            exports.c.recipe_digest == recipe_digest,
            exports.c.policy == policy,
            exports.c.certificate == certificate,
            exports.c.actions == actions,
            exports.c.release == "",
            exports.c.state == ExportState.PUBLISHED.value,
        )
        found = self._rows(query)
        return next((row for row in found if row.sha256 == found[-1].sha256), None)

    def by_sha256(self, sha256: str) -> ExportRow | None:
        """The record of these exact bytes, the published one where there are several."""
        found = self._rows(select(exports).where(exports.c.sha256 == sha256))
        published = [row for row in found if row.state is ExportState.PUBLISHED]
        return next(reversed(published or found), None)

    def all(self) -> list[ExportRow]:
        """Every record, oldest first."""
        return self._rows(select(exports))

    def _rows(self, query: Any) -> list[ExportRow]:
        with self._database.read() as connection:
            return [_row(row) for row in connection.execute(query.order_by(exports.c.id))]


def _row(row: Any) -> ExportRow:
    values = dict(row._mapping)
    del values["id"]
    values["take_id"] = values["take_id"] or ""
    values["state"] = ExportState(values["state"])
    return ExportRow(**values)
