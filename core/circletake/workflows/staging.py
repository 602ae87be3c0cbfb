"""Staging: fresh folders on the library's own disk, and clearing those of processes that were killed.

A folder bears in its name who made it: the machine, since it was started, and the process on it.
Only what this very machine made, by a process that is not there any more, may be cleared: a library
can lie on a network disk, where another machine, or another container, has processes of the same
numbers, and locks cannot be relied on. A number that was given to a new process keeps a folder
alive for longer, which costs space only; ``circletake library gc`` takes what is left after a day.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import socket
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

_NAME = re.compile(r"([0-9a-f]{16})-(\d+)-.+")


@contextmanager
def staged(parent: Path) -> Iterator[Path]:
    """A fresh folder below ``parent``, gone afterwards; first, those of dead processes go.

    On a disk that cannot be written to it lies among the system's own: looking needs one, too.
    """
    folder = _fresh(parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fresh(parent: Path) -> Path:
    prefix = f"{_machine()}-{os.getpid()}-"
    try:
        parent.mkdir(parents=True, exist_ok=True)
        for folder in abandoned(parent):
            shutil.rmtree(folder, ignore_errors=True)
        return Path(tempfile.mkdtemp(dir=parent, prefix=prefix))
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES):
            raise
        return Path(tempfile.mkdtemp(prefix=prefix))


def abandoned(parent: Path) -> list[Path]:
    """Folders below ``parent`` that a process of this machine made and did not live to clear."""
    found = []
    for folder in sorted(parent.iterdir()) if parent.is_dir() else ():
        named = _NAME.fullmatch(folder.name)
        if named and named[1] == _machine() and not folder.is_symlink() and not _lives(int(named[2])):
            found.append(folder)
    return found


def _lives(process: int) -> bool:
    """Whether there is such a process here; yes where that cannot be asked without harm."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


@cache
def _machine() -> str:
    """Sixteen hex digits that two machines or containers, or one before and after a start, do not share."""
    said = [socket.gethostname()]
    try:
        said += [
            Path("/proc/sys/kernel/random/boot_id").read_text(),
            str(Path("/proc/self/ns/pid").readlink()),
        ]
    except OSError:
        said.append(f"{uuid.getnode():x}")
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]
