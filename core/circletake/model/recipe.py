"""Recipes: how a take was made, who says so, and how far that can be relied on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from circletake.model.generation import TRAINED


class Evidence(StrEnum):
    """Where a claim was learnt, strongest first."""

    OBSERVED = "observed"
    SIGNED = "signed"
    DECLARED = "declared"
    EMBEDDED = "embedded"
    SIDECAR = "sidecar"
    FILENAME = "filename"
    MATCHED = "matched"

    @property
    def rank(self) -> int:
        """0 for the strongest."""
        return _RANKS[self]


_RANKS = {evidence: rank for rank, evidence in enumerate(Evidence)}


class Field(StrEnum):
    """The fields a recipe knows. Free parameters are named ``param.<name>``.

    ``MODEL_URI`` is where a model is described. ``DERIVED_FROM`` is the sha256 of the take or still this one
    was made from, ``DERIVED_BY`` how: a :class:`~circletake.model.generation.Relation`.
    """

    GENERATOR = "generator"
    PROVIDER = "provider"
    MODEL = "model"
    MODEL_VERSION = "model_version"
    MODEL_URI = "model_uri"
    PROMPT = "prompt"
    PROMPT_PREFIX = "prompt_prefix"
    NEGATIVE_PROMPT = "negative_prompt"
    PROMPT_WRITER = "prompt_writer"
    SEED = "seed"
    TITLE = "title"
    CREATED = "created"
    SOURCE_TYPE = "source_type"
    LICENCE = "licence"
    WORKFLOW = "workflow"
    DERIVED_FROM = "derived_from"
    DERIVED_BY = "derived_by"


PARAMETER = "param."
"""Prefix of a generator's own settings, e.g. ``param.steps``."""

REFERENCE = "input."
"""Prefix of a reference picture or clip, e.g. ``input.image`` (its file name)."""


def is_field(name: str) -> bool:
    """Whether ``name`` may stand in a claim."""
    return name in set(Field) or any(
        name.startswith(prefix) and len(name) > len(prefix) for prefix in (PARAMETER, REFERENCE)
    )


_FOLLOWS = "follows from the model"
_MANIFEST = re.compile(rf"(?:{_FOLLOWS} \()?content credentials(?: \((?P<checked>[^()]*)\))?, ")
"""Begins the source of what a manifest says; a file's name, which may say anything, only follows."""


@dataclass(frozen=True, slots=True)
class RecipeClaim:
    """One statement about how a take was made. Claims are only ever added.

    Attributes:
        field: a :class:`Field`, ``param.<name>`` or ``input.<name>``.
        value: always text; seeds too, since numbers above 2**63 do not survive JSON readers.
        source: what said so: a file name, a tag, a signer, ``recipe set``.
        by: the person, plugin or signer behind it.
        at: when we learnt it (UTC); ``None`` for a claim a reader has just made.
        accepted: a person explicitly chose this value over the others.
    """

    field: str
    value: str
    evidence: Evidence
    source: str
    by: str
    at: datetime | None = None
    accepted: bool = False

    @property
    def checked(self) -> str | None:
        """How far the signature of the manifest that says so was checked; ``None`` of any other source."""
        found = _MANIFEST.match(self.source)
        return found and (found["checked"] or "signer not verified")

    @property
    def said(self) -> tuple[str, str, Evidence, str, str]:
        """What makes two claims the same statement, whenever they were learnt."""
        return (self.field, self.value, self.evidence, self.source, self.by)


