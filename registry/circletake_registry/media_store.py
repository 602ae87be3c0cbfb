"""The media store: files by their SHA-256, and files watched where they lie.

A stored file is written to a temporary name, synced, read back, and only then renamed.
Nothing is overwritten or deleted; what fails its hash is moved aside. Hard links are never
made, since an editor that writes into one name would change the other.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from circletake.errors import CircletakeError, LibraryError, MediaError
from circletake.files import sha256_of, sync_file, sync_folder
from circletake.model.location import Location, LocationState

_QUARANTINE = "quarantine"
_STORED = re.compile(r"(?P<sha256>[0-9a-f]{64})(?:\.[a-z0-9]{1,8})?")
_PART = ".part"
_PART_SECONDS = 3600
_FICLONE = 0x40049409
"""``ioctl`` that shares a file's blocks with a new file. Source: linux/fs.h."""


class MediaStore:
    """The folder of stored files, ``ab/<sha256>.mp4``, and what can be said of files in place.

    Args:
        root: of the store; made on first use.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._reflinks: dict[int, bool] = {}

    def path(self, location: Location) -> Path:
        """Where a location's file is, or was.

        Raises:
            LibraryError: the record of a stored file points out of the store.
        """
        if not location.stored:
            return Path(location.path)
        path = Path(location.path)
        if path.is_absolute() or ".." in path.parts:
            raise LibraryError(location.path, "is not a path inside the media store", "restore a backup")
        return self.root / path

    def can_reflink(self, source: Path) -> bool:
        """Whether the file system can share ``source``'s blocks with the store, at no cost of space.

        Tried once for each disk that sources lie on; False where it cannot be tried.
        """
        probe = self.root / f".reflink.{os.getpid()}{_PART}"
        try:
            disk = source.stat().st_dev
            if disk not in self._reflinks:
                self.root.mkdir(parents=True, exist_ok=True)
                self._reflinks[disk] = clone(source, probe)
                probe.unlink(missing_ok=True)
        except OSError:
            return False
        return self._reflinks[disk]

    def adopt(self, source: Path, sha256: str, copy: bool) -> Location:
        """Take a file into care: stored where ``copy`` asks for it or blocks can be shared, else in place.

        Args:
            sha256: of ``source``, as it was inspected.

        Returns:
            Where it is now; the path of a file in place is absolute and without links.

        Raises:
            MediaError: it is gone, cannot be read, or changed since it was inspected.
            LibraryError: the store cannot be written to.
        """
        source = source.resolve()
        relative = f"{sha256[:2]}/{sha256}{_suffix(source)}"
        try:
            seen = source.stat()
        except OSError as error:
            raise MediaError(str(source), _reason(error), "check that it is still there") from error
        in_place = Location(sha256, str(source), False, seen.st_size, seen.st_mtime_ns)
        try:
            if source != self.root / relative and not self._store(source, self.root / relative, sha256, copy):
                return in_place
            kept = (self.root / relative).stat()
        except OSError as error:
            raise _failed(source, "stored", error) from error
        return Location(sha256, relative, True, kept.st_size, kept.st_mtime_ns)

    def look(
        self, location: Location, picture_sha256: Callable[[Path], str], expected_picture: str
    ) -> LocationState:
        """Read a file whole and tell what became of it.

        Args:
            picture_sha256: digest of a file's coded picture alone, asked for only when the bytes differ.
            expected_picture: what it was on import.

        Raises:
            MediaError: the file is there and cannot be read; nothing can be said of it.
        """
        path = self.path(location)
        try:
            if sha256_of(path) == location.sha256:
                return LocationState.OK
        except (FileNotFoundError, NotADirectoryError):
            return LocationState.MISSING
        except OSError as error:
            raise MediaError(str(path), _reason(error), "check its permissions and the disk") from error
        if location.stored:
            return LocationState.ALTERED
        try:
            same_picture = picture_sha256(path) == expected_picture
        except (CircletakeError, OSError):
            same_picture = False
        return LocationState.REWRAPPED if same_picture else LocationState.ALTERED

    def quarantine(self, location: Location) -> Path:
        """Move a stored file that failed its hash aside and return where it is now.

        Raises:
            LibraryError: the file is not the store's own, or cannot be moved.
        """
        if not location.stored:
            raise LibraryError(location.path, "is not the store's own and is left alone", "check the file")
        path = self.path(location)
        try:
            aside = _free_name(self.root / _QUARANTINE / path.name)
            aside.parent.mkdir(parents=True, exist_ok=True)
            path.rename(aside)
            sync_folder(aside.parent)
            sync_folder(path.parent)
        except OSError as error:
            raise _failed(path, "moved aside", error) from error
        return aside

    def sweep(self, known: set[str]) -> list[Path]:
        """Files in the store that nothing refers to: the store's own leftovers and unknown digests.

        Args:
            known: sha256s of all takes.
        """
        left: list[Path] = []
        long_ago = time.time() - _PART_SECONDS
        for path in sorted(self.root.glob("*")) + sorted(self.root.glob("[0-9a-f][0-9a-f]/*")):
            if path.is_dir():
                continue
            if path.name.endswith(_PART):
                # A younger one may be another process's work in progress.
                if path.stat().st_mtime < long_ago:
                    left.append(path)
                continue
            match = _STORED.fullmatch(path.name)
            if match and match["sha256"] not in known:
                left.append(path)
        return left

    def _store(self, source: Path, to: Path, sha256: str, copy: bool) -> bool:
        """Put ``source`` at ``to`` unless it is there; False where only an unwanted copy would do."""
        if to.exists():
            if sha256_of(to) == sha256:
                return True
            self.quarantine(Location(sha256, str(to.relative_to(self.root)), True, 0, 0))
        if not copy and not self.can_reflink(source):
            return False
        to.parent.mkdir(parents=True, exist_ok=True)
        part = to.with_name(f".{to.name}.{os.getpid()}{_PART}")
        try:
            part.unlink(missing_ok=True)
            if not clone(source, part):
                if not copy:
                    return False
                with source.open("rb") as old, part.open("xb") as new:
                    shutil.copyfileobj(old, new, 1 << 20)
            sync_file(part)
            if sha256_of(part) != sha256:
                raise MediaError(str(source), "changed while it was read", "import it again")
            # An editor that tries to write into a stored file is told so at once.
            part.chmod(0o444)
            part.replace(to)
            sync_folder(to.parent)
            sync_folder(self.root)
        finally:
            part.unlink(missing_ok=True)
        return True


def clone(source: Path, to: Path) -> bool:
    """Make ``to`` share the blocks of ``source``; False, and no file, where the file system cannot."""
    if sys.platform != "linux":
        return False
    import fcntl

    try:
        with source.open("rb") as old, to.open("xb") as new:
            fcntl.ioctl(new.fileno(), _FICLONE, old.fileno())
    except OSError:
        to.unlink(missing_ok=True)
        return False
    return True


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else ""


def _free_name(path: Path) -> Path:
    """``path``, or the same with a number where that name is taken."""
    names = (path.with_name(f"{path.stem}.{number}{path.suffix}") for number in range(1, 10_000))
    return path if not path.exists() else next(name for name in names if not name.exists())


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _failed(path: Path, what: str, error: OSError) -> LibraryError:
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    remedy = "make room on the disk" if full else "check the permissions of the library folder"
    return LibraryError(str(path), f"could not be {what} ({_reason(error)})", remedy)
