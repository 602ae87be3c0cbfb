"""Tracing: which take, model and prompt made each second of a video, and who says so.

A stranger can verify what manifests say, so they come first; the sealed record speaks only
where they are silent, and what it alone says is marked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any

from circletake.audit.declared import declared_in
from circletake.model.audit import Traced
from circletake.model.export import ReleasedFile, Use
from circletake.model.manifest import ActionSaid, Credentials, IngredientSaid, ManifestSaid

TAKE = "org.circletake.take"
"""Label of our own assertion in a signed take."""

SONG = "circletake:song"
"""Instance of the ingredient that is a cut's song."""

PROMPT = "c2pa.types.generator.prompt"
SEED = "c2pa.types.generator.seed"
MODEL = "c2pa.types.model"
COMPOSITE = "compositeWithTrainedAlgorithmicMedia"

AI = frozenset({"trainedAlgorithmicMedia", COMPOSITE})
"""IPTC digital source types that say a trained model made a picture, or part of it."""

_DEEPEST = 8

_UNMOVED = frozenset(
    {"c2pa.opened", "c2pa.redacted", "c2pa.edited.metadata", "c2pa.repackaged", "c2pa.transcoded"}
)
"""Actions after which every picture stands where it stood."""

_WORDS = {
    "observed": "recorded by the signer's circletake",
    "declared": "declared by a person",
    "embedded": "unsigned file tags",
    "sidecar": "a file beside the clip",
    "filename": "the clip's file name",
    "matched": "a take with the same picture",
}


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
        return tuple(_from_record(use, record) for use in recorded.uses) if recorded else ()
    if recorded is None:
        return tuple(said)
    return tuple(_filled(traced, recorded, record) for traced in said)


@dataclass(frozen=True, slots=True)
class _Made:
    """What one manifest and its parents say of how a clip was made."""

    take: str = ""
    take_sha256: str = ""
    model: str = ""
    evidence: str = ""
    prompt: str = ""
    prompt_digest: str = ""
    prompt_evidence: str = ""
    seed: str = ""
    source_type: str = ""
    origin: str = ""
    declared_by: str = ""
    words: str = ""
    signed_by: str = ""
    provider: str = ""
    when: str = ""
    terms: str = ""


def _said(credentials: Credentials, seconds: float) -> Iterator[Traced]:
    if credentials.active is None:
        return
    active, doubts = assembled(credentials, credentials.active)
    clips = [i for i in active.ingredients if i.role == "componentOf" and i.placed and not is_song(i)]
    rows = [(placed, clip) for clip in clips for placed in clip.placed]
    if not rows:
        whole = (Fraction(0), Fraction(seconds).limit_denominator(90_000))
        if _speaks(active):
            yield _traced(_made(credentials, active), whole, None)
        return
    placed = [where for where, _ in rows]
    declared = declared_in(active, placed)
    yield from sorted([*_clips(credentials, active, rows, doubts), *declared], key=_begins)


def _begins(traced: Traced) -> Fraction:
    return Fraction(traced.use.record_in)


def _clips(
    credentials: Credentials,
    active: ManifestSaid,
    rows: Sequence[tuple[tuple[Fraction, Fraction], IngredientSaid]],
    doubts: str,
) -> Iterator[Traced]:
    """The clips of a cut where they lie."""
    for placed, clip in sorted(rows, key=lambda row: row[0]):
        own = credentials.named(clip.manifest)
        made = _made(credentials, own) if own else _Made()
        if own and made.words and own.signer != active.signer:
            made = replace(made, words=made.words + _reservation(clip))
        made = replace(
            made,
            take=made.take or clip.title,
            source_type=made.source_type or clip.source_type,
            words=(made.words or ("declared by the signer" if clip.source_type else "nobody")) + doubts,
        )
        yield _traced(made, placed, clip.source_range)


