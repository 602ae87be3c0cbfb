"""The gate every export passes: whatever moves and was not signed just now stays inside.

It looks at bytes, not at names or at what an exporter says it made, and into archives.
"""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path

from circletake.errors import CircletakeError, MediaError, SigningError
from circletake.files import sha256_of
from circletake.model.text import printable
from circletake.workflows.contents import kind_of, videos_inside

_EMBEDDED = (b"data:video/", b"data:application/mp4")
_BLOCK = 1 << 20
_NEXT = "nothing was exported; tell the exporter's author"


def refuse_unsigned(folder: Path, signed: Collection[str]) -> None:
    """Look at everything below ``folder`` and refuse it all for one video nobody signed.

    Args:
        signed: sha256 of the files that were signed and read again for this export.

    Raises:
        SigningError: an unsigned video, under whatever name, in whatever archive; or something
            that cannot be looked into, such as a link or an encrypted archive.
    """
    for path in _files(folder):
        name = printable(path.relative_to(folder).as_posix(), 120)
        if _is_archive(path):
            _look_inside(path, name, signed)
        if _moves(path) and sha256_of(path) not in signed:
            raise SigningError(name, "is a video that was not signed", _NEXT)
        if _holds_video_text(path):
            raise SigningError(name, "has a video written into it as text", _NEXT)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            raise SigningError(printable(path.name, 120), "is a link or no plain file", _NEXT)
        if path.is_file():
            yield path


def _is_archive(path: Path) -> bool:
    # A zip may also hang on to the end of any other file.
    return kind_of(path) == "archive" or zipfile.is_zipfile(path)


def _look_inside(path: Path, name: str, signed: Collection[str]) -> None:
    try:
        members = videos_inside(path)
    except ValueError as error:
        raise SigningError(name, f"cannot be looked into: {error}", _NEXT) from error
    for member in members:
        if member.sha256 not in signed:
            inside = printable(member.name, 120)
            raise SigningError(name, f"holds {inside}, a video that was not signed", _NEXT)


def _moves(path: Path) -> bool:
    """Whether a file is a video: by its first bytes, else by asking the demuxers."""
    kind = kind_of(path)
    if kind in ("video", "credentials", "archive"):
        return kind == "video"
    from circletake.media.probe import probe

    try:
        facts = probe(path).facts
    except MediaError:
        return False
    except (CircletakeError, ValueError):
        return True
    return facts.frames != 1


def _holds_video_text(path: Path) -> bool:
    longest = max(map(len, _EMBEDDED))
    tail = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            seen = (tail + block).lower()
            if any(mark in seen for mark in _EMBEDDED):
                return True
            tail = block[-longest:]
    return False
