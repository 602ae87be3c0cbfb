"""Recipe by picture: an upscale, a messenger's copy or a stripped download of a take that is known.

Such a take is kept as a version of the one it shows, and what it does not say of itself it takes
over from there, each field as a claim of the weakest evidence, ``matched``. Nothing is guessed:

- Only a take that tells nothing of its making learns in this way: no prompt, model or generator,
  but for what its file name says. Takes with recipes of their own are siblings, however alike.
- What it shows must be a copy, not a variant, and must lie within the known take: one that goes
  on after it was extended, or cut together, and made in another way.
- The known take must have a recipe of its own. Where neither has one, nothing says which came
  first; ``dedupe`` folds them as it does any copies.
- What is matched is never matched again: a version of a version is a version of the original.
- It goes into the shot of the take it shows, unless the person named another one.
- Where takes that are about equally near say different things of a field, it stays unknown.
  A take it shows whole is nearer than one that is mirrored, cropped or longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from circletake.errors import LibraryError
from circletake.model.alignment import COMPARISON, Alignment
from circletake.model.fingerprint import VERSION
from circletake.model.recipe import Evidence, Field, Recipe, RecipeClaim
from circletake.model.slate import Slate, TakeFilter
from circletake.model.stack import Band, VersionOf
from circletake.model.text import counted
from circletake.workflows.library import Library
from circletake.workflows.progress import Progress, silent

if TYPE_CHECKING:
    from circletake.workflows.intake.taking_in import Intake

BY = "picture"
"""Who made a matched claim."""

_OWN = (Field.PROMPT, Field.MODEL, Field.GENERATOR)
_WEAK = (Evidence.FILENAME, Evidence.MATCHED)
_WITHIN = 0.9
"""Share of a version that must lie within the take it shows."""

_CLOSE = 8
"""Bits by which takes may differ in distance and be about equally near."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A take that another one shows.

    Attributes:
        nearest: the take it was compared with: the original, or a version of that.
        alignment: of the other on ``nearest``.
        whole: it shows the same picture whole; that is nearer than a mirrored or a cropped one.
    """

    original: Slate
    nearest: Slate
    alignment: Alignment
    whole: bool


def inherit(library: Library, intake: Intake, *, progress: Progress = silent) -> tuple[str, ...]:
    """Compare what came in with all there is, and let copies take over what is known.

    Returns:
        Ids of the takes that are versions now.

    Raises:
        Cancelled: the work was stopped; a take whose comparison was not kept is new in the next import.
    """
    from circletake.fingerprint.judging import judge
    from circletake.workflows.analysis.pairing import pair_takes

    registry = library.registry
    # Takes of an import that was killed before it came to this are new, too.
    waiting = registry.analyses.fingerprinted(VERSION) - registry.pairs.compared(COMPARISON)
    new = waiting | {take.id for take in intake.takes}
    near: dict[str, list[tuple[str, Alignment]]] = {}
    found = pair_takes(library, progress=progress, at_once=True)
    if found.damaged:
        count = counted(len(found.damaged), "fingerprint")
        intake.notes.append(f"{count} could not be read and is to be made anew: circletake analyze")
    if found.lost:
        count = counted(len(found.lost), "pair of takes", "pairs of takes")
        intake.notes.append(f"{count} could not be compared; which and why: circletake dedupe")
    for pair in found.pairs:
        near.setdefault(pair.b_id, []).append((pair.a_id, pair.alignment))
        near.setdefault(pair.a_id, []).append((pair.b_id, pair.alignment.reversed))
    versions, apart = registry.versions.all(), registry.stacks.rulings().apart
    concerned = _concerned(new & near.keys(), near, versions)
    slates = (
        {slate.take.id: slate for slate in registry.takes.slates(TakeFilter(takes=concerned))}
        if concerned
        else {}
    )
    added = {take.id for take in intake.takes}
    done = []
    for slate in slates.values():
        own = slate.take.id
        if own not in new or own in versions or own not in near or tells(slate.recipe):
            continue
        others = [one for one in near[own] if frozenset((own, one[0])) not in apart]
        known = _known(slate, others, slates, versions)
        if not known:
            continue
        best = known[0]
        facts = best.nearest.take.media, slate.take.media
        likeness = judge(best.alignment, *facts, changed=_changed(library, best.nearest.take.id, own))
        reason = likeness.reason if likeness else ""
        version = VersionOf(own, best.original.take.id, best.alignment.distance, reason)
        claims = inherited(slate.recipe, best, known)
        with registry.batch():
            registry.versions.add([version])
            registry.takes.add_claims(own, claims)
            intake.follow(own, best.original.take)
        versions[own] = version
        done.append(own)
        if own in added:
            intake.recount(slate.recipe, Recipe.of((*slate.recipe.claims, *claims)))
    return tuple(done)


def _changed(library: Library, known: str, own: str) -> tuple[str, ...]:
    """What was done to the picture of a version, as far as it is measured; nothing of a damaged record."""
    from circletake.fingerprint.changes import changes
    from circletake.fingerprint.comparing import lay
    from circletake.workflows.analysis.comparing import look_at

    analyses, ids = library.registry.analyses, (known, own)
    packed, pictures = analyses.fingerprints(VERSION, ids), analyses.thumbnails(VERSION, ids)
    if not packed.keys() & pictures.keys() >= set(ids):
        return ()
    try:
        laid = lay(*(look_at(packed[one], pictures[one]) for one in ids))
    except LibraryError:
        return ()
    return changes(laid).told if laid else ()


def _concerned(
    new: Iterable[str], near: Mapping[str, Sequence[tuple[str, Alignment]]], versions: Mapping[str, VersionOf]
) -> tuple[str, ...]:
    """New takes that are like others, those others, and what they are versions of."""
    found: set[str] = set()
    waiting = [take for own in new for take in (own, *(other for other, _ in near[own]))]
    while waiting:
        take = waiting.pop()
        if take not in found:
            found.add(take)
            waiting += [versions[take].of_id] if take in versions else []
    return tuple(sorted(found))


def tells(recipe: Recipe) -> bool:
    """Whether a take tells of its making itself, more than by its file's name."""
    return any(claim.field in _OWN and claim.evidence not in _WEAK for claim in recipe.claims)


