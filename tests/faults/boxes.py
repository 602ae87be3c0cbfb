"""Boxes of MP4, MOV and JUMBF taken apart and joined again, to make files that no honest tool writes.

Sources: ISO/IEC 14496-12, 4.2; ISO 19566-5 (JUMBF superboxes). Sizes are computed anew, so an edited
box fits into its parents.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
UNHASHED = frozenset({b"ftyp", b"free", b"skip", b"mfra"})
"""Top-level boxes that no C2PA hash covers by default, beside the manifest's own (C2PA 2.4, A.5.4)."""

_PARENTS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"dinf", b"stbl", b"edts", b"udta", b"jumb"})
_DEEPEST = 100


@dataclass
class Box:
    """A box; ``data`` is what stands before its ``children``, or all of it where it has none."""

    kind: bytes
    data: bytes = b""
    children: list[Box] = field(default_factory=list)

    def __bytes__(self) -> bytes:
        body = self.data + b"".join(bytes(child) for child in self.children)
        return (len(body) + 8).to_bytes(4) + self.kind + body

    def walk(self) -> Iterator[Box]:
        """This box and all in it."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def label(self) -> str:
        """Of a JUMBF superbox, from the description that comes first."""
        description = self.children[0].data if self.children else b""
        return description[17:].partition(b"\0")[0].decode("utf-8", "replace")


def parsed(data: bytes, depth: int = 0) -> list[Box]:
    """The boxes in ``data``, those in them included; bytes that are no box end the list."""
    found = []
    for kind, start, end in spans(data):
        body = data[start + 8 : end]
        if depth > _DEEPEST:
            found.append(Box(kind, body))
        elif kind in _PARENTS:
            found.append(Box(kind, b"", parsed(body, depth + 1)))
        elif kind == b"dref":
            found.append(Box(kind, body[:8], parsed(body[8:], depth + 1)))
        elif kind == b"uuid" and body.startswith(C2PA) and (at := body.find(b"jumb") - 4) > 0:
            found.append(Box(kind, body[:at], parsed(body[at:], depth + 1)))
        else:
            found.append(Box(kind, body))
    return found


def spans(data: bytes) -> list[tuple[bytes, int, int]]:
    """Kind, start and end of each box at the top of ``data``, until one makes no sense."""
    found, at = [], 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4])
        if size < 8 or at + size > len(data):
            break
        found.append((data[at + 4 : at + 8], at, at + size))
        at += size
    return found


def joined(boxes: list[Box]) -> bytes:
    """The file that these boxes make."""
    return b"".join(bytes(box) for box in boxes)


def hashed(data: bytes) -> list[tuple[int, bytes]]:
    """What the manifest's hash covers: the boxes left by the usual exclusions, with their places."""
    return [
        (start, data[start:end])
        for kind, start, end in spans(data)
        if kind not in UNHASHED and not (kind == b"uuid" and data[start + 8 : start + 24] == C2PA)
    ]


def store(boxes: list[Box]) -> Box:
    """The manifest store of a file: the outermost JUMBF superbox."""
    return next(
        box.children[0] for box in boxes if box.kind == b"uuid" and box.children and box.data.startswith(C2PA)
    )


def superbox(boxes: list[Box], label: str) -> Box:
    """The first JUMBF superbox of this label."""
    return next(box for top in boxes for box in top.walk() if box.kind == b"jumb" and box.label == label)
