"""Where files will lie on the machine of whoever opens a timeline, as paths and as URLs."""

from __future__ import annotations

import re
from urllib.parse import quote

_DRIVE = re.compile(r"([A-Za-z]):[\\/]")
_LOCAL = "file://localhost"


def media_path(folder: str, relative: str) -> str:
    """A file's path as that machine writes it.

    Args:
        folder: absolute, of POSIX or Windows; empty for a path relative to the timeline.
        relative: of the file inside it, with forward slashes.
    """
    if not folder:
        return relative
    if _windows(folder):
        inside = relative.replace("/", "\\")
        return f"{folder.rstrip(chr(92) + '/')}\\{inside}"
    return f"{folder.rstrip('/')}/{relative}"


def media_url(folder: str, relative: str) -> str:
    """The same as a URL: ``file://localhost/D%3a/jobs/SH010_tk031_3f9ac2d1.mp4``, as Premiere writes it.

    Relative where there is no ``folder``; percent-encoded in either case. A Windows share
    (``\\\\server\\cuts``) names its server instead of ``localhost``.
    """
    path = (
        media_path(folder, relative).replace("\\", "/") if _windows(folder) else media_path(folder, relative)
    )
    coded = quote(path, errors="surrogateescape")
    if not folder:
        return coded
    if path.startswith("//"):
        return f"file:{coded}"
    if _DRIVE.match(path):
        return f"{_LOCAL}/{coded[0]}%3a{coded[4:]}"
    return f"{_LOCAL}{coded}"


def rewritten(path: str, before: str, after: str) -> str | None:
    """``path`` with the folder ``before`` at its beginning replaced; ``None`` where it does not lie there."""
    kept = before.rstrip("/\\")
    if path != kept and not path.startswith((f"{kept}/", f"{kept}\\")):
        return None
    rest = path[len(kept) :].lstrip("/\\")
    return media_path(after, rest) if rest else after


def _windows(folder: str) -> bool:
    return bool(_DRIVE.match(folder)) or folder.startswith("\\\\")
