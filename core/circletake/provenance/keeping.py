"""What of an earlier video comes along where prompts are kept back: its credentials less words, or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from circletake.model.manifest import IngredientPlan
from circletake.model.sealing import SEALED_FIELDS
from circletake.model.slate import Slate
from circletake.provenance.redaction import Held, Place, assertions_in, words_in


def prompts_of(slates: Iterable[Slate]) -> list[str]:
    """The prompts of some takes, the negative ones too."""
    return [text for slate in slates for field in SEALED_FIELDS if (text := slate.recipe[field])]


def without_words(
    parent: IngredientPlan, source: Path, known: Sequence[str], beside: Iterable[Path] = ()
) -> tuple[IngredientPlan, Held, tuple[str, ...]]:
    """A parent as it comes along, what is to be redacted of it, and what stays behind, for people.

    Args:
        known: prompts that are looked for.
        beside: other ingredients, out of which words were taken before. Of a manifest that stands in
            several stores the one with less in it is kept, and what is gone cannot be redacted again.
    """
    found = words_in(source, known=known)
    if found.fixed:
        return left_bare(parent), replace(found, places=()), (stays("the credentials it came with", found),)
    gone = set(_gone(found, beside))
    return parent, replace(found, places=tuple(each for each in found.places if each not in gone)), ()


def stays(whose: str, found: Held) -> str:
    """Why somebody's credentials do not come along, for people."""
    return f"{whose} stay here: no redaction reaches what may be words in them ({found.fixed[0]})"


def left_bare(ingredient: IngredientPlan) -> IngredientPlan:
    """An ingredient without its own credentials; that they are kept back is said."""
    said = (str(ingredient.definition.get("description", "")), "its own credentials are kept back")
    digest = f"sha256 {ingredient.sha256}" if ingredient.sha256 else ""
    description = "; ".join(filter(None, (*said, digest)))
    return replace(ingredient, definition={**ingredient.definition, "description": description}, bare=True)


def _gone(found: Held, beside: Iterable[Path]) -> Iterator[Place]:
    """The places whose manifest stands in another store too, without them."""
    for manifests in map(assertions_in, beside):
        for place in found.places:
            *_, label, _, name = place.uri.split("/")
            if name not in manifests.get(label, (name,)):
                yield place
