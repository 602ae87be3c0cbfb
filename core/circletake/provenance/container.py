"""Where a manifest store lies in a file, byte for byte; no C2PA library needed to look.

Sources: C2PA 2.4 appendix A (BMFF ``uuid`` box, RIFF ``C2PA`` chunk, GIF application extension, JPEG
APP11 segments, PNG ``caBX`` chunk), ISO/IEC 14496-12 for boxes, ISO/IEC 19566-5 for boxes in JPEG.
"""

from __future__ import annotations

import os
import re
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from circletake.provenance.parts import C2PA_UUID, EMPTY, GIF, JPEG, WALKED, Box, boxes, walk

_LARGEST = 256_000_000
MOST_BOXES = 30_000
"""Top-level boxes of a file that is handed to the C2PA library, whose time grows with their square."""

_MUXER = re.compile(rb"IsoMedia File Produced with GPAC [\w.+-]{1,40}(?=\0|$)")
"""What MP4Box writes into an empty box of every file it makes."""

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
            head = file.read(4)
            return _gathered(file, head) if head.startswith(WALKED) else _bmff(file)
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


def slack(path: Path, kinds: frozenset[bytes] = EMPTY) -> int:
    """Bytes that a hash leaves out and that hold something: what fills ``free``/``skip`` boxes, or a tail.

    Args:
        kinds: of box that it leaves out.

    Returns:
        in such a box, from the first that is not zero to the last; 0 for formats without such boxes.
    """
    found = 0
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            found_here = list(boxes(file))
            if not found_here:
                return 0
            for box in found_here:
                if box.kind in kinds:
                    found += _filling(file, box)
    except OSError:
        return 0
    return found + max(0, size - found_here[-1].end)


def _usable(path: Path, links: bool) -> bool:
    try:
        return (links or not path.is_symlink()) and path.is_file() and 0 < path.stat().st_size <= _LARGEST
    except OSError:
        return False


def _filling(file: BinaryIO, box: Box) -> int:
    """How many bytes of an empty box something lies in; the name of the muxer at its start is nothing.

    Nor is an empty box that ends with this one, which is how Adobe's muxer joins two.
    """
    file.seek(box.body)
    at, first, last = box.body, box.end, box.body
    while at < box.end:
        piece = file.read(min(box.end - at, 1 << 20))
        if not piece:
            break
        if at == box.body and (name := _MUXER.match(piece)):
            piece = bytes(name.end()) + piece[name.end() :]
        if piece.strip(b"\0"):
            first = min(first, at + len(piece) - len(piece.lstrip(b"\0")))
            last = at + len(piece.rstrip(b"\0"))
        at += len(piece)
    if last - 8 <= first:
        file.seek(last - 8)
        head = file.read(8)
        if last - 8 >= box.body and head[4:] in EMPTY and last - 8 + int.from_bytes(head[:4]) == box.end:
            return 0
    return max(0, last - first)


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


def _gathered(file: BinaryIO, head: bytes) -> bytes | None:
    """The first store of a file; that of a JPEG lies in pieces, one in each of its segments.

    Where no box of a JPEG says that it is a store, one may have been altered to say so no more.
    """
    found = (each for each in walk(file) if each.store)
    if not head.startswith(JPEG):
        data = next((_bounded(file, *each.store) for each in found if each.store), None)
        return _joined(data) if data and head.startswith(GIF) else data
    every = [*found]
    store = bytearray()
    for each in [part for part in every if part.kind == "manifest"] or every:
        store += (each.store and _bounded(file, *each.store)) or b""
        if len(store) > _LARGEST:
            return None
    return bytes(store) or None


def _joined(blocks: bytes) -> bytes:
    """What the blocks of a GIF hold, each behind its length."""
    data, at = bytearray(), 0
    while at < len(blocks):
        data += blocks[at + 1 : at + 1 + blocks[at]]
        at += 1 + blocks[at]
    return bytes(data)


def _bounded(file: BinaryIO, start: int, length: int) -> bytes | None:
    if not 0 < length <= _LARGEST:
        return None
    file.seek(start)
    data = file.read(length)
    return data if len(data) == length else None
