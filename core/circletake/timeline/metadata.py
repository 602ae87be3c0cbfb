"""What is read of the metadata of an OpenTimelineIO clip: names, and what circletake wrote itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from circletake.model.timeline import Level
from circletake.timeline.laying import LONGEST, Laid

_NUMBER = re.compile(r"(\d{1,20})(?:/(\d{1,20}))?", re.ASCII)
_CLOSE = Fraction(1, 10_000)
"""Seconds by which a time written as a number of frames may miss the exact one."""


def texts_in(metadata: Any, depth: int = 0, name: str = "") -> Iterator[tuple[str, str]]:
    """Short texts of a clip's metadata by the key they stand under, as far as a name may lie in them."""
    if depth > 6:
        return
    if isinstance(metadata, str):
        if metadata.strip() and len(metadata) < 4096:
            yield name, metadata
    elif isinstance(metadata, Mapping):
        for key, value in metadata.items():
            yield from texts_in(value, depth + 1, str(key))
    elif isinstance(metadata, list | tuple) or type(metadata).__name__ == "AnyVector":
        for each in list(metadata)[:50]:
            yield from texts_in(each, depth + 1, name)


def finer(whole: Laid, ours: Mapping[str, Any]) -> Laid:
    """What circletake wrote of a clip beside its range: exact times, how it is fitted, how loud it lies.

    Times hold as long as nobody trimmed the clip, which its range tells.
    """
    said = {name: fraction(ours.get(name)) for name in ("source_in", "source_out", "volume")}
    first, last, volume = said.values()
    if first is not None and last is not None and whole.source is not None:
        ends = whole.source + (whole.end - whole.start) * whole.speed
        if abs(first - whole.source) < _CLOSE and abs(last - ends) <= abs(whole.speed) / 10:
            whole = replace(whole, source=first, source_out=last)
    if volume is not None:
        rise, fall = (fraction(ours.get(name)) or Fraction(0) for name in ("fade_in", "fade_out"))
        whole = replace(whole, level=Level(volume, rise, fall))
    return replace(whole, fit=str(ours.get("fit") or ""))


def fraction(text: object) -> Fraction | None:
    """A number as circletake writes them, ``7/2``, of a size that seconds have; a power could fill a day."""
    found = _NUMBER.fullmatch(text) if isinstance(text, str) else None
    if found is None or int(found[2] or 1) == 0:
        return None
    number = Fraction(int(found[1]), int(found[2] or 1))
    return number if number <= LONGEST else None
