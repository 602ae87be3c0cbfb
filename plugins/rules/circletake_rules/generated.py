"""Which stretches of a video a trained model made, which another algorithm, which nobody speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TypedDict

from circletake import AuditCase, FileCase, Severity, Traced
from circletake_rules.asking import Answer, failed

FULLY = "trainedAlgorithmicMedia"
"""IPTC digital source type of what a trained model made altogether."""

TRAINED = frozenset({FULLY, "compositeWithTrainedAlgorithmicMedia"})
"""IPTC digital source types of what a trained model made, or made part of."""

MADE_BY_MACHINE = TRAINED | {"algorithmicMedia"}
"""IPTC digital source types of pictures that have a system, and usually a prompt, behind them."""


TOLD_THERE = "note of a cut where the clip itself lies beside it, since it is told of that"
"""When a stretch that lacks something is no finding of its own."""


def machine_made(file: FileCase) -> Iterator[Traced]:
    """The stretches a generator made."""
    for traced in file.traced:
        use = traced.use
        if use.source_type in MADE_BY_MACHINE or (not use.source_type and (use.model or use.prompt)):
            yield traced


def span(traced: Traced) -> tuple[float, float]:
    """Seconds of the video where a stretch begins and ends."""
    return float(Fraction(traced.use.record_in or "0")), float(Fraction(traced.use.record_out or "0"))


class Place(TypedDict, total=False):
    """Seconds of the video where a finding begins and ends."""

    start: float
    end: float


def place(file: FileCase, traced: Traced) -> Place:
    """Where a finding about a stretch is; nothing where the stretch is the whole video."""
    if len(file.traced) == 1:
        return {}
    start, end = span(traced)
    return {"start": start, "end": end}


def about(file: FileCase, traced: Traced, said: str) -> str:
    """``said``, with the take it is about where the file holds several."""
    return f"{traced.use.take}: {said}" if traced.use.take and len(file.traced) > 1 else said


def lacking(
    case: AuditCase, file: FileCase, traced: Traced, said: str, expected: str, remedy: str = ""
) -> Answer:
    """The finding that something is not said of a stretch.

    Where the take's own clip stands beside the cut, the clip is where it is told and mended;
    of the cut it is a note.
    """
    told_there = len(file.traced) > 1 and _stands_beside(case, traced)
    severity = Severity.NOTE if told_there else None
    return failed(
        about(file, traced, said),
        expected,
        severity=severity,
        remedy=remedy,
        cause=said,
        **place(file, traced),
    )


def _stands_beside(case: AuditCase, traced: Traced) -> bool:
    take = traced.use.take_sha256
    return bool(take) and any(
        len(other.traced) == 1 and other.traced[0].use.take_sha256 == take for other in case.videos
    )
