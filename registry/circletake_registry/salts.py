"""Salts of prompts that left as digests. Rows are only added: without its salt no digest can be proven."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, insert, select

from circletake.model.sealing import SALT_BYTES, Salt, plain_digest
from circletake_registry.columns import now
from circletake_registry.engine import Database
from circletake_registry.tables import salts


class Salts:
    """One random salt for each take, field and wording."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def salt(self, take_id: str, field: str, prompt: str) -> str:
        """The salt of a take's prompt as it is worded now; drawn when it is first asked for.

        Raises:
            sqlalchemy.exc.IntegrityError: there is no such take.
        """
        key = {"take_id": take_id, "field": field, "text_sha256": plain_digest(prompt)}
        with self._database.read() as connection:
            known = _found(connection, key)
        if known is not None:
            return known
        with self._database.write() as connection:
            known = _found(connection, key)
            if known is None:
                known = secrets.token_hex(SALT_BYTES)
                connection.execute(insert(salts), {**key, "salt": known, "at": now()})
        return known

    def of(self, take_id: str) -> list[Salt]:
        """Every salt a take's prompts were given, oldest first."""
        query = select(salts).where(salts.c.take_id == take_id).order_by(salts.c.at, salts.c.field)
        with self._database.read() as connection:
            return [Salt(**row._mapping) for row in connection.execute(query)]


def _found(connection: Connection, key: dict[str, str]) -> str | None:
    query = select(salts.c.salt).where(*(salts.c[name] == value for name, value in key.items()))
    return connection.execute(query).scalar()
