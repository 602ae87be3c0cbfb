"""Stretches of a cut that show no take, as its own manifest declares them: black between clips."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from circletake.model.audit import Traced
from circletake.model.export import black_use
from circletake.model.manifest import ManifestSaid

CUT = "org.circletake.cut"
"""Label of our own assertion in a signed cut."""

_MOST = 5_000
_SECONDS = re.compile(r"\d{1,9}(?:/[1-9]\d{0,8})?")

Span = tuple[Fraction, Fraction]


def black_in(manifest: ManifestSaid, placed: Sequence[Span]) -> Iterator[Traced]:
    """The stretches that a cut's signer declares black.

    Where a clip is said to lie, nothing is black: what lies over one is left out.

    Args:
        placed: where the clips lie, in seconds of the cut.
    """
    record = manifest.assertions.get(CUT)
    rows = record.get("black") if isinstance(record, Mapping) else None
    for row in rows[:_MOST] if isinstance(rows, list) else ():
        found = _span(row)
        if found and not any(start < found[1] and found[0] < end for start, end in placed):
            yield Traced(black_use(*found), "declared black by the signer")


def _span(row: Any) -> Span | None:
    """A stretch of exact seconds; ``None`` for whatever makes no sense."""
    if not isinstance(row, list) or len(row) != 2:
        return None
    if not all(isinstance(each, str) and _SECONDS.fullmatch(each) for each in row):
        return None
    start, end = map(Fraction, row)
    return (start, end) if start < end else None
