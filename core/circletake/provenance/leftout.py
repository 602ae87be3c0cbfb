"""What of a picture or video its signature leaves out.

A hash over a whole file skips the ranges, or the boxes, it names, and should skip its own manifest alone.
Which hash that is, and what it says, the C2PA library tells: it is the one that was found to match. Whatever
is not known to be metadata counts as picture, and what cannot be judged is told, never passed.

Sources: C2PA 2.4 sections 18.5 (``c2pa.hash.data``: ``exclusions`` of ``start`` and ``length``), 18.6
(``c2pa.hash.bmff``: ``exclusions`` of boxes by ``xpath``) and 18.7 (``c2pa.hash.boxes``: boxes by name, those
marked ``excluded`` are not hashed); ISO/IEC 14496-12 for boxes, ITU-T T.81 for the segments of a JPEG, the
PNG specification for its chunks.
"""

from __future__ import annotations

import re
from base64 import b64encode
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from circletake.model.manifest import Binding, Check, Credentials
from circletake.model.text import printable
from circletake.provenance.parts import C2PA_UUID, EMPTY, PNG_TEXTS, Part, parts_of
from circletake.provenance.vocabulary import EXCLUSIONS, LONE_OFFSETS, PASSING_BOXES

_OWN_BOX = "C2PA"
_OWN_UUID = [{"offset": 8, "value": b64encode(C2PA_UUID).decode()}]
_TEXT_BOXES = frozenset({"APP13", "COM", *(name.decode() for name in PNG_TEXTS)})
_SHOWN = 6

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a hash does not cover beside its own manifest, in words; all empty where it covers the rest.

    Attributes:
        picture: of what is seen or heard, or of how to show it.
        rest: of what is not.
        untold: why it is not known what the hash leaves out.
    """

    picture: str = ""
    rest: tuple[str, ...] = ()
    untold: str = ""


def left_out(path: Path, credentials: Credentials) -> LeftOut:
    """What the hash of a file leaves out; nothing where none matches it, which is another finding.

    Args:
        credentials: as they were read from this very file.
    """
    if credentials.integrity is not Check.PASSED:
        return LeftOut()
    found: dict[str, list[str]] = {"picture": [], "metadata": [], "untold": []}
    try:
        for binding in credentials.bindings:
            for kind, words in _judged(path, binding):
                found[kind].append(words)
    except OSError:
        found["untold"].append("the file cannot be read")
    except _UntoldError as error:
        found["untold"].append(str(error))
    if not credentials.bindings:
        found["untold"].append("no hash of the file is told")
    picture, untold = (", ".join(_shortened(found[kind])) for kind in ("picture", "untold"))
    return LeftOut(picture, tuple(dict.fromkeys(found["metadata"])), untold)


def passed_over(credentials: Credentials) -> frozenset[bytes]:
    """Which kinds of empty box the hash of a file leaves out; all where nobody tells.

    C2PA 1 left none out, and files of Adobe and OpenAI are hashed so still.
    """
    if credentials.integrity is not Check.PASSED or not credentials.bindings:
        return EMPTY
    left = EMPTY
    for binding in credentials.bindings:
        if binding.kind != "bmffHash":
            return frozenset()
        rows = binding.said.get("exclusions", []) if binding.said is not None else None
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            continue
        named = {str(row.get("xpath", "")).partition("[")[0] for row in rows}
        left &= {kind for kind in EMPTY if f"/{kind.decode()}" in named}
    return left


class _UntoldError(Exception):
    """Why a hash cannot be judged."""


def _judged(path: Path, binding: Binding) -> Iterator[tuple[str, str]]:
    """What one hash leaves out, as pairs of ``picture``, ``metadata`` or ``untold`` and words."""
    if binding.said is None:
        raise _UntoldError("what its hash says is not told")
    if binding.kind == "bmffHash":
        yield from _boxes_by_path(binding.said)
    elif binding.kind == "boxesHash":
        yield from _boxes_by_name(binding.said)
    elif binding.kind == "dataHash":
        parts = parts_of(path)
        spans = _spans(binding.said)
        skipped = _skipped(_moved(spans, parts) if binding.earlier else spans, parts)
        words = {"picture": "of what is seen or heard", "metadata": "of metadata"}
        yield from ((kind, f"{skipped[kind]} bytes {of}") for kind, of in words.items() if skipped[kind])
        if skipped["untold"]:
            yield "untold", "its pieces are too many to be told apart"
    else:
        raise _UntoldError(f"its hash is of a kind that is not judged ({printable(binding.kind, 30)})")


def _shortened(found: Sequence[str]) -> list[str]:
    every = list(dict.fromkeys(found))
    return every[:_SHOWN] + ([f"and {len(every) - _SHOWN} more"] if len(every) > _SHOWN else [])


def _rows(said: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = said.get(name)
    if rows is None:
        return []
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise _UntoldError(f"the {name} of its hash cannot be read")
    return rows


def _boxes_by_path(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A box counts as a whole, whatever conditions and stretches of it an exclusion names besides."""
    for row in _rows(said, "exclusions"):
        where = str(row.get("xpath", ""))
        plain, words = re.sub(r"\[\d+\]", "", where), printable(where, 120)
        if where in EXCLUSIONS and (where != "/uuid" or row.get("data") == _OWN_UUID):
            continue
        if plain in EXCLUSIONS | LONE_OFFSETS | PASSING_BOXES:
            yield "metadata", words
        elif plain == "/mdat" and said.get("merkle"):
            yield "untold", "its hash is a tree over pieces of the picture, which is not judged"
        else:
            yield "picture", f"its box {words}"


def _boxes_by_name(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for row in _rows(said, "boxes"):
        names = row.get("names")
        if not isinstance(names, list):
            raise _UntoldError("the boxes of its hash cannot be read")
        if row.get("excluded"):
            for name in (str(each) for each in names if each != _OWN_BOX):
                yield "metadata" if name in _TEXT_BOXES else "picture", f"its box {printable(name, 20)}"


def _spans(said: Mapping[str, Any]) -> list[Span]:
    found = []
    for row in _rows(said, "exclusions"):
        start, length = row.get("start"), row.get("length")
        if not isinstance(start, int) or not isinstance(length, int):
            raise _UntoldError("the exclusions of its hash cannot be read")
        found.append((start, start + length))
    return found


def _moved(spans: Sequence[Span], parts: Sequence[Part]) -> list[Span]:
    """The ranges of an earlier manifest where they lie now: an update made the store longer by its own."""
    store = [part for part in parts if part.kind == "manifest"]
    reached = start = store[0].start if store else 0
    for part in store:
        reached = part.end if part.start == reached else reached
    grown = sum(reached - end for at, end in spans if at == start and store)
    return [
        (at, reached) if at == start else (at + grown, end + grown) if at > start else (at, end)
        for at, end in spans
    ]


def _skipped(spans: Iterable[Span], parts: Sequence[Part]) -> Counter[str]:
    """Bytes of each kind of part in some ranges, each counted once; linear, after sorting."""
    found: Counter[str] = Counter()
    starts = [part.start for part in parts]
    for start, end in _merged(spans):
        # Neither ranges nor parts overlap among themselves, so each is met once or at an edge.
        for index in range(max(0, bisect_right(starts, start) - 1), len(parts)):
            part = parts[index]
            if part.start >= end:
                break
            found[part.kind] += max(0, min(end, part.end) - max(start, part.start))
    return found


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    """Ranges in order, those that overlap as one."""
    reached = 0
    for start, end in sorted(spans):
        if end > reached:
            yield max(start, reached), end
            reached = end
