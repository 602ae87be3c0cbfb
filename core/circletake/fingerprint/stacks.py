"""Stacks: stars of near-duplicate takes around a keeper, each member with its reason.

A star and not a chain: every member was compared with the keeper itself, so that "folded
because 12 of 256 bits differ from the keeper" is true and can be checked. Only a person puts
takes into a stack that are not like its keeper; each then brings its own copies along.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import combinations

from circletake.fingerprint.judging import Bounds, judge
from circletake.model.alignment import Alignment, Pair
from circletake.model.event import Verdict
from circletake.model.slate import Slate
from circletake.model.stack import Band, Likeness, Member, Rulings, Stack, VersionOf
from circletake.model.take import MediaFacts

_LARGER = 1.05
"""How many times the size of another a version must be, each way, to be kept for its size."""


class Keeper(StrEnum):
    """Which take of a stack stands for the others; circled and rated ones come first in any case.

    ``CIRCLED``: only those stand for others; where nobody decided yet, nothing folds.
    """

    BEST = "best"
    LARGEST = "largest"
    FIRST = "first"
    CIRCLED = "circled"


def build_stacks(
    slates: Sequence[Slate],
    pairs: Sequence[Pair],
    *,
    keeper: Keeper = Keeper.BEST,
    rulings: Rulings | None = None,
    versions: Mapping[str, VersionOf] | None = None,
    bounds: Bounds | None = None,
) -> list[Stack]:
    """Group takes into stacks; takes without a near one are in none.

    A circled or rated take is never folded under another: it is a keeper or stands alone. What a
    person ruled comes before what was measured.

    Args:
        slates: every take to consider, in library order.
        pairs: takes that were found alike.
        versions: takes that are versions of another, by id; the original stands before them.
    """
    by_id = {slate.take.id: slate for slate in slates}
    likenesses = _Likenesses(by_id, rulings or Rulings(), versions or {}, bounds or Bounds())
    likenesses.add(pairs)
    order = sorted(
        (by_id[own] for own in likenesses.near), key=lambda s: _rank(s, keeper, likenesses.versions)
    )
    placed: set[str] = set()
    stars: dict[str, list[Member]] = {}
    for slate in order:
        own = slate.take.id
        if own in placed or (keeper is Keeper.CIRCLED and not _decided(slate)):
            continue
        folded = [
            m
            for m in likenesses.around(own, placed)
            if m.likeness.band.folds and not _decided(by_id[m.take_id])
        ]
        folded += [m for m in likenesses.brought(own, folded, placed) if not _decided(by_id[m.take_id])]
        if folded:
            stars[own] = folded
            placed.update((own, *(m.take_id for m in folded)))
    # Only then the variants, each shown once: beside a keeper where there is one.
    for slate in (*(by_id[own] for own in stars), *order):
        own = slate.take.id
        if own in placed and own not in stars:
            continue
        shown = [_visible(m, by_id[m.take_id]) for m in likenesses.around(own, placed)]
        if shown:
            stars.setdefault(own, []).extend(shown)
            placed.update((own, *(m.take_id for m in shown)))
    return [
        Stack(0, own, _why(by_id[own], keeper), tuple(sorted(members, key=_folded_first)))
        for own, members in stars.items()
    ]


@dataclass(slots=True)
class _Likenesses:
    """What each take is to each other, worded as seen from the one that is asked."""

    slates: Mapping[str, Slate]
    rulings: Rulings
    versions: Mapping[str, VersionOf]
    bounds: Bounds
    near: dict[str, dict[str, Alignment | None]] = field(default_factory=dict)

    def add(self, pairs: Sequence[Pair]) -> None:
        """Take pairs of takes that are here and were not ruled apart, and those ruled together."""
        for one, other in self._rewrapped():
            self.near.setdefault(one, {})[other] = None
            self.near.setdefault(other, {})[one] = None
        for pair in pairs:
            ids = frozenset((pair.a_id, pair.b_id))
            if ids <= self.slates.keys() and ids not in self.rulings.apart:
                self.near.setdefault(pair.a_id, {})[pair.b_id] = pair.alignment
                self.near.setdefault(pair.b_id, {})[pair.a_id] = pair.alignment.reversed
        for ids in self.rulings.together:
            if ids <= self.slates.keys():
                one, other = sorted(ids)
                self.near.setdefault(one, {}).setdefault(other, None)
                self.near.setdefault(other, {}).setdefault(one, None)

    def _rewrapped(self) -> Iterator[tuple[str, str]]:
        """Takes of one coded picture in several files; however dark or plain it is, no search is needed."""
        by_picture: dict[str, list[str]] = {}
        for own, slate in self.slates.items():
            by_picture.setdefault(slate.take.media.picture_sha256, []).append(own)
        for same in by_picture.values():
            yield from (pair for pair in combinations(same, 2) if frozenset(pair) not in self.rulings.apart)

    def around(self, own: str, placed: Collection[str]) -> list[Member]:
        """Every take that pairs with ``own`` and has no place yet, in a fixed order."""
        found = []
        for other in sorted(self.near[own]):
            if other not in placed and other != own:
                likeness = self._likeness(own, other)
                if likeness:
                    found.append(Member(other, likeness))
        return found

    def brought(self, own: str, folded: Sequence[Member], placed: Collection[str]) -> list[Member]:
        """Takes that a person put together with one that is here, by way of others too, and their copies."""
        here = {own, *(member.take_id for member in folded)}
        found: list[Member] = []
        put = {one for one in here if frozenset((own, one)) in self.rulings.together}
        todo = [own, *sorted(here - {own})]
        while todo:
            one = todo.pop(0)
            for member in self.around(one, placed):
                ruled = frozenset((one, member.take_id)) in self.rulings.together
                copied = one in put and member.likeness.band.folds
                apart = frozenset((own, member.take_id)) in self.rulings.apart
                if member.take_id in here or apart or not (ruled or copied):
                    continue
                here.add(member.take_id)
                todo.append(member.take_id)
                if ruled:
                    put.add(member.take_id)
                by_way = f"in a stack with {self.slates[one].take.label}: {member.likeness.reason}"
                found.append(Member(member.take_id, replace(member.likeness, reason=by_way)))
        return found

    def _likeness(self, own: str, other: str) -> Likeness | None:
        keeper, member = self.slates[own].take.media, self.slates[other].take.media
        alignment = self.near[own][other]
        judged = judge(alignment, keeper, member, self.bounds) if alignment else None
        if keeper.picture_sha256 == member.picture_sha256:
            judged = Likeness(
                Band.DUPLICATE, 0.0, 0.0, 1.0, False, "the same picture, rewrapped, 0 of 256 bits"
            )
        if frozenset((own, other)) in self.rulings.together:
            why = judged.reason if judged else "not alike by measure"
            known = judged or Likeness(Band.NEAR, 256.0, 0.0, 0.0, False, "")
            band = judged.band if judged and judged.band.folds else Band.NEAR
            return replace(known, band=band, reason=f"put together by a person; {why}")
        if judged and judged.band.folds and self._larger_version(other, own):
            return replace(judged, band=Band.VERSION, reason=f"a larger version, {judged.reason}")
        if judged and judged.band.folds and self._larger_version(own, other):
            return replace(judged, band=Band.VERSION, reason=f"its original, smaller, {judged.reason}")
        return judged

    def _larger_version(self, take_id: str, of_id: str) -> bool:
        version, media = self.versions.get(take_id), self.slates[take_id].take.media
        other = self.slates[of_id].take.media
        # Both sides, since a letterboxed copy is larger by its bars alone.
        larger = min(media.width / max(other.width, 1), media.height / max(other.height, 1)) > _LARGER
        return larger and version is not None and version.of_id == of_id


def _visible(member: Member, slate: Slate) -> Member:
    """The member as one that stays in view: a variant, a version, a take somebody decided on, or one of
    takes none of which anybody decided on, where only decisions make a keeper."""
    likeness = member.likeness
    if not likeness.band.folds:
        return member
    why = "a decision was made on it, so it stays visible"
    if not _decided(slate):
        why = "a copy, not folded: nobody circled or rated one of them"
    reason = f"{likeness.reason}; {why}"
    return Member(member.take_id, replace(likeness, band=Band.VARIANT, reason=reason))


def _folded_first(member: Member) -> tuple[bool, float, str]:
    return not member.likeness.band.folds, member.likeness.distance, member.take_id


def _decided(slate: Slate) -> bool:
    return slate.standing.verdict is Verdict.CIRCLED or slate.standing.stars > 0


def _rank(slate: Slate, keeper: Keeper, versions: Mapping[str, VersionOf]) -> tuple[object, ...]:
    standing, media = slate.standing, slate.take.media
    verdicts = {Verdict.CIRCLED: 0, Verdict.HOLD: 2, Verdict.UNREVIEWED: 3, Verdict.NG: 4}
    decided = 1 if standing.stars and standing.verdict is not Verdict.CIRCLED else verdicts[standing.verdict]
    by_policy: tuple[object, ...]
    if keeper is Keeper.FIRST:
        by_policy = (slate.take.added,)
    elif keeper is Keeper.LARGEST:
        by_policy = (-_short(media), -media.seconds)
    else:
        # Sharpness ranks only inside a shot; near-duplicates are as like as takes of a shot get.
        by_policy = (
            len(slate.findings),
            -_short(media),
            -round(media.seconds, 1),
            -slate.take.size,
        )
    copied = slate.take.id in versions
    return (decided, -standing.stars, copied, *by_policy, slate.take.place)


def _short(media: MediaFacts) -> int:
    """The shorter side in pixels: bars make a copy longer, not better."""
    return min(media.width, media.height)


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
