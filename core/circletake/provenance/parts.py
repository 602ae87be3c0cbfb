"""What each stretch of a picture or video is: its manifest, metadata, or what is seen and heard.

Sources: C2PA 2.4 appendix A, ISO/IEC 14496-12, ITU-T T.81, and the specifications of PNG, GIF and RIFF.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from circletake.provenance.container import C2PA_UUID, PNG, boxes, gif_start

_PNG_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"})
_MOST = 100_000
"""Pieces of a file that are told apart; what comes behind them is all picture."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a picture or video; ``start`` and ``end`` are offsets in the file.

    Attributes:
        kind: ``manifest``, ``metadata`` (nothing of it is seen or heard) or ``picture``: all else, sound too.
    """

    kind: str
    start: int
    end: int


def parts_of(path: Path) -> tuple[Part, ...]:
    """The pieces of a file, from its first byte to its last; one of a format unknown here is all picture."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        head = file.read(len(PNG))
        found: list[Part] = []
        if head == PNG:
            found = [*_chunks(file)]
        elif head[:3] == b"\xff\xd8\xff":
            found = [*_segments(file)]
        elif head[:4] == b"RIFF":
            found = [*_riff_chunks(file)]
        elif head[:3] == b"GIF":
            found = [*_gif_extensions(file)]
        else:
            found = [*_top_boxes(file)]
    if not found or found[-1].end < size:
        found.append(Part("picture", found[-1].end if found else 0, size))
    return tuple(found)


def _top_boxes(file: BinaryIO) -> Iterator[Part]:
    for box in boxes(file):
        file.seek(box.body)
        own = box.kind == b"uuid" and file.read(16) == C2PA_UUID
        empty = box.kind in {b"free", b"skip"}
        yield Part("manifest" if own else "metadata" if empty else "picture", box.start, box.end)


def _riff_chunks(file: BinaryIO) -> Iterator[Part]:
    yield Part("picture", 0, 12)
    at = 12
    for _ in range(_MOST):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            return
        length = int.from_bytes(head[4:], "little")
        empty = head[:4] in {b"JUNK", b"EXIF", b"XMP "}
        yield Part(
            "manifest" if head[:4] == b"C2PA" else "metadata" if empty else "picture",
            at,
            at := at + 8 + length + length % 2,
        )


def _gif_extensions(file: BinaryIO) -> Iterator[Part]:
    """The head, and what stands before the first picture."""
    at = gif_start(file)
    yield Part("picture", 0, at)
    for _ in range(_MOST):
        file.seek(at)
        if file.read(1) != b"\x21":
            return
        label, name = file.read(1), file.read((file.read(1) or b"\0")[0])
        while length := (file.read(1) or b"\0")[0]:
            file.seek(length, os.SEEK_CUR)
        own = label == b"\xff" and name.startswith(b"C2PA_GIF")
        kind = "manifest" if own else "metadata" if label == b"\xfe" else "picture"
        yield Part(kind, at, at := file.tell())


def _chunks(file: BinaryIO) -> Iterator[Part]:
    yield Part("picture", 0, len(PNG))
    at = len(PNG)
    for _ in range(_MOST):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            return
        kind = "manifest" if head[4:] == b"caBX" else "metadata" if head[4:] in _PNG_TEXTS else "picture"
        yield Part(kind, at, at + 12 + int.from_bytes(head[:4]))
        at += 12 + int.from_bytes(head[:4])


def _segments(file: BinaryIO) -> Iterator[Part]:
    """Those before the picture's data; what begins with the scan is all picture."""
    yield Part("picture", 0, 2)
    at = 2
    for _ in range(_MOST):
        file.seek(at)
        head = file.read(20)
        if len(head) < 4 or head[0] != 0xFF or head[1] in (0xD9, 0xDA):
            return
        length = 2 + int.from_bytes(head[2:4])
        own = head[1] == 0xEB and head[4:6] == b"JP" and head[16:20] == b"jumb"
        metadata = 0xE0 <= head[1] <= 0xEF or head[1] == 0xFE
        yield Part("manifest" if own else "metadata" if metadata else "picture", at, at + length)
        at += length
