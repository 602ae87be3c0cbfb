"""What of an earlier video comes along where prompts are kept back: its credentials without them, or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from circletake.model.manifest import IngredientPlan
from circletake.model.sealing import SEALED_FIELDS
from circletake.model.slate import Slate
from circletake.provenance.redaction import Held, Place, assertions_in, held

_NO_CHANCE = 12
"""Letters from which on a prompt is no chance where it stands: shorter ones are in many names."""


def without_prompts(
    parent: IngredientPlan, source: Path, beside: Iterable[Path] = ()
) -> tuple[IngredientPlan, Held, tuple[str, ...]]:
    """A parent as it comes along, what is to be redacted of it, and what stays behind, for people.

    Args:
        beside: other ingredients, out of which prompts were taken before. Of a manifest that stands in
            several stores the one with less in it is kept, and what is gone cannot be redacted again.
    """
    found = held(source)
    if not found.fixed:
        gone = set(_gone(found, beside))
        return parent, replace(found, places=tuple(each for each in found.places if each not in gone)), ()
    said = "; ".join(filter(None, ("its own credentials are kept back", _digest(parent))))
    bare = replace(parent, definition={**parent.definition, "description": said}, bare=True)
    why = f"the credentials of {source.name} stay here: no redaction reaches {found.fixed[0]}"
    return bare, replace(found, places=()), (why,)


def kept_texts(slates: Iterable[Slate], found: Held) -> tuple[str, ...]:
    """The prompts of takes and of credentials that must not stand in what is signed."""
    own = (text for slate in slates for field in SEALED_FIELDS if (text := slate.recipe[field]))
    return tuple(dict.fromkeys(text for text in (*own, *found.texts) if len(text) >= _NO_CHANCE))


def _gone(found: Held, beside: Iterable[Path]) -> Iterator[Place]:
    """The places whose manifest stands in another store too, without them."""
    for manifests in map(assertions_in, beside):
        for place in found.places:
            *_, label, _, name = place.uri.split("/")
            if name not in manifests.get(label, (name,)):
                yield place


def _digest(ingredient: IngredientPlan) -> str:
    return f"sha256 {ingredient.sha256}" if ingredient.sha256 else ""
