from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.model.cut import Cut, CutEvent, Song
from circletake.model.event import Standing, Verdict
from circletake.model.manifest import ManifestPlan
from circletake.model.policy import PromptPolicy
from circletake.model.recipe import Evidence, Field, RecipeClaim
from circletake.model.slate import Slate
from circletake.model.take import Declaration, Origin
from circletake.provenance.manifest import composite_type, plan_cut, plan_record, plan_take
from circletake.provenance.regions import spans, temporal
from circletake.provenance.validate import problems
from tests.factories import NOW, OBSERVED, actor, claim, slate

NOWHERE = Path("take.mp4")
IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def plan(*claims: RecipeClaim, policy: PromptPolicy = PromptPolicy.FULL, **over: Any) -> ManifestPlan:
    made = slate(None, claims, **{key: over.pop(key) for key in ("origin", "standing") if key in over})
    planned = plan_take(made, NOWHERE, policy=policy, when=NOW, **over)
    assert problems(planned) == []
    return planned


def actions(planned: ManifestPlan) -> list[dict[str, Any]]:
    return list(assertion(planned, "c2pa.actions.v2")["actions"])


def assertion(planned: ManifestPlan, label: str) -> dict[str, Any]:
    (found,) = (each for each in planned.definition["assertions"] if each["label"] == label)
    return dict(found["data"])


def labels(planned: ManifestPlan) -> set[str]:
    return {each["label"] for each in planned.definition["assertions"]}


def ingredients(planned: ManifestPlan) -> dict[str, Mapping[str, Any]]:
    return {each.definition["title"]: each.definition for each in planned.ingredients}


def everything(planned: ManifestPlan) -> str:
    said = json.dumps([planned.definition, *(each.definition for each in planned.ingredients)], default=dict)
    return said + b" ".join(planned.resources.values()).decode()


def replaced(**values: str) -> list[RecipeClaim]:
    return [claim(c.field, values.get(c.field, c.value), c.evidence, c.source, c.by) for c in OBSERVED]


def test_an_observed_take_is_created_from_its_prompt_model_and_seed() -> None:
    planned = plan(*OBSERVED)
    (created,) = actions(planned)
    assert created["action"] == "c2pa.created"
    assert created["digitalSourceType"] == IPTC + "trainedAlgorithmicMedia"
    assert created["softwareAgent"] == {"name": "runway", "version": "4.5.0"}
    linked = created["parameters"]["ingredientIds"]
    assert linked == [each.definition["instance_id"] for each in planned.ingredients]
    assert planned.resources["prompt.txt"].decode() == "night bus, rain \x1b[31m<b>é😀"
    assert planned.resources["seed.txt"] == b"18446744073709551617"


def test_the_model_is_named_for_people_and_for_machines() -> None:
    planned = plan(*OBSERVED)
    model = ingredients(planned)["runway gen4.5 4.5.0"]
    assert model["data_types"][1] == {"type": "c2pa.types.model", "version": "4.5.0"}
    disclosed = assertion(planned, "c2pa.ai-disclosure")
    assert disclosed["modelIdentifier"] == "Runway/gen4.5/4.5.0"
    assert disclosed["contentProfile"] == {"humanOversightLevel": "prompt_guided"}
    assert assertion(planned, "cawg.metadata")["Iptc4xmpExt:AISystemUsed"] == "runway gen4.5 4.5.0"


def test_a_version_that_is_no_semver_is_told_to_people_alone() -> None:
    planned = plan(*replaced(model_version="2026-05 beta"))
    model = ingredients(planned)["runway gen4.5 2026-05 beta"]
    assert model["data_types"][1] == {"type": "c2pa.types.model"}


def test_a_procedural_picture_is_never_called_trained() -> None:
    planned = plan(*replaced(source_type="algorithmicMedia", generator="procedural"))
    assert actions(planned)[0]["digitalSourceType"] == IPTC + "algorithmicMedia"
    assert "trained" not in everything(planned).casefold()
    assert labels(planned).isdisjoint({"c2pa.ai-disclosure", "cawg.metadata"})


def test_only_a_person_who_circled_a_take_validated_it() -> None:
    def level(by_person: bool) -> str:
        standing = Standing(Verdict.CIRCLED, 5, (), actor("ana", by_person), NOW)
        disclosed = assertion(plan(*OBSERVED, standing=standing), "c2pa.ai-disclosure")
        return str(disclosed["contentProfile"]["humanOversightLevel"])

    assert (level(True), level(False)) == ("human_validated", "prompt_guided")


