"""The official asset conformance rubric of C2PA, asked of a signed file: rules 0.2 for specification 2.4.

The rubric is a YAML file of json-formula expressions. Its word lists are read from it; each rule is
written here in Python under its own id, and a rule that is not written here is told as such.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

Data = dict[str, Any]

_LIST = re.compile(r"^  (\$\w+):\n((?:  - .+\n)+)", re.MULTILINE)
_RULE = re.compile(r"^- id: validation:(\w+)$", re.MULTILINE)


class Rubric:
    """The rules of one rubric file."""

    def __init__(self, path: Path) -> None:
        text = path.read_text()
        self.words = {
            name: {line.removeprefix("  - ").strip() for line in rows.splitlines()}
            for name, rows in _LIST.findall(text)
        }
        self.rules = _RULE.findall(text)

    def failures(self, path: Path, sidecar: bytes | None = None, mime: str = "video/mp4") -> list[str]:
        """Rules that the active manifest of a file breaks, with what breaks them."""
        import c2pa

        from circletake.provenance.session import context

        with path.open("rb") as file:
            if sidecar is None:
                reader = c2pa.Reader(mime, file, context=context())
            else:
                reader = c2pa.Reader(mime, file, manifest_data=sidecar, context=context())
            with reader:
                document = json.loads(reader.crjson())
        asked = _Asked(document["manifests"][0], self.words)
        unknown = [f"{rule}: not written in tests/rubric.py" for rule in self.rules if rule not in _RULES]
        broken = ((rule, list(_RULES[rule](asked))) for rule in self.rules if rule in _RULES)
        return unknown + [f"{rule}: {seen}" for rule, seen in broken if seen]


class _Asked:
    def __init__(self, manifest: Data, words: dict[str, set[str]]) -> None:
        self.manifest = manifest
        self.words = words
        self.assertions: Data = manifest.get("assertions") or {}
        self.claim: Data = manifest.get("claim.v2") or {}
        self.lists = [each for each in self.assertions.values() if each.get("actions") is not None]
        self.actions: list[Data] = [action for each in self.lists for action in each["actions"]]
        self.ingredients = [each for each in self.assertions.values() if each.get("relationship") is not None]
        self.failed = [
            row["code"] for row in manifest.get("validationResults", {}).get("failure", ["missing"])
        ]

    def named(self, *names: str) -> list[Data]:
        return [action for action in self.actions if action["action"] in names]


Found = Iterator[Any]
_RULES: dict[str, Callable[[_Asked], Found]] = {}


def _rule(function: Callable[[_Asked], Found]) -> Callable[[_Asked], Found]:
    _RULES[function.__name__] = function
    return function


@_rule
def mandatory_dst_for_perceptible_transformations(asked: _Asked) -> Found:
    exempt = (
        asked.words["$inception_actions"]
        | asked.words["$non_editorial_actions"]
        | asked.words["$dst_exempt_perceptible_actions"]
    )
    for action in asked.actions:
        name = action["action"]
        if name.startswith("c2pa.") and name not in exempt and not action.get("digitalSourceType"):
            yield name


@_rule
def mandatory_spec_version(asked: _Asked) -> Found:
    if not str(asked.claim["claim_generator_info"].get("specVersion", "")).startswith("2.4"):
        yield asked.claim["claim_generator_info"]


@_rule
def mandatory_all_actions_included(asked: _Asked) -> Found:
    yield from (each for each in asked.lists if each.get("allActionsIncluded") is None)


@_rule
def no_dst_for_opened_action(asked: _Asked) -> Found:
    yield from (each for each in asked.named("c2pa.opened") if each.get("digitalSourceType"))


def _data_present(asked: _Asked) -> Found:
    if asked.manifest.get("validationResults") is None:
        yield "no results"


_RULES["well_formed_data_present"] = _RULES["valid_data_present"] = _data_present


def _success(codes: str, asked: _Asked) -> Found:
    yield from (code for code in asked.failed if code in asked.words[codes])


_RULES["well_formed_success"] = partial(_success, "$well_formed_error_codes")
_RULES["valid_success"] = partial(_success, "$valid_error_codes")


@_rule
def inception_action_position(asked: _Asked) -> Found:
    created = [row["url"] for row in asked.claim["created_assertions"] if "c2pa.actions" in row["url"]]
    if not created or not created[0].endswith("c2pa.actions.v2"):
        yield created
    if asked.named("c2pa.created") and asked.actions[0]["action"] not in asked.words["$inception_actions"]:
        yield asked.actions[0]


@_rule
def no_deprecated_assertions(asked: _Asked) -> Found:
    old = asked.words["$deprecated_assertion_labels"]
    yield from (label for label in asked.assertions if label.startswith("stds.") or label in old)


@_rule
def no_unsupported_assertions(asked: _Asked) -> Found:
    known = asked.words["$allowed_assertions"] | asked.words["$deprecated_assertion_labels"]
    for label in asked.assertions:
        if label.startswith("c2pa.") and label.split("__")[0] not in known:
            yield label


@_rule
def no_deprecated_actions(asked: _Asked) -> Found:
    yield from asked.named(*asked.words["$deprecated_action_labels"])


@_rule
def no_unsupported_actions(asked: _Asked) -> Found:
    for action in asked.actions:
        if action["action"].startswith("c2pa.") and action["action"] not in asked.words["$allowed_actions"]:
            yield action


@_rule
def no_unrecognized_custom_assertions(asked: _Asked) -> Found:
    yield from (label for label in asked.assertions if "." not in label)


@_rule
def no_unrecognized_custom_actions(asked: _Asked) -> Found:
    yield from (each for each in asked.actions if "." not in each["action"])


@_rule
def no_unrecognized_custom_action_parameters(asked: _Asked) -> Found:
    for action in asked.actions:
        for name in action.get("parameters") or {}:
            if name not in asked.words["$standard_parameters"] and "." not in name:
                yield name


@_rule
def discouraged_legacy_action_parameters(asked: _Asked) -> Found:
    for action in asked.actions:
        if {"description", "ingredient"} & (action.get("parameters") or {}).keys():
            yield action


@_rule
def active_manifest_urn(asked: _Asked) -> Found:
    if not asked.manifest["label"].startswith("urn:c2pa:"):
        yield asked.manifest["label"]


@_rule
def review_ratings_datasource(asked: _Asked) -> Found:
    yield from (each for each in asked.assertions.values() if each.get("reviewRatings") is not None)


@_rule
def ingredient_v3_no_active_manifest(asked: _Asked) -> Found:
    for each in asked.ingredients:
        if each.get("activeManifest") is None and each.get("validationResults") is not None:
            yield each


@_rule
def ingredient_v3_mandatory_validation_results(asked: _Asked) -> Found:
    for each in asked.ingredients:
        if each.get("activeManifest") is not None and each.get("validationResults") is None:
            yield each


@_rule
def ingredient_relationship_values(asked: _Asked) -> Found:
    known = asked.words["$valid_relationship_values"]
    yield from (each for each in asked.ingredients if each["relationship"] not in known)


@_rule
def mandatory_dst_for_created_action(asked: _Asked) -> Found:
    yield from (each for each in asked.named("c2pa.created") if not each.get("digitalSourceType"))


@_rule
def no_deprecated_claim_fields(asked: _Asked) -> Found:
    if asked.claim.get("specVersion") is not None:
        yield asked.claim["specVersion"]


@_rule
def ingredient_v3_choice(asked: _Asked) -> Found:
    for each in asked.ingredients:
        if each.get("activeManifest") is not None and each.get("digitalSourceType") is not None:
            yield each


@_rule
def alternative_content_representation_choice(asked: _Asked) -> Found:
    yield from (label for label in asked.assertions if "alternative-content" in label)


@_rule
def forbidden_labels_in_external_references(asked: _Asked) -> Found:
    yield from (label for label in asked.assertions if "external-reference" in label)


@_rule
def no_url_in_hashes(asked: _Asked) -> Found:
    for label in ("c2pa.hash.data", "c2pa.hash.bmff.v3"):
        if asked.assertions.get(label, {}).get("url") is not None:
            yield label


@_rule
def all_actions_included_opened(asked: _Asked) -> Found:
    alone = len(asked.actions) == 1 and asked.named("c2pa.opened")
    if alone and asked.assertions["c2pa.actions.v2"].get("allActionsIncluded") is not True:
        yield asked.actions


@_rule
def opened_action_ingredient_reference(asked: _Asked) -> Found:
    for action in asked.named("c2pa.opened"):
        if len((action.get("parameters") or {}).get("ingredients") or ()) != 1:
            yield action


@_rule
def no_box_hash_for_tiff(asked: _Asked) -> Found:
    yield from (label for label in asked.assertions if label == "c2pa.hash.boxes")
