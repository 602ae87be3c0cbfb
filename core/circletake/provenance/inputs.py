"""What a take was made from, as C2PA ingredients: prompt, model, seed, reference pictures."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from circletake.files import sha256_of
from circletake.model.manifest import IngredientPlan
from circletake.model.policy import PromptPolicy
from circletake.model.recipe import REFERENCE, Evidence, Field, Recipe, RecipeClaim
from circletake.model.sealing import METHOD, prompt_bytes
from circletake.provenance import vocabulary as words
from circletake.provenance.container import MIMES
from circletake.provenance.privacy import public
from circletake.provenance.shapes import address_problem

SEMVER = re.compile(
    r"(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"
)

REFERENCE_TYPES = MIMES | {
    ".avif": "image/avif",
    ".heic": "image/heic",
    ".png": "image/png",
    ".webp": "image/webp",
}
"""Media types of files that a take may have been made from."""

_STRONG = frozenset({Evidence.OBSERVED, Evidence.SIGNED, Evidence.DECLARED})


@dataclass(frozen=True, slots=True)
class Inputs:
    """Ingredients of the role ``inputTo`` and the texts they carry, by resource identifier."""

    ingredients: tuple[IngredientPlan, ...]
    resources: dict[str, bytes]

    @property
    def ids(self) -> list[str]:
        """What an action links them by."""
        return [str(each.definition["instance_id"]) for each in self.ingredients]


def firm(claim: RecipeClaim | None) -> bool:
    """Whether a claim may be repeated as a statement: observed, signed, or said by a person."""
    return claim is not None and (claim.accepted or claim.evidence in _STRONG)


def worded(claim: RecipeClaim) -> str:
    """How a value was learnt, in words that promise no more than is known."""
    by = public(claim.by, 80)
    match claim.evidence:
        case _ if claim.accepted:
            return f"declared by {by}" if by else "declared"
        case Evidence.OBSERVED:
            return "observed while it was generated"
        case Evidence.SIGNED:
            return f"from a manifest signed by {by}" if by else "from a signed manifest"
        case Evidence.DECLARED:
            return f"declared by {by}" if by else "declared"
        case Evidence.EMBEDDED:
            return "embedded in the file, not verified"
        case Evidence.SIDECAR:
            return "from a file beside the clip, not verified"
        case Evidence.FILENAME:
            return "from the file's name, not verified"
        case Evidence.MATCHED:
            return "from a take with the same picture, not verified"


def model_name(recipe: Recipe) -> str:
    """Generator, model and version on one line, each said once; empty where nothing is known."""
    parts: list[str] = []
    for field in (Field.GENERATOR, Field.MODEL, Field.MODEL_VERSION):
        value = public(recipe[field], 120, model=field is not Field.GENERATOR) if recipe[field] else ""
        if value and value.casefold() not in " ".join(parts).casefold():
            parts.append(value)
    return " ".join(parts)


def inputs_of(
    recipe: Recipe, policy: PromptPolicy, sealed: Mapping[str, str], references: Mapping[str, Path]
) -> Inputs:
    """Prompt, negative prompt, model, seed and references that are known and may travel.

    Args:
        sealed: by field, the digests that stand for prompts under :attr:`PromptPolicy.HASH`.
        references: by field, the files of references; a file's own manifest travels with it. Where
            prompts are kept back, so are the names of references.
    """
    resources: dict[str, bytes] = {}
    ingredients: list[IngredientPlan] = []

    def digest(field: Field, name: str, title: str) -> None:
        claim = recipe.in_force.get(field)
        if claim is not None and claim.value:
            said = f"{worded(claim)}; kept back, {METHOD} is {sealed[field]}"
            ingredients.append(IngredientPlan(_ingredient(name, title, said, [{"type": words.PROMPT}])))

    def text(field: Field, name: str, title: str, kind: str) -> None:
        claim = recipe.in_force.get(field)
        if claim is None or not claim.value:
            return
        data = prompt_bytes(claim.value)
        said = worded(claim)
        definition = _ingredient(name, title, said, [{"type": kind}])
        if len(data) > words.PROMPT_LIMIT:
            definition["description"] = (
                f"{said}; {len(data)} bytes, too long to travel; sha256 {hashlib.sha256(data).hexdigest()}"
            )
        else:
            identifier = f"{name}.txt"
            resources[identifier] = data
            definition |= {"format": "text/plain", "data": {"format": "text/plain", "identifier": identifier}}
        ingredients.append(IngredientPlan(definition))

    if policy is PromptPolicy.FULL:
        text(Field.PROMPT, "prompt", "Prompt", words.PROMPT)
        text(Field.NEGATIVE_PROMPT, "negative-prompt", "Negative prompt", words.PROMPT)
    elif policy is PromptPolicy.HASH:
        digest(Field.PROMPT, "prompt", "Prompt")
        digest(Field.NEGATIVE_PROMPT, "negative-prompt", "Negative prompt")
    ingredients.extend(_model(recipe))
    text(Field.SEED, "seed", "Seed", words.SEED)
    ingredients.extend(_references(recipe, policy, references))
    return Inputs(tuple(ingredients), resources)


def _model(recipe: Recipe) -> Iterator[IngredientPlan]:
    claim = recipe.in_force.get(Field.MODEL) or recipe.in_force.get(Field.GENERATOR)
    if claim is None:
        return
    kind: dict[str, str] = {"type": words.MODEL}
    if SEMVER.fullmatch(recipe[Field.MODEL_VERSION]):
        kind["version"] = recipe[Field.MODEL_VERSION]
    types = [{"type": words.GENERATOR}, kind]
    definition = _ingredient("model", model_name(recipe) or "Model", worded(claim), types)
    address = recipe.in_force.get(Field.MODEL_URI)
    if address is not None and _described(claim, address):
        definition["informational_URI"] = address.value
    yield IngredientPlan(definition)


def _described(model: RecipeClaim, address: RecipeClaim) -> bool:
    """Whether an address may be published as that of the model: a person's word, or learnt with the model."""
    together = (model.evidence, model.by, model.accepted) == (address.evidence, address.by, address.accepted)
    said = address.accepted or address.evidence is Evidence.DECLARED or (firm(address) and together)
    return said and not address_problem(address.value) and public(address.value, 2000) == address.value


def _references(recipe: Recipe, policy: PromptPolicy, files: Mapping[str, Path]) -> Iterator[IngredientPlan]:
    found = sorted(name for name in recipe.in_force if name.startswith(REFERENCE))
    for index, name in enumerate(found):
        claim = recipe.in_force[name]
        base = PurePosixPath(claim.value.replace("\\", "/")).name
        title = f"Reference {public(name.removeprefix(REFERENCE), 40)}".strip()
        path = files.get(name)
        if policy is PromptPolicy.FULL and (shown := public(base)):
            title = f"{title}: {shown}"
        definition = _ingredient(f"reference-{index}", title, worded(claim), [])
        mime = REFERENCE_TYPES.get(path.suffix.lower(), "") if path else ""
        if path is None or not mime:
            yield IngredientPlan(definition)
        else:
            digest = sha256_of(path)
            said = {"format": mime, "description": f"{worded(claim)}; sha256 {digest}"}
            yield IngredientPlan({**definition, **said}, mime, path, sha256=digest)


def _ingredient(name: str, title: str, said: str, types: list[dict[str, str]]) -> dict[str, Any]:
    definition: dict[str, Any] = {
        "title": title,
        "relationship": words.INPUT,
        "instance_id": f"circletake:{name}",
        "description": said,
    }
    return definition | ({"data_types": types} if types else {})
