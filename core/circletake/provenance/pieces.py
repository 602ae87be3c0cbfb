"""The parts every manifest is put together from: actions, assertions, the generator's name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from importlib.metadata import version
from typing import Any

from circletake.model.belonging import Belonging
from circletake.model.manifest import ManifestPlan
from circletake.provenance import statements
from circletake.provenance import vocabulary as words
from circletake.provenance.regions import temporal

PARENT_ID = "circletake:parent"
"""Instance of the ingredient that was opened."""


def circletake(generator_version: str = "") -> dict[str, str]:
    """circletake itself as a software agent."""
    return {"name": "circletake", "version": generator_version or version("circletake")}


def opened(when: datetime) -> dict[str, Any]:
    """The first action of what was derived from a file; it names that file and nothing else."""
    return {
        "action": words.OPENED,
        "when": statements.stamp(when),
        "parameters": {"ingredientIds": [PARENT_ID]},
    }


def produced(names: Iterable[str], when: datetime, generator_version: str) -> list[dict[str, Any]]:
    """What circletake did to the picture, each once, with a type where it can be seen."""
    actions = []
    for name in dict.fromkeys(names):
        action: dict[str, Any] = {
            "action": name,
            "when": statements.stamp(when),
            "softwareAgent": circletake(generator_version),
        }
        if name not in words.NOT_PERCEPTIBLE:
            action["digitalSourceType"] = words.IPTC + words.HUMAN_EDITS
        actions.append(action)
    return actions


def trimmed(
    part: tuple[Fraction, Fraction], what: str, when: datetime, generator_version: str
) -> dict[str, Any]:
    """Only a part was kept; the region is of what was trimmed.

    Args:
        part: seconds of it.
        what: the part in words.
    """
    (action,) = produced((words.TRIMMED,), when, generator_version)
    return {**action, "changes": [{"region": [temporal(*part)], "description": what}]}


def placing(name: str, start: Fraction, end: Fraction, when: datetime) -> dict[str, Any]:
    """The ingredient ``name`` stands from ``start`` to ``end``, in seconds of the asset."""
    return {
        "action": words.PLACED,
        "when": statements.stamp(when),
        "parameters": {"ingredientIds": [name]},
        "changes": [{"region": [temporal(start, end)]}],
    }


def used_part(start: Fraction, end: Fraction) -> dict[str, Any]:
    """An ingredient's note of the seconds of it that were used."""
    return {"regionOfInterest": {"region": [temporal(start, end)]}}


def actions_of(actions: list[dict[str, Any]], *, every: bool = True) -> dict[str, Any]:
    """The assertion of actions.

    Args:
        every: they are all there were; false where somebody else worked on the file.
    """
    return assertion(words.ACTIONS, {"actions": actions, "allActionsIncluded": every}, created=True)


def assertion(label: str, data: dict[str, Any], *, created: bool = False) -> dict[str, Any]:
    """``created``: attributed to the signer; otherwise gathered from what others said."""
    return {"label": label, "data": data} | ({"created": True} if created else {})


def definition_of(
    assertions: list[dict[str, Any]], generator_version: str, redactions: Iterable[str] = ()
) -> dict[str, Any]:
    """A manifest of these assertions.

    Args:
        redactions: assertions of ingredients' manifests that are taken out.
    """
    info = {**circletake(generator_version), "specVersion": words.SPEC_VERSION}
    gone = list(redactions)
    return {"claim_generator_info": [info], "assertions": assertions} | ({"redactions": gone} if gone else {})


def for_release(plan: ManifestPlan, place: Belonging | None) -> ManifestPlan:
    """``plan`` of a video that also says which release it is signed for, where it is for one."""
    if place is None:
        return plan
    said = assertion(words.RELEASE, place.to_json(), created=True)
    return replace(plan, definition={**plan.definition, "assertions": [*plan.definition["assertions"], said]})