def assembled(credentials: Credentials, manifest: ManifestSaid) -> tuple[ManifestSaid, str]:
    """The manifest that says where clips lie, and what stands against it.

    That of the parent, where nothing was done since that moves a picture, as in a redacted copy.
    """
    at, doubts = manifest, ""
    for _ in range(_DEEPEST):
        if any(each.placed for each in at.ingredients):
            return at, doubts
        parent = next((i for i in at.ingredients if i.role == "parentOf"), None)
        inner = credentials.named(parent.manifest) if parent else None
        moved = not {action.name for action in at.actions} <= _UNMOVED
        if parent is None or inner is None or moved or TAKE in at.assertions:
            break
        at, doubts = inner, doubts + _reservation(parent)
    return manifest, ""


def is_song(ingredient: IngredientSaid) -> bool:
    """Whether a placed ingredient is heard, not seen."""
    sounds = (".wav", ".mp3", ".m4a", ".flac", ".ogg", ".aac", ".aif", ".aiff")
    return ingredient.instance_id == SONG or ingredient.title.lower().endswith(sounds)


def _speaks(manifest: ManifestSaid) -> bool:
    """Whether a manifest says anything of how its picture came to be."""
    return bool(manifest.ingredients) or any(
        action.source_type or action.name in ("c2pa.created", "c2pa.opened") for action in manifest.actions
    )


