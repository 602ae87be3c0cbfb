"""Putting files where they belong, whole or not at all, and safe from a power cut."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from circletake_registry.syncing import sync_file, sync_folder

PUBLIC = 0o644
"""Permissions of a file that is made to be passed on; temporary files are their owner's alone."""


def write_whole(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Put ``data`` at ``path``: a temporary file beside it, fsync, rename, fsync of the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    staged = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        staged.chmod(mode)
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)
    sync_folder(path.parent)


def place(source: Path, destination: Path) -> None:
    """Copy a file (sharing blocks where the disk can) and flush it; ``destination`` must be new."""
    from circletake_registry.media_store import clone

    destination.parent.mkdir(parents=True, exist_ok=True)
    if not clone(source, destination):
        with source.open("rb") as old, destination.open("xb") as new:
            shutil.copyfileobj(old, new, 1 << 20)
    sync_file(destination)
