"""Where the picture of a video is damaged, as its decoder tells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_NAMED = 6
"""Stretches that are named; a ruined file may have thousands."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """Seconds of a video whose picture is damaged.

    Attributes:
        read: there is a picture all the same, in which the decoder filled in what it could not read.
    """

    start: float
    end: float
    read: bool


def joined(found: Iterable[Damaged], zero: float, step: float) -> tuple[Damaged, ...]:
    """What is damaged, in order; what touches is one stretch, unread if any of it is.

    Args:
        zero: second of the first frame, from which the answer counts.
        step: seconds of a frame.
    """
    told: list[Damaged] = []
    for each in sorted(found, key=lambda each: each.start):
        start, end, read = max(0.0, each.start - zero), max(0.0, each.end - zero), each.read
        if told and start <= told[-1].end + step / 2:
            before = told.pop()
            start, end, read = before.start, max(before.end, end), read and before.read
        told.append(Damaged(start, end, read))
    return tuple(each for each in told if each.end > each.start)


def spans(damaged: Sequence[Damaged]) -> str:
    """``1.70-2.17 s, 2.27-2.30 s``; the first few of them."""
    told = [f"{each.start:.2f}-{each.end:.2f} s" for each in damaged[:_NAMED]]
    more = len(damaged) - len(told)
    return ", ".join(told) + (f" and {more} more" if more else "")
