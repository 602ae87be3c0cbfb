"""Which revision of the schema a database file has.

Revisions are four digits that count up, so that age can be told without Alembic, which
costs over a second to import and is loaded only when there is something to upgrade.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from circletake.errors import LibraryError
from circletake_registry.engine import BUSY_SECONDS, meaning, sqlite_module

HEAD = "0006"
"""The newest migration in ``migrations/versions``; a test keeps it true."""


def revision(path: Path) -> str:
    """The schema revision a database file carries.

    Raises:
        LibraryError: it is not a registry.
    """
    try:
        row = first_row(path, "SELECT version_num FROM alembic_version")
    except sqlite_module().Error as error:
        unknown = LibraryError(str(path), f"is not a circletake registry ({error})", "restore a backup of it")
        raise meaning(path, str(error)) or unknown from error
    if row is None:
        raise LibraryError(str(path), "is a registry without a revision", "restore a backup of it")
    return str(row[0])


def first_row(path: Path, query: str) -> Any:
    """The first row of a query on a database that nobody has opened yet; ``None`` without one."""
    connection = sqlite_module().connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS
    )
    with closing(connection):
        return connection.execute(query).fetchone()
