"""Markers: what an editor should see at a place in a take, from findings and notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from circletake.model.slate import Slate
from circletake.model.text import printable


class MarkerColor(StrEnum):
    """By name, as editors have them."""

    RED = "red"
    YELLOW = "yellow"


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker on a piece of a take.

    Attributes:
        at: seconds into the take.
        seconds: how long what it tells of lasts; 0 for a moment.
        name: the kind of the finding, or ``note``; one line.
        comment: one line for people; it may hold a stranger's words.
    """

    at: Fraction
    seconds: Fraction
    name: str
    comment: str
    color: MarkerColor


def markers_of(slate: Slate, source_in: Fraction, source_out: Fraction) -> tuple[Marker, ...]:
    """Markers of a stretch of a take, in order: findings in red, notes at its start in yellow."""
    notes = [
        Marker(source_in, Fraction(0), "note", printable(text, 1000), MarkerColor.YELLOW)
        for text in slate.standing.notes
    ]
    return tuple(sorted([*notes, *_findings(slate, source_in, source_out)], key=lambda marker: marker.at))


def _findings(slate: Slate, source_in: Fraction, source_out: Fraction) -> Iterator[Marker]:
    for found in slate.findings:
        said = found.finding
        start = max(source_in, Fraction(said.start).limit_denominator(90_000))
        end = min(source_out, Fraction(said.end).limit_denominator(90_000))
        if start < source_out and end >= source_in:
            kind = printable(said.kind.replace("_", " "), 40)
            yield Marker(
                start, max(Fraction(0), end - start), kind, printable(said.text, 400), MarkerColor.RED
            )
