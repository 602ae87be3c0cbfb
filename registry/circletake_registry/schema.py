"""Making a registry, and telling an older or a newer one from our own.

Revisions are four digits that count up, so that age can be told without Alembic, which
costs over a second to import and is loaded only when there is something to upgrade.
"""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import text

from circletake.errors import LibraryError
from circletake.files import sync_folder
from circletake_registry.engine import BUSY_SECONDS, Database, meaning, sqlite_module
from circletake_registry.tables import Row

HEAD = "0001"
"""The newest migration in ``migrations/versions``; a test keeps it true."""


def create(path: Path) -> None:
    """Make an empty registry at ``path``: all of it, or nothing.

    Raises:
        LibraryError: something is there that is not an empty registry of ours.
    """
    if path.exists():
        if revision(path) == HEAD and _is_empty(path):
            return
        raise LibraryError(str(path), "exists already", "open it, or choose another folder")
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        _build(fresh)
        fresh.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        reason = f"could not be made ({(error.strerror or str(error)).lower()})"
        raise LibraryError(str(path), reason, "check the folder's permissions and room") from error


def prepare(path: Path) -> None:
    """See that the registry at ``path`` is of our own revision; upgrade an older one.

    Raises:
        LibraryError: there is none, it is not ours, or it was made by a newer circletake.
    """
    if not path.is_file():
        raise LibraryError(str(path), "there is no registry here", "circletake init")
    found = revision(path)
    if found > HEAD:
        raise LibraryError(
            str(path),
            f"was made by a newer circletake (schema {found}; this one knows {HEAD})",
            "update circletake",
        )
    if found < HEAD:
        from circletake_registry.upgrade import upgrade

        upgrade(path)


def revision(path: Path) -> str:
    """The schema revision a database file carries.

    Raises:
        LibraryError: it is not a registry.
    """
    try:
        row = _first(path, "SELECT version_num FROM alembic_version")
    except sqlite_module().Error as error:
        unknown = LibraryError(str(path), f"is not a circletake registry ({error})", "restore a backup of it")
        raise meaning(path, str(error)) or unknown from error
    if row is None:
        raise LibraryError(str(path), "is a registry without a revision", "restore a backup of it")
    return str(row[0])


def _build(path: Path) -> None:
    database = Database(path)
    try:
        with database.write() as connection:
            Row.metadata.create_all(connection)
            connection.execute(
                text(
                    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
                    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
                )
            )
            connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
    finally:
        database.close()


def _is_empty(path: Path) -> bool:
    return _first(path, "SELECT 1 FROM takes") is None


def _first(path: Path, query: str) -> Any:
    connection = sqlite_module().connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS
    )
    with closing(connection):
        return connection.execute(query).fetchone()
