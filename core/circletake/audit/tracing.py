"""Tracing: which take, model and prompt made each second of a video, and who says so.

A stranger can verify what manifests say, so they come first; the sealed record speaks only
where they are silent, and what it alone says is marked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from sys import intern

from circletake.audit.declared import declared_in
from circletake.audit.making import (
    DEEPEST,
    TAKE,
    Making,
    Makings,
    altered,
    declaration,
    is_song,
    passed_on,
    reservation,
)
from circletake.audit.recording import Recorded
from circletake.model.case import Traced
from circletake.model.export import ReleasedFile, Use
from circletake.model.manifest import Credentials, IngredientSaid, ManifestSaid

_LOOK = frozenset({"c2pa.adjustedColor", "c2pa.color_adjustments", "c2pa.filtered", "c2pa.resized"})
"""Actions that change how pictures look."""

_UNMOVED = _LOOK | {
    "c2pa.edited.metadata",
    "c2pa.opened",
    "c2pa.redacted",
    "c2pa.repackaged",
    "c2pa.transcoded",
}
"""Actions after which every picture stands where it stood."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """The manifest that says where clips lie, and how far its word holds for the file.

    Attributes:
        manifest: the active one, or that of a parent which the active one only passes on.
        doubts: what stands against it, in words that follow on others; empty where nothing does.
        own: one certificate signed it and all that passes it on, and no parent was altered. Else nothing
            shows that the pictures of this file are those it speaks of.
    """

    manifest: ManifestSaid
    doubts: str = ""
    own: bool = True


def trace(
    credentials: Credentials, recorded: ReleasedFile | None, seconds: float, record: str
) -> tuple[Traced, ...]:
    """What a video was made of, in the order of its seconds.

    Args:
        recorded: the video's entry in the release record, ``None`` without one.
        seconds: length of the video, 0.0 where unknown.
        record: how to name the record to people, e.g. ``the sealed record``.
    """
    said = list(_said(credentials, seconds))
    if not said:
        return Recorded(recorded, record).alone() if recorded else ()
    if recorded is None:
        return tuple(said)
    told = Recorded(recorded, record)
    return tuple(told.filled(traced) for traced in said)


def _said(credentials: Credentials, seconds: float) -> Iterator[Traced]:
    if credentials.active is None:
        return
    makings = Makings(credentials)
    found = _assembled(makings, credentials.active)
    active, doubts = found.manifest, found.doubts
    clips = [i for i in active.ingredients if i.role == "componentOf" and i.placed and not is_song(i)]
    rows = [(placed, clip) for clip in clips for placed in clip.placed]
    if not rows:
        whole = (Fraction(0), Fraction(seconds).limit_denominator(90_000))
        if _speaks(active):
            made = makings.of(active)
            parents = (each.source_range for each in active.ingredients if each.role == "parentOf")
            part = next(parents, None) if seconds else None
            yield _traced(replace(made, words=made.words or declaration(made)), whole, part)
        return
    placed = [where for where, _ in rows]
    declared = (replace(each, words=each.words + doubts) for each in declared_in(active, placed))
    yield from sorted([*_clips(makings, active, rows, doubts), *declared], key=_begins)


def _begins(traced: Traced) -> Fraction:
    return Fraction(traced.use.record_in)


def _clips(
    makings: Makings,
    active: ManifestSaid,
    rows: Sequence[tuple[tuple[Fraction, Fraction], IngredientSaid]],
    doubts: str,
) -> Iterator[Traced]:
    """The clips of a cut where they lie."""
    for placed, clip in sorted(rows, key=lambda row: row[0]):
        own = makings.named(clip.manifest)
        made = makings.of(own) if own else Making()
        if own and made.words and own.signer != active.signer:
            made = replace(made, words=made.words + reservation(clip))
        made = replace(made, take=made.take or clip.title, source_type=made.source_type or clip.source_type)
        made = replace(
            made,
            words=(made.words or declaration(made) or "nobody") + doubts,
        )
        yield _traced(made, placed, clip.source_range)


def assembled(credentials: Credentials) -> Assembled | None:
    """The manifest that says where clips lie: the active one, or one that it only passes on."""
    if credentials.active is None:
        return None
    return _assembled(Makings(credentials), credentials.active)


def _assembled(makings: Makings, manifest: ManifestSaid) -> Assembled:
    """That of the parent, where nothing was done since that moves a picture, as in a redacted copy."""
    at, found = manifest, Assembled(manifest)
    for _ in range(DEEPEST):
        if any(each.placed for each in at.ingredients):
            return replace(found, manifest=at)
        parent = next((i for i in at.ingredients if i.role == "parentOf"), None)
        inner = makings.named(parent.manifest) if parent else None
        moved = not {action.name for action in at.actions} <= _UNMOVED
        if parent is None or inner is None or moved or TAKE in at.assertions:
            break
        other = passed_on(at, inner)
        since = "; said to be in another grade since" if _LOOK & {each.name for each in at.actions} else ""
        doubts = found.doubts + reservation(parent) + other + since
        found = replace(found, doubts=doubts, own=found.own and not other and not altered(parent))
        at = inner
    return Assembled(manifest)


def _speaks(manifest: ManifestSaid) -> bool:
    """Whether a manifest says anything of how its picture came to be."""
    return bool(manifest.ingredients) or any(
        action.source_type or action.name in ("c2pa.created", "c2pa.opened") for action in manifest.actions
    )


def _traced(
    made: Making, placed: tuple[Fraction, Fraction], part: tuple[Fraction, Fraction] | None
) -> Traced:
    source = part or (Fraction(0), placed[1] - placed[0])
    use = Use(
        record_in=intern(str(placed[0])),
        record_out=intern(str(placed[1])),
        source_in=intern(str(source[0])),
        source_out=intern(str(source[1])),
        take=made.take,
        take_sha256=made.take_sha256,
        model=made.model,
        model_evidence=made.evidence,
        prompt=made.prompt,
        prompt_digest=made.prompt_digest,
        prompt_evidence=made.prompt_evidence,
        seed=made.seed,
        source_type=made.source_type,
        origin=made.origin,
        declared_by=made.declared_by,
    )
    return Traced(
        use,
        intern(made.words),
        (),
        made.signed_by,
        made.provider,
        made.when,
        made.terms,
        made.prompt_withheld,
    )
