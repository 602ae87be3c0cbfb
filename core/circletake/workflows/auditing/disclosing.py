"""Drawing a disclosure: an audit, and what a library and the plugins' model cards add of terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from circletake.audit.disclosure import Disclosure, build_disclosure
from circletake.audit.rights import Rights, rights_said
from circletake.model.audit import Audit
from circletake.model.recipe import PARAMETER, Field
from circletake.model.selection import ShotChoice
from circletake.plugins.fence import fenced
from circletake.plugins.settings import settings_of
from circletake.workflows.curation.selection import selection_of

if TYPE_CHECKING:
    from circletake.model.recipe import Recipe
    from circletake.plugins.manager import PluginManager
    from circletake.workflows.library import Library

TERMS = f"{PARAMETER}terms"
TERMS_DATE = f"{PARAMETER}terms_date"
"""Free fields of a recipe in which a person declares the terms: ``recipe set TAKE param.terms=https://...``."""


def disclose(audit: Audit, manager: PluginManager, library: Library | None = None) -> Disclosure:
    """Draw the disclosure of what was audited.

    Args:
        manager: its generators' model cards give the terms of models they ran.
        library: its recipes give provider, licence and terms; its log how the takes of each shot were chosen.
    """
    known = rights_said(audit)
    selection: tuple[ShotChoice, ...] = ()
    if library is not None:
        used: set[str] = set()
        for file in audit.files:
            for use in file.uses:
                take = library.registry.takes.by_sha256(use.take_sha256) if use.take_sha256 else None
                if take is not None:
                    used.add(take.id)
                    said = _of_recipe(library.registry.takes.slate(take.id).recipe)
                    known[take.sha256] = said.over(known.get(take.sha256, Rights()))
        selection = selection_of(library, used)
    cards = _cards(manager, library, {rights.generator for rights in known.values()} - {""})
    return build_disclosure(
        audit,
        {take: said.over(cards.get((said.generator, said.model), Rights())) for take, said in known.items()},
        selection,
    )


def _of_recipe(recipe: Recipe) -> Rights:
    return Rights(
        generator=recipe[Field.GENERATOR],
        model=recipe[Field.MODEL],
        provider=recipe[Field.PROVIDER],
        licence=recipe[Field.LICENCE],
        terms=recipe[TERMS],
        terms_date=recipe[TERMS_DATE],
    )


def _cards(
    manager: PluginManager, library: Library | None, wanted: set[str]
) -> dict[tuple[str, str], Rights]:
    """By generator and model, the terms that plugins' cards name; a plugin that fails adds nothing."""
    from circletake.errors import CircletakeError

    found: dict[tuple[str, str], Rights] = {}
    for offered in manager.generators() if wanted else []:
        name = offered.item.about.name
        if name not in wanted:
            continue
        try:
            settings = settings_of(offered.item, library.settings.plugin(name) if library else {})
            with fenced(manager, offered):
                cards = offered.item.models(settings)
        except CircletakeError:
            continue
        for card in cards:
            found[name, card.name] = Rights(terms=card.terms, terms_date=card.checked if card.terms else "")
    return found
