"""Our own look at a manifest before it is signed, since the C2PA library checks little of its content.

Sources: C2PA 2.4 sections 18.14 to 18.28, the asset conformance rubric 0.2 for specification 2.4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from circletake.model.belonging import Belonging
from circletake.model.manifest import ManifestPlan
from circletake.model.source_type import SOURCE_TYPES
from circletake.provenance import vocabulary as words
from circletake.provenance.inputs import SEMVER
from circletake.provenance.privacy import named_in, private_in, secret_in
from circletake.provenance.shapes import (
    address_problem,
    agent_problems,
    is_instance,
    is_moment,
    metadata_problems,
    number_problems,
    redaction_problem,
    region_problems,
    text_problems,
    training_problems,
)

_LARGEST_JSON = 1_000_000
_LARGEST_TEXTS = 64_000_000
_MOST_INGREDIENTS = 5_000
_DESCRIPTION_LIMIT = 2_000
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ONCE = words.ASSERTIONS - {words.AI_DISCLOSURE}
_OWN = re.compile(r"(?:[a-z0-9-]+\.)+[a-z0-9_.-]+")
_PROMPT_FIELDS = frozenset({"Iptc4xmpExt:AIPromptInformation"})
_MODEL_FIELDS = frozenset(
    {
        "version",
        "softwareAgent",
        "model",
        "model_version",
        "modelName",
        "modelIdentifier",
        "Iptc4xmpExt:AISystemUsed",
        "Iptc4xmpExt:AISystemVersionUsed",
    }
)
_DIGESTS = {words.TAKE: "take", words.FINGERPRINT: "sha256", words.FILM: "film"}
_PARAMETERS = frozenset({"ingredientIds", "redacted", "relatedAssertions", "multipleInstances"})


def problems(plan: ManifestPlan) -> list[str]:
    """Reasons why a manifest must not be signed, each in plain words; empty for a good one."""
    return list(_all(plan))


def _all(plan: ManifestPlan) -> Iterator[str]:
    import json

    try:
        size = len(json.dumps(plan.definition, allow_nan=False).encode())
    except (TypeError, ValueError) as error:
        yield f"the manifest is not plain JSON: {error}"
        return
    if size > _LARGEST_JSON:
        yield f"the manifest's own text is {size} bytes, more than the {_LARGEST_JSON} that can be signed"
        return
    yield from _generator(plan.definition)
    yield from _assertions(plan)
    yield from number_problems(plan.definition, "a value")
    yield from _redactions(plan)
    yield from _ingredients(plan)
    yield from _privacy(plan)


def _generator(definition: Mapping[str, Any]) -> Iterator[str]:
    info = definition.get("claim_generator_info") or [{}]
    if not info[0].get("name") or info[0].get("specVersion") != words.SPEC_VERSION:
        yield f"claim_generator_info must name the program and specVersion {words.SPEC_VERSION}"
    yield from agent_problems(info[0], "claim_generator_info")


def _assertions(plan: ManifestPlan) -> Iterator[str]:
    rows = list(plan.definition.get("assertions") or ())
    lists = [row for row in rows if row.get("label") == words.ACTIONS]
    if len(lists) != 1 or not lists[0].get("created"):
        yield f"exactly one {words.ACTIONS} of the signer's own is needed"
    else:
        yield from _actions(plan, lists[0]["data"])
    labels = [str(row.get("label", "")) for row in rows]
    for label in sorted({label for label in labels if label in _ONCE and labels.count(label) > 1}):
        yield f"assertion '{label}' may stand once"
    for row in rows:
        label = str(row.get("label", ""))
        if not isinstance(row.get("data"), Mapping):
            yield f"assertion '{label}' holds no fields"
        elif label not in words.ASSERTIONS and (
            label.startswith(("c2pa.", "cawg.", "stds.")) or not _OWN.fullmatch(label)
        ):
            yield f"assertion '{label}' is not one that may be written"
        elif label == words.AI_DISCLOSURE:
            yield from _disclosure(row["data"])
        elif label == words.METADATA:
            yield from metadata_problems(row["data"])
        elif label == words.TRAINING:
            yield from training_problems(row["data"])
        elif label in _DIGESTS and not _SHA256.fullmatch(str(row["data"].get(_DIGESTS[label]))):
            yield f"{label} needs the sha256 it is about"
        elif label == words.RELEASE and Belonging.read(row["data"]) is None:
            yield f"{label} needs the id of a release, and a number among its files"


def _disclosure(data: Mapping[str, Any]) -> Iterator[str]:
    if not str(data.get("modelType", "")).startswith("c2pa.types."):
        yield f"{words.AI_DISCLOSURE} needs a modelType"
    yield from text_problems(data.get("modelName"), f"modelName of {words.AI_DISCLOSURE}")
    level = (data.get("contentProfile") or {}).get("humanOversightLevel")
    if level is not None and level not in words.OVERSIGHT:
        yield f"'{level}' is no level of human oversight"


def _actions(plan: ManifestPlan, data: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(data.get("allActionsIncluded"), bool):
        yield "allActionsIncluded must be said"
    actions = list(data.get("actions") or ())
    names = [str(action.get("action", "")) for action in actions]
    if not names or names[0] not in words.INCEPTIONS or sum(name in words.INCEPTIONS for name in names) != 1:
        yield "the first action, and no other, must be c2pa.created or c2pa.opened"
    roles = {
        each.definition.get("instance_id"): each.definition.get("relationship") for each in plan.ingredients
    }
    for action, name in zip(actions, names, strict=True):
        yield from _action(action, name, roles, plan.seconds)
    if names == [words.OPENED] and data.get("allActionsIncluded") is not True:
        yield "opening a file and nothing else is all there was: allActionsIncluded must be true"
    if words.OPENED not in names and words.PARENT in roles.values():
        yield "a parent is there, but nothing opened it"


def _action(
    action: Mapping[str, Any], name: str, roles: Mapping[Any, Any], seconds: Fraction | None
) -> Iterator[str]:
    kind = action.get("digitalSourceType")
    parameters = action.get("parameters") or {}
    ids = list(parameters.get("ingredientIds") or ())
    if name not in words.NOT_PERCEPTIBLE | words.PERCEPTIBLE:
        yield f"action '{name}' is not one that may be written"
    if kind is None and (name == words.CREATED or name in words.PERCEPTIBLE):
        yield f"{name} needs a digital source type"
    if kind is not None and (name == words.OPENED or str(kind) not in _types()):
        yield f"{name} cannot have the digital source type '{kind}'"
    if name == words.OPENED and [roles.get(each) for each in ids] != [words.PARENT]:
        yield "c2pa.opened must name its one parent"
    if name == words.PLACED and [roles.get(each) for each in ids] != [words.COMPONENT]:
        yield "c2pa.placed must name its one component"
    if name in {words.CREATED, words.EDITED_METADATA} and any(roles.get(each) != words.INPUT for each in ids):
        yield f"{name} may only name inputs"
    for unknown in (each for each in ids if each not in roles):
        yield f"{name} names an ingredient that is not there: {unknown}"
    for parameter in parameters:
        if parameter not in _PARAMETERS and "." not in parameter:
            yield f"parameter '{parameter}' of {name} needs a dot in its name"
    if "when" in action and not is_moment(action["when"]):
        yield f"{name} has a date that is none: {action['when']}"
    if "softwareAgent" in action:
        yield from agent_problems(action["softwareAgent"], f"softwareAgent of {name}")
    if "description" in action:
        yield from text_problems(action["description"], f"the description of {name}", _DESCRIPTION_LIMIT)
    for change in action.get("changes") or ():
        # What was trimmed lies in the take, not in what is left of it.
        end = None if name == words.TRIMMED else seconds
        yield from (f"a region of {name} {wrong}" for wrong in region_problems(change.get("region"), end))


def _redactions(plan: ManifestPlan) -> Iterator[str]:
    """Each redaction is told by an action with its reason, and nothing is told that is not done."""
    asked = list(plan.definition.get("redactions") or ())
    told: list[Any] = []
    for row in plan.definition.get("assertions") or ():
        for action in (row.get("data") or {}).get("actions", ()) if row.get("label") == words.ACTIONS else ():
            if action.get("action") == words.REDACTED:
                told.append((action.get("parameters") or {}).get("redacted"))
                if action.get("reason") not in words.REDACTION_REASONS:
                    yield f"{words.REDACTED} needs a reason that C2PA knows"
    for uri in asked:
        if wrong := redaction_problem(uri):
            yield f"redaction '{uri}': {wrong}"
    if sorted(map(str, asked)) != sorted(map(str, told)):
        yield f"each redaction needs its {words.REDACTED}, and each {words.REDACTED} its redaction"
    if asked and not any(each.path for each in plan.ingredients):
        yield "there is no ingredient to redact anything in"


def _types() -> frozenset[str]:
    return frozenset(words.IPTC + name for name in SOURCE_TYPES)


def _ingredients(plan: ManifestPlan) -> Iterator[str]:
    ids = [each.definition.get("instance_id") for each in plan.ingredients]
    if len(set(ids)) != len(ids) or not all(map(is_instance, ids)):
        yield "each ingredient needs a plain instance_id of its own"
    if len(ids) > _MOST_INGREDIENTS:
        yield f"{len(ids)} ingredients are more than the {_MOST_INGREDIENTS} that can be signed"
    if sum(each.definition.get("relationship") == words.PARENT for each in plan.ingredients) > 1:
        yield "only one parent is possible"
    for each in plan.ingredients:
        yield from _ingredient(each.definition, plan.resources)
        title, role = each.definition.get("title"), each.definition.get("relationship")
        if role in {words.PARENT, words.COMPONENT} and each.path is None:
            yield f"ingredient '{title}' has no file"
        if each.manifest is not None and "digital_source_type" in each.definition:
            yield f"ingredient '{title}' has credentials of its own, which say its type"
    named = {(each.definition.get("data") or {}).get("identifier") for each in plan.ingredients}
    for name in sorted(plan.resources.keys() - named):
        yield f"no ingredient names the text {name}"
    if sum(map(len, plan.resources.values())) > _LARGEST_TEXTS:
        yield f"the texts are larger than the {_LARGEST_TEXTS} bytes that can be signed"


def _ingredient(definition: Mapping[str, Any], resources: Mapping[str, bytes]) -> Iterator[str]:
    title = definition.get("title")
    yield from text_problems(title, "the title of an ingredient")
    if "description" in definition:
        said = f"the description of ingredient '{title}'"
        yield from text_problems(definition["description"], said, _DESCRIPTION_LIMIT)
    if "informational_URI" in definition and (wrong := address_problem(definition["informational_URI"])):
        yield f"the informational_URI of ingredient '{title}' {wrong}"
    if region := (definition.get("metadata") or {}).get("regionOfInterest"):
        found = region_problems(region.get("region"), None)
        yield from (f"the region of ingredient '{title}' {wrong}" for wrong in found)
    if definition.get("relationship") not in words.RELATIONSHIPS:
        yield f"ingredient '{title}' has no role"
    for kind in definition.get("data_types") or ():
        if kind.get("type") not in words.DATA_TYPES:
            yield f"ingredient '{title}' has an unknown data type '{kind.get('type')}'"
        if "version" in kind and not SEMVER.fullmatch(str(kind["version"])):
            yield f"ingredient '{title}' has a version that is no SemVer: {kind['version']}"
    if "digitalSourceType" in definition:
        yield f"ingredient '{title}' spells digital_source_type in a way that is dropped"
    kind = definition.get("digital_source_type")
    if kind is not None and kind not in _types():
        yield f"ingredient '{title}' has an unknown digital source type '{kind}'"
    data = definition.get("data")
    if data and data.get("identifier") not in resources:
        yield f"ingredient '{title}' names a text that is not there"
    elif data and len(resources[data["identifier"]]) > words.PROMPT_LIMIT:
        yield f"the text of ingredient '{title}' is too long to travel"


def _privacy(plan: ManifestPlan) -> Iterator[str]:
    """Names and words that we add may give nothing private away; prompts, no keys and local paths."""
    for keys, text in _texts(plan.definition, ("manifest",)):
        if found := _asked(keys)(text):
            yield f"{keys[-1]} holds {found}"
    for each in plan.ingredients:
        model = any(kind.get("type") == words.MODEL for kind in each.definition.get("data_types") or ())
        for keys, text in _texts(each.definition, ("ingredient",)):
            if found := (named_in if model and keys[-1] == "title" else _asked(keys))(text):
                yield f"{keys[-1]} of '{each.definition.get('title')}' holds {found}"
    for name, data in plan.resources.items():
        if found := secret_in(data.decode("utf-8", "replace")):
            yield f"{name} holds {found}; leave prompts out with --prompts omit, or mend the recipe"


def _asked(keys: tuple[str, ...]) -> Callable[[str], str]:
    """What is asked of a text, by the fields it stands in, outermost first."""
    if keys[-1] in _PROMPT_FIELDS:
        return secret_in
    return private_in if _MODEL_FIELDS.isdisjoint(keys) else named_in


def _texts(value: Any, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        yield keys, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, (*keys, str(key)))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item, keys)
