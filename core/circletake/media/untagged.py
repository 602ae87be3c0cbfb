"""Copies of GIF and AVI files without what people or programs wrote beside the picture.

Their packets cannot be written anew unchanged, so pieces are left out, or blanked where others are found by
their place. Sources: the GIF89a specification, sections 18 to 27; XMP part 3 (its extension in a GIF);
Microsoft's AVI RIFF file reference, and OpenDML 1.02 for what stands beside it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from circletake.errors import MediaError

_COMMENT = b"\x21\xfe"
_APPLICATION = b"\x21\xff"
_XMP = b"XMP DataXMP"
_TEXTS = frozenset({b"INFO", b"strn", b"IDIT", b"_PMX", b"XMP "})
_INSIDE = frozenset({b"AVI ", b"AVIX", b"hdrl", b"strl", b"odml"})
_DEEPEST = 4


def copy_untagged(source: Path, destination: Path) -> None:
    """Copy a GIF or AVI without comments, XMP, names and dates; the picture and how it is shown stay.

    Raises:
        MediaError: it breaks off, or holds what is no part of such a file.
    """
    with source.open("rb") as given, destination.open("w+b") as copy:
        if given.read(4).startswith(b"GIF"):
            given.seek(0)
            for kind, start, end in _blocks(given, source.name):
                if kind not in (_COMMENT, _APPLICATION + _XMP):
                    _copied(given, copy, start, end)
            return
        given.seek(0)
        shutil.copyfileobj(given, copy, 1 << 20)
        size = copy.tell()
        for start, end in [*_texts(copy, 0, size, 0)]:
            copy.seek(start)
            copy.write(b"JUNK")
            for at in range(start + 8, end, 1 << 20):
                copy.seek(at)
                copy.write(bytes(min(1 << 20, end - at)))


def _blocks(file: BinaryIO, name: str) -> Iterator[tuple[bytes, int, int]]:
    """Each piece of a GIF with its kind: head, extensions, pictures, trailer; what follows that is none."""

    def read(count: int) -> bytes:
        data = file.read(count)
        if len(data) < count:
            raise MediaError(name, "breaks off", "render it instead")
        return data

    def sub_blocks() -> bytes:
        first = b""
        while length := read(1)[0]:
            data = read(length)
            first = first or data
        return first

    def table(flags: int) -> None:
        if flags & 0x80:
            read(3 << ((flags & 7) + 1))

    table(read(13)[10])
    yield b"", 0, file.tell()
    while True:
        start = file.tell()
        kind = read(1)
        if kind == b"\x21":
            kind += read(1)
            first = sub_blocks()
            kind += first[: len(_XMP)] if kind == _APPLICATION else b""
        elif kind == b"\x2c":
            table(read(9)[8])
            read(1)
            sub_blocks()
        elif kind != b"\x3b":
            raise MediaError(name, "holds what is no block of a GIF", "render it instead")
        yield kind, start, (end := file.tell())
        if kind == b"\x3b":
            return
        file.seek(end)


def _copied(given: BinaryIO, copy: BinaryIO, start: int, end: int) -> None:
    given.seek(start)
    while start < end and (data := given.read(min(1 << 20, end - start))):
        copy.write(data)
        start += len(data)


def _texts(file: BinaryIO, at: int, end: int, depth: int) -> Iterator[tuple[int, int]]:
    """Where chunks of text lie among those of an AVI; the picture is not gone through."""
    while at + 8 <= end:
        file.seek(at)
        head = file.read(12)
        listed = head[:4] in (b"RIFF", b"LIST")
        kind, after = head[8:12] if listed else head[:4], at + 8 + int.from_bytes(head[4:8], "little")
        if kind in _TEXTS:
            yield at, min(after, end)
        elif listed and kind in _INSIDE and depth < _DEEPEST:
            yield from _texts(file, at + 12, min(after, end), depth + 1)
        at = after + after % 2
