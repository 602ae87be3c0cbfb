"""What of prompts leaves: their words, digests that can be proven, or nothing; and how many of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import MediaError, NotFound
from circletake.model.cut import Song
from circletake.model.policy import PromptPolicy
from circletake.model.recipe import REFERENCE, Field
from circletake.model.sealing import SEALED_FIELDS, Proof, plain_digest, sealed
from circletake.model.slate import Slate
from circletake.workflows.leaving.evidence import reference_files

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
        inside: other prompts, in words, in the credentials that come along: those of takes, references,
            the song and a finished film, however deep; none where prompts are kept back.
        private: prompts, in words, that hold an e-mail address or the name of a machine.
    """

    policy: PromptPolicy
    takes: int
    prompts: int
    references: int
    inside: int = 0
    private: int = 0


def travelling(
    library: Library,
    slates: Iterable[Slate],
    policy: PromptPolicy,
    song: Song | None = None,
    film: Path | None = None,
) -> Travelling:
    """Count what would leave with some takes, with the song under them, or in the film made of them."""
    from circletake.provenance.privacy import private_in, secret_in
    from circletake.provenance.redaction import held

    leaving = list(slates)
    prompts = sum(bool(slate.recipe[Field.PROMPT]) for slate in leaving)
    if policy is not PromptPolicy.FULL:
        return Travelling(policy, len(leaving), prompts if policy is PromptPolicy.HASH else 0, 0)
    named = sum(name.startswith(REFERENCE) for slate in leaving for name in slate.recipe.in_force)
    own = {text for slate in leaving for field in SEALED_FIELDS if (text := slate.recipe[field])}
    inside = {text for slate in leaving for text in _inside(library, slate)}
    inside |= {text for path in (song and Path(song.path), film) if path for text in held(path).texts}
    # One that holds a key or a local path is not signed at all.
    private = sum(bool(private_in(text)) and not secret_in(text) for text in own | inside)
    return Travelling(policy, len(leaving), prompts, named, len(inside - own), private)


def _inside(library: Library, slate: Slate) -> Iterator[str]:
    """The prompts in the credentials of a take's own file and of its references."""
    from circletake.provenance.redaction import held

    kept = library.credentials(slate.take.sha256)
    with suppress(MediaError):  # it leaves as it was signed before, or not at all
        manifest = kept.read_bytes() if kept.is_file() else None
        yield from held(library.media(slate.take), manifest=manifest).texts
    for path in reference_files(library, slate).values():
        yield from held(path).texts


def sealed_prompts(library: Library, slate: Slate, policy: PromptPolicy) -> Mapping[str, str]:
    """By field, the digests that stand for a take's prompts; none where the policy is another.

    The salt is drawn once for a take and a wording, so the same is said at each export.
    """
    if policy is not PromptPolicy.HASH:
        return {}
    said = {field: slate.recipe[field] for field in SEALED_FIELDS if slate.recipe[field]}
    salts = library.registry.salts
    return {field: sealed(salts.salt(slate.take.id, field, text), text) for field, text in said.items()}


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
