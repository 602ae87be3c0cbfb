"""The one safe way to open a media file: known formats, this file alone, no network, no playlists."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from circletake.errors import MediaError
from circletake.media import matroska
from circletake.model.case import ENDS_EARLY
from circletake.model.text import printable

if TYPE_CHECKING:
    from av.container import InputContainer

VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".m4v", ".webm", ".mkv", ".avi", ".gif"})
"""Suffixes, in lower case, that an import walks for."""

MAX_BYTES = 64 * 2**30
MAX_PIXELS = 8192 * 8192

_DEMUXERS = "mov,matroska,avi,gif"
_PLAYLISTS = (b"#EXTM3U", b"ffconcat", b"[playlist]", b"<ASX", b"<smil", b"<MPD", b"<?xml")
_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"pnot"}
_LATER = {b"styp", b"sidx", b"ssix", b"prft", b"moof", b"mfra", b"meta", b"meco", b"emsg", b"pdin", b"udta"}
"""Kinds of boxes that stand beside those, but begin no file."""

_TRY_AGAIN = "download it again"


@contextmanager
def open_media(path: Path, *, decoders: bool = True) -> Iterator[InputContainer]:
    """Open a media file for reading, or say plainly why not.

    Only FFmpeg's demuxers for mov/mp4, matroska/webm, avi and gif are tried, and only this
    one file may be touched, whatever its contents point to.

    Args:
        decoders: look into the coded pictures too; without, what the container says is all that is known,
            a tenth of the time.

    Raises:
        MediaError: it is missing, empty, too large, cut short, a playlist, or foreign.
    """
    import av
    import av.error

    _refuse_from_bytes(path)
    options = {"protocol_whitelist": "file", "format_whitelist": _DEMUXERS}
    if not decoders:
        options["codec_whitelist"] = "none"
    try:
        container = av.open(f"file:{path.absolute()}", options=options, metadata_errors="replace")
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise _why_not(path) from error
    with container:
        yield container


def ends_early(path: Path) -> bool:
    """Whether the file stops before its own container says it should.

    An mp4's top-level boxes give their length (ISO 14496-12, 4.2); a gif ends with a trailer
    byte (GIF89a, 27); matroska's elements give theirs. Other containers do not tell.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] == b"GIF8":
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\x3b"
        if head.startswith(matroska.MAGIC):
            return matroska.ends_early(file, size)
        return _boxes(file, size).short


def all_there(path: Path) -> bool:
    """Whether every box of an MP4 or MOV file tells its length and lies in it whole: it was not cut short."""
    with path.open("rb") as file:
        return _boxes(file, path.stat().st_size).closed


def added_after(path: Path) -> int:
    """Bytes after the last box of a whole MP4 or MOV file; players pass them over.

    Returns:
        0 for other containers, and for a file that ends early.
    """
    with path.open("rb") as file:
        return _boxes(file, path.stat().st_size).after


def in_fragments(path: Path) -> bool:
    """Whether pictures of an MP4 or MOV file stand in fragments, which its own index does not list."""
    with path.open("rb") as file:
        return _boxes(file, path.stat().st_size).fragments


@dataclass(frozen=True, slots=True)
class _Boxes:
    """How the top-level boxes of a file end.

    Attributes:
        short: the last one is not all there, or one that a video needs is missing.
        after: bytes behind the last one that are no box.
        fragments: there are movie fragments (ISO 14496-12, 8.8.4).
        closed: each tells its length and is all there.
    """

    short: bool = False
    after: int = 0
    fragments: bool = False
    closed: bool = False


def _boxes(file: BinaryIO, size: int) -> _Boxes:
    """Walk the top-level boxes.

    Bytes that are no box were added where description and pictures lie before them; a video lacks
    nothing then. Else they are what is left of a box.
    """
    file.seek(0)
    if file.read(8)[4:] not in _BOXES:
        return _Boxes()
    at = 0
    seen: set[bytes] = set()
    while at < size:
        file.seek(at)
        header = file.read(16)
        kind, length = header[4:8], int.from_bytes(header[:4])
        if length == 1:
            length = int.from_bytes(header[8:16]) if len(header) == 16 else -1
        known = kind in _BOXES | _LATER
        if known and length == 0:
            return _Boxes(fragments=b"moof" in seen | {kind})
        if len(header) < 8 or length < 8 or (not known and at + length > size):
            whole = b"moov" in seen and not seen.isdisjoint({b"mdat", b"moof"})
            ends = _Boxes(after=size - at, closed=whole) if whole or not any(header) else _Boxes(short=True)
            return replace(ends, fragments=b"moof" in seen)
        seen.add(kind)
        at += length
    return _Boxes(short=at > size, fragments=b"moof" in seen, closed=at == size)


def _refuse_from_bytes(path: Path) -> None:
    name = printable(path.name)
    try:
        if not path.is_file():
            raise MediaError(name, "not a file" if path.exists() else "no such file")
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise MediaError(name, error.strerror or str(error)) from error
    if size == 0:
        raise MediaError(name, "empty", _TRY_AGAIN)
    if size > MAX_BYTES:
        raise MediaError(name, "larger than 64 GiB", "cut it into parts")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_PLAYLISTS):
        raise MediaError(name, "a playlist, not a video", "name the video itself")


def _why_not(path: Path) -> MediaError:
    if ends_early(path):
        return MediaError(path.name, ENDS_EARLY, _TRY_AGAIN)
    reason = "not a video in a format circletake reads (mp4, mov, webm, mkv, avi, gif)"
    with path.open("rb") as file:
        if file.read(12)[4:8] in _BOXES:
            reason = "no picture that can be read"
    return MediaError(path.name, reason, "get another copy of it")
