"""One rule in full: what passes, what fails, how to mend it, and who asks."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from circletake.audit.profiles import asking_for, profiles
from circletake.errors import NotFound
from circletake.model.audit import Mapped, Profile, RuleCard, Scope
from circletake.model.text import printable

_LABEL = 9


def card_named(name: str, cards: Sequence[RuleCard]) -> RuleCard:
    """The card of the rule with this id.

    Raises:
        NotFound: there is none; those with similar names are told, or all.
    """
    by_id = {card.id: card for card in cards}
    if name not in by_id:
        near = difflib.get_close_matches(name, by_id, n=4, cutoff=0.4)
        told = f"near it: {', '.join(near)}" if near else f"there are: {', '.join(sorted(by_id))}"
        raise NotFound(f"rule {printable(name, 40)}", "there is none of this name", told)
    return by_id[name]


def explanation(card: RuleCard) -> list[str]:
    """Lines for a terminal."""
    about = "the release as a whole" if card.scope is Scope.RELEASE else "each file"
    rows = [
        ("Passes", f"{card.title}; asked of {about}"),
        ("Fails", card.meaning),
        ("Mend", card.remedy),
        ("Matters", "; ".join(filter(None, (f"{card.severity}{_meaning(card)}", card.otherwise)))),
        ("Source", card.source),
        *(("Profile", row) for row in _profiles(card)),
    ]
    return [card.id, *(f"{label:<{_LABEL}}{printable(text, 400)}" for label, text in rows)]


def explanation_json(card: RuleCard) -> dict[str, Any]:
    """The same as data."""
    return {
        "id": card.id,
        "scope": card.scope.value,
        "passes": card.title,
        "fails": card.meaning,
        "remedy": card.remedy,
        "severity": card.severity.value,
        "otherwise": card.otherwise,
        "source": card.source,
        "profiles": {
            each.name: {"severity": m.severity.value, "why": m.why, "source": m.source, "date": m.date}
            for each, m in asking_for(card.id, profiles())
        },
        "left_out_by": [each.name for each in _without(card)],
    }


def _meaning(card: RuleCard) -> str:
    return ": told with --all, no finding" if card.severity == "note" else ": a finding, exit status 1"


def _profiles(card: RuleCard) -> list[str]:
    rows = [
        f"{each.name}: {m.severity}; evidence for {m.why} ({_source(m)})"
        for each, m in asking_for(card.id, profiles())
    ]
    without = [each.name for each in _without(card)]
    return [*rows, *([f"not asked by {', '.join(without)}"] if without else [])]


def _source(mapped: Mapped) -> str:
    return mapped.source if mapped.date in mapped.source else f"{mapped.source}, {mapped.date}"


def _without(card: RuleCard) -> list[Profile]:
    return [each for each in profiles() if card.id in each.left_out]
