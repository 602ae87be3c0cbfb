"""What the library derived and no longer needs; the media of takes are never among it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.workflows.leaving.numbering import is_for_release
from circletake.workflows.staging import abandoned

if TYPE_CHECKING:
    from circletake.workflows.library import Library

LEFT_ALONE = 24 * 3600
"""Seconds for which a file without a row may still be somebody's work in progress."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """A file that nothing refers to."""

    path: Path
    size: int
    why: str


def leftovers(library: Library) -> list[Leftover]:
    """Derived files that no row refers to any more; never the media of a take, never quarantine.

    What is younger than a day may belong to work in progress and is left out, but for the staging
    folders of processes that are certainly dead.
    """
    known = library.registry.takes.sha256s()
    old = time.time() - LEFT_ALONE
    exports = library.registry.exports.all()
    signed = {Path(path).name for row in exports for path in (row.path, row.sidecar)}
    stopped = {
        Path(path).name for row in exports if is_for_release(row) for path in (row.path, row.sidecar) if path
    }
    rows: list[Leftover] = []
    for folder, why in (("pictures", "poster or sprite of no take"), ("credentials", "manifest of no take")):
        rows += [
            Leftover(path, size, why)
            for path, size in _old_files(library.home / folder, old)
            if path.name.split(".")[0] not in known
        ]
    rows += [Leftover(path, size, "staging of work that ended") for path, size in _staged(library, old)]
    rows += [
        Leftover(path, size, "signed clip that no export row names")
        for path, size in _old_files(library.signed_folder, old)
        if path.name not in signed
    ]
    rows += [
        Leftover(path, size, "clip of a release that was never made")
        for path, size in _old_files(library.signed_folder, old)
        if path.name in stopped
    ]
    rows += [
        Leftover(path, size, "preview of a cut, made again when asked for")
        for path, size in _old_files(library.previews_folder, old)
    ]
    swept = [path for path in library.store.sweep(known) if path.stat().st_ctime < old]
    rows += [Leftover(path, path.stat().st_size, "stored, but of no take") for path in swept]
    return rows


def sweep(library: Library, rows: Sequence[Leftover]) -> int:
    """Remove leftovers and the staging folders they leave empty; the bytes freed."""
    freed = 0
    for row in rows:
        row.path.unlink(missing_ok=True)
        freed += row.size
    staging, dead = library.staging_folder, abandoned(library.staging_folder)
    for folder in sorted((p for p in staging.glob("**/*") if p.is_dir()), reverse=True):
        left = folder.stat().st_ctime < time.time() - LEFT_ALONE or _within(folder, dead)
        if left and not any(folder.iterdir()):
            folder.rmdir()
    return freed


def _staged(library: Library, before: float) -> Iterator[tuple[Path, int]]:
    """Files in staging that are old, or whose process is dead."""
    dead = abandoned(library.staging_folder)
    for folder in dead:
        yield from _old_files(folder, float("inf"))
    for path, size in _old_files(library.staging_folder, before):
        if not _within(path, dead):
            yield path, size


def _within(path: Path, folders: Sequence[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _old_files(folder: Path, before: float) -> Iterator[tuple[Path, int]]:
    """Regular files below ``folder`` whose change time is earlier, with their sizes."""
    for root, _, names in os.walk(folder):
        for name in sorted(names):
            path = Path(root) / name
            status = path.lstat()
            if status.st_ctime < before:
                yield path, status.st_size
