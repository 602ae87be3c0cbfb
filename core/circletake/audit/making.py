"""What a file's manifests say of how a clip was made: its own, and those of the files it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from circletake.model.manifest import ActionSaid, Credentials, IngredientSaid, ManifestSaid
from circletake.model.source_type import BY_MODEL, COMPOSITE

TAKE = "org.circletake.take"
"""Label of our own assertion in a signed take."""

SONG = "circletake:song"
"""Instance of the ingredient that is a cut's song."""

PROMPT = "c2pa.types.generator.prompt"
SEED = "c2pa.types.generator.seed"
MODEL = "c2pa.types.model"
DEEPEST = 8
"""So many parents of a parent are followed."""

_WORDS = {
    "observed": "recorded by the signer's circletake",
    "declared": "declared by a person",
    "embedded": "unsigned file tags",
    "sidecar": "a file beside the clip",
    "filename": "the clip's file name",
    "matched": "a take with the same picture",
}


@dataclass(frozen=True, slots=True)
class Making:
    """What one manifest and its parents say of how a clip was made."""

    take: str = ""
    take_sha256: str = ""
    model: str = ""
    evidence: str = ""
    prompt: str = ""
    prompt_digest: str = ""
    prompt_evidence: str = ""
    prompt_withheld: str = ""
    seed: str = ""
    source_type: str = ""
    origin: str = ""
    declared_by: str = ""
    words: str = ""
    signed_by: str = ""
    provider: str = ""
    when: str = ""
    terms: str = ""


class Makings:
    """The manifests of one file, each walked once however many clips lead to it."""

    def __init__(self, credentials: Credentials) -> None:
        self._named = {said.label: said for said in reversed(credentials.manifests)}
        self._walked: dict[tuple[int, int], Making] = {}

    def named(self, label: str) -> ManifestSaid | None:
        """The manifest with this label; of several, the first."""
        return self._named.get(label)

    def of(self, manifest: ManifestSaid, depth: int = 0) -> Making:
        """What a manifest of the file and its parents say; the one nearest the maker knows best."""
        key = (id(manifest), depth)
        if key not in self._walked:
            self._walked[key] = self._walk(manifest, depth)
        return self._walked[key]

    def _walk(self, manifest: ManifestSaid, depth: int) -> Making:
        own = _own(manifest)
        if depth >= DEEPEST:
            return own
        for part in (i for i in manifest.ingredients if i.role == "componentOf" and not is_song(i)):
            if own.source_type in BY_MODEL:
                break
            inner = self.named(part.manifest)
            made = self.of(inner, depth + 1) if inner else Making(source_type=part.source_type)
            if made.source_type in BY_MODEL:
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
            inner = self.named(parent.manifest)
            if inner is None:
                own = replace(own, source_type=own.source_type or parent.source_type)
                continue
            origin = self.of(inner, depth + 1)
            doubts = reservation(parent) + passed_on(manifest, inner)
            words = origin.words + doubts if origin.words else own.words
            filled = {f.name: getattr(own, f.name) or getattr(origin, f.name) for f in fields(Making)}
            if origin.model and own.model in ("", origin.model):
                filled.update(words=words, evidence=origin.evidence, signed_by=origin.signed_by)
            own = Making(**filled)
        return own


def is_song(ingredient: IngredientSaid) -> bool:
    """Whether a placed ingredient is heard, not seen."""
    sounds = (".wav", ".mp3", ".m4a", ".flac", ".ogg", ".aac", ".aif", ".aiff")
    return ingredient.instance_id == SONG or ingredient.title.lower().endswith(sounds)


def declaration(made: Making) -> str:
    """Who says how a picture came to be where nobody names its model; empty where nobody says."""
    if made.source_type or made.origin == "camera":
        return f"declared by {made.declared_by or 'the signer'}"
    return ""


def altered(ingredient: IngredientSaid) -> bool:
    """Whether an ingredient was other than its own credentials say when it was used."""
    return any("mismatch" in code and not code.startswith("cawg.") for code in ingredient.problems)


def passed_on(manifest: ManifestSaid, parent: ManifestSaid) -> str:
    """The reservation that another than the parent's signer passes its word on; empty where it is one."""
    by, whose = manifest.signer, parent.signer
    if by and whose and by.sha256 == whose.sha256:
        return ""
    again = " with another certificate" if by and whose and by.name == whose.name else ""
    return f"; passed on by {by.name if by else 'nobody named'}{again}"


def reservation(ingredient: IngredientSaid) -> str:
    """What stands against an ingredient's own credentials, short of an alteration."""
    codes = " ".join(code for code in ingredient.problems if not code.startswith("cawg."))
    if altered(ingredient):
        return "; altered before it was used"
    unknown = "; a signer on none of your lists" if "untrusted" in codes else ""
    expired = "; expired, not altered" if "expired" in codes or "outsideValidity" in codes else ""
    return unknown + expired


def _own(manifest: ManifestSaid) -> Making:
    record = _mapping(manifest.assertions.get(TAKE))
    learnt = _mapping(record.get("recipe"))
    prompt = _input(manifest, PROMPT)
    seed = _input(manifest, SEED)
    model = _input(manifest, MODEL)
    maker = next((a for a in manifest.actions if a.name == "c2pa.created"), None)
    # An edit may bring generated picture into what a camera made: the strongest statement counts.
    if maker is None or maker.source_type not in BY_MODEL:
        maker = next((a for a in manifest.actions if a.source_type in BY_MODEL), maker)
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
    return Making(
        take=f"{record['shot']}/{record['number']}" if {"shot", "number"} <= record.keys() else "",
        take_sha256=str(record.get("take") or ""),
        model=named,
        evidence=how or ("signed" if named and signer else ""),
        prompt=(prompt.text or "") if prompt else "",
        prompt_digest=str(_mapping(learnt.get("prompt")).get("digest") or ""),
        prompt_evidence=str(_mapping(learnt.get("prompt")).get("evidence") or ""),
        prompt_withheld=str(_mapping(learnt.get("prompt")).get("withheld") or ""),
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
    return signer if maker and maker.source_type in (*BY_MODEL, "algorithmicMedia") else ""


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
