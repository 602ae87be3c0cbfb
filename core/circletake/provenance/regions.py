"""Stretches of time in a manifest: normal play time, seconds as decimal text (C2PA 2.4 section 18.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

_DIGITS = 12
_DENOMINATORS = 500_000
"""Fractions up to this denominator lie further apart than 12 digits round, so they come back exact."""


# Plain decimals alone: a fraction read from "1e999999999" would never come back.
_SECONDS = re.compile(r"\d{1,12}(?:\.\d{1,18})?")


def temporal(start: Fraction, end: Fraction) -> dict[str, Any]:
    """A temporal region from ``start`` to ``end``, in seconds."""
    return {"type": "temporal", "time": {"type": "npt", "start": _text(start), "end": _text(end)}}


def spans(region: Any) -> list[tuple[Fraction, Fraction]]:
    """The temporal regions in what a manifest holds; whatever makes no sense is left out."""
    found = []
    for part in region if isinstance(region, list) else ():
        time = part.get("time") if isinstance(part, Mapping) else None
        if not isinstance(time, Mapping):
            continue
        written = [str(time.get(key, "")) for key in ("start", "end")]
        if not all(_SECONDS.fullmatch(each) for each in written):
            continue
        start, end = map(Fraction, written)
        found.append((start.limit_denominator(_DENOMINATORS), end.limit_denominator(_DENOMINATORS)))
    return found


def _text(seconds: Fraction) -> str:
    scaled = f"{round(seconds * 10**_DIGITS):0{_DIGITS + 1}d}"
    whole, decimals = scaled[:-_DIGITS], scaled[-_DIGITS:].rstrip("0")
    return f"{whole}.{decimals}" if decimals else whole
