"""The gate every export passes: whatever moves and was not signed just now stays inside.

It looks at bytes, not at names or at what an exporter says it made, and into archives.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path

from circletake.errors import CircletakeError, MediaError, SigningError
from circletake.files import sha256_of
from circletake.model.text import printable
from circletake.workflows.contents import kind_of, videos_inside

_INSIDE = re.compile(
    rb"(?i:data:video/|data:application/mp4)"
    rb"|AAAA[A-Za-z0-9+/]{2}Z0eX"
    rb"|ftyp(?:iso[m2-9]|mp4[12]|avc1|qt  |M4V |dash|msdh|3g[pr2])"
    rb"|\x1a\x45\xdf\xa3.{0,60}(?:webm|matroska)|RIFF.{4}AVI ",
    re.DOTALL,
)
"""How a video begins that hangs on another file or is written into it as text.

Source: data URLs of RFC 2397, and the first bytes of ISO 14496-12 (also in base64), EBML and RIFF.
"""

_LONGEST = 80
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
        if sha256_of(path) in signed:
            continue
        if _moves(path):
            raise SigningError(name, "is a video that was not signed", _NEXT)
        # The members of an archive were looked at, and signed ones may lie in it as they are.
        if kind_of(path) != "archive" and _holds_video(path):
            raise SigningError(name, "has a video hidden in it", _NEXT)


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


def _holds_video(path: Path) -> bool:
    tail = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            seen = tail + block
            if _INSIDE.search(seen):
                return True
            tail = seen[-_LONGEST:]
    return False