def test_an_imported_clip_is_opened_and_its_recipe_told_as_it_was_learnt() -> None:
    planned = plan(
        claim("prompt", "night bus", Evidence.EMBEDDED, "comment", ""),
        claim("model", "wan 2.2", Evidence.FILENAME, "name", ""),
        claim("source_type", "trainedAlgorithmicMedia", Evidence.DECLARED, by="Ana Ruiz"),
    )
    opened, edited = actions(planned)
    parent = planned.ingredients[0].definition
    assert opened["action"] == "c2pa.opened" and "digitalSourceType" not in opened
    assert opened["parameters"]["ingredientIds"] == [parent["instance_id"]]
    assert parent["digital_source_type"] == IPTC + "trainedAlgorithmicMedia"
    assert parent["description"] == "Source type declared by Ana Ruiz"
    assert edited["action"] == "c2pa.edited.metadata"
    assert edited["description"] == (
        "prompt embedded in the file, not verified; model from the file's name, not verified"
    )


@pytest.mark.parametrize("evidence", [each for each in Evidence if each.rank > Evidence.DECLARED.rank])
def test_weak_evidence_is_never_repeated_as_a_statement(evidence: Evidence) -> None:
    weak = [claim(c.field, c.value, evidence, "tag", "") for c in OBSERVED]
    planned = plan(*weak)
    assert "digital_source_type" not in planned.ingredients[0].definition
    assert labels(planned).isdisjoint({"c2pa.ai-disclosure", "cawg.metadata"})
    assert ingredients(planned)["Prompt"]["description"].endswith("not verified")


def test_what_a_person_accepted_counts_as_declared() -> None:
    planned = plan(
        claim("source_type", "trainedAlgorithmicMedia", Evidence.EMBEDDED, "tag", "Ana", accepted=True)
    )
    assert planned.ingredients[0].definition["description"] == "Source type declared by Ana"


def test_camera_footage_is_said_to_be_captured_only_where_somebody_declared_it() -> None:
    declared = plan(claim("source_type", "digitalCapture", by="Ana Ruiz"), origin=Origin.CAMERA)
    undeclared = plan(origin=Origin.CAMERA)
    assert declared.ingredients[0].definition["digital_source_type"] == IPTC + "digitalCapture"
    assert "digital_source_type" not in undeclared.ingredients[0].definition
    assert [action["action"] for action in actions(undeclared)] == ["c2pa.opened"]


def test_a_providers_manifest_speaks_for_itself() -> None:
    planned = plan(*OBSERVED, provider_manifest=b"a store")
    parent = planned.ingredients[0]
    assert actions(planned)[0]["action"] == "c2pa.opened"
    assert parent.manifest == b"a store"
    assert "digital_source_type" not in parent.definition


def test_persons_who_export_are_named_and_scripts_are_not() -> None:
    def record(person: bool) -> dict[str, Any]:
        return assertion(plan(*OBSERVED, by=actor("ana", person)), "org.circletake.take")

    assert record(True)["exported_by"] == "ana"
    assert "ana" not in json.dumps(record(False))


def test_what_was_done_to_the_picture_is_said_with_a_type_where_it_can_be_seen() -> None:
    planned = plan(*OBSERVED, produced_actions=("c2pa.trimmed", "c2pa.transcoded"))
    _, trimmed, transcoded = actions(planned)
    assert trimmed["digitalSourceType"] == IPTC + "humanEdits"
    assert "digitalSourceType" not in transcoded


def test_a_withheld_prompt_is_nowhere_in_the_manifest() -> None:
    extra = (claim("negative_prompt", "bus stop"), claim("prompt_prefix", "night bus"))
    planned = plan(*OBSERVED, *extra, policy=PromptPolicy.OMIT)
    assert "bus" not in everything(planned)
    assert assertion(planned, "org.circletake.take")["recipe"]["prompt"] == {
        "evidence": "observed",
        "by": "",
        "withheld": "by policy",
    }


def test_a_prompt_too_long_to_travel_is_told_by_its_digest() -> None:
    planned = plan(*replaced(prompt="é" * 40_000))
    assert "prompt.txt" not in planned.resources
    assert "80000 bytes, too long to travel; sha256" in ingredients(planned)["Prompt"]["description"]


@pytest.mark.parametrize(
    "private",
    [
        "/home/ana/clips/a.mp4",
        "C:\\Users\\ana",
        "ana@example.com",
        "sk-" + "a1" * 16,
        "~/clips/x",
        "api_key=12345678",
    ],
)
def test_paths_mails_and_keys_do_not_travel(private: str) -> None:
    planned = plan(
        claim("model", private, Evidence.OBSERVED),
        claim("prompt", "night bus", by=private),
        claim("param.style", private),
        claim("param.token", "abc123"),
        claim("input.image", f"0123abcd {private}"),
    )
    said = everything(planned)
    assert json.dumps(private)[1:-1] not in said
    assert "abc123" not in said


def test_numbers_and_known_settings_travel() -> None:
    planned = plan(
        *OBSERVED, claim("param.steps", "30"), claim("param.x_motion", "1.5"), claim("param.hook", "http://x")
    )
    assert assertion(planned, "org.circletake.take")["parameters"] == {"steps": "30", "x_motion": "1.5"}


