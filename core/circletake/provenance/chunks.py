"""Where the chunks of an MP4 or MOV file lie, by the tables of its tracks.

The offsets (``stco``, ``co64``) say where a chunk begins, ``stsc`` how many samples it holds, and ``stsz``
or ``stz2`` how long each of those is. A signature that leaves the offsets out still covers the lengths. So
in a file whose chunks fill its media data, one can be pointed elsewhere only onto another, over the end, or
into the place of one that is as long: against the order, or unseen where that is another track's.

Source: ISO/IEC 14496-12 sections 8.7.3 (``stsz``, ``stz2``), 8.7.4 (``stsc``), 8.7.5 (``stco``, ``co64``);
QuickTime File Format, sound sample descriptions.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import accumulate, pairwise

Span = tuple[int, int]
"""Offsets in the file where a stretch begins and ends."""

_PARENTS = frozenset({b"moov", b"trak", b"mdia", b"minf"})
_OFFSETS = {b"stco": 4, b"co64": 8}
_LENGTHS = frozenset({b"stsc", b"stsd", b"stsz", b"stz2"})
_FAR = 2**64 - 1
_DEEPEST = 6

_PCM = frozenset({b"sowt", b"twos", b"lpcm", b"raw ", b"in24", b"in32", b"fl32", b"fl64", b"ipcm", b"fpcm"})
_NARROW = 2
"""Bytes up to which QuickTime may tell the length of a sample as it was before it was compressed."""


@dataclass(frozen=True, slots=True)
class Track:
    """The chunks of one track, in its order.

    Attributes:
        table: where in the ``moov`` the entries of its offsets begin and end.
        begins: offset in the file where each chunk begins.
        ends: where each ends; of one whose length nobody tells, behind its first byte.
    """

    table: Span
    begins: Sequence[int]
    ends: Sequence[int]

    @property
    def spans(self) -> Iterator[Span]:
        """Where each chunk lies."""
        return zip(self.begins, self.ends, strict=True)

    @property
    def backwards(self) -> int:
        """How many chunks lie before the one that comes before them."""
        return sum(later < earlier for earlier, later in pairwise(self.begins))


def tracks(moov: bytes) -> Iterator[Track]:
    """The tracks of a file, from the body of its ``moov``; one without a table of offsets has no chunks."""
    for start, end in _sample_tables(moov, 0, len(moov), 0):
        others: dict[bytes, Span] = {}
        for kind, at, until in _boxes(moov, start, end):
            if kind in _LENGTHS:
                others.setdefault(kind, (at, until))
        lengths = _Lengths(moov, others)
        for kind, at, until in _boxes(moov, start, end):
            if kind in _OFFSETS and until - at >= 8:
                begins = _numbers(moov[at + 8 : until], _OFFSETS[kind])
                yield Track((at + 8, until), begins, lengths.ends(begins))


def overlapping(found: Sequence[Track]) -> int:
    """How many chunks begin inside another one; empty ones count nowhere.

    Of tracks whose chunks lie in their order; of others that they do not says enough.
    """
    if any(track.backwards for track in found):
        return 0
    reached = count = 0
    for start, end in merge(*(track.spans for track in found)):
        if end > start:
            count += start < reached
            reached = max(reached, end)
    return count


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


class _Lengths:
    """How long the chunks of one track are; read once, however many tables of offsets it has."""

    def __init__(self, moov: bytes, boxes: Mapping[bytes, Span]) -> None:
        fields = _numbers(moov[slice(*boxes.get(b"stsc", (0, 0)))][8:], 4)
        self._firsts, self._counts = fields[::3], fields[1::3]
        self._same, sizes = _sizes(moov, boxes)
        self._told = len(sizes)
        self._reached = array("Q", accumulate(sizes, initial=0))

    def ends(self, begins: Sequence[int]) -> Sequence[int]:
        """Where chunks end that begin at ``begins``; a run of ``stsc`` goes on until the next begins."""
        ends = array("Q", [])
        first = at = 0
        last = len(self._counts) - 1
        for number, begin in enumerate(begins, 1):
            while at < last and self._firsts[at + 1] <= number:
                at += 1
            count = self._counts[at] if last >= 0 else 0
            length = self._same * count or self._of(first, first + count)
            first += count
            ends.append(min(begin + (length or bool(count and not self._told)), _FAR))
        return ends

    def _of(self, first: int, end: int) -> int:
        """Bytes of a stretch of samples."""
        return self._reached[min(end, self._told)] - self._reached[min(first, self._told)]


def _sizes(moov: bytes, boxes: Mapping[bytes, Span]) -> tuple[int, Sequence[int]]:
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
