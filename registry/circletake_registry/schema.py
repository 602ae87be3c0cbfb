"""Making a registry, and telling an older or a newer one from our own."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import text

from circletake.errors import LibraryError
from circletake.files import sync_folder
from circletake_registry.engine import Database
from circletake_registry.revision import HEAD, first_row, revision
from circletake_registry.tables import Row


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


def prepare(path: Path) -> Path | None:
    """See that the registry at ``path`` is of our own revision; upgrade an older one.

    Returns:
        The registry as it was before it was upgraded; ``None`` where it was not.

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

        return upgrade(path)
    return None


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
    return first_row(path, "SELECT 1 FROM takes") is None
