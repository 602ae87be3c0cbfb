"""Where the chunks of an MP4 or MOV file lie, by the tables of its tracks.

The offsets (``stco``, ``co64``) say where a chunk begins, ``stsc`` how many samples it holds, and ``stsz``
or ``stz2`` how long each of those is. A signature that leaves the offsets out still covers the lengths. So
in a file whose chunks fill its media data, one can be pointed elsewhere only onto another, over the end, or
into the place of one that is as long, against the order.

Source: ISO/IEC 14496-12 sections 8.7.3 (``stsz``, ``stz2``), 8.7.4 (``stsc``), 8.7.5 (``stco``, ``co64``);
QuickTime File Format, sound sample descriptions.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int]
"""Offsets in the file where a stretch begins and ends."""

_PARENTS = frozenset({b"moov", b"trak", b"mdia", b"minf"})
_OFFSETS = {b"stco": 4, b"co64": 8}
_DEEPEST = 6

_PCM = frozenset({b"sowt", b"twos", b"lpcm", b"raw ", b"in24", b"in32", b"fl32", b"fl64", b"ipcm", b"fpcm"})
_NARROW = 2
"""Bytes up to which QuickTime may tell the length of a sample as it was before it was compressed."""


@dataclass(frozen=True, slots=True)
class Track:
    """The chunks of one track.

    Attributes:
        table: where in the ``moov`` the entries of its offsets begin and end.
        spans: of its chunks, in the order of the track; of one whose length nobody tells, its first byte.
    """

    table: Span
    spans: tuple[Span, ...]

    @property
    def backwards(self) -> int:
        """How many chunks lie before the one that comes before them."""
        return sum(later[0] < earlier[0] for earlier, later in pairwise(self.spans))


def tracks(moov: bytes) -> Iterator[Track]:
    """The tracks of a file, from the body of its ``moov``; one without a table of offsets has no chunks."""
    for start, end in _sample_tables(moov, 0, len(moov), 0):
        found = [*_boxes(moov, start, end)]
        others = {kind: (at, until) for kind, at, until in reversed(found)}
        for kind, at, until in found:
            if kind in _OFFSETS and until - at >= 8:
                begins = _numbers(moov[at + 8 : until], _OFFSETS[kind])
                yield Track((at + 8, until), tuple(_spans(begins, moov, others)))


def overlapping(spans: Iterable[Span]) -> int:
    """How many chunks begin inside another one; empty ones count nowhere."""
    reached = found = 0
    for start, end in sorted(spans):
        if end > start:
            found += start < reached
            reached = max(reached, end)
    return found


def outside(spans: Iterable[Span], media: Sequence[Span]) -> int:
    """How many chunks do not lie in one of the boxes that hold media, ``media``, in the order of the file."""
    begins = [start for start, _ in media]
    found = ((start, end, bisect_right(begins, start) - 1) for start, end in spans)
    return sum(index < 0 or start >= media[index][1] or end > media[index][1] for start, end, index in found)


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, begin and end of the body of each box in a stretch, until one makes no sense."""
    while at + 8 <= end:
        length = int.from_bytes(data[at : at + 4])
        if length < 8 or at + length > end:
            return
        yield bytes(data[at + 4 : at + 8]), at + 8, at + length
        at += length


def _sample_tables(data: bytes, at: int, end: int, depth: int) -> Iterator[Span]:
    for kind, start, until in _boxes(data, at, end):
        if kind == b"stbl":
            yield start, until
        elif kind in _PARENTS and depth < _DEEPEST:
            yield from _sample_tables(data, start, until, depth + 1)


def _spans(begins: Sequence[int], moov: bytes, boxes: dict[bytes, Span]) -> Iterator[Span]:
    counts = _samples(moov[slice(*boxes.get(b"stsc", (0, 0)))], len(begins))
    same, sizes = _sizes(moov, boxes)
    first = 0
    for begin, count in zip(begins, counts, strict=True):
        length = same * count or sum(sizes[first : first + count])
        first += count
        yield begin, begin + (length or bool(count and not sizes))


def _samples(table: bytes, chunks: int) -> Iterator[int]:
    """How many samples each chunk holds; a run of ``stsc`` goes on until the next begins."""
    fields = _numbers(table[8:], 4)
    runs = [*zip(fields[::3], fields[1::3], strict=False)]
    at = 0
    for number in range(1, chunks + 1):
        while at + 1 < len(runs) and runs[at + 1][0] <= number:
            at += 1
        yield runs[at][1] if runs else 0


def _sizes(moov: bytes, boxes: dict[bytes, Span]) -> tuple[int, Sequence[int]]:
    """The length of every sample where it is the same, else of each; 0 and none where nobody tells."""
    start, end = boxes.get(b"stsz", (0, 0))
    if end - start >= 12:
        same = int.from_bytes(moov[start + 4 : start + 8])
        format_at = boxes.get(b"stsd", (0, 0))[0] + 12
        if 0 < same <= _NARROW and moov[format_at : format_at + 4] not in _PCM:
            return 0, ()
        return same, () if same else _numbers(moov[start + 12 : end], 4)
    start, end = boxes.get(b"stz2", (0, 0))
    if end - start < 12:
        return 0, ()
    packed, bits = moov[start + 12 : end], moov[start + 7]
    if bits == 4:
        return 0, [half for byte in packed for half in (byte >> 4, byte & 15)]
    return 0, _numbers(packed, bits // 8) if bits in (8, 16) else ()


def _numbers(data: bytes, width: int) -> Sequence[int]:
    """Whole numbers of 1, 2, 4 or 8 bytes, the highest byte first."""
    found = array({1: "B", 2: "H", 4: "I", 8: "Q"}[width], data[: len(data) // width * width])
    if sys.byteorder == "little":
        found.byteswap()
    return found
