"""How a cue and what is known of its take are said, alike in every form."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from circletake.model.cue import Known
from circletake.model.export import BLACK
from circletake.model.recipe import Evidence
from circletake.model.recorded import UNDECLARED

if TYPE_CHECKING:
    from circletake.cuesheet.rows import Missing
    from circletake.model.cue import Cue
    from circletake.model.recipe import RecipeClaim

SURE, LIKELY, DOUBTFUL = "sure", "likely", "doubtful"
UNSEEN = "timeline alone"
KEPT_BACK = "kept back"
"""How a prompt is told that is known and is not to travel."""

_EVEN = 0.01
"""Difference from the film's own speed that is no change of speed."""

_SURE, _LIKELY = 0.9, 0.7
"""Least confidence for each word."""

_SAME = 0.95
"""Correlation from which two pictures are called the same: what is left is coding."""

_SLIGHT = 0.03
"""Share of the picture, or of the speed, below which a difference is not worth a word: a few lines of
black, as a codec adds them, are no crop."""


def sureness(cue: Cue) -> str:
    """How sure it is that a stretch shows its take, in a word or two."""
    if cue.known in (Known.CUT, Known.TIMELINE):
        return SURE if cue.known is Known.CUT else UNSEEN
    confidence = cue.confidence
    return SURE if confidence >= _SURE else LIKELY if confidence >= _LIKELY else DOUBTFUL


def how(cue: Cue) -> str:
    """``same picture, mirrored, 12% cropped``: what was seen, and what was done to the take."""
    if cue.known is Known.TIMELINE:
        return "by the timeline, picture not found"
    if cue.known is Known.CUT:
        return "by the cut"
    if cue.frames:
        words = ["same picture" if cue.picture >= _SAME else "like picture"]
        if cue.known is Known.BOTH:
            words.insert(0, "by the timeline")
    else:
        words = ["by the timeline and the picture" if cue.known is Known.BOTH else "by the picture"]
    if cue.flipped:
        words.append("mirrored")
    if cue.zoom >= _SLIGHT:
        words.append(f"{cue.zoom:.0%} cropped")
    elif cue.zoom <= -_SLIGHT:
        words.append("within a larger frame")
    if abs(cue.speed) < _SLIGHT:
        words.append("held still")
    elif cue.speed < 0:
        words.append("backwards")
    if cue.frames and cue.motion is None and abs(cue.speed) >= _SLIGHT:
        words.append("hardly moves")
    sure = sureness(cue)
    return ", ".join(words if sure == SURE else [*words, sure])


def of_no_take(gap: Missing) -> str:
    """``A001.mov: digitalCapture, declared by ana``, or why nobody knows what is shown."""
    if gap.kind:
        return gap.why if gap.kind == BLACK else declared(gap.what, gap.kind, gap.by, gap.at)
    if not gap.nearest:
        return f"not found ({gap.why})" if gap.why else "not found"
    return f"not found (nearest {gap.nearest}{': ' if gap.why else ''}{gap.why})"


def declared(what: str, kind: str, by: str, at: str = "") -> str:
    """``night_bus.wav: human-made, declared by ana``; ``undeclared`` where nobody said anything.

    Args:
        at: the day, where that is told.
    """
    nobody = kind in ("", UNDECLARED)
    said = UNDECLARED if nobody else f"{kind}, declared by {by or 'nobody named'}{at and f' on {at}'}"
    return f"{what}: {said}" if what else said


def speed(value: float) -> str:
    """``1``, ``0.5``, ``-1``: seconds of the take for each second of the film."""
    if abs(abs(value) - 1) < _EVEN:
        value = math.copysign(1, value)
    shown = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if shown == "-0" else shown


def correlation(value: float) -> str:
    """``.998``; never ``1`` for what is only nearly so."""
    cut = math.floor(value * 1000) / 1000 if value >= 0 else value
    return f"{cut:.3f}".replace("0.", ".", 1)


def percent(part: float, whole: float) -> str:
    """``94.6%``; 100 only where nothing is missing."""
    if not whole or part >= whole:
        return "100%" if whole else "0%"
    return f"{math.floor(part / whole * 1000) / 10:.1f}%"


def evidence(claim: RecipeClaim) -> str:
    """``declared by ana``, ``observed``, ``matched, a like picture``: who says so, and on what grounds."""
    match claim.evidence:
        case Evidence.DECLARED | Evidence.SIGNED:
            return f"{claim.evidence} by {claim.by}" if claim.by else claim.evidence.value
        case Evidence.EMBEDDED if claim.checked:
            return f"declared by its manifest, signed by {claim.by}; {claim.checked}"
        case Evidence.EMBEDDED:
            return "embedded, unsigned file tags"
        case Evidence.SIDECAR:
            return "sidecar, a file beside the clip"
        case Evidence.FILENAME:
            return "from the file name"
        case Evidence.MATCHED:
            return "matched, a like picture"
        case _:
            return claim.evidence.value
