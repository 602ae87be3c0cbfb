"""Bringing an older registry up to date. Imports Alembic, so it is loaded only when there is need."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from circletake.errors import LibraryError
from circletake_registry.backup import copy_database
from circletake_registry.engine import WRITES, open_engine
from circletake_registry.revision import HEAD, revision

SCRIPTS = Path(__file__).with_name("migrations")


def upgrade(path: Path) -> Path | None:
    """Back the registry up beside itself, then migrate it, in one transaction and under a lock.

    Returns:
        The backup; ``None`` where another process upgraded it meanwhile.

    Raises:
        LibraryError: the migration failed; the registry is as it was.
    """
    with _alone(path):
        found = revision(path)
        if found >= HEAD:
            return None
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        backup = path.with_name(f"{path.name}.{found}-{stamp}.bak")
        copy_database(path, backup)
        try:
            rebuild(path)
        except Exception as error:
            # A migration may fail in any way; whatever it was, the transaction took it back.
            raise LibraryError(
                str(path), f"could not be upgraded ({error}); it is as it was", "report this with that reason"
            ) from error
        return backup


def rebuild(path: Path) -> None:
    """Run every migration the registry lacks, in one transaction: all of them, or none."""
    engine = open_engine(path)
    try:
        with engine.connect().execution_options(**WRITES) as connection:
            # SQLite alters a table by replacing it, which keys that are enforced would forbid.
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA foreign_keys = OFF")
            with connection.begin():
                migrate(connection)
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if broken:
                    raise LibraryError(str(path), f"the upgrade lost rows that {broken[0][0]} refers to")
    finally:
        engine.dispose()


def migrate(connection: Connection) -> None:
    """Run every migration that ``connection``'s database lacks, inside its transaction."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Wait for other processes that upgrade the same registry."""
    try:
        lock = path.with_name(f"{path.name}.lock").open("w")
    except OSError as error:
        raise LibraryError(
            str(path),
            f"is of an older version and cannot be upgraded where it lies ({error.strerror})",
            "copy the library to a disk that can be written to and open it there",
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
