"""What a manifest will say of a take, of a cut, of a record. Pure: nothing is signed here.

Nothing is invented. A take we saw being generated is ``c2pa.created`` from its prompt and
model; a clip somebody brought is ``c2pa.opened`` from that file, and what is known of its
making is linked by ``c2pa.edited.metadata`` in the words it was learnt by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

from circletake.model.cut import Cut, Song
from circletake.model.event import Actor
from circletake.model.fingerprint import FingerprintSaid
from circletake.model.manifest import IngredientPlan, ManifestPlan
from circletake.model.policy import PromptPolicy
from circletake.model.recipe import Evidence, Field
from circletake.model.slate import Slate
from circletake.model.take import Declaration, Origin
from circletake.provenance import statements
from circletake.provenance import vocabulary as words
from circletake.provenance.container import MIMES, raw_manifest
from circletake.provenance.edits import cut_edits
from circletake.provenance.inputs import REFERENCE_TYPES, inputs_of, model_name, worded
from circletake.provenance.keeping import left_bare, prompts_of, stays
from circletake.provenance.pieces import (
    PARENT_ID,
    actions_of,
    assertion,
    circletake,
    definition_of,
    opened,
    placing,
    produced,
    used_part,
)
from circletake.provenance.privacy import public
from circletake.provenance.redaction import Held, redacting, telling, together, words_in

_SONG_TYPES = {
    Declaration.HUMAN: words.CREATION,
    Declaration.AI: words.TRAINED,
    Declaration.ALGORITHM: words.ALGORITHMIC,
}

_UNKNOWN = "application/octet-stream"

_SOUND = {
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".aac": "audio/aac",
}


def plan_take(
    slate: Slate,
    source: Path,
    *,
    policy: PromptPolicy,
    when: datetime,
    sealed: Mapping[str, str] = MappingProxyType({}),
    produced_actions: Sequence[str] = (),
    references: Mapping[str, Path] = MappingProxyType({}),
    fingerprint: FingerprintSaid | None = None,
    generator_version: str = "",
    provider_manifest: bytes | None = None,
    by: Actor | None = None,
) -> ManifestPlan:
    """The manifest of one take.

    Args:
        source: the take's file in the library, which the exported one was made from.
        policy: what of prompts travels.
        sealed: by field, the digests that stand for prompts that are hashed by policy.
        when: the moment of the export (UTC).
        produced_actions: what the exporter did to the picture, e.g. ``c2pa.transcoded``.
        generator_version: of circletake; the installed one where empty.
        provider_manifest: the generator's own manifest store as kept at import; it is handed
            over where ``source`` no longer carries it. Where prompts are kept back, all of it that
            may be words is redacted; it stays behind where a redaction does not reach that.
        references: by field of the recipe, the file of a reference picture or clip. Where prompts are kept
            back, only those come along with credentials out of which all that may be words can be taken.
        fingerprint: what identifies the take by its picture.
        by: who made the export; persons are named in the manifest.
    """
    along: list[Held] = []
    behind: list[str] = []
    own = prompts_of([slate])
    if policy is not PromptPolicy.FULL:
        references, along, behind = _wordless(references, own)
    inputs = inputs_of(slate.recipe, policy, sealed, references)
    kind = statements.source_type(slate)
    kept = raw_manifest(source)
    origin = provider_manifest or kept
    bare = False
    if origin is not None and policy is not PromptPolicy.FULL:
        found = words_in(source, manifest=provider_manifest, known=own)
        if bare := bool(found.fixed):
            behind.append(stays("its own credentials", found))
            origin = None
        else:
            along.append(found)
    made_here = _observed(slate) and bool(kind) and origin is None
    actions: list[dict[str, Any]] = []
    ingredients = list(inputs.ingredients)
    if made_here:
        created: dict[str, Any] = {
            "action": words.CREATED,
            "when": _made_at(slate),
            "digitalSourceType": words.IPTC + kind,
            "softwareAgent": _agent(slate),
        }
        if inputs.ids:
            created["parameters"] = {"ingredientIds": inputs.ids}
        actions.append(created)
    else:
        known = kind if origin is None else ""
        parent = _parent(slate, source, known, None if kept else provider_manifest, policy)
        ingredients.insert(0, left_bare(parent) if bare else parent)
        actions.append(opened(when))
        if inputs.ids:
            actions.append(
                {
                    "action": words.EDITED_METADATA,
                    "when": statements.stamp(when),
                    "description": _how_learnt(slate),
                    "parameters": {"ingredientIds": inputs.ids},
                }
            )
    record = statements.take_record(slate, policy, sealed)
    redactions, told = redacting(together(along), when)
    actions += [*told, *produced(produced_actions, when, generator_version)]
    assertions = [
        actions_of(actions),
        assertion(words.TAKE, _exported_by(record, by), created=True),
        *disclosures([slate]),
        assertion(words.TRAINING, statements.no_training(), created=True),
    ]
    if metadata := statements.iptc_metadata([slate], policy):
        assertions.append(assertion(words.METADATA, metadata))
    if fingerprint is not None:
        assertions.append(assertion(words.FINGERPRINT, fingerprint.to_json(), created=True))
    return ManifestPlan(
        definition_of(assertions, generator_version, redactions),
        tuple(ingredients),
        inputs.resources,
        without=() if policy is PromptPolicy.FULL else telling([*own, *together(along).texts]),
        left_behind=tuple(behind),
    )


def plan_cut(
    cut: Cut,
    slates: Mapping[str, Slate],
    signed: Mapping[str, Path],
    *,
    policy: PromptPolicy,
    when: datetime,
    actions: Sequence[str] = (),
    fingerprint: FingerprintSaid | None = None,
    generator_version: str = "",
    by: Actor | None = None,
) -> ManifestPlan:
    """The manifest of an assembled cut: each use of a take placed, the song with its declaration.

    Prompts and models are in the manifests of the signed takes, which travel along. Where the
    policy keeps prompts back, all that may be words in the song's own manifest is redacted, or that
    manifest stays behind.

    Args:
        slates: by take id.
        signed: by take id, the signed file of each take used; a manifest beside it is found.
        actions: what the renderer did to the picture, e.g. ``c2pa.transcoded``.
        fingerprint: of the takes as they lie in the cut.
    """
    ingredients: list[IngredientPlan] = []
    placings: list[dict[str, Any]] = []
    for placed in cut.placed:
        slate = slates[placed.event.take_id]
        name = f"circletake:use-{placed.index}"
        source, file = placed.event, signed[placed.event.take_id]
        ingredients.append(
            IngredientPlan(
                {
                    "title": f"{slate.take.slate}{file.suffix.lower()}",
                    "relationship": words.COMPONENT,
                    "instance_id": name,
                    "description": public(f"Take {slate.take.label}"),
                    "metadata": used_part(source.source_in, source.source_out),
                },
                mime=MIMES.get(file.suffix.lower(), slate.take.media.mime),
                path=file,
            )
        )
        placings.append(placing(name, placed.record_in, placed.record_out, when))
    used = [slates[take_id] for take_id in cut.take_ids]
    own = prompts_of(used)
    found = Held()
    behind: tuple[str, ...] = ()
    if cut.song is not None:
        song = _song(cut.song, cut.seconds)
        # Of a file that the library cannot read, no credentials come along.
        if policy is not PromptPolicy.FULL and song.mime != _UNKNOWN:
            found = words_in(Path(cut.song.path), known=own)
            if found.fixed:
                song, behind, found = left_bare(song), (stays("the credentials of the song", found),), Held()
        ingredients.append(song)
        placings.append(placing("circletake:song", Fraction(0), cut.seconds, when))
    created = {
        "action": words.CREATED,
        "when": statements.stamp(when),
        "digitalSourceType": words.IPTC + composite_type(used, cut.song),
        "softwareAgent": circletake(generator_version),
    }
    takes = {slate.take.id: slate.take for slate in used}
    redactions, told = redacting(found, when)
    assertions = [
        actions_of([created, *placings, *told, *cut_edits(actions, cut, slates, when, generator_version)]),
        assertion(words.CUT, _exported_by(statements.cut_record(cut, takes, policy), by), created=True),
        *disclosures(used),
        assertion(words.TRAINING, statements.no_training(), created=True),
    ]
    if metadata := statements.iptc_metadata(used, policy):
        assertions.append(assertion(words.METADATA, metadata))
    if fingerprint is not None:
        assertions.append(assertion(words.FINGERPRINT, fingerprint.to_json(), created=True))
    return ManifestPlan(
        definition_of(assertions, generator_version, redactions),
        tuple(ingredients),
        seconds=cut.seconds,
        without=() if policy is PromptPolicy.FULL else telling([*own, *found.texts]),
        left_behind=behind,
    )


def plan_record(name: str, when: datetime, *, generator_version: str = "") -> ManifestPlan:
    """The manifest of a paper that circletake wrote, such as ``release.json`` or ``report.html``."""
    created = {
        "action": words.CREATED,
        "when": statements.stamp(when),
        "digitalSourceType": words.IPTC + words.ALGORITHMIC,
        "softwareAgent": circletake(generator_version),
    }
    record = assertion(
        words.RECORD, {"record": public(name, 120), "at": statements.stamp(when)}, created=True
    )
    definition = definition_of([actions_of([created]), record], generator_version)
    paper = "text/html" if name.endswith(".html") else "application/json"
    return ManifestPlan({**definition, "format": paper})


def composite_type(slates: Iterable[Slate], song: Song | None) -> str:
    """IPTC type of a cut. Anything AI-made in it, however that was learnt, makes it a composite with AI.

    A cut whose every part, the song too, is of one generated type is of that type itself: to call
    it a composite would say less than is known. Whatever nobody declared leaves the cut a plain
    ``composite``, which claims nothing.
    """
    kinds: list[str] = []
    sure = True
    for slate in slates:
        sure = sure and bool(statements.source_type(slate))
        claimed = slate.recipe[Field.SOURCE_TYPE].rpartition("/")[2]
        doubtful = claimed if claimed in {words.TRAINED, words.COMPOSITE_TRAINED, words.ALGORITHMIC} else ""
        kinds.append(statements.source_type(slate) or doubtful)
    if song is not None:
        kinds.append(_SONG_TYPES.get(song.origin, ""))
    if sure and len(set(kinds)) == 1 and kinds[0] in {words.TRAINED, words.ALGORITHMIC}:
        return kinds[0]
    if {words.TRAINED, words.COMPOSITE_TRAINED} & set(kinds):
        return words.COMPOSITE_TRAINED
    if {words.ALGORITHMIC, words.COMPOSITE_SYNTHETIC} & set(kinds):
        return words.COMPOSITE_SYNTHETIC
    captured = {words.CAPTURE, words.COMPOSITE_CAPTURE, words.CREATION}
    return words.COMPOSITE_CAPTURE if kinds and set(kinds) <= captured else words.COMPOSITE


def _observed(slate: Slate) -> bool:
    """Whether circletake itself ran the generator."""
    return slate.take.origin is Origin.GENERATED and any(
        slate.recipe.evidence(field) is Evidence.OBSERVED for field in (Field.GENERATOR, Field.MODEL)
    )


def _wordless(
    references: Mapping[str, Path], known: Sequence[str]
) -> tuple[dict[str, Path], list[Held], list[str]]:
    """References whose credentials can come along without words, what to take out of them, and what stays."""
    kept: dict[str, Path] = {}
    along: list[Held] = []
    behind: list[str] = []
    for name, path in references.items():
        if path.suffix.lower() not in REFERENCE_TYPES or raw_manifest(path) is None:
            continue
        found = words_in(path, known=known)
        if found.fixed:
            behind.append(stays("the credentials of a reference", found))
        else:
            kept[name] = path
            along.append(found)
    return kept, along, behind


def _parent(
    slate: Slate,
    source: Path,
    kind: str,
    manifest: bytes | None,
    policy: PromptPolicy,
) -> IngredientPlan:
    # Many generators name a file by the beginning of its prompt.
    own = f"{slate.take.slate}{source.suffix.lower()}"
    definition: dict[str, Any] = {
        "title": (public(slate.take.name, 120) if policy is PromptPolicy.FULL else "") or own,
        "relationship": words.PARENT,
        "instance_id": PARENT_ID,
    }
    if kind:
        claim = slate.recipe.in_force[Field.SOURCE_TYPE]
        definition |= {
            "digital_source_type": words.IPTC + kind,
            "description": f"Source type {worded(claim)}",
        }
    return IngredientPlan(
        definition, slate.take.media.mime, source, manifest=manifest, sha256=slate.take.sha256
    )


def _song(song: Song, seconds: Fraction) -> IngredientPlan:
    path = Path(song.path)
    by = public(song.declared_by, 80)
    said = f"Sound, {song.origin.value}" + (f", declared by {by}" if by else "")
    definition: dict[str, Any] = {
        "title": public(song.name, 120) or "Sound",
        "relationship": words.COMPONENT,
        "instance_id": "circletake:song",
        "description": said,
        "metadata": used_part(song.offset, song.offset + seconds),
    }
    kind = _SONG_TYPES.get(song.origin)
    if kind and raw_manifest(path) is None:
        definition["digital_source_type"] = words.IPTC + kind
    mime = (_SOUND | MIMES).get(path.suffix.lower(), _UNKNOWN)
    return IngredientPlan(definition, mime, path, sha256=song.sha256)


def _how_learnt(slate: Slate) -> str:
    """Prompt, model and seed with the evidence of each, for people."""
    rows = []
    for field in (Field.PROMPT, Field.MODEL, Field.GENERATOR, Field.SEED):
        claim = slate.recipe.in_force.get(field)
        if claim is not None:
            rows.append(f"{field.value} {worded(claim)}")
    return "; ".join(rows) or "inputs recorded"


def _made_at(slate: Slate) -> str:
    claimed = slate.recipe[Field.CREATED]
    try:
        made = datetime.fromisoformat(claimed)
    except ValueError:
        made = slate.take.added
    return statements.stamp(made if made.tzinfo else slate.take.added)


def _agent(slate: Slate) -> dict[str, str]:
    agent = {"name": public(slate.recipe[Field.GENERATOR], 120) or model_name(slate.recipe) or "unnamed"}
    if model_version := slate.recipe[Field.MODEL_VERSION]:
        agent["version"] = public(model_version, 60, model=True)
    return agent


def disclosures(slates: Iterable[Slate]) -> list[dict[str, Any]]:
    """An AI disclosure of each model, however many takes it made; ours to vouch for where we ran it."""
    found: dict[str, dict[str, Any]] = {}
    for slate in slates:
        if said := statements.ai_disclosure(slate):
            name = str(said.get("modelIdentifier", said["modelName"]))
            found.setdefault(name, assertion(words.AI_DISCLOSURE, said, created=_observed(slate)))
    return list(found.values())


def _exported_by(record: dict[str, Any], by: Actor | None) -> dict[str, Any]:
    """Named where a person exports; the login name of whatever ran a script is nobody's business."""
    return {**record, "exported_by": public(by.name, 80)} if by is not None and by.person else record