@dataclass(frozen=True, slots=True)
class Recipe:
    """The view over a take's claims: for each field the claim in force."""

    claims: tuple[RecipeClaim, ...]
    in_force: Mapping[str, RecipeClaim]
    contradictions: Mapping[str, tuple[RecipeClaim, ...]]

    @classmethod
    def of(cls, claims: Iterable[RecipeClaim]) -> Recipe:
        """Weigh claims: the last one a person accepted, else the strongest evidence, else the first.

        Claims of different value for one field contradict each other unless a person
        accepted one of them, which settles it; ``Sora`` and ``sora`` are one generator. Who
        names a model says that a trained model made the take, so a missing source type follows
        from it, as well known as the model is.
        """
        kept = tuple(claims)
        by_field: dict[str, list[RecipeClaim]] = {}
        for claim in kept:
            by_field.setdefault(claim.field, []).append(claim)
        in_force: dict[str, RecipeClaim] = {}
        contradictions: dict[str, tuple[RecipeClaim, ...]] = {}
        for field, said in by_field.items():
            accepted = [claim for claim in said if claim.accepted]
            in_force[field] = accepted[-1] if accepted else min(said, key=lambda c: c.evidence.rank)
            if not accepted and len({_compared(claim) for claim in said}) > 1:
                contradictions[field] = tuple(said)
        if Field.MODEL in in_force and Field.SOURCE_TYPE not in in_force:
            in_force[Field.SOURCE_TYPE.value] = _following(in_force[Field.MODEL])
        return cls(kept, in_force, contradictions)

    def __getitem__(self, field: str) -> str:
        """The value in force, or the empty string where nothing is known."""
        claim = self.in_force.get(field)
        return claim.value if claim else ""

    def evidence(self, field: str) -> Evidence | None:
        """How the value in force was learnt; ``None`` where nothing is known."""
        claim = self.in_force.get(field)
        return claim.evidence if claim else None

    @property
    def parameters(self) -> dict[str, str]:
        """The generator's own settings in force, without their prefix."""
        return {
            field.removeprefix(PARAMETER): claim.value
            for field, claim in sorted(self.in_force.items())
            if field.startswith(PARAMETER)
        }

    @property
    def made_with(self) -> str:
        """Generator, model and version for people: ``runway gen4.5``, ``sora ?``; empty if unknown."""
        generator, model, version = (self[f] for f in (Field.GENERATOR, Field.MODEL, Field.MODEL_VERSION))
        if not model:
            return f"{generator} ?" if generator else ""
        words = [] if generator.casefold() in model.casefold() else [generator]
        return " ".join([*words, model, *([version] if version and version not in model else [])])

    @property
    def digest(self) -> str:
        """Changes when anything in force changes; the revision a signed export was made from."""
        lines = (
            "\x1f".join((field, claim.value, claim.evidence, claim.source, claim.by))
            for field, claim in sorted(self.in_force.items())
        )
        return hashlib.sha256("\x1e".join(lines).encode()).hexdigest()


_NAMES = {
    "text_prompt": Field.PROMPT,
    "prompt_text": Field.PROMPT,
    "positive_prompt": Field.PROMPT,
    "negative": Field.NEGATIVE_PROMPT,
    "random_seed": Field.SEED,
    "noise_seed": Field.SEED,
    "model_name": Field.MODEL,
    "model_id": Field.MODEL,
    "version": Field.MODEL_VERSION,
    "backend": Field.GENERATOR,
    "vendor": Field.PROVIDER,
    "license": Field.LICENCE,
    "created_at": Field.CREATED,
    "generated_at": Field.CREATED,
    "digital_source_type": Field.SOURCE_TYPE,
}


def field_named(name: str) -> str:
    """The field that a column or key of somebody's table means, whatever its spelling.

    ``Negative Prompt``, ``negativePrompt`` and ``negative_prompt`` are one field; a name
    that is no field becomes ``param.<name>``. Empty where nothing is left of the name.
    """
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name[:100])
    word = re.sub(r"[^a-z0-9.]+", "_", split.lower()).strip("_.")
    if not word or is_field(word):
        return word
    return _NAMES.get(word) or f"{PARAMETER}{word}"


def _following(model: RecipeClaim) -> RecipeClaim:
    """The source type of a take whose model is named."""
    source = f"{_FOLLOWS} ({model.source})"
    return replace(model, field=Field.SOURCE_TYPE.value, value=TRAINED, source=source)


def _compared(claim: RecipeClaim) -> str:
    """What must be equal for two claims of a field to agree: names of tools are written in either case."""
    return claim.value.casefold() if claim.field in (Field.GENERATOR, Field.PROVIDER) else claim.value
