"""What of a picture or video its signature leaves out.

A hash over a whole file skips the ranges it names, and should skip its own manifest alone.

Sources: C2PA 2.4 sections 18.6 (``c2pa.hash.data``: ``exclusions`` of ``start`` and ``length``) and 18.7
(``c2pa.hash.boxes``: boxes by name, those marked ``excluded`` are not hashed); ITU-T T.81 for the
segments of a JPEG, the PNG specification for its chunks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from circletake.model.manifest import ManifestSaid
from circletake.model.text import printable
from circletake.provenance.chain import assertion_bodies
from circletake.provenance.container import raw_manifest
from circletake.provenance.parts import Part, parts_of

_BMFF = "c2pa.hash.bmff"
_DATA = "c2pa.hash.data"
_BOXES = "c2pa.hash.boxes"
_OWN_BOX = "C2PA"
_TEXT_BOXES = frozenset({"COM", "tEXt", "zTXt", "iTXt", "eXIf", "tIME"})
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a hash does not cover beside its own manifest, in words; empty where it covers that.

    Attributes:
        picture: of what is seen or heard, or of how to show it.
        rest: of metadata, of which nothing is.
    """

    picture: str = ""
    rest: str = ""


def left_out(path: Path, said: ManifestSaid) -> LeftOut:
    """What the hash of a file leaves out; nothing where it is one over the boxes of an MP4.

    Args:
        said: the manifest whose hash it is: the active one.
    """
    if any(label.startswith(_BMFF) for label in said.assertions):
        return LeftOut()
    try:
        store = raw_manifest(path)
        parts = parts_of(path)
    except (OSError, IndexError):
        return LeftOut()
    if store is None:
        return LeftOut()
    picture: list[str] = []
    rest: list[str] = []
    for name, body in assertion_bodies(store, said.label):
        if name.startswith(_DATA):
            shown, other = _skipped(body, parts)
            picture += [f"{shown} bytes of what is seen or heard"] if shown else []
            rest += [f"{other} bytes of metadata"] if other else []
        elif name.startswith(_BOXES):
            for box in _boxes_skipped(body):
                (rest if box in _TEXT_BOXES or box.startswith("APP") else picture).append(f"its box {box}")
    return LeftOut(_told(picture), _told(rest))


def _told(found: list[str]) -> str:
    every = list(dict.fromkeys(found))
    more = f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return ", ".join(every[:_SHOWN]) + more


def _skipped(assertion: Mapping[str, Any], parts: tuple[Part, ...]) -> tuple[int, int]:
    """Bytes of picture and of metadata in the ranges that a hash skips, each counted once."""
    shown = other = 0
    starts = [part.start for part in parts]
    for start, end in _merged(assertion.get("exclusions")):
        # Neither ranges nor parts overlap among themselves, so each is met once or at an edge.
        for part in islice(parts, max(0, bisect_right(starts, start) - 1), None):
            if part.start >= end:
                break
            common = max(0, min(end, part.end) - max(start, part.start))
            shown += common * (part.kind == "picture")
            other += common * (part.kind == "metadata")
    return shown, other


def _merged(rows: Any) -> Iterator[tuple[int, int]]:
    """Ranges as whole numbers, in order, those that overlap as one; rows that are none are left out."""
    spans = sorted(
        (row["start"], row["start"] + row["length"])
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, Mapping) and all(isinstance(row.get(key), int) for key in ("start", "length"))
    )
    reached = 0
    for start, end in spans:
        if end > reached:
            yield max(start, reached), end
            reached = end


def _boxes_skipped(assertion: Mapping[str, Any]) -> Iterator[str]:
    rows = assertion.get("boxes")
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, Mapping) and row.get("excluded") is True:
            names = row.get("names")
            for name in names if isinstance(names, list) else ():
                if name != _OWN_BOX:
                    yield printable(str(name), 20)