@given(
    st.dictionaries(st.sampled_from([*Field, "input.image", "param.x"]), st.text(), max_size=8),
    st.sampled_from(list(Evidence)),
    st.text(),
    st.sampled_from(list(PromptPolicy)),
)
def test_whatever_a_recipe_says_there_is_a_manifest_for_it(
    said: dict[str, str], evidence: Evidence, by: str, policy: PromptPolicy
) -> None:
    """Only a prompt that gives something private away stands in the way."""
    claims = [claim(name, value, evidence, "tag", by) for name, value in said.items()]
    planned = plan_take(
        slate(None, claims, name=by),
        NOWHERE,
        policy=policy,
        when=NOW,
        sealed={"prompt": "d" * 64, "negative_prompt": "e" * 64},
    )
    assert [each for each in problems(planned) if " holds " not in each] == []
    if policy is not PromptPolicy.FULL:
        assert set(planned.resources) <= {"seed.txt"}


def song(origin: Declaration = Declaration.UNDECLARED, by: str = "") -> Song:
    return Song("song.wav", "ab" * 32, "song.wav", origin, by)


def cut_of(*slates: Slate, music: Song | None = None) -> ManifestPlan:
    events = tuple(CutEvent(each.take.id, Fraction(1, 3), Fraction(4, 3)) for each in slates)
    cut = Cut("Night Bus", Fraction(24000, 1001), 64, 48, events, music)
    by_id = {each.take.id: each for each in slates}
    signed = {take_id: Path(f"{take_id}.mp4") for take_id in by_id}
    planned = plan_cut(cut, by_id, signed, policy=PromptPolicy.FULL, when=NOW, actions=("c2pa.transcoded",))
    assert problems(planned) == []
    return planned


def test_each_use_in_a_cut_is_a_component_with_its_place() -> None:
    take = slate(None, OBSERVED)
    planned = cut_of(take, take, music=song(Declaration.HUMAN, "Ana Ruiz"))
    created, *placed, transcoded = actions(planned)
    assert created["digitalSourceType"] == IPTC + "compositeWithTrainedAlgorithmicMedia"
    assert [each["action"] for each in placed] == ["c2pa.placed"] * 3
    assert placed[1]["changes"][0]["region"][0]["time"] == {"type": "npt", "start": "1.001", "end": "2.002"}
    assert transcoded["action"] == "c2pa.transcoded"
    assert [each.definition["relationship"] for each in planned.ingredients] == ["componentOf"] * 3
    assert planned.ingredients[2].definition["description"] == "Sound, human-made, declared by Ana Ruiz"


def test_a_song_nobody_declared_claims_no_type() -> None:
    assert "digital_source_type" not in cut_of(slate(), music=song()).ingredients[1].definition


def kind(name: str, evidence: Evidence = Evidence.DECLARED) -> Slate:
    return slate(None, [claim("source_type", name, evidence)])


@pytest.mark.parametrize(
    ("parts", "music", "expected"),
    [
        (
            [kind("trainedAlgorithmicMedia"), kind("digitalCapture")],
            None,
            "compositeWithTrainedAlgorithmicMedia",
        ),
        ([kind("trainedAlgorithmicMedia", Evidence.FILENAME)], None, "compositeWithTrainedAlgorithmicMedia"),
        ([kind("digitalCapture")], song(Declaration.AI, "Ana"), "compositeWithTrainedAlgorithmicMedia"),
        ([kind("algorithmicMedia"), kind("digitalCapture")], None, "compositeSynthetic"),
        ([kind("digitalCapture")], song(Declaration.HUMAN, "Ana"), "compositeCapture"),
        ([kind("digitalCapture", Evidence.FILENAME)], None, "composite"),
        ([kind("digitalCapture")], song(), "composite"),
        ([slate()], None, "composite"),
    ],
)
def test_a_cut_is_said_to_be_no_less_ai_made_than_its_parts(
    parts: list[Slate], music: Song | None, expected: str
) -> None:
    assert composite_type(parts, music) == expected


@given(
    st.integers(0, 10**6),
    st.integers(1, 10**4),
    st.sampled_from([Fraction(24), Fraction(24000, 1001), Fraction(60000, 1001)]),
)
def test_places_in_a_cut_survive_as_exact_time(first: int, length: int, rate: Fraction) -> None:
    start, end = first / rate, (first + length) / rate
    assert spans([temporal(start, end)]) == [(start, end)]


def test_a_record_says_that_a_program_wrote_it() -> None:
    planned = plan_record("release.json", NOW)
    assert problems(planned) == []
    assert actions(planned)[0]["digitalSourceType"] == IPTC + "algorithmicMedia"
