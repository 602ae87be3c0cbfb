"""Judging a comparison: what two takes are to one another, and why, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from circletake.model.alignment import Alignment
from circletake.model.stack import Band, Likeness
from circletake.model.take import MediaFacts


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a copy must reach. Chosen on the clips of ``python -m tests.bench``; docs/benchmarks.md tells how.

    Attributes:
        picture, bits: correlation of the registered frames, and how far their pHashes may be apart;
            from ``plain_picture`` on any distance will do, since a picture without detail has no
            bits that last.
        motion, places: correlation of what moves, over all and where it fits worst. Takes made from
            one still share a picture at most; a copy moves alike.
        close_motion, close_places, drift: more is asked of takes that begin together at about the
            same speed, as those made from one still do, and crops of them: there a copy is exact.
            Where places lie further from one another than ``drift``, or the speed had to be fitted,
            nearly all is asked (``exact_motion``, ``exact_places``). Of takes that begin apart or run
            otherwise as much is asked as of those that begin together, where places drift: a slow
            sibling fits a stretch of another take, but not to the pixel.
        still_picture, still_peak, still_bits, still_overlap: where hardly anything moves.
        frozen: levels of 255 below which nothing moves at all, and the picture alone tells.
        texture: share of weak detail that a copy keeps; below it, painted smooth.
        speed: how much faster or slower a copy may be played.
        flat: share of frames too flat to judge by, above which nothing folds.
        colour: levels of chroma that no grade explains; above it, another outfit or palette.
        shown_picture, shown_motion, shown_bits: from which two takes are worth showing side by side.
        look_picture, look_motion, look_places: the same where motion fits all over, as it does in
            another look of a take: day and night share less of their picture.
    """

    picture: float = 0.93
    bits: float = 72
    plain_picture: float = 0.97
    motion: float = 0.85
    places: float = 0.5
    close_motion: float = 0.92
    close_places: float = 0.7
    drift: float = 0.0075
    exact_motion: float = 0.95
    exact_places: float = 0.85
    still_picture: float = 0.985
    still_peak: float = 0.78
    still_bits: float = 40
    still_overlap: float = 0.8
    frozen: float = 0.8
    speed: float = 1.5
    flat: float = 0.5
    colour: float = 16
    texture: float = 0.65
    shown_picture: float = 0.75
    shown_motion: float = 0.5
    shown_bits: float = 64
    look_picture: float = 0.5
    look_motion: float = 0.9
    look_places: float = 0.8


AS_FAST, CLOSE_SPEED, STILL_SPEED = 0.02, 0.15, 0.3
"""By how much a copy's speed may differ to be the same, near the same, and for a take without motion."""

CERTAIN_PEAK = 0.93
"""Correlation where a nearly still take changes most, from which it may drift."""

_WHOLE = 0.03
"""Share of width or height that may be lost before a copy counts as cropped."""

_SHORTER = 0.9
_BEGINS = 0.3
_PART = 0.5
"""Share of the picture that may be missing where the rest is only alike: less could be anything."""

_SHIFT = 0.2
_LONGER = 0.5
"""Seconds, and a tenth, by which a take must outlast another to be more than a copy of it."""


def band(alignment: Alignment, bounds: Bounds | None = None) -> Band | None:
    """What ``b`` is to ``a``; ``None`` where they are no pair.

    A duplicate shows the same picture whole and at the same speed; a near-duplicate is trimmed,
    cropped, mirrored or played at another speed.
    """
    bounds, alignment = bounds or Bounds(), turned(alignment)
    if _copy(alignment, bounds):
        if alignment.colour > bounds.colour or alignment.texture < bounds.texture:
            return Band.VARIANT
        whole = abs(alignment.zoom) < _WHOLE and not alignment.flipped and abs(alignment.speed - 1) < AS_FAST
        return Band.DUPLICATE if whole and alignment.extent >= _SHORTER else Band.NEAR
    return Band.VARIANT if _alike(alignment, bounds) else None


def judge(
    alignment: Alignment,
    keeper: MediaFacts,
    other: MediaFacts,
    bounds: Bounds | None = None,
    changed: Sequence[str] = (),
) -> Likeness | None:
    """The band of a pair with its reason in words and numbers; ``None`` when they are no pair.

    A take that goes on where its keeper ends is a variant: folded, its longer part would be lost.

    Args:
        alignment: of ``other`` on ``keeper``.
        changed: what else was measured of a copy, in words; an alignment does not tell it.
    """
    bounds = bounds or Bounds()
    found = band(alignment, bounds)
    if found is None:
        return None
    why = (
        _why_variant(turned(alignment), bounds)
        if found is Band.VARIANT
        else _differences(alignment, keeper, other, changed)
    )
    longer = other.seconds * alignment.speed - keeper.seconds
    if found.folds and longer > max(_LONGER, (1 - _SHORTER) * keeper.seconds):
        found, why = Band.VARIANT, [*why, "longer than the keeper"]
    reason = f"{', '.join(why)}, {alignment.distance:.0f} of 256 bits"
    return Likeness(found, alignment.distance, alignment.offset, alignment.overlap, alignment.flipped, reason)


def turned(alignment: Alignment) -> Alignment:
    """Seen from the side from which the other is no slower, so that both sides are judged alike."""
    return alignment.reversed if alignment.speed < 1 else alignment


