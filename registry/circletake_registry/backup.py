"""Copying a database whole, while others use it."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from circletake.errors import LibraryError
from circletake_registry.engine import sqlite_module
from circletake_registry.syncing import sync_file, sync_folder


def copy_database(source: Path, to: Path) -> None:
    """Copy a database, as it is at this moment and while others use it, to the new file ``to``.

    Raises:
        LibraryError: ``to`` exists, cannot be written, or the copy does not read back sound.
    """
    if to.exists():
        raise LibraryError(str(to), "exists already", "name a new file; a backup never overwrites")
    sqlite = sqlite_module()
    part = to.with_name(f".{to.name}.{os.getpid()}.part")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with closing(sqlite.connect(str(source))) as old, closing(sqlite.connect(str(part))) as new:
            old.backup(new)
            # A copy of a database with a write-ahead log would need the log's files beside it.
            new.execute("PRAGMA journal_mode = delete")
        with closing(sqlite.connect(str(part))) as check:
            (sound,) = check.execute("PRAGMA integrity_check").fetchone()
        if sound != "ok":
            raise LibraryError(str(to), f"the copy is not sound ({sound})", "check the disk")
        sync_file(part)
        part.replace(to)
        sync_folder(to.parent)
    except (OSError, sqlite.Error) as error:
        raise LibraryError(
            str(to), f"the backup could not be written ({error})", "choose another place"
        ) from error
    finally:
        part.unlink(missing_ok=True)
