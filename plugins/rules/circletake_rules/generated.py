"""Which stretches of a video a trained model made, which another algorithm, which nobody speaks of."""

from __future__ import annotations

from collections.abc import Iterator

from circletake import FileCase
from circletake.model.audit import Traced

MADE_BY_MACHINE = frozenset(
    {"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia"}
)
"""IPTC digital source types of pictures that have a system, and usually a prompt, behind them."""


def machine_made(file: FileCase) -> Iterator[tuple[Traced, float, float]]:
    """The stretches a generator made, each with its first and last second."""
    for traced in file.traced:
        made = traced.use.source_type in MADE_BY_MACHINE or traced.use.origin == "generated"
        if made:
            yield traced, *span(traced)


def span(traced: Traced) -> tuple[float, float]:
    """Seconds of the video where a stretch begins and ends."""
    from fractions import Fraction

    return float(Fraction(traced.use.record_in or "0")), float(Fraction(traced.use.record_out or "0"))


def names(traced: Traced) -> str:
    """How to name a stretch: its take, or that none is known."""
    return traced.use.take or "a clip without a name"