def inherited(recipe: Recipe, best: _Known, known: Sequence[_Known]) -> list[RecipeClaim]:
    """What a version takes over: what it says nothing of, and all that are about as near agree on."""
    said = {claim.field for claim in recipe.claims}
    source = f"{best.original.take.label}, {best.alignment.distance:.0f} of 256 bits"
    near = best.alignment.distance + _CLOSE
    rivals = [one for one in known if one.whole is best.whole and one.alignment.distance <= near]
    claims = []
    for field, claim in _own(best.original.recipe).items():
        values = {own[field].value for one in rivals if field in (own := _own(one.original.recipe))}
        if field not in said and len(values) == 1:
            claims.append(RecipeClaim(field, claim.value, Evidence.MATCHED, source, BY))
    return claims


def _own(recipe: Recipe) -> dict[str, RecipeClaim]:
    """What is in force and was learnt of the take itself; what only follows from it follows again."""
    said = {id(claim) for claim in recipe.claims}
    return {
        field: claim
        for field, claim in recipe.in_force.items()
        if claim.evidence is not Evidence.MATCHED and id(claim) in said
    }


def _known(
    slate: Slate,
    near: Sequence[tuple[str, Alignment]],
    slates: Mapping[str, Slate],
    versions: Mapping[str, VersionOf],
) -> list[_Known]:
    """The takes that ``slate`` shows and whose recipe it may take over, nearest first."""
    from circletake.fingerprint.judging import band

    found: dict[str, _Known] = {}
    measured = dict(near)
    for other, alignment in sorted(near, key=lambda one: (one[1].distance, slates[one[0]].take.place)):
        what = band(alignment)
        if what is None or not what.folds or not _lies_within(slate, slates[other], alignment):
            continue
        original = other
        while original in versions:
            original = versions[original].of_id
        if original == slate.take.id or original in found or not tells(slates[original].recipe):
            continue
        if _fits(slate, slates[original]):
            # Told as compared with the original itself, where the two were compared.
            direct = measured.get(original)
            nearest = slates[original if direct else other]
            found[original] = _Known(slates[original], nearest, direct or alignment, what is Band.DUPLICATE)
    return sorted(found.values(), key=lambda one: (not one.whole, one.alignment.distance))


def _fits(slate: Slate, original: Slate) -> bool:
    """Whether nothing that is said of a take contradicts its being a copy of the other."""
    if slate.take.origin is not original.take.origin:
        return False
    own = (*_OWN, Field.SOURCE_TYPE)
    pairs = [(slate.recipe[field], original.recipe[field]) for field in own]
    return all(not mine or not theirs or mine == theirs for mine, theirs in pairs)


def _lies_within(slate: Slate, other: Slate, alignment: Alignment) -> bool:
    length = slate.take.media.seconds * alignment.speed
    covered = alignment.overlap * min(length, other.take.media.seconds)
    return covered >= _WITHIN * length
