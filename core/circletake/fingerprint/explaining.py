"""Every number of a comparison next to its bound, in plain words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from circletake.fingerprint.judging import (
    AS_FAST,
    CERTAIN_PEAK,
    STILL_SPEED,
    Bounds,
    asked_of_motion,
    begin_together,
    turned,
)
from circletake.model.alignment import STILL, Alignment


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of an alignment.

    Attributes:
        value: as people read it, e.g. ``0.981`` or ``12 of 256 bits``.
        bound: what a copy must reach, e.g. ``at least 0.93``; empty where nothing hangs on it.
        holds: whether it is reached; ``None`` without a bound.
        meaning: what is measured, in plain words.
    """

    name: str
    value: str
    bound: str
    holds: bool | None
    meaning: str


def explain(alignment: Alignment, bounds: Bounds | None = None) -> tuple[Measure, ...]:
    """All numbers, those that a copy must reach first, then where one take lies on the other."""
    bounds = bounds or Bounds()
    return (*_asked(alignment, bounds), *_timed(alignment, bounds), *_placed(alignment))


def _asked(found: Alignment, bounds: Bounds) -> tuple[Measure, ...]:
    picture = bounds.still_picture if found.still else bounds.picture
    bits = bounds.still_bits if found.still else bounds.bits
    plain = not found.still and found.picture >= bounds.plain_picture and found.distance > bits
    without = f"; from a picture of {bounds.plain_picture:g} on any will do" if plain else ""
    return (
        _least("picture", found.picture, picture, "how alike the aligned frames are; 1 is the same picture"),
        Measure(
            "distance",
            f"{found.distance:.0f} of 256 bits",
            f"at most {bits:.0f}",
            plain or found.distance <= bits,
            f"how far their perceptual hashes are apart{without}",
        ),
        *_moving(found, bounds),
        Measure(
            "flat",
            f"{found.flat:.0%}",
            f"at most {bounds.flat:.0%}",
            found.flat <= bounds.flat,
            "frames too dark or too plain to judge by",
        ),
        Measure(
            "colour",
            f"{found.colour:.0f} of 255",
            f"at most {bounds.colour:.0f}",
            found.colour <= bounds.colour,
            "change of colour that no grade explains; above it, a variant",
        ),
        _least(
            "texture", found.texture, bounds.texture, "weak detail kept; below it painted smooth, a variant"
        ),
    )


def _moving(found: Alignment, bounds: Bounds) -> tuple[Measure, ...]:
    """What is asked of motion, which siblings made from one still do not share."""
    motion = "whether the same things move in the same way at the same time"
    places = "the same, in the tenth of the moving places where it fits worst"
    peak = "the same, where the picture changes most"
    drift = "how far the places that fit worst lie from where they should"
    displaced = found.drift > bounds.drift
    if found.still:
        certain = found.peak > CERTAIN_PEAK
        asked = _least("peak", found.peak, bounds.still_peak, peak)
        if found.liveliness < bounds.frozen:
            asked = replace(
                asked, bound="", holds=None, meaning=f"{peak}; nothing moves, so it is not asked for"
            )
        return (
            asked,
            _drift(found, bounds, not displaced or certain, drift),
            Measure("motion", f"{found.motion:.3f}", "", None, f"{motion}; too little moves to ask for it"),
            Measure("places", f"{found.places:.3f}", "", None, places),
        )
    seen, why = turned(found), ""
    least = asked_of_motion(seen, bounds)
    if begin_together(seen):
        why = "; more is asked since both begin together, as takes made from one still do"
        if displaced or abs(seen.speed - 1) >= AS_FAST:
            why += f", and {'places drift' if displaced else 'the speed differs'}"
    elif displaced:
        why = "; more is asked since places drift"
    return (
        _least("motion", found.motion, least[0], motion + why),
        _least("places", found.places, least[1], places),
        Measure("peak", f"{found.peak:.3f}", "", None, peak),
        _drift(found, bounds, None, drift),
    )


def _drift(found: Alignment, bounds: Bounds, holds: bool | None, meaning: str) -> Measure:
    bound = "" if holds is None else f"at most {bounds.drift:.2%}"
    return Measure("drift", f"{found.drift:.2%}", bound, holds, f"{meaning}, as a share of the width")


def _timed(found: Alignment, bounds: Bounds) -> tuple[Measure, ...]:
    """How the one lies on the other in time."""
    slowest, fastest = 1 / bounds.speed, bounds.speed
    if found.still:
        slowest, fastest = max(slowest, 1 / (1 + STILL_SPEED)), min(fastest, 1 + STILL_SPEED)
    right = slowest <= found.speed <= fastest
    if found.still:
        right = right and turned(found).speed - 1 < STILL_SPEED
    overlap = f"at least {bounds.still_overlap:.0%}" if found.still else ""
    enough = found.overlap >= bounds.still_overlap if found.still else None
    return (
        Measure(
            "speed",
            f"{found.speed:.3f}x",
            f"{slowest:.2f}x to {fastest:.2f}x",
            right,
            "how fast the second plays the first",
        ),
        Measure("overlap", f"{found.overlap:.0%}", overlap, enough, "of the shorter take was compared"),
        Measure("extent", f"{found.extent:.0%}", "", None, "of the longer one"),
        Measure("offset", f"{found.offset:+.2f} s", "", None, "where the second begins in the first"),
    )


def _placed(found: Alignment) -> tuple[Measure, ...]:
    shows = "the second shows less of the picture" if found.zoom > 0 else "the second shows more of it"
    return (
        Measure(
            "moving",
            f"{found.moving:.0%}",
            "",
            None,
            f"of the picture moves; below {STILL:.0%} it counts as still",
        ),
        Measure(
            "liveliness",
            f"{found.liveliness:.1f} of 255",
            "",
            None,
            "by how much the picture changes where it changes most",
        ),
        Measure("worst", f"{found.worst:.3f}", "", None, "likeness of the frame that fits worst"),
        Measure(
            "zoom",
            f"{found.zoom:+.1%}",
            "",
            None,
            shows if abs(found.zoom) >= 0.005 else "both show the same part",
        ),
        Measure("mirrored", "yes" if found.flipped else "no", "", None, "left and right changed over"),
        Measure("frames", str(found.frames), "", None, "pairs of frames were compared"),
    )


def _least(name: str, value: float, bound: float, meaning: str) -> Measure:
    return Measure(name, f"{value:.3f}", f"at least {bound:g}", value >= bound, meaning)
