"""What of prompts leaves: their words, digests that can be proven, or nothing; and how many of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import NotFound
from circletake.model.policy import PromptPolicy
from circletake.model.recipe import REFERENCE, Field
from circletake.model.sealing import SEALED_FIELDS, Proof, plain_digest, sealed
from circletake.model.slate import Slate

if TYPE_CHECKING:
    from circletake.workflows.library import Library


@dataclass(frozen=True, slots=True)
class Travelling:
    """What will be in manifests that anybody can read.

    Attributes:
        takes: how many leave.
        prompts: how many of them have a prompt that travels, whole or as a digest.
        references: reference pictures and clips that are named, with their own credentials where
            the file is at hand; none where prompts are kept back.
    """

    policy: PromptPolicy
    takes: int
    prompts: int
    references: int


def travelling(slates: Iterable[Slate], policy: PromptPolicy) -> Travelling:
    """Count what would leave with some takes."""
    leaving = list(slates)
    prompts = sum(bool(slate.recipe[Field.PROMPT]) for slate in leaving)
    named = sum(name.startswith(REFERENCE) for slate in leaving for name in slate.recipe.in_force)
    return Travelling(
        policy,
        len(leaving),
        0 if policy is PromptPolicy.OMIT else prompts,
        named if policy is PromptPolicy.FULL else 0,
    )


def sealed_prompts(library: Library, slate: Slate, policy: PromptPolicy) -> Mapping[str, str]:
    """By field, the digests that stand for a take's prompts; none where the policy is another.

    The salt is drawn once for a take and a wording, so the same is said at each export.
    """
    if policy is not PromptPolicy.HASH:
        return {}
    said = {field: slate.recipe[field] for field in SEALED_FIELDS if slate.recipe[field]}
    salts = library.registry.salts
    return {field: sealed(salts.salt(slate.take.id, field, text), text) for field, text in said.items()}


def kept_anyway(slate: Slate, source: Path, manifest: Path, policy: PromptPolicy) -> list[str]:
    """What of prompts stays in a manifest that comes along, though the policy keeps prompts back.

    Args:
        source: the take's file.
        manifest: its own store as kept at import; it may not be there.
    """
    from circletake.provenance.redaction import held

    if policy is PromptPolicy.FULL:
        return []
    found = held(source, manifest=manifest.read_bytes() if manifest.is_file() else None)
    return [f"{slate.take.label}: {text} stays, no redaction reaches it" for text in found.fixed]


def proofs(library: Library, slate: Slate) -> list[Proof]:
    """What proves each prompt of a take that ever left as a digest, the newest first.

    Raises:
        NotFound: none of its prompts did.
    """
    worded = {
        (claim.field, plain_digest(claim.value)): claim.value
        for claim in slate.recipe.claims
        if claim.field in SEALED_FIELDS
    }
    found = []
    for salt in library.registry.salts.of(slate.take.id):
        prompt = worded.get((salt.field, salt.text_sha256))
        if prompt is None:
            continue
        digest, now = sealed(salt.salt, prompt), prompt == slate.recipe[salt.field]
        found.append(Proof(salt.field, salt.salt, prompt, digest, now, salt.at))
    if not found:
        raise NotFound(
            slate.take.label,
            "no prompt of it left as a digest",
            f"circletake export {slate.take.label} --prompts hash",
        )
    return found[::-1]
