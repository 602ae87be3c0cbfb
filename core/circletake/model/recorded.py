"""What a signed cut or finished film records of itself, read back from its manifest.

All of it is the signer's word, and the signer may be a stranger: what makes no sense is left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from circletake.model.export import SoundUse
from circletake.model.text import printable

CUT = "org.circletake.cut"
"""Label of our own assertion in a signed cut."""

FILM = "org.circletake.film"
"""Label of our own assertion in a film that was finished elsewhere."""

UNDECLARED = "undeclared"
"""The source type of what shows no take and of which nobody said what it is."""

OVER = "over the picture"
"""How a stretch is told that lies over takes, as a title does."""

_MOST = 5_000
_TYPE = re.compile(r"[A-Za-z]{1,60}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SECONDS = re.compile(r"\d{1,9}(?:/[1-9]\d{0,8})?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TIMECODE = re.compile(r"\d\d:\d\d:\d\d:\d\d")

Span = tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class RecordedTake:
    """A stretch that shows a take, in seconds of the video.

    Attributes:
        take: sha256 of the take's file.
        source: seconds of the take at its start and end.
        evidence: how that was known when it was signed; empty in a cut.
        confidence: of the picture, 0-1; 0 where it was not compared.
        distance: mean Hamming distance of the pictures, of 256 bits.
    """

    take: str
    label: str
    record: Span
    source: Span
    evidence: str = ""
    confidence: float = 0.0
    distance: float = 0.0


@dataclass(frozen=True, slots=True)
class RecordedOther:
    """A stretch that shows no take, with what a person said of it.

    Attributes:
        source_type: last part of the IPTC digital source type; empty where nobody declared it.
        over: it lies over a take, as a title does.
        at: the day on which it was declared (ISO 8601), where that was before the film was signed.
    """

    record: Span
    what: str
    source_type: str
    by: str
    over: bool = False
    at: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The whole record.

    Attributes:
        rate: frames a second, ``None`` where it makes no sense.
        start: timecode of the first frame.
        film: sha256 of the film as it came back; empty in a cut.
    """

    rate: Fraction | None
    start: str
    takes: tuple[RecordedTake, ...] = ()
    others: tuple[RecordedOther, ...] = ()
    black: tuple[Span, ...] = ()
    sounds: tuple[SoundUse, ...] = ()
    film: str = ""


def recorded_in(assertions: Mapping[str, Any]) -> Recorded | None:
    """The record among a manifest's assertions; ``None`` where there is none."""
    finished = isinstance(assertions.get(FILM), Mapping)
    record = assertions.get(FILM if finished else CUT)
    if not isinstance(record, Mapping):
        return None
    sounds = _rows(record, "sounds") if finished else [record.get("song")]
    return Recorded(
        rate=_rate(record.get("rate")),
        start=start if _TIMECODE.fullmatch(start := str(record.get("start"))) else "00:00:00:00",
        takes=tuple(_takes(_rows(record, "takes" if finished else "events"))),
        others=tuple(_others(_rows(record, "others"))),
        black=tuple(found for row in _rows(record, "black") if (found := _span(row))),
        sounds=tuple(_sound(row) for row in sounds if isinstance(row, Mapping)),
        film=digest if _DIGEST.fullmatch(digest := str(record.get("film"))) else "",
    )


def _takes(rows: Sequence[Any]) -> Iterator[RecordedTake]:
    for row in rows:
        if not isinstance(row, Mapping):
            continue
        record, source, take = _span(row.get("record")), _range(row.get("source")), str(row.get("take"))
        if record and source and _DIGEST.fullmatch(take):
            yield RecordedTake(
                take,
                printable(str(row.get("label") or ""), 80),
                record,
                source,
                printable(str(row.get("evidence") or ""), 40),
                _number(row.get("confidence")),
                _number(row.get("distance")),
            )


def _others(rows: Sequence[Any]) -> Iterator[RecordedOther]:
    for row in rows:
        if not isinstance(row, Mapping):
            continue
        record, kind = _span(row.get("record")), str(row.get("source_type"))
        if not record or not _TYPE.fullmatch(kind):
            continue
        what, by = printable(str(row.get("what") or ""), 120), printable(str(row.get("by") or ""), 80)
        bare = what.removeprefix(f"{OVER}: ")
        declared = "" if kind == UNDECLARED else kind
        yield RecordedOther(record, bare, declared, by, bare != what, _day(row.get("at")))


def _sound(row: Mapping[str, Any]) -> SoundUse:
    digest = str(row.get("sha256") or "")
    return SoundUse(
        printable(str(row.get("name") or ""), 120),
        digest if _DIGEST.fullmatch(digest) else "",
        printable(str(row.get("origin") or ""), 40) or UNDECLARED,
        printable(str(row.get("declared_by") or ""), 80),
        _day(row.get("at")),
    )


def _day(value: Any) -> str:
    return value if isinstance(value, str) and _DAY.fullmatch(value) else ""


def _rows(record: Mapping[str, Any], name: str) -> Sequence[Any]:
    rows = record.get(name)
    return rows[:_MOST] if isinstance(rows, list) else ()


def _rate(value: Any) -> Fraction | None:
    if not isinstance(value, str) or not _SECONDS.fullmatch(value):
        return None
    rate = Fraction(value)
    return rate if 1 <= rate <= 240 else None


def _number(value: Any) -> float:
    try:
        number = float(str(value))
    except ValueError:
        return 0.0
    return number if math.isfinite(number) else 0.0


def _span(row: Any) -> Span | None:
    """A stretch of exact seconds; ``None`` for whatever makes no sense."""
    found = _range(row)
    return found if found and found[0] < found[1] else None


def _range(row: Any) -> Span | None:
    """Two moments, the second perhaps before the first: a take may run backwards."""
    if not isinstance(row, list) or len(row) != 2:
        return None
    if not all(isinstance(each, str) and _SECONDS.fullmatch(each) for each in row):
        return None
    start, end = map(Fraction, row)
    return start, end
