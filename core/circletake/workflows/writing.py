"""Copying a file to where it belongs, and keeping what is asked for from falling on something else."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import BadInput
from circletake.files import sync_file
from circletake.workflows.settings import SETTINGS

if TYPE_CHECKING:
    from circletake.workflows.library import Library

_HEAD = 4096
"""Bytes within which a file says whose it is."""


def check_target(library: Library, path: Path, kinds: frozenset[str], force: bool, mark: bytes = b"") -> None:
    """Refuse a place to write to before any work is done.

    Args:
        kinds: suffixes of the files that may be replaced where ``force`` is given; a take, a
            film or anything of the library's own never is.
        mark: what a file that circletake wrote here before bears near its beginning; one that
            has it may be replaced without ``force``. Empty where files bear none.

    Raises:
        BadInput: it is a folder, the library's own, a take, taken, or its folder is not there.
    """
    if path.is_dir():
        raise BadInput(str(path), "is a folder", "name a file")
    if not path.absolute().parent.is_dir():
        raise BadInput(str(path), "its folder is not there", "make the folder first")
    target = path.resolve()
    if target.is_relative_to(library.home.resolve()) or target == (library.root / SETTINGS).resolve():
        raise BadInput(str(path), "belongs to the library itself", "name a file outside .circletake")
    if not path.exists():
        return
    if str(target) in library.registry.media.known_in_place():
        raise BadInput(str(path), "is a take of this library", "name another file")
    if not force and not _bears(path, mark):
        raise BadInput(str(path), "exists already", "name another file, or say --force")
    if path.suffix.lower() not in kinds:
        raise BadInput(str(path), "is another kind of file; --force does not replace it", "name another file")


def _bears(path: Path, mark: bytes) -> bool:
    if not mark or not path.is_file():
        return False
    with path.open("rb") as file:
        return mark in file.read(_HEAD)


def place(source: Path, destination: Path) -> None:
    """Copy a file (sharing blocks where the disk can) and flush it; ``destination`` must be new."""
    from circletake_registry.media_store import clone

    destination.parent.mkdir(parents=True, exist_ok=True)
    if not clone(source, destination):
        with source.open("rb") as old, destination.open("xb") as new:
            shutil.copyfileobj(old, new, 1 << 20)
    sync_file(destination)
