"""Who runs a model and what its terms are, as signed takes say it and a library adds to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from circletake.audit.making import TAKE
from circletake.model.audit import Audit


@dataclass(frozen=True, slots=True)
class Rights:
    """What is known of the terms one take was made under; empty where nobody recorded it.

    Attributes:
        generator: the backend, e.g. ``runway``.
        model: as the backend calls it.
        provider: who runs it.
        licence: of what it makes, as the source says.
        terms: link to the terms of use.
        terms_date: when they were looked up, ISO.
    """

    generator: str = ""
    model: str = ""
    provider: str = ""
    licence: str = ""
    terms: str = ""
    terms_date: str = ""

    def over(self, other: Rights) -> Rights:
        """These, and where they are silent what ``other`` says; of two terms never half of each."""
        filled = {f.name: getattr(self, f.name) or getattr(other, f.name) for f in fields(Rights)}
        if self.terms:
            filled["terms_date"] = self.terms_date
        return Rights(**filled)


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict that the manifest of a take records.

    Attributes:
        person: whether a person is said to have decided, and no script.
    """

    by: str
    person: bool
    verdict: str


def rights_said(audit: Audit) -> dict[str, Rights]:
    """By sha256 of a take, what intact files say of its terms."""
    return {take: _rights(record) for take, record in _records(audit)}


def decisions_said(audit: Audit) -> dict[str, Decision]:
    """By sha256 of a take, who decided that it is used, as intact files say."""
    found = {}
    for take, record in _records(audit):
        decision = record.get("decision")
        if isinstance(decision, Mapping) and decision.get("verdict"):
            found[take] = Decision(
                str(decision.get("by") or ""), decision.get("person") is True, str(decision["verdict"])
            )
    return found


def _records(audit: Audit) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Our own assertion of every take in every file that verifies, ingredients' manifests included."""
    for file in audit.files:
        if file.verdict != "intact":
            continue
        for manifest in file.case.credentials.manifests:
            record = manifest.assertions.get(TAKE)
            if isinstance(record, Mapping) and record.get("take"):
                yield str(record["take"]), record


def _rights(record: Mapping[str, Any]) -> Rights:
    recipe = record.get("recipe")
    said = recipe if isinstance(recipe, Mapping) else {}

    def value(name: str) -> str:
        field = said.get(name)
        return str(field.get("value") or "") if isinstance(field, Mapping) else ""

    return Rights(value("generator"), value("model"), value("provider"), value("licence"))
