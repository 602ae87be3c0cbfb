"""Stacks: stars of near-duplicate takes around a keeper, each member with its reason.

A star and not a chain: every member was compared with the keeper itself, so that "folded
because 12 of 256 bits differ from the keeper" is true and can be checked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from circletake.fingerprint.search import Alignment, candidates, compare
from circletake.model.event import Verdict
from circletake.model.fingerprint import Fingerprint
from circletake.model.slate import Slate
from circletake.model.stack import Band, Likeness, Member, Stack


class Keeper(StrEnum):
    """Which take of a stack stands for the others; circled and rated ones come first in any case."""

    BEST = "best"
    LARGEST = "largest"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class Bands:
    """Distances of 256 bits up to which two takes are called so (facts: 418 clips, 86,829 pairs).

    Attributes:
        still_duplicate: stricter bounds for takes that hardly move or are nearly flat, where
            siblings made from one still picture lie close together.
        parting: bits from which takes that begin alike and come apart are such siblings (of 24
            clips' copies, those played 4% faster do so too, and stay visible with them).
        colour: chroma difference above which a like motion is a variant.
    """

    duplicate: float = 32
    near: float = 48
    variant: float = 80
    still_duplicate: float = 12
    still_near: float = 20
    still_movement: float = 24
    worst: float = 1.5
    parting: float = 16
    colour: float = 14


def build_stacks(
    slates: Sequence[Slate],
    fingerprints: Mapping[str, Fingerprint],
    *,
    keeper: Keeper = Keeper.BEST,
    apart: Collection[frozenset[str]] = (),
    bands: Bands | None = None,
) -> list[Stack]:
    """Group takes into stacks; takes without a near one are in none.

    A circled or rated take is never folded under another: it is a keeper or stands alone.

    Args:
        slates: every take to consider, in library order.
        fingerprints: by take id; takes without one stay alone.
        apart: pairs of take ids that a person ruled apart.
    """
    bands = bands or Bands()
    by_id = {s.take.id: s for s in slates if s.take.id in fingerprints}
    known = {take_id: fingerprints[take_id] for take_id in by_id}
    near: dict[str, set[str]] = {take_id: set() for take_id in by_id}
    for a, b in candidates(known):
        near[a].add(b)
        near[b].add(a)
    order = sorted((s for s in by_id.values() if near[s.take.id]), key=lambda s: _rank(s, keeper))
    pairs = _Pairs(by_id, known, near, frozenset(apart), bands)
    placed: set[str] = set()
    stars: dict[str, list[Member]] = {}
    for slate in order:
        own = slate.take.id
        if own in placed:
            continue
        folded = [
            m for m in pairs.around(own, placed) if m.likeness.band.folds and not _decided(by_id[m.take_id])
        ]
        if folded:
            stars[own] = folded
            placed.update((own, *(m.take_id for m in folded)))
    # Only then the variants, each shown once: beside a keeper where there is one.
    for slate in (*(by_id[own] for own in stars), *order):
        own = slate.take.id
        if own in placed and own not in stars:
            continue
        shown = [_visible(m) for m in pairs.around(own, placed)]
        if shown:
            stars.setdefault(own, []).extend(shown)
            placed.update((own, *(m.take_id for m in shown)))
    return [
        Stack(0, own, _why(by_id[own], keeper), tuple(sorted(members, key=_folded_first)))
        for own, members in stars.items()
    ]


@dataclass(slots=True)
class _Pairs:
    """Likenesses of takes that may pair, worked out when they are asked for."""

    slates: Mapping[str, Slate]
    prints: Mapping[str, Fingerprint]
    near: Mapping[str, set[str]]
    apart: frozenset[frozenset[str]]
    bands: Bands
    _known: dict[tuple[str, str], Likeness | None] = field(default_factory=dict)

    def around(self, own: str, placed: Collection[str]) -> list[Member]:
        """Every take that pairs with ``own`` and has no place yet, in a fixed order."""
        found = []
        for other in sorted(self.near[own]):
            if other in placed or other == own or frozenset((own, other)) in self.apart:
                continue
            likeness = self._likeness(own, other)
            if likeness:
                found.append(Member(other, likeness))
        return found

    def _likeness(self, own: str, other: str) -> Likeness | None:
        if (own, other) not in self._known:
            alignment = compare(self.prints[own], self.prints[other])
            said = judge(alignment, self.slates[own], self.slates[other], self.bands) if alignment else None
            self._known[own, other] = said
        return self._known[own, other]


def judge(alignment: Alignment, keeper: Slate, other: Slate, bands: Bands) -> Likeness | None:
    """Put a pair into a band, with the reason in words; ``None`` when they are no pair."""
    still = alignment.movement < bands.still_movement or alignment.flat > 0.5
    duplicate = bands.still_duplicate if still else bands.duplicate
    near = bands.still_near if still else bands.near
    distance = alignment.distance
    if distance > bands.variant:
        return None
    steady = alignment.worst <= near * bands.worst
    if alignment.colour > bands.colour:
        band, why = Band.VARIANT, ["same motion, other colours"]
    elif alignment.parting > bands.parting:
        band, why = Band.VARIANT, ["begin alike, then part ways"]
    elif distance <= duplicate and steady:
        band, why = Band.DUPLICATE, _differences(alignment, keeper, other)
    elif distance <= near and steady:
        band, why = Band.NEAR, _differences(alignment, keeper, other)
    elif still:
        band, why = Band.VARIANT, ["alike, but too still or too dark to be sure"]
    elif not steady:
        band, why = Band.VARIANT, ["alike in part, parts ways later"]
    else:
        band, why = Band.VARIANT, ["alike"]
    reason = f"{', '.join(why)}, {distance:.0f}/256 bits"
    return Likeness(band, distance, alignment.offset, alignment.overlap, alignment.flipped, reason)


def _differences(alignment: Alignment, keeper: Slate, other: Slate) -> list[str]:
    ours, theirs = keeper.take.media, other.take.media
    said = []
    if keeper.take.media.picture_sha256 == other.take.media.picture_sha256:
        said.append("the same picture, rewrapped")
    elif alignment.distance < 1 and alignment.overlap > 0.99:
        said.append("the same picture, re-encoded")
    if alignment.flipped:
        said.append("mirrored")
    if abs(alignment.offset) >= 0.2:
        said.append(
            f"trimmed, starts {abs(alignment.offset):.1f} s {'later' if alignment.offset > 0 else 'earlier'}"
        )
    elif alignment.overlap < 0.9 or abs(ours.seconds - theirs.seconds) > 0.3:
        said.append("other length")
    if (ours.width, ours.height) != (theirs.width, theirs.height):
        said.append(f"re-encoded at {theirs.width}x{theirs.height}")
    if not said:
        said.append("re-encoded" if alignment.distance < 16 else "slightly changed")
    return said


def _visible(member: Member) -> Member:
    """The member as one that stays in view: a variant, or a take somebody decided on."""
    likeness = member.likeness
    if not likeness.band.folds:
        return member
    reason = f"{likeness.reason}; a decision was made on it, so it stays visible"
    return Member(member.take_id, replace(likeness, band=Band.VARIANT, reason=reason))


def _folded_first(member: Member) -> tuple[bool, float, str]:
    return not member.likeness.band.folds, member.likeness.distance, member.take_id


def _decided(slate: Slate) -> bool:
    return slate.standing.verdict is Verdict.CIRCLED or slate.standing.stars > 0


def _rank(slate: Slate, keeper: Keeper) -> tuple[object, ...]:
    standing, media = slate.standing, slate.take.media
    verdicts = {Verdict.CIRCLED: 0, Verdict.HOLD: 2, Verdict.UNREVIEWED: 3, Verdict.NG: 4}
    decided = 1 if standing.stars and standing.verdict is not Verdict.CIRCLED else verdicts[standing.verdict]
    by_policy: tuple[object, ...]
    if keeper is Keeper.FIRST:
        by_policy = (slate.take.added,)
    elif keeper is Keeper.LARGEST:
        by_policy = (-media.width * media.height, -media.seconds)
    else:
        # Sharpness ranks only inside a shot; near-duplicates are as like as takes of a shot get.
        by_policy = (
            len(slate.findings),
            -media.width * media.height,
            -round(media.seconds, 1),
            -slate.take.size,
        )
    return (decided, -standing.stars, *by_policy, slate.take.place)


def _why(slate: Slate, keeper: Keeper) -> str:
    standing, media = slate.standing, slate.take.media
    size = f"{media.width}x{media.height}"
    if standing.verdict is Verdict.CIRCLED:
        return f"circled by {standing.by.name}, {size}" if standing.by else f"circled, {size}"
    if standing.stars:
        return f"{standing.stars} stars, {size}"
    if keeper is Keeper.FIRST:
        return "came in first"
    count = len(slate.findings)
    findings = f"{count or 'no'} finding{'s' * (count != 1)}"
    return f"{size}, {media.seconds:.1f} s" if keeper is Keeper.LARGEST else f"{size}, {findings}"
