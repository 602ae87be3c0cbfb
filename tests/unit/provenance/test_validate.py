from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import pytest

from circletake.model.manifest import ManifestPlan
from circletake.model.policy import PromptPolicy
from circletake.provenance.manifest import plan_take
from circletake.provenance.validate import problems
from tests.factories import NOW, OBSERVED, claim, slate

Definition = dict[str, Any]


def good() -> ManifestPlan:
    plan = plan_take(slate(None, OBSERVED), Path("take.mp4"), policy=PromptPolicy.FULL, when=NOW)
    return replace(plan, seconds=Fraction(4))


def broken(change: Callable[[Definition, list[Definition]], object]) -> list[str]:
    plan = good()
    definition = copy.deepcopy(dict(plan.definition))
    ingredients = [copy.deepcopy(dict(each.definition)) for each in plan.ingredients]
    change(definition, ingredients)
    changed = tuple(
        replace(old, definition=new) for old, new in zip(plan.ingredients, ingredients, strict=True)
    )
    return problems(replace(plan, definition=definition, ingredients=changed))


def action(definition: Definition) -> Definition:
    found: Definition = definition["assertions"][0]["data"]["actions"][0]
    return found


def test_a_plan_of_ours_has_no_problems() -> None:
    assert problems(good()) == []


def named(definition: Definition, label: str) -> Definition:
    (found,) = (each["data"] for each in definition["assertions"] if each["label"] == label)
    return cast(Definition, found)


def training(definition: Definition) -> Definition:
    entries: Definition = named(definition, "cawg.training-mining")["entries"]
    return entries


def place(start: object, end: object) -> Definition:
    return {"type": "temporal", "time": {"type": "npt", "start": start, "end": end}}


REDACTED = "self#jumbf=/c2pa/urn:c2pa:1/c2pa.assertions/cawg.metadata"


def redact(definition: Definition, uri: str, reason: str = "c2pa.trade-secret.present") -> None:
    definition["redactions"] = [uri]
    told = {"action": "c2pa.redacted", "reason": reason, "parameters": {"redacted": uri}}
    definition["assertions"][0]["data"]["actions"].append(told)


@pytest.mark.parametrize("label", ["c2pa.actions", "stds.iptc", "c2pa.ingredient", "c2pa.soft-binding"])
def test_old_and_closed_labels_are_never_written(label: str) -> None:
    found = broken(lambda d, _: d["assertions"].append({"label": label, "data": {}}))
    assert found == [f"assertion '{label}' is not one that may be written"]


@pytest.mark.parametrize("old", ["c2pa.produced", "c2pa.saved", "c2pa.color_adjustments", "c2pa.watermarked"])
def test_old_actions_are_never_written(old: str) -> None:
    found = broken(lambda d, _: d["assertions"][0]["data"]["actions"].append({"action": old}))
    assert f"action '{old}' is not one that may be written" in found


def test_what_was_only_opened_was_all_there_was() -> None:
    plan = plan_take(slate(None), Path("take.mp4"), policy=PromptPolicy.FULL, when=NOW)
    definition = copy.deepcopy(dict(plan.definition))
    definition["assertions"][0]["data"]["allActionsIncluded"] = False
    (said,) = problems(replace(plan, definition=definition))
    assert said.endswith("allActionsIncluded must be true")


