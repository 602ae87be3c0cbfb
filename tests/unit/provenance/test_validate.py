from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from circletake.model.export import PromptPolicy
from circletake.model.manifest import ManifestPlan
from circletake.provenance.manifest import plan_take
from circletake.provenance.validate import problems
from tests.factories import NOW, OBSERVED, slate

Definition = dict[str, Any]


def good() -> ManifestPlan:
    return plan_take(slate(None, OBSERVED), Path("take.mp4"), policy=PromptPolicy.FULL, when=NOW)


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
    ],
)
def test_each_mistake_is_named(change: Callable[[Definition, list[Definition]], object], said: str) -> None:
    assert any(said in problem for problem in broken(change))


def test_a_key_inside_a_prompt_is_refused_with_the_way_out() -> None:
    plan = good()
    leaking = replace(plan, resources={**plan.resources, "prompt.txt": b"use sk-" + b"a1" * 16})
    (said,) = problems(leaking)
    assert said.startswith("prompt.txt holds what looks like a key or password; leave prompts out")
