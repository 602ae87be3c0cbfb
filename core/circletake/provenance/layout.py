"""How an MP4 or MOV file is put together, apart from its picture and its credentials.

Cutting the credentials out of a file leaves everything else where it was, but for the chunk offsets,
which move along; writing the file anew, even with the same coded picture, gives other boxes. So a
digest that leaves out credentials, free space and offsets tells the one from the other.

Source: ISO/IEC 14496-12 sections 4.2 (boxes), 8.7.5 (``stco``, ``co64``), 8.8.1 (``mvex``).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from circletake.model.case import Layout
from circletake.provenance.chunks import Span, Track, outside, overlapping, tracks
from circletake.provenance.parts import boxes

_LARGEST = 64 * 2**20
"""Bytes of a ``moov`` that are looked at; three hours of film take about 10 MB."""

_READ = frozenset({b"ftyp", b"moov"})
_MEDIA = frozenset({b"mdat", b"moof"})
_LEFT_OUT = frozenset({b"uuid", b"free", b"skip", b"wide"})


def layout_of(path: Path) -> Layout | None:
    """The layout of an MP4 or MOV file; ``None`` for other formats, and where it makes no sense."""
    digest = hashlib.sha256()
    kinds: set[bytes] = set()
    media: list[Span] = []
    found: list[Track] = []
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
                if box.kind == b"moov":
                    here = [*tracks(bytes(body))]
                    found += here
                    for start, end in (track.table for track in here):
                        body[start:end] = bytes(end - start)
                digest.update(body)
    except OSError:
        return None
    if not kinds & _READ:
        return None
    return Layout(
        digest.hexdigest(),
        backwards=sum(track.backwards for track in found),
        astray=sum(outside(track.spans, media) for track in found),
        opening=streamed and not kinds & _MEDIA,
        media=sum(end - start for start, end in media),
        overlapping=overlapping(found),
    )
