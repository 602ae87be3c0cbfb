"""Copying a database whole, while others use it."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from circletake.errors import LibraryError
from circletake.files import sync_file, sync_folder
from circletake_registry.engine import sqlite_module


def copy_database(source: Path, to: Path) -> None:
    """Copy a database, as it is at this moment and while others use it, to the new file ``to``.

    Raises:
        LibraryError: ``to`` exists, cannot be written, or the copy does not read back sound.
    """
    try:
        _copy(source, to)
    except (OSError, sqlite_module().Error) as error:
        reason = f"the backup could not be written ({error})"
        raise LibraryError(str(to), reason, "choose another place") from error


def _copy(source: Path, to: Path) -> None:
    if to.exists():
        raise LibraryError(str(to), "exists already", "name a new file; a backup never overwrites")
    connect = sqlite_module().connect
    part = to.with_name(f".{to.name}.{os.getpid()}.part")
    to.parent.mkdir(parents=True, exist_ok=True)
    part.unlink(missing_ok=True)
    try:
        with closing(connect(str(source))) as old, closing(connect(str(part))) as new:
            old.backup(new)
            # A copy of a database with a write-ahead log would need the log's files beside it.
            new.execute("PRAGMA journal_mode = delete")
        with closing(connect(str(part))) as copied:
            (sound,) = copied.execute("PRAGMA integrity_check").fetchone()
        if sound != "ok":
            raise LibraryError(str(to), f"the copy is not sound ({sound})", "check the disk")
        sync_file(part)
        part.replace(to)
        sync_folder(to.parent)
    finally:
        part.unlink(missing_ok=True)
