"""Profiles: which rules matter to whom, and how much. Each is a TOML file beside this module.

A profile asks nothing new: it weighs what the rules found. What passes is evidence for the passages
it names, and nothing here says that a law is met.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import replace
from importlib.resources import files
from typing import Any

from circletake.errors import NotFound
from circletake.model.audit import Mapped, Outcome, Profile, RuleCard, Severity
from circletake.model.manifest import Check
from circletake.model.text import printable

HOUSE = "house"
"""The profile of everybody who asks for none."""


def profile_names() -> tuple[str, ...]:
    """Every profile, by name."""
    names = (place.name for place in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def profile_named(name: str) -> Profile:
    """The profile of this name.

    Raises:
        NotFound: there is none; the others are named.
    """
    if name not in profile_names():
        shown = printable(name, 40)
        raise NotFound(
            f"profile {shown}", "there is none of this name", f"name one of: {', '.join(profile_names())}"
        )
    return _profile(name, tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text("utf-8")))


def profiles() -> tuple[Profile, ...]:
    """All profiles, by name."""
    return tuple(profile_named(name) for name in profile_names())


def weighed(outcome: Outcome, card: RuleCard | None, profile: Profile) -> Outcome:
    """``outcome`` as much as it matters to ``profile``.

    What a rule itself lowered or raised for this one case stays as it is. A rule that the profile does
    not name keeps its errors; its warnings become notes.
    """
    if card is None or outcome.check is not Check.FAILED or outcome.severity is not card.severity:
        return outcome
    mapped = profile.rules.get(card.id)
    if mapped is not None:
        return replace(outcome, severity=mapped.severity)
    if profile.whole or outcome.severity is Severity.ERROR:
        return outcome
    return replace(outcome, severity=Severity.NOTE)


def asking_for(rule: str, every: Iterable[Profile]) -> tuple[tuple[Profile, Mapped], ...]:
    """The profiles that name a rule, with how they read it."""
    return tuple((each, each.rules[rule]) for each in every if rule in each.rules)


def _profile(name: str, data: dict[str, Any]) -> Profile:
    """A profile from its file: ``title``, ``source``, ``date`` and a table for each rule."""
    rules = {
        rule: Mapped(
            Severity(row["severity"]),
            row["why"],
            row.get("source", data["source"]),
            row.get("date", data["date"]),
        )
        for rule, row in data.get("rules", {}).items()
    }
    left_out = frozenset(data.get("left_out", ()))
    return Profile(name, data["title"], rules, bool(data.get("whole", False)), left_out)
