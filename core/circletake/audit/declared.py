"""Stretches that show no take, as the file's own manifest declares them: black in a cut, others in a film."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate
from typing import Any

from circletake.model.audit import Traced
from circletake.model.export import Use, black_use
from circletake.model.manifest import ManifestSaid
from circletake.model.text import printable

CUT = "org.circletake.cut"
"""Label of our own assertion in a signed cut."""

FILM = "org.circletake.film"
"""Label of our own assertion in a film that was finished elsewhere."""

_MOST = 5_000
_TYPE = re.compile(r"[A-Za-z]{1,60}")
_UNDECLARED = "undeclared"
_SECONDS = re.compile(r"\d{1,9}(?:/[1-9]\d{0,8})?")

Span = tuple[Fraction, Fraction]


def black_in(manifest: ManifestSaid, placed: Sequence[Span]) -> Iterator[Traced]:
    """The stretches that a cut's signer declares black.

    Where a clip is said to lie, nothing is black: what lies over one is left out.

    Args:
        placed: where the clips lie, in seconds of the cut.
    """
    clips = _Taken(placed)
    for row in _rows(manifest, CUT, "black"):
        found = _span(row)
        if found and clips.leave(found):
            yield Traced(black_use(*found), "declared black by the signer")


def others_in(manifest: ManifestSaid, placed: Sequence[Span]) -> Iterator[Traced]:
    """The stretches of a finished film that somebody declared to be something else than takes.

    What nobody declared is left out: it stays a gap.

    Args:
        placed: where the clips lie, in seconds of the film.
    """
    clips = _Taken(placed)
    for row in _rows(manifest, FILM, "others"):
        if not isinstance(row, Mapping):
            continue
        found, kind = _span(row.get("record")), str(row.get("source_type"))
        if not found or kind == _UNDECLARED or not _TYPE.fullmatch(kind) or not clips.leave(found):
            continue
        by = printable(str(row.get("by") or ""), 80)
        what = printable(str(row.get("what") or ""), 120)
        use = Use(str(found[0]), str(found[1]), "0", "0", what, "", source_type=kind, declared_by=by)
        yield Traced(use, f"declared by {by}" if by else "declared by the signer")


def _rows(manifest: ManifestSaid, label: str, name: str) -> Sequence[Any]:
    record = manifest.assertions.get(label)
    rows = record.get(name) if isinstance(record, Mapping) else None
    return rows[:_MOST] if isinstance(rows, list) else ()


class _Taken:
    """Seconds in which clips lie, asked often: each question costs a search, not a walk."""

    def __init__(self, placed: Sequence[Span]) -> None:
        spans = sorted(placed)
        self._starts = [start for start, _ in spans]
        self._ends = list(accumulate((end for _, end in spans), max))

    def leave(self, span: Span) -> bool:
        """Whether no clip lies in any part of ``span``."""
        before = bisect_left(self._starts, span[1])
        return before == 0 or self._ends[before - 1] <= span[0]


def _span(row: Any) -> Span | None:
    """A stretch of exact seconds; ``None`` for whatever makes no sense."""
    if not isinstance(row, list) or len(row) != 2:
        return None
    if not all(isinstance(each, str) and _SECONDS.fullmatch(each) for each in row):
        return None
    start, end = map(Fraction, row)
    return (start, end) if start < end else None
