"""Putting a finished file where it belongs, flushed to the disk."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def place(source: Path, destination: Path) -> None:
    """Copy a file (sharing blocks where the disk can) and flush it; ``destination`` must be new."""
    from circletake_registry.media_store import clone

    destination.parent.mkdir(parents=True, exist_ok=True)
    if not clone(source, destination):
        with source.open("rb") as old, destination.open("xb") as new:
            shutil.copyfileobj(old, new, 1 << 20)
    flush(destination)


def flush(path: Path) -> None:
    """Have the disk keep a file or a folder's entries."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
