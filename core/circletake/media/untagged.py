"""Copies of GIF and AVI files with what shows the picture and plays the sound, and nothing else.

Their packets cannot be written anew unchanged, so pieces are left out, or blanked where others are found by
their place. Sources: the GIF89a specification, sections 18 to 27, and Netscape's extension for loops;
Microsoft's AVI RIFF file reference, and OpenDML 1.02 for what goes beyond a gigabyte.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from circletake.errors import MediaError

_SHOWN = frozenset({b"", b"\x2c", b"\x3b"})
_CONTROL, _CONTROL_SIZE = b"\x21\xf9", 8
_APPLICATION = b"\x21\xff"
_LOOPS, _LOOP_SIZE = frozenset({b"NETSCAPE2.0", b"ANIMEXTS1.0"}), 19

_PARTS = {
    b"AVI ": frozenset({b"hdrl", b"movi", b"idx1"}),
    b"AVIX": frozenset({b"movi", b"idx1"}),
    b"hdrl": frozenset({b"avih", b"strl", b"odml"}),
    b"strl": frozenset({b"strh", b"strf", b"vprp", b"indx"}),
    b"odml": frozenset({b"dmlh"}),
    b"movi": frozenset({b"rec "}),
    b"rec ": frozenset[bytes](),
}
"""What each list of an AVI is made of, beside packets and their indexes."""

_PACKET = re.compile(rb"[0-9A-Za-z]{2}(?:d[bc]|wb|pc)|ix[0-9A-Za-z]{2}")


def copy_untagged(source: Path, destination: Path) -> None:
    """Copy a GIF or AVI less all that neither shows its picture nor plays its sound.

    Comments, XMP, colour profiles, names, dates, subtitles, what programs keep for themselves and what
    stands behind the end are gone. What is inside of the picture's own packets stays.

    Raises:
        MediaError: it breaks off, or holds what is no part of such a file.
    """
    with source.open("rb") as given, destination.open("w+b") as copy:
        if given.read(4).startswith(b"GIF"):
            given.seek(0)
            for kind, start, end in _blocks(given, source.name):
                if _kept(kind, end - start):
                    _copied(given, copy, start, end)
            return
        given.seek(0)
        shutil.copyfileobj(given, copy, 1 << 20)
        size = copy.tell()
        copy.truncate(end := _end(copy, size))
        for start, after in [*_others(copy, b"", 0, end)]:
            _blank(copy, start, after)


def _kept(kind: bytes, size: int) -> bool:
    """Whether a piece of a GIF shows it; one with more in it than such a piece has is none."""
    if kind == _CONTROL:
        return size == _CONTROL_SIZE
    if kind.startswith(_APPLICATION):
        return kind.removeprefix(_APPLICATION) in _LOOPS and size == _LOOP_SIZE
    return kind in _SHOWN


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
            kind += first if kind == _APPLICATION else b""
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


def _end(file: BinaryIO, size: int) -> int:
    """Where an AVI's last part ends: it is in several where it is large."""
    at = 0
    while at + 12 <= size:
        file.seek(at)
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:] != (b"AVIX" if at else b"AVI "):
            break
        at = _after(at, head, size)
    return at


def _others(file: BinaryIO, inside: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Where an AVI has what is none of its parts; of packets, only the heads are read."""
    while at + 8 <= end:
        file.seek(at)
        head = file.read(12)
        listed = head[:4] in (b"RIFF", b"LIST")
        kind, after = head[8:12] if listed else head[:4], _after(at, head, end)
        packet = inside in (b"movi", b"rec ", b"strl") and not listed and _PACKET.fullmatch(kind)
        if not packet and inside and kind not in _PARTS[inside]:
            yield at, after
        elif listed:
            yield from _others(file, kind, at + 12, after)
        at = after
    yield at, end


def _after(at: int, head: bytes, end: int) -> int:
    size = int.from_bytes(head[4:8], "little")
    return min(at + 8 + size + size % 2, end)


def _blank(copy: BinaryIO, start: int, end: int) -> None:
    copy.seek(start)
    if end - start >= 8:
        copy.write(b"JUNK")
        start += 8
    for at in range(start, end, 1 << 20):
        copy.seek(at)
        copy.write(bytes(min(1 << 20, end - at)))
