"""How an MP4 or MOV file is put together, apart from its picture and its credentials.

Cutting the credentials out of a file leaves everything else where it was, but for the chunk offsets,
which move along; writing the file anew, even with the same coded picture, gives other boxes. So a
digest that leaves out credentials, free space and offsets tells the one from the other.

Source: ISO/IEC 14496-12 sections 4.2 (boxes), 8.7.5 (``stco``, ``co64``), 8.8.1 (``mvex``).
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from circletake.model.case import Layout
from circletake.provenance.parts import boxes

_LARGEST = 64 * 2**20
"""Bytes of a ``moov`` that are looked at; three hours of film take about 10 MB."""

_READ = frozenset({b"ftyp", b"moov"})
_MEDIA = frozenset({b"mdat", b"moof"})
_LEFT_OUT = frozenset({b"uuid", b"free", b"skip", b"wide"})
_PARENTS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})
_OFFSETS = {b"stco": 4, b"co64": 8}
_DEEPEST = 6


def layout_of(path: Path) -> Layout | None:
    """The layout of an MP4 or MOV file; ``None`` for other formats, and where it makes no sense."""
    digest = hashlib.sha256()
    backwards = 0
    kinds: set[bytes] = set()
    media: list[tuple[int, int]] = []
    chunks: list[int] = []
    streamed = False
    try:
        with path.open("rb") as file:
            for box in boxes(file):
                if box.kind == b"mdat":
                    media.append((box.body, box.end))
                if box.kind in _LEFT_OUT:
                    continue
                kinds.add(box.kind)
                digest.update(box.kind + (box.end - box.body).to_bytes(8, "big"))
                if box.kind not in _READ:
                    continue
                if box.end - box.body > _LARGEST:
                    return None
                file.seek(box.body)
                body = bytearray(file.read(box.end - box.body))
                streamed = streamed or (box.kind == b"moov" and b"mvex" in body)
                for start, end, size in _offset_tables(body, 0, len(body), 0) if box.kind == b"moov" else ():
                    offsets = _offsets(body[start:end], size)
                    chunks += offsets
                    backwards += sum(later < earlier for earlier, later in pairwise(offsets))
                    body[start:end] = bytes(end - start)
                digest.update(body)
    except OSError:
        return None
    if not kinds & _READ:
        return None
    return Layout(
        digest.hexdigest(),
        backwards,
        _astray(chunks, media),
        streamed and not kinds & _MEDIA,
        sum(end - start for start, end in media),
    )


def _offset_tables(data: bytearray, at: int, end: int, depth: int) -> Iterator[tuple[int, int, int]]:
    """Where each table of chunk offsets begins and ends, and how many bytes an offset has."""
    while at + 8 <= end:
        length, kind = int.from_bytes(data[at : at + 4], "big"), bytes(data[at + 4 : at + 8])
        if length < 8 or at + length > end:
            return
        if kind in _PARENTS and depth < _DEEPEST:
            yield from _offset_tables(data, at + 8, at + length, depth + 1)
        elif kind in _OFFSETS and length >= 16:
            yield at + 16, at + length, _OFFSETS[kind]
        at += length


def _offsets(table: bytearray, size: int) -> list[int]:
    return [int.from_bytes(table[at : at + size], "big") for at in range(0, len(table) - size + 1, size)]


def _astray(chunks: Sequence[int], media: Sequence[tuple[int, int]]) -> int:
    """How many chunks begin in none of the boxes that hold media; ``media`` lies in the order of the file."""
    begins = [start for start, _ in media]
    found = ((chunk, bisect_right(begins, chunk) - 1) for chunk in chunks)
    return sum(index < 0 or chunk >= media[index][1] for chunk, index in found)
