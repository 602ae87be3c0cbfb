"""Connections: how SQLite is set up so that several processes can write without losing anything.

A transaction that will write takes the write lock when it begins (``BEGIN IMMEDIATE``): one
that reads first and asks for the lock later fails at once when somebody else got there
(measured: 313 of 1800, against none). Reading never asks for it.
"""

from __future__ import annotations

import importlib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError

from circletake.errors import LibraryError

BUSY_SECONDS = 60
_WRITES = "circletake_writes"
WRITES = {_WRITES: True}
"""Execution options of a connection whose transactions take the write lock when they begin."""


@dataclass(frozen=True, slots=True)
class SqliteReport:
    """Which SQLite is in use, for ``doctor``.

    Attributes:
        module: ``sqlite3`` or ``pysqlite3``.
        journal: journal mode that libraries are opened with.
        why: the reason for that mode, in words.
    """

    module: str
    version: str
    journal: str
    why: str


def log_is_safe(version: tuple[int, ...]) -> bool:
    """Whether the write-ahead log of this SQLite can be relied on.

    Before 3.51.3, except 3.44.6 and 3.50.7, several connections that reset the log can
    corrupt the database. Source: release notes of SQLite 3.51.3.
    """
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def sqlite_module() -> ModuleType:
    """``pysqlite3`` where it is installed, which carries a newer SQLite, else ``sqlite3``."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3


def sqlite_report() -> SqliteReport:
    """Which SQLite is in use, and with which journal."""
    module = sqlite_module()
    version: str = module.sqlite_version
    name = module.__name__.partition(".")[0]
    if log_is_safe(tuple(int(part) for part in version.split("."))):
        return SqliteReport(name, version, "wal", "this SQLite's write-ahead log is sound")
    return SqliteReport(
        name,
        version,
        "delete",
        "SQLite before 3.51.3 can corrupt a write-ahead log; pip install 'circletake[wal]' for a newer one",
    )


def open_engine(path: Path) -> Engine:
    """An engine for the database file ``path``, which is made on first use."""
    report = sqlite_report()
    # A folder's name may hold what means something in a URL written by hand.
    url = URL.create("sqlite", database=str(path.absolute()))
    engine = create_engine(url, module=sqlite_module(), connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA journal_mode = {report.journal}")
        # What was said to be kept survives a power cut: a row may be the only trace of a paid job.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


class Database:
    """Transactions on one database file: ``read()``, ``write()``, and ``batch()`` to join writes.

    Inside a batch every read and write of the same thread uses the batch's transaction, so
    that it sees what was written; each write is a savepoint, so one that fails takes only
    itself back.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.engine = open_engine(path)
        self._writing = self.engine.execution_options(**WRITES)
        self._local = threading.local()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A snapshot that takes no lock from writers."""
        joined = self._joined()
        if joined is not None:
            yield joined
            return
        with self._explained(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its start; all of it is kept or nothing."""
        joined = self._joined()
        if joined is not None:
            with self._explained(), joined.begin_nested():
                yield joined
            return
        with self._explained(), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Join the reads and writes of this thread into one transaction; a batch inside one adds nothing."""
        if self._joined() is not None:
            yield
            return
        with self._explained(), self._writing.begin() as connection:
            self._local.joined = connection
            try:
                yield
            finally:
                self._local.joined = None

    def _joined(self) -> Connection | None:
        return getattr(self._local, "joined", None)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what the database says into what a person can act on."""
        try:
            yield
        except DatabaseError as error:
            explained = meaning(self.path, str(error.orig))
            if explained is None:
                raise
            raise explained from error


def meaning(path: Path, said: str) -> LibraryError | None:
    """What a database failure means to a person; ``None`` for one that only a programmer can mend."""
    for sign, reason, next_step in _MEANINGS:
        if sign in said:
            return LibraryError(str(path), reason, next_step)
    return None


_MEANINGS = (
    (
        "locked",
        "another circletake has been writing for a minute",
        "wait for it to finish, then run this again",
    ),
    (
        "not a database",
        "is not a circletake registry",
        "restore a backup (circletake library backup makes them)",
    ),
    ("malformed", "is damaged", "restore a backup; the takes themselves are unharmed"),
    ("is full", "the disk is full", "make room, then run this again; nothing was half-written"),
    ("readonly", "cannot be written to", "check the permissions of the library folder"),
    ("unable to open", "cannot be opened", "check that the library folder exists and can be written to"),
    ("disk I/O error", "the disk reported an error", "check the disk, then run this again"),
)
