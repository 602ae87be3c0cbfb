"""What scorers measured: numbers of one metric, and defects with a time range."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """A number of one metric.

    Attributes:
        metric: its name, e.g. ``temporal_flickering``.
        unit: what one is, e.g. ``0-1``, ``dB``, ``widths/s``; empty for a plain number.
    """

    metric: str
    value: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A defect. One defect is one finding.

    Attributes:
        kind: ``black``, ``frozen``, ``flicker``, ``unexpected_cut``, ...
        start: seconds into the take.
        end: seconds into the take.
        value: what was measured.
        threshold: what it was held against.
        text: one line for people, without markup.
    """

    kind: str
    start: float
    end: float
    value: float
    threshold: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """All that one scorer said of one take."""

    scores: tuple[Score, ...] = ()
    findings: tuple[Finding, ...] = ()
