"""What each stretch of a picture or video is: its manifest, metadata, or what is seen and heard.

Only what is well formed and known to be metadata counts as such; all that is not understood is picture.

Sources: C2PA 2.4 appendix A, ISO/IEC 14496-12, ITU-T T.81 (JPEG), ISO/IEC 19566-5 (boxes in a JPEG), and the
specifications of PNG, GIF, RIFF and XMP (part 3: the two headers of its segments).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
PNG, JPEG, GIF, RIFF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF", b"RIFF"
WALKED = (PNG[:4], JPEG, GIF, RIFF)
"""How a file begins whose parts are no boxes of ISO/IEC 14496-12."""

EMPTY = frozenset({b"free", b"skip"})
"""Boxes of an MP4 whose content is nothing; C2PA 2 leaves them out of what is hashed."""

PNG_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt", b"tIME"})
_JPEG_TEXTS = frozenset({0xED, 0xFE})
_XMP = (b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0")
_STORE = b"c2pa" + bytes.fromhex("00110010800000aa00389b71")
_MOST = 100_000
"""Pieces of a file that are told apart; what comes behind them is told to be nothing."""

BLOCKS_AT_MOST = 1_000_000
"""Blocks of a GIF's extensions that are gone through."""


@dataclass(frozen=True, slots=True)
class Box:
    """A top-level box of an MP4 or MOV file; ``start`` and ``end`` are offsets in the file."""

    kind: bytes
    start: int
    body: int
    end: int


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a picture or video; ``start`` and ``end`` are offsets in the file.

    Attributes:
        kind: ``manifest``, ``metadata`` (nothing of it is seen or heard), ``picture``: all else, sound and
            how to show it too; ``untold`` behind more pieces than are told apart.
        store: where the bytes of a manifest store begin, and how many they are; in a GIF they lie in
            blocks. Of a JPEG, those of any box; of an MP4 it is not told.
    """

    kind: str
    start: int
    end: int
    store: tuple[int, int] | None = None


def parts_of(path: Path) -> tuple[Part, ...]:
    """The pieces of a file, from its first byte to its last; one of a format unknown here is all picture."""
    with path.open("rb") as file:
        found = [*walk(file)]
        size = file.seek(0, os.SEEK_END)
    at = found[-1].end if found else 0
    if at < size:
        found.append(Part("untold" if len(found) > _MOST else "picture", at, size))
    return tuple(found)


def walk(file: BinaryIO) -> Iterator[Part]:
    """The pieces of an open file, one by one, until what follows is not understood."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(len(PNG))
    if head == PNG:
        return _chunks(file, size)
    if head.startswith(JPEG):
        return _segments(file, size)
    if head.startswith(RIFF):
        return _riff_chunks(file, size)
    return _extensions(file, size) if head.startswith(GIF) else _top_boxes(file)


def boxes(file: BinaryIO) -> Iterator[Box]:
    """Top-level boxes, until one makes no sense; nothing at all where the first is no known kind."""
    size = file.seek(0, os.SEEK_END)
    at = 0
    for _ in range(_MOST):
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


def _top_boxes(file: BinaryIO) -> Iterator[Part]:
    for box in boxes(file):
        file.seek(box.body)
        own = box.kind == b"uuid" and file.read(16) == C2PA_UUID
        empty = box.kind in EMPTY
        yield Part("manifest" if own else "metadata" if empty else "picture", box.start, box.end)


def _riff_chunks(file: BinaryIO, size: int) -> Iterator[Part]:
    """An index may point into a chunk named ``JUNK``, which so is picture."""
    at = 12
    yield Part("picture", 0, min(at, size))
    for _ in range(_MOST):
        file.seek(at)
        head = file.read(8)
        end = at + 8 + int.from_bytes(head[4:], "little")
        if len(head) < 8 or end > size:
            return
        kind = "manifest" if head[:4] == b"C2PA" else "metadata" if head[:4] == b"XMP " else "picture"
        store = (at + 8, end - at - 8) if kind == "manifest" else None
        yield Part(kind, at, min(size, end + end % 2), store)
        at = end + end % 2


def _extensions(file: BinaryIO, size: int) -> Iterator[Part]:
    """The head, and what stands before the first picture. A comment has no head of its own."""
    file.seek(10)
    flags = (file.read(3) or b"\0")[0]
    at = 13 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
    yield Part("picture", 0, min(at, size))
    blocks = 0
    for _ in range(_MOST):
        file.seek(at)
        head, name = file.read(2), b""
        if head[:1] != b"\x21":
            return
        while (length := file.read(1)) > b"\0":
            blocks += 1
            if blocks > BLOCKS_AT_MOST:
                yield Part("untold", at, size)
                return
            if file.tell() == at + 3:
                name = file.read(length[0])
            else:
                file.seek(length[0], os.SEEK_CUR)
        if not length:
            return
        own = head[1:] == b"\xff" and name.startswith(b"C2PA_GIF")
        kind = "manifest" if own else "metadata" if head[1:] == b"\xfe" else "picture"
        end, body = file.tell(), at + 3 + len(name)
        yield Part(kind, at, end, (body, end - 1 - body) if own else None)
        at = end


def _chunks(file: BinaryIO, size: int) -> Iterator[Part]:
    at = len(PNG)
    yield Part("picture", 0, at)
    for _ in range(_MOST):
        file.seek(at)
        head = file.read(8)
        end = at + 12 + int.from_bytes(head[:4])
        if len(head) < 8 or end > size or head[4:] == b"IEND":
            return
        kind = "manifest" if head[4:] == b"caBX" else "metadata" if head[4:] in PNG_TEXTS else "picture"
        yield Part(kind, at, end, (at + 8, end - at - 12) if kind == "manifest" else None)
        at = end


def _segments(file: BinaryIO, size: int) -> Iterator[Part]:
    """Those before the picture's data; what begins with the scan, or is no segment with a length, is picture.

    Of metadata, Exif tells how a picture is turned, and others the meaning of its colours: they are picture.
    """
    at, store, begun = 2, b"", set[bytes]()
    yield Part("picture", 0, at)
    for _ in range(_MOST):
        file.seek(at)
        head = file.read(48)
        if head[:2] == b"\xff\xff":  # a byte of filling before a marker
            yield Part("picture", at, at := at + 1)
            continue
        end = at + 2 + int.from_bytes(head[2:4])
        if len(head) < 4 or head[0] != 0xFF or not _has_length(head[1]) or not at + 4 <= end <= size:
            return
        boxed = head[1] == 0xEB and head[4:6] == b"JP" and head[16:20] == b"jumb" and end >= at + 20
        number = head[6:8]
        if boxed and not store and end >= at + 44 and head[24:28] == b"jumd" and head[28:44] == _STORE:
            store = number
        own = boxed and number == store
        text = head[1] in _JPEG_TEXTS or (head[1] == 0xE1 and head[4:].startswith(_XMP))
        body = at + (20 if number in begun else 12)  # each segment of a box repeats its head
        if boxed:
            begun.add(number)
        kind = "manifest" if own else "metadata" if text else "picture"
        yield Part(kind, at, end, (body, end - body) if boxed else None)
        at = end


def _has_length(marker: int) -> bool:
    """Of the markers before a scan; behind SOS (DA) comes what has none."""
    return 0xC0 <= marker <= 0xFE and not 0xD0 <= marker <= 0xDA
