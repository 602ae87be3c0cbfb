"""Where a manifest store lies in a file, byte for byte; no C2PA library needed to look.

Sources: C2PA 2.4 appendix A (BMFF ``uuid`` box, RIFF ``C2PA`` chunk, GIF application extension, JPEG
APP11 segments, PNG ``caBX`` chunk), ISO/IEC 14496-12 for boxes, ISO/IEC 19566-5 for boxes in JPEG.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
PNG = b"\x89PNG\r\n\x1a\n"
_LARGEST = 256_000_000
_BOXES_AT_MOST = 100_000
MOST_BOXES = 30_000
"""Top-level boxes of a file that is handed to the C2PA library, whose time grows with their square."""

BLOCKS_AT_MOST = _LARGEST // 255
"""Blocks of a GIF's extensions that are gone through."""

SIDECAR = ".c2pa"
NOT_EMBEDDABLE = frozenset({".webm", ".mkv"})
PAPERS = frozenset({".json", ".html"})
"""What circletake writes about a release and seals; its manifest always lies at ``<name>.c2pa``."""

MIMES = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".avi": "video/avi",
    ".gif": "image/gif",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".json": "application/json",
    ".html": "text/html",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
}


@dataclass(frozen=True, slots=True)
class Box:
    """A top-level box of an MP4 or MOV file; ``start`` and ``end`` are offsets in the file."""

    kind: bytes
    start: int
    body: int
    end: int


def raw_manifest(path: Path) -> bytes | None:
    """The manifest store embedded in a file or lying beside it, as it is; ``None`` without one."""
    embedded = embedded_manifest(path)
    if embedded is not None:
        return embedded
    beside = sidecar_of(path)
    return beside.read_bytes() if beside else None


def has_credentials(path: Path) -> bool:
    """Whether a file seems to carry a manifest, or one lies beside it; cheap, and proves nothing."""
    return embedded_manifest(path) is not None or sidecar_of(path) is not None