def test_a_parent_with_credentials_says_its_type_itself() -> None:
    declared = [claim("source_type", "trainedAlgorithmicMedia")]
    plan = plan_take(slate(None, declared), Path("take.mp4"), policy=PromptPolicy.FULL, when=NOW)
    (parent,) = plan.ingredients
    (said,) = problems(replace(plan, ingredients=(replace(parent, manifest=b"a store"),)))
    assert said.endswith("has credentials of its own, which say its type")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d, _: d["claim_generator_info"][0].pop("specVersion"), "specVersion 2.4.0"),
        (lambda d, _: d["assertions"][0].update(created=False), "of the signer's own"),
        (lambda d, _: d["assertions"].append({"label": "c2pa.metadata", "data": {}}), "may be written"),
        (lambda d, _: d["assertions"].append({"label": "nodots", "data": {}}), "may be written"),
        (lambda d, _: d["assertions"][0]["data"].pop("allActionsIncluded"), "allActionsIncluded"),
        (lambda d, _: action(d).pop("digitalSourceType"), "needs a digital source type"),
        (lambda d, _: action(d).update(digitalSourceType="trainedAlgorithmicMedia"), "cannot have"),
        (lambda d, _: action(d).update(action="c2pa.produced"), "may be written"),
        (lambda d, _: action(d).update(action="c2pa.trimmed"), "first action"),
        (lambda d, _: action(d).update(when="yesterday"), "date that is none"),
        (lambda d, _: action(d).update(when="2026-05-04T12:00:00"), "date that is none"),
        (lambda d, _: action(d)["parameters"].update(shot="x"), "needs a dot"),
        (lambda d, _: action(d)["parameters"]["ingredientIds"].append("x"), "not there: x"),
        (lambda d, _: d["assertions"][1]["data"].update(note="see /home/ana/clips"), "a local path"),
        (lambda d, _: d["assertions"][1]["data"].update(note="ana@example.com"), "e-mail"),
        (lambda d, _: d["assertions"][1]["data"].update(note="x" * 1_000_001), "can be signed"),
        (lambda d, _: d["assertions"][1]["data"].update(note=object()), "not plain JSON"),
        (lambda _, i: i[1]["data_types"][1].update(version="v2"), "no SemVer"),
        (lambda _, i: i[0].update(relationship="from"), "no role"),
        (lambda _, i: i[0].update(instance_id=i[1]["instance_id"]), "of its own"),
        (lambda _, i: i[0].update(digitalSourceType="x"), "dropped"),
        (lambda _, i: i[0].update(digital_source_type="x"), "unknown digital source type"),
        (lambda _, i: i[0]["data"].update(identifier="other.txt"), "not there"),
        (lambda _, i: i[0]["data_types"][0].update(type="c2pa.types.prompt"), "unknown data type"),
        (lambda d, _: action(d).update(when="20260504T120000Z"), "date that is none"),
        (lambda d, _: action(d).update(when="2026-05-04 12:00:00Z"), "date that is none"),
        (lambda d, _: action(d).update(when="2026-02-30T12:00:00Z"), "date that is none"),
        (lambda d, _: action(d).update(softwareAgent="runway"), "names no program"),
        (lambda d, _: action(d).update(softwareAgent={"name": "x", "version": 4.5}), "must be text"),
        (lambda d, _: action(d).update(description=""), "says nothing"),
        (lambda d, _: action(d).update(description="x" * 3000), "more than 2000"),
        (lambda d, _: action(d).update(changes=[{"region": [place("2", "1")]}]), "before it begins"),
        (lambda d, _: action(d).update(changes=[{"region": [place("1", "1")]}]), "before it begins"),
        (lambda d, _: action(d).update(changes=[{"region": [place("1", "9")]}]), "after the video at 4 s"),
        (lambda d, _: action(d).update(changes=[{"region": [place(1, "x")]}]), "no stretch of time"),
        (lambda d, _: action(d).update(changes=[{"region": [{"type": "spatial"}]}]), "no stretch of time"),
        (lambda d, _: action(d).update(changes=[{"region": "all"}]), "no list of regions"),
        (lambda d, _: d["claim_generator_info"][0].update(version=1), "must be text"),
        (lambda d, _: d["assertions"].append(d["assertions"][1]), "may stand once"),
        (lambda d, _: d["assertions"][1].update(data=["x"]), "holds no fields"),
        (lambda d, _: d["assertions"][1]["data"].update(take="3f9ac2d1"), "needs the sha256"),
        (lambda d, _: d["assertions"][1]["data"].update(seed=2**64), "beyond 2^53"),
        (lambda d, _: d["assertions"][1]["data"].update(x=float("nan")), "not plain JSON"),
        (lambda d, _: named(d, "c2pa.ai-disclosure").update(modelName=" "), "says nothing"),
        (lambda d, _: named(d, "cawg.metadata").update({"@context": "iptc"}), "needs an @context"),
        (lambda d, _: named(d, "cawg.metadata").update({"dc:title": "x"}), "nothing explains the name dc"),
        (lambda d, _: named(d, "cawg.metadata")["@context"].update(x="file:///x"), "no address"),
        (lambda d, _: named(d, "cawg.training-mining").update(entries={}), "needs entries"),
        (lambda d, _: training(d)["cawg.ai_training"].update(use="no"), "neither allowed nor not"),
        (lambda d, _: training(d).update({"c2pa.data_mining": {"use": "allowed"}}), "knows no use"),
        (lambda _, i: i[0].update(instance_id="a b"), "plain instance_id"),
        (lambda _, i: i[0].update(instance_id=""), "plain instance_id"),
        (lambda _, i: i[0].update(title="x" * 600), "more than 500"),
        (lambda _, i: i[0].update(title="a\x1b[31m"), "cannot be shown"),
        (lambda _, i: i[0].update(relationship="parentOf"), "has no file"),
        (lambda _, i: i[1].update(informational_URI="http://localhost/x"), "no address that others"),
        (lambda _, i: i[1].update(informational_URI="https://ana:x@example.com/"), "name or password"),
        (lambda _, i: i[1].update(metadata={"regionOfInterest": {"region": [place("2", "1")]}}), "before it"),
        (lambda _, i: i[0].pop("data"), "no ingredient names the text prompt.txt"),
        (lambda d, _: d.update(redactions=[REDACTED]), "each redaction needs its c2pa.redacted"),
        (lambda d, _: redact(d, REDACTED, "because"), "a reason that C2PA knows"),
        (lambda d, _: redact(d, "prompt.txt"), "names no assertion"),
        (lambda d, _: redact(d, REDACTED.replace("cawg.metadata", "c2pa.actions.v2")), "cannot be redacted"),
        (lambda d, _: redact(d, REDACTED), "no ingredient to redact"),
    ],
)
def test_each_mistake_is_named(change: Callable[[Definition, list[Definition]], object], said: str) -> None:
    assert any(said in problem for problem in broken(change))


def test_a_key_inside_a_prompt_is_refused_with_the_way_out() -> None:
    plan = good()
    leaking = replace(plan, resources={**plan.resources, "prompt.txt": b"use sk-" + b"a1" * 16})
    (said,) = problems(leaking)
    assert said.startswith("prompt.txt holds what looks like a key or password; leave prompts out")
