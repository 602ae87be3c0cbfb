"""What people and programs do to a released MP4: cut its credentials out, write it anew, move its bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from tests.releases import unsigned_copy


def flipped(path: Path) -> None:
    """Change one bit of the picture."""
    data = bytearray(path.read_bytes())
    data[data.rindex(b"mdat") + 40] ^= 1
    path.write_bytes(data)


def stripped(path: Path) -> None:
    """Cut the credentials out; everything behind them moves up, and the chunk offsets with it."""
    data = path.read_bytes()
    start, end = c2pa_box(data)
    bare = bytearray(data[:start] + data[end:])
    _moved(bare, lambda offset: offset - (end - start) if offset >= end else offset)
    path.write_bytes(bare)


def remuxed(path: Path) -> None:
    """Write the same packets into a new container."""
    bare = unsigned_copy(path, path.with_name("new.mp4"))
    bare.replace(path)


def encoded_again(path: Path) -> None:
    """Encode the picture again, at its length."""
    bare = unsigned_copy(path, path.with_name("new.mp4"), encode=True)
    bare.replace(path)


def trimmed(path: Path) -> None:
    """Keep the first half of the frames, encoded again."""
    import av

    half = path.with_name("new.mp4")
    with av.open(str(path)) as old, av.open(str(half), "w") as new:
        stream = old.streams.video[0]
        rate = Fraction(stream.average_rate or 1)
        again = new.add_stream("libx264", rate=rate)
        again.width, again.height, again.pix_fmt = stream.width, stream.height, "yuv420p"
        for index, frame in enumerate(old.decode(stream)):
            if index * 2 < stream.frames:
                frame.pts, frame.time_base = index, 1 / rate
                new.mux(again.encode(frame))
        new.mux(again.encode(None))
    half.replace(path)


def with_free_box(path: Path) -> None:
    """Append a filled ``free`` box, which no C2PA hash looks at."""
    path.write_bytes(path.read_bytes() + b"\x00\x00\x00\x10freesmuggled")


def reordered(path: Path) -> None:
    """Swap the last two chunk offsets of the first track that has some."""
    displaced(path, lambda offsets: [*offsets[:-2], offsets[-1], offsets[-2]])


def displaced(path: Path, move: Callable[[list[int]], list[int]], track: int = 0) -> None:
    """Write other chunk offsets for one of the tracks that have more than two."""
    data = bytearray(path.read_bytes())
    start, count = [table for table in _tables(data) if table[1] > 2][track]
    offsets = [int.from_bytes(data[at : at + 4]) for at in range(start, start + 4 * count, 4)]
    data[start : start + 4 * count] = b"".join(offset.to_bytes(4) for offset in move(offsets))
    path.write_bytes(data)


def with_manifest_of(mine: bytes, other: bytes) -> bytes:
    """``mine`` with the C2PA box of ``other`` in the place of its own, or behind its first box."""
    there, until = c2pa_box(other)
    start = end = int.from_bytes(mine[:4], "big")
    if b"c2pa" in mine:
        start, end = c2pa_box(mine)
    put = bytearray(mine[:start] + other[there:until] + mine[end:])
    further = (until - there) - (end - start)
    _moved(put, lambda offset: offset + further if offset >= end else offset)
    return bytes(put)


def c2pa_box(data: bytes) -> tuple[int, int]:
    """Where the top-level C2PA ``uuid`` box begins and ends."""
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] == b"uuid" and data[at + 8 : at + 24].hex().startswith("d8fec3d6"):
            return at, at + size
        at += size
    raise AssertionError("no C2PA box")


def _tables(data: bytearray) -> list[tuple[int, int]]:
    """Where the entries of each ``stco`` begin, and how many there are."""
    found = (match.end() for match in re.finditer(rb"(?<!/)stco", data))  # not where a hash names them
    return [(at + 8, int.from_bytes(data[at + 4 : at + 8], "big")) for at in found]


def _moved(data: bytearray, move: Callable[[int], int]) -> None:
    for start, count in _tables(data):
        for at in range(start, start + 4 * count, 4):
            data[at : at + 4] = move(int.from_bytes(data[at : at + 4], "big")).to_bytes(4, "big")