def embedded_manifest(path: Path) -> bytes | None:
    """The manifest store inside a file; ``None`` without one or where the file cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
            if head[:4] == b"RIFF":
                return _riff(file)
            if head[:3] == b"GIF":
                return _gif(file)
            if head[:3] == b"\xff\xd8\xff":
                return _jpeg(file)
            if head[:8] == PNG:
                return _png(file)
            return _bmff(file)
    except (OSError, ValueError, IndexError):
        return None


def sidecar_of(path: Path) -> Path | None:
    """The manifest beside a file: ``x.webm.c2pa``, or ``x.c2pa`` where it can be meant for no other.

    A link beside a plain file is not followed: it may lead to anything on this machine. Where the
    file is a link itself, so may its manifest be.
    """
    own = path.with_name(path.name + SIDECAR)
    links = path.is_symlink()
    if _usable(own, links):
        return own
    stem = path.with_suffix(SIDECAR)
    if path.suffix.lower() == SIDECAR or not _usable(stem, links):
        return None
    others = (path.with_suffix(suffix) for suffix in NOT_EMBEDDABLE)
    if path.suffix.lower() not in NOT_EMBEDDABLE and any(other.exists() for other in others):
        return None
    return stem


def crowded(path: Path) -> bool:
    """Whether a file has more than :data:`MOST_BOXES` boxes: no film has, and reading them would not end."""
    try:
        with path.open("rb") as file:
            return next(islice(boxes(file), MOST_BOXES, None), None) is not None
    except OSError:
        return False


def slack(path: Path) -> int:
    """Bytes that a hash leaves out and that hold something: filled ``free``/``skip`` boxes, or a tail.

    Returns:
        0 for formats without such boxes.
    """
    found = 0
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            found_here = list(boxes(file))
            if not found_here:
                return 0
            for box in found_here:
                if box.kind in {b"free", b"skip"} and _filled(file, box):
                    found += box.end - box.body
    except OSError:
        return 0
    return found + max(0, size - found_here[-1].end)


def _usable(path: Path, links: bool) -> bool:
    try:
        return (links or not path.is_symlink()) and path.is_file() and 0 < path.stat().st_size <= _LARGEST
    except OSError:
        return False


def boxes(file: BinaryIO) -> Iterator[Box]:
    """Top-level boxes, until one makes no sense; nothing at all where the first is no known kind."""
    size = file.seek(0, os.SEEK_END)
    at = 0
    for _ in range(_BOXES_AT_MOST):
        if at + 8 > size:
            return
        file.seek(at)
        head = file.read(16)
        length, kind, body = int.from_bytes(head[:4]), head[4:8], at + 8
        if at == 0 and kind not in {b"ftyp", b"styp", b"moov", b"mdat", b"wide", b"free", b"skip", b"uuid"}:
            return
        if length == 1:
            length, body = int.from_bytes(head[8:16]), at + 16
        elif length == 0:
            length = size - at
        if length < body - at or at + length > size:
            return
        yield Box(kind, at, body, at + length)
        at += length


def _filled(file: BinaryIO, box: Box) -> bool:
    file.seek(box.body)
    left = box.end - box.body
    while left:
        piece = file.read(min(left, 1 << 20))
        if not piece:
            return False
        if piece.strip(b"\0"):
            return True
        left -= len(piece)
    return False


def _bmff(file: BinaryIO) -> bytes | None:
    for box in boxes(file):
        if box.kind != b"uuid" or box.end - box.body < 21:
            continue
        file.seek(box.body)
        if file.read(16) != C2PA_UUID:
            continue
        file.seek(4, os.SEEK_CUR)
        purpose, _, rest = file.read(64).partition(b"\0")
        if purpose not in {b"manifest", b"original", b"update"} or len(rest) < 8:
            continue
        start = box.body + 20 + len(purpose) + 1 + 8
        return _bounded(file, start, box.end - start)
    return None


def _riff(file: BinaryIO) -> bytes | None:
    size = file.seek(0, os.SEEK_END)
    at = 12
    for _ in range(_BOXES_AT_MOST):
        if at + 8 > size:
            return None
        file.seek(at)
        head = file.read(8)
        length = int.from_bytes(head[4:], "little")
        if head[:4] == b"C2PA":
            return _bounded(file, at + 8, length)
        at += 8 + length + length % 2
    return None


def gif_start(file: BinaryIO) -> int:
    """Where the first block of a GIF begins, behind its palette."""
    file.seek(10)
    flags = file.read(3)[0]
    return 13 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)


def _gif(file: BinaryIO) -> bytes | None:
    file.seek(gif_start(file))
    blocks = 0
    for _ in range(_BOXES_AT_MOST):
        if file.read(1) != b"\x21":
            return None
        wanted = file.read(1) == b"\xff"
        name = file.read(file.read(1)[0]) if wanted else b""
        data = bytearray()
        while length := (file.read(1) or b"\0")[0]:
            blocks += 1
            if blocks > BLOCKS_AT_MOST:
                return None
            if not wanted:
                file.seek(length, os.SEEK_CUR)
                continue
            data += file.read(length)
        if name.startswith(b"C2PA_GIF"):
            return bytes(data)
    return None


def _jpeg(file: BinaryIO) -> bytes | None:
    """The store is a box in parts, one for each APP11 segment; every part repeats the box's header."""
    store = bytearray()
    file.seek(2)
    for _ in range(_BOXES_AT_MOST):
        marker = file.read(2)
        if len(marker) < 2 or marker[0] != 0xFF or marker[1] in (0xD9, 0xDA):
            break
        length = int.from_bytes(file.read(2)) - 2
        if length < 0:
            return None
        if marker[1] != 0xEB:
            file.seek(length, os.SEEK_CUR)
            continue
        data = file.read(length)
        if data[:2] == b"JP" and data[12:16] == b"jumb":
            store += data[16:] if store else data[8:]
        if len(store) > _LARGEST:
            return None
    return bytes(store) or None


def _png(file: BinaryIO) -> bytes | None:
    file.seek(len(PNG))
    for _ in range(_BOXES_AT_MOST):
        head = file.read(8)
        length = int.from_bytes(head[:4])
        if len(head) < 8 or head[4:] == b"IEND":
            return None
        if head[4:] == b"caBX":
            return _bounded(file, file.tell(), length)
        file.seek(length + 4, os.SEEK_CUR)
    return None


def _bounded(file: BinaryIO, start: int, length: int) -> bytes | None:
    if not 0 < length <= _LARGEST:
        return None
    file.seek(start)
    data = file.read(length)
    return data if len(data) == length else None