def _copy(alignment: Alignment, bounds: Bounds) -> bool:
    if alignment.flat > bounds.flat or not 1 / bounds.speed <= alignment.speed <= bounds.speed:
        return False
    if alignment.still:
        return _still_copy(alignment, bounds)
    if alignment.picture < bounds.picture:
        return False
    if alignment.distance > bounds.bits and alignment.picture < bounds.plain_picture:
        return False
    motion, places = asked_of_motion(alignment, bounds)
    return alignment.motion >= motion and alignment.places >= places


def _still_copy(alignment: Alignment, bounds: Bounds) -> bool:
    return (
        alignment.picture >= bounds.still_picture
        and alignment.distance <= bounds.still_bits
        and alignment.overlap >= bounds.still_overlap
        and abs(alignment.speed - 1) < STILL_SPEED
        and (alignment.peak >= bounds.still_peak or alignment.liveliness < bounds.frozen)
        and (alignment.drift <= bounds.drift or alignment.peak > CERTAIN_PEAK)
    )


def asked_of_motion(alignment: Alignment, bounds: Bounds) -> tuple[float, float]:
    """The least ``motion`` and ``places`` of a copy, seen as by :func:`turned`, of which enough moves."""
    displaced = alignment.drift > bounds.drift
    if begin_together(alignment):
        if displaced or abs(alignment.speed - 1) >= AS_FAST:
            return bounds.exact_motion, bounds.exact_places
        return bounds.close_motion, bounds.close_places
    return (bounds.close_motion, bounds.close_places) if displaced else (bounds.motion, bounds.places)


def begin_together(alignment: Alignment) -> bool:
    """Whether the takes begin together and run at about the same speed, as siblings do, also when cropped."""
    return abs(alignment.offset) < _BEGINS and abs(alignment.speed - 1) < CLOSE_SPEED


def _alike(alignment: Alignment, bounds: Bounds) -> bool:
    if abs(alignment.zoom) > _PART or not 1 / bounds.speed <= alignment.speed <= bounds.speed:
        return False
    moves = alignment.peak if alignment.still else alignment.motion
    other_look = (
        alignment.picture >= bounds.look_picture
        and moves >= bounds.look_motion
        and alignment.places >= bounds.look_places
    )
    same_motion = alignment.picture >= bounds.shown_picture and moves >= bounds.shown_motion
    if same_motion or other_look:
        return alignment.distance <= 2 * bounds.shown_bits
    return alignment.distance <= bounds.shown_bits and alignment.picture >= bounds.picture


def _why_variant(alignment: Alignment, bounds: Bounds) -> list[str]:
    if _copy(alignment, bounds):
        return [
            "same motion, other colours"
            if alignment.colour > bounds.colour
            else "same motion, painted smooth"
        ]
    if alignment.flat > bounds.flat:
        return ["alike, but too dark or too plain to be sure"]
    if alignment.still:
        return ["alike, but too still to tell a copy from a sibling"]
    if alignment.motion >= bounds.motion and alignment.picture >= bounds.picture:
        return ["alike, but not to the pixel: perhaps another take of the same still"]
    if alignment.motion >= bounds.motion:
        return ["same motion, other picture"]
    return ["same picture, other motion" if alignment.picture >= bounds.picture else "alike in part"]


def _differences(
    alignment: Alignment, keeper: MediaFacts, other: MediaFacts, changed: Sequence[str]
) -> list[str]:
    said = ["same picture", *changed]
    if alignment.flipped:
        said.append("mirrored")
    if abs(alignment.zoom) >= _WHOLE:
        cut = f"{abs(alignment.zoom):.0%}"
        said.append(f"cropped by {cut}" if alignment.zoom > 0 else f"shows {cut} more around it")
    if abs(alignment.speed - 1) >= AS_FAST:
        said.append(f"played at {alignment.speed:.2f}x")
    said += _extent(alignment, keeper, other)
    said.append(_coding(keeper, other))
    return said


def _extent(alignment: Alignment, keeper: MediaFacts, other: MediaFacts) -> list[str]:
    """Where ``other`` begins in the keeper, or the keeper in it."""
    if abs(alignment.offset) >= _SHIFT:
        return [f"starts {abs(alignment.offset):.1f} s {'later' if alignment.offset > 0 else 'earlier'}"]
    longer = other.seconds * alignment.speed - keeper.seconds
    if abs(longer) >= max(_SHIFT, (1 - _SHORTER) * keeper.seconds):
        return [f"ends {abs(longer):.1f} s {'later' if longer > 0 else 'earlier'}"]
    return []


def _coding(keeper: MediaFacts, other: MediaFacts) -> str:
    if (keeper.width, keeper.height) == (other.width, other.height):
        return "re-encoded"
    scale = other.height / keeper.height if keeper.height else 1.0
    same_shape = (
        abs(other.width * keeper.height - keeper.width * other.height) < 0.03 * other.width * keeper.height
    )
    names = {0.5: "at half the size", 0.25: "at a quarter of the size", 2.0: "at twice the size"}
    if same_shape:
        for factor, name in names.items():
            if abs(scale - factor) < 0.02 * factor:
                return f"re-encoded {name}"
    return f"re-encoded at {other.width}x{other.height}"