def _traced(made: _Made, placed: tuple[Fraction, Fraction], part: tuple[Fraction, Fraction] | None) -> Traced:
    source = part or (Fraction(0), placed[1] - placed[0])
    use = Use(
        record_in=str(placed[0]),
        record_out=str(placed[1]),
        source_in=str(source[0]),
        source_out=str(source[1]),
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
    return Traced(use, made.words, (), made.signed_by, made.provider, made.when, made.terms)


def _made(credentials: Credentials, manifest: ManifestSaid, depth: int = 0) -> _Made:
    """Walk a manifest and the parents it was made from; the one nearest the maker knows best."""
    own = _own(manifest)
    if depth >= _DEEPEST:
        return own
    for part in (i for i in manifest.ingredients if i.role == "componentOf" and not is_song(i)):
        if own.source_type in AI:
            break
        inner = credentials.named(part.manifest)
        made = _made(credentials, inner, depth + 1) if inner else _Made(source_type=part.source_type)
        if made.source_type in AI:
            # Somewhere in the picture, nobody says where: some editors mark only the ingredient.
            words = f"{made.words or 'declared by the signer'}, as part of the picture"
            own = replace(
                own,
                model=made.model,
                source_type=COMPOSITE,
                words=words,
                evidence=made.evidence,
                provider=made.provider,
                when=own.when or made.when,
                terms=made.terms,
            )
    for parent in (i for i in manifest.ingredients if i.role == "parentOf"):
        inner = credentials.named(parent.manifest)
        if inner is None:
            own = replace(own, source_type=own.source_type or parent.source_type)
            continue
        origin = _made(credentials, inner, depth + 1)
        words = origin.words + _reservation(parent) if origin.words else own.words
        filled = {f.name: getattr(own, f.name) or getattr(origin, f.name) for f in fields(_Made)}
        if origin.model and own.model in ("", origin.model):
            filled.update(words=words, evidence=origin.evidence, signed_by=origin.signed_by)
        own = _Made(**filled)
    return own


def _reservation(ingredient: IngredientSaid) -> str:
    """What stands against an ingredient's own credentials, short of an alteration."""
    codes = " ".join(ingredient.problems)
    if "mismatch" in codes:
        return "; altered before it was used"
    unknown = "; a signer on none of your lists" if "untrusted" in codes else ""
    expired = "; expired, not altered" if "expired" in codes or "outsideValidity" in codes else ""
    return unknown + expired


def _own(manifest: ManifestSaid) -> _Made:
    record = _mapping(manifest.assertions.get(TAKE))
    learnt = _mapping(record.get("recipe"))
    prompt = _input(manifest, PROMPT)
    seed = _input(manifest, SEED)
    model = _input(manifest, MODEL)
    maker = next((a for a in manifest.actions if a.name == "c2pa.created"), None)
    # An edit may bring generated picture into what a camera made: the strongest statement counts.
    if maker is None or maker.source_type not in AI:
        maker = next((a for a in manifest.actions if a.source_type in AI), maker)
    named = model.title if model else ""
    if model and model.version not in model.title:
        named = f"{model.title} {model.version}".strip()
    if not named and maker and maker.agent and not record:
        named = f"{maker.agent} {maker.agent_version}".strip()
    signer = manifest.signer.name if manifest.signer else ""
    source = _mapping(learnt.get("model") or learnt.get("generator"))
    how = str(source.get("evidence") or "") if named else ""
    by = str(source.get("by") or "")
    words = f"declared by {by}" if how == "declared" and by else _WORDS.get(how, "")
    return _Made(
        take=f"{record['shot']}/{record['number']}" if {"shot", "number"} <= record.keys() else "",
        take_sha256=str(record.get("take") or ""),
        model=named,
        evidence=how or ("signed" if named and signer else ""),
        prompt=(prompt.text or "") if prompt else "",
        prompt_digest=str(_mapping(learnt.get("prompt")).get("digest") or ""),
        prompt_evidence=str(_mapping(learnt.get("prompt")).get("evidence") or ""),
        seed=(seed.text or "") if seed else "",
        source_type=(maker.source_type if maker else "").rsplit("/", 1)[-1],
        origin=str(record.get("origin") or ""),
        declared_by=str(_mapping(learnt.get("source_type")).get("by") or ""),
        words=words or (f"signed by {signer}" if named and signer else ""),
        signed_by=signer,
        provider=_provider(record, learnt, maker, signer),
        when=_when(manifest, maker),
        terms=str(_mapping(learnt.get("licence")).get("value") or ""),
    )


def _provider(
    record: Mapping[str, Any], learnt: Mapping[str, Any], maker: ActionSaid | None, signer: str
) -> str:
    """Who offers the system: as the take's record names them, else its generator, else who signed it."""
    if record:
        named = learnt.get("provider") or learnt.get("generator")
        return str(_mapping(named).get("value") or "")
    return signer if maker and maker.source_type in (*AI, "algorithmicMedia") else ""


def _when(manifest: ManifestSaid, maker: ActionSaid | None) -> str:
    if maker and maker.when:
        return maker.when
    stamped = manifest.signer.signed_at if manifest.signer else None
    return stamped.isoformat() if stamped else ""


def _input(manifest: ManifestSaid, kind: str) -> IngredientSaid | None:
    """The input of this data type; ``c2pa.types.model.*`` counts as a model, a negative prompt as none."""
    found = [
        i for i in manifest.ingredients if i.role == "inputTo" and any(t.startswith(kind) for t in i.types)
    ]
    return next((i for i in found if "negative" not in f"{i.instance_id} {i.title}".lower()), None)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _from_record(use: Use, record: str) -> Traced:
    told = tuple(f.name for f in fields(Use) if getattr(use, f.name))
    return Traced(use, f"{record} alone; no credentials say it", told)


def _filled(traced: Traced, recorded: ReleasedFile, record: str) -> Traced:
    """``traced`` with what only the record knows of the same stretch."""
    use = traced.use
    if use.is_black:
        return traced
    begins = Fraction(use.record_in)
    same = min(
        (
            u
            for u in recorded.uses
            if not u.is_black
            if not use.take_sha256 or not u.take_sha256 or u.take_sha256 == use.take_sha256
        ),
        key=lambda u: abs(Fraction(u.record_in or "0") - begins),
        default=None,
    )
    if same is None or abs(Fraction(same.record_in or "0") - begins) > Fraction(1, 2):
        return traced
    silent = {
        f.name: getattr(same, f.name)
        for f in fields(Use)
        if f.name != "prompt_evidence" and not getattr(use, f.name) and getattr(same, f.name)
    }
    if "prompt" in silent:
        silent["prompt_evidence"] = same.prompt_evidence
    words = f"{record} alone" if "model" in silent else traced.words
    return replace(traced, use=replace(use, **silent), words=words, from_record=tuple(silent))
