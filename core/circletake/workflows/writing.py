"""Copying a file to where it belongs."""

from __future__ import annotations

import shutil
from pathlib import Path

from circletake.files import sync_file


def place(source: Path, destination: Path) -> None:
    """Copy a file (sharing blocks where the disk can) and flush it; ``destination`` must be new."""
    from circletake_registry.media_store import clone

    destination.parent.mkdir(parents=True, exist_ok=True)
    if not clone(source, destination):
        with source.open("rb") as old, destination.open("xb") as new:
            shutil.copyfileobj(old, new, 1 << 20)
    sync_file(destination)
