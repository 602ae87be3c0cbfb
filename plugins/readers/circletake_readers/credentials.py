"""Recipes in content credentials (C2PA) that a file carries from its generator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from circletake import (
    About,
    ActionSaid,
    Check,
    Credentials,
    Evidence,
    Field,
    IngredientSaid,
    ManifestSaid,
    NoSettings,
    RecipeClaim,
    SourceFile,
)
from circletake_readers.parsing import text_of

PROMPT = "c2pa.types.generator.prompt"
SEED = "c2pa.types.generator.seed"
MODEL = "c2pa.types.model"


class ContentCredentials:
    """What the manifest that made the clip says of generator, model, prompt and seed."""

    about = About("credentials", "recipes from content credentials (C2PA)", "1", NoSettings)

    def read(self, source: SourceFile, settings: NoSettings) -> Iterable[RecipeClaim]:
        """Claims; ``signed`` only where bytes, signature and a listed signer were all verified.

        Credentials whose bytes fail their hash speak of another picture, and those whose
        signature fails of nobody: neither are read.
        """
        credentials = source.credentials
        if credentials is None or Check.FAILED in (credentials.integrity, credentials.signature):
            return
        manifest = _maker(credentials)
        if manifest is None:
            return
        verified = credentials.verified and manifest is credentials.active
        checked = "" if verified else f" ({_unverified(credentials, manifest)})"
        signer = manifest.signer.name if manifest.signer else ""
        for field, value in _fields(manifest, signer):
            if value:
                yield RecipeClaim(
                    field,
                    value,
                    Evidence.SIGNED if verified else Evidence.EMBEDDED,
                    f"content credentials{checked}, {credentials.where or 'embedded'}",
                    text_of(signer)[:200] or "unnamed signer",
                )


def _unverified(credentials: Credentials, manifest: ManifestSaid) -> str:
    """How far the signature of a manifest was checked that is not taken at its word."""
    if manifest is not credentials.active:
        return "an earlier manifest, whose own signature was not checked"
    if credentials.signature is not Check.PASSED:
        return "signature not checked"
    if credentials.integrity is not Check.PASSED:
        return "signature holds, not shown to be of these bytes"
    if credentials.trust is not Check.PASSED:
        return "signature holds, signer on none of your lists"
    return "signature holds, certificate not shown to be valid then"


def _maker(credentials: Credentials) -> ManifestSaid | None:
    """The manifest that tells how the picture was made: the first that has a creating action.

    In files that passed through an editor the active manifest may have no actions at all.
    """
    return next((m for m in credentials.manifests if _created(m)), credentials.active)


def _created(manifest: ManifestSaid) -> ActionSaid | None:
    """The action that generated the picture; ``None`` where it was edited, filmed or not told."""
    for action in manifest.actions:
        kind = action.source_type.rsplit("/", 1)[-1]
        if action.name == "c2pa.created" and kind.lower().endswith("algorithmicmedia"):
            return action
    return None


def _fields(manifest: ManifestSaid, signer: str) -> Iterator[tuple[str, str]]:
    created = _created(manifest)
    if created is not None:
        yield Field.PROVIDER, text_of(signer)
        yield Field.GENERATOR, text_of(created.agent)
        yield Field.SOURCE_TYPE, text_of(created.source_type.rsplit("/", 1)[-1])
        yield Field.CREATED, text_of(created.when)
    inputs = [i for i in manifest.ingredients if i.role == "inputTo"]
    yield Field.PROMPT, _text(inputs, PROMPT)
    yield Field.SEED, _text(inputs, SEED)
    model = next((i for i in inputs if MODEL in i.types), None)
    if model is not None:
        yield Field.MODEL, text_of(model.title)
        yield Field.MODEL_VERSION, text_of(model.version)


def _text(inputs: list[IngredientSaid], kind: str) -> str:
    return next((text_of(i.text) for i in inputs if kind in i.types and i.text), "")
