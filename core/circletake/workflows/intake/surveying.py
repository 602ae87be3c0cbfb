"""What lies in the folders to be imported, before any of it is opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from circletake.media.opening import VIDEO_SUFFIXES
from circletake.model.text import natural


@dataclass(frozen=True, slots=True)
class Unread:
    """A file or folder that could not be taken in.

    Attributes:
        path: as shown to people: relative to what was named, where it lies below.
        next_step: what to do about it; may be empty.
    """

    path: str
    reason: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that looks like a clip.

    Attributes:
        shown: its path relative to the folder that was named.
    """

    path: Path
    shown: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found.

    Attributes:
        files: clips to be read, in natural order.
        unchanged: clips the library watches already, by size and time as it last saw them.
        hidden: hidden files and folders, left alone.
        other: files that are no clips, left alone.
        unread: paths that cannot be looked at.
    """

    files: tuple[Candidate, ...]
    unchanged: tuple[Candidate, ...] = ()
    hidden: int = 0
    other: int = 0
    unread: tuple[Unread, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of all files to be read."""
        return sum(candidate.size for candidate in self.files)


def survey(paths: Iterable[Path], known: Mapping[str, tuple[int, int, str]] | None = None) -> Survey:
    """Walk files and folders, each real one once. Links come last: a file goes by its own name.

    Args:
        known: by path, size and time of files that need not be read again.
    """
    walk = _Walk(known or {})
    for path in paths:
        walk.start(path.expanduser().resolve())
    walk.follow()

    def by_path(candidate: Candidate) -> list[tuple[int, int, str]]:
        return natural(str(candidate.path))

    return Survey(
        tuple(sorted(walk.files, key=by_path)),
        tuple(sorted(walk.unchanged, key=by_path)),
        walk.hidden,
        walk.other,
        tuple(walk.unread),
    )


@dataclass
class _Walk:
    known: Mapping[str, tuple[int, int, str]]
    files: list[Candidate] = field(default_factory=list)
    unchanged: list[Candidate] = field(default_factory=list)
    hidden: int = 0
    other: int = 0
    unread: list[Unread] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    links: list[tuple[Path, Path]] = field(default_factory=list)

    def start(self, path: Path) -> None:
        """Look at a path that a person named; it is told when it is of no use."""
        if not path.exists():
            self.unread.append(Unread(str(path), "no such file or folder"))
        elif path.is_dir():
            self._folder(path, path)
        elif path.suffix.lower() not in VIDEO_SUFFIXES:
            kinds = ", ".join(sorted(suffix[1:] for suffix in VIDEO_SUFFIXES))
            self.unread.append(Unread(str(path), f"not one of {kinds}; left alone"))
        else:
            self._file(path, path.name)

    def follow(self) -> None:
        """Go where the links point that were put aside, and where the links there do."""
        while self.links:
            path, root = self.links.pop(0)
            if path.is_dir():
                self._folder(path, root)
            elif path.suffix.lower() in VIDEO_SUFFIXES:
                self._file(path, str(path.relative_to(root)))
            else:
                self.other += 1

    def _folder(self, folder: Path, root: Path) -> None:
        waiting = [folder]
        while waiting:
            folder = waiting.pop()
            real = os.path.realpath(folder)
            if real in self.seen:
                continue
            self.seen.add(real)
            for entry in self._entries(folder, root):
                path = folder / entry.name
                if entry.name.startswith(".") or entry.name == "__MACOSX":
                    self.hidden += 1
                elif entry.is_symlink():
                    self.links.append((path, root))
                elif entry.is_dir():
                    waiting.append(path)
                elif path.suffix.lower() in VIDEO_SUFFIXES:
                    self._file(path, str(path.relative_to(root)))
                else:
                    self.other += 1

    def _entries(self, folder: Path, root: Path) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                yield from entries
        except OSError as error:
            self.unread.append(Unread(_shown(folder, root), error.strerror or str(error)))

    def _file(self, path: Path, shown: str) -> None:
        real = os.path.realpath(path)
        if real in self.seen:
            return
        self.seen.add(real)
        try:
            status = path.stat()
        except OSError as error:
            self.unread.append(Unread(shown, error.strerror or str(error)))
            return
        if not stat.S_ISREG(status.st_mode):
            self.unread.append(Unread(shown, "not a regular file; left alone"))
            return
        candidate = Candidate(path, shown, status.st_size, status.st_mtime_ns)
        size, mtime_ns, _ = self.known.get(str(path), (-1, -1, ""))
        known = (size, mtime_ns) == (candidate.size, candidate.mtime_ns)
        (self.unchanged if known else self.files).append(candidate)


def _shown(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path != root and path.is_relative_to(root) else str(path)
