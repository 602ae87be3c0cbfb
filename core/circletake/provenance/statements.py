"""The assertions a manifest makes beside its actions: AI disclosure, IPTC fields, our own record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from circletake.model.cut import Cut
from circletake.model.event import Standing, Verdict
from circletake.model.policy import PromptPolicy
from circletake.model.recipe import Field, Recipe
from circletake.model.sealing import METHOD, SEALED_FIELDS
from circletake.model.slate import Slate
from circletake.model.source_type import SOURCE_TYPES
from circletake.model.take import Take
from circletake.provenance import vocabulary as words
from circletake.provenance.inputs import firm, model_name
from circletake.provenance.privacy import WITHHELD, public

IPTC_CONTEXT = {
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
}

_SYSTEM, _VERSION, _WRITER = "AISystemUsed", "AISystemVersionUsed", "AIPromptWriterName"

IPTC_NAMES = (_SYSTEM, _VERSION, _WRITER)
"""AI fields of IPTC 2025.1 beside the prompt."""

_TRAINED = frozenset({words.TRAINED, words.COMPOSITE_TRAINED})

PUBLIC_PARAMETERS = frozenset(
    {
        "aspect_ratio",
        "cfg",
        "cfg_scale",
        "denoise",
        "duration",
        "fps",
        "frames",
        "guidance",
        "guidance_scale",
        "height",
        "motion",
        "num_frames",
        "num_inference_steps",
        "pattern",
        "quality",
        "rate",
        "ratio",
        "resolution",
        "sampler",
        "scheduler",
        "seconds",
        "size",
        "source",
        "speed",
        "steps",
        "strength",
        "style",
        "width",
    }
)
"""Names of generator settings that may be published whatever their value."""

_PLAIN = re.compile(r"-?\d+(?:\.\d+)?(?:[:x/]\d+)?|true|false")

_FIELDS = (
    Field.GENERATOR,
    Field.PROVIDER,
    Field.MODEL,
    Field.MODEL_VERSION,
    Field.SOURCE_TYPE,
    Field.CREATED,
    Field.LICENCE,
    Field.SEED,
)

_TEXTS = (Field.PROMPT, Field.NEGATIVE_PROMPT, Field.PROMPT_PREFIX, Field.PROMPT_WRITER)


def stamp(when: datetime) -> str:
    """A moment as RFC 3339 in UTC, to the second."""
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def source_type(slate: Slate) -> str:
    """IPTC type a take may be said to be: only what was observed, signed or declared."""
    claim = slate.recipe.in_force.get(Field.SOURCE_TYPE)
    name = claim.value.rpartition("/")[2] if claim and firm(claim) else ""
    return name if name in SOURCE_TYPES else ""


def ai_disclosure(slate: Slate) -> dict[str, Any] | None:
    """``c2pa.ai-disclosure`` (C2PA 2.4 section 18.28) of a take that a named, trained model made."""
    recipe = slate.recipe
    claim = recipe.in_force.get(Field.MODEL) or recipe.in_force.get(Field.GENERATOR)
    if claim is None or not firm(claim) or source_type(slate) not in _TRAINED:
        return None
    if not (name := model_name(recipe)):
        return None
    said: dict[str, Any] = {"modelType": words.MODEL, "modelName": name}
    identifier = "/".join(
        public(recipe[field], 80, model=field is not Field.PROVIDER)
        for field in (Field.PROVIDER, Field.MODEL, Field.MODEL_VERSION)
        if recipe[field]
    )
    if identifier:
        said["modelIdentifier"] = identifier
    if level := _oversight(slate.standing, recipe):
        said["contentProfile"] = {"humanOversightLevel": level}
    return said


def _oversight(standing: Standing, recipe: Recipe) -> str:
    if standing.by is not None and standing.by.person and standing.verdict is Verdict.CIRCLED:
        return "human_validated"
    return "prompt_guided" if firm(recipe.in_force.get(Field.PROMPT)) else ""


def iptc_metadata(slates: Iterable[Slate], policy: PromptPolicy) -> dict[str, Any] | None:
    """``cawg.metadata`` with the AI fields of IPTC 2025.1: firm values, and nothing where no AI was used.

    Of several takes, every system that is known is named; its version and who wrote the prompts, where
    that is one for all. The prompts of several stand in their own manifests.
    """
    takes = [slate for slate in slates if source_type(slate) in {"", *_TRAINED}]
    recipes = [slate.recipe for slate in takes]
    fields: dict[str, str] = {}

    def put(name: str, field: Field) -> None:
        if value := _shared(recipes, field):
            fields[f"Iptc4xmpExt:{name}"] = public(value, model=field is Field.MODEL_VERSION)

    systems = dict.fromkeys(
        model_name(each)
        for each in recipes
        if firm(each.in_force.get(Field.MODEL) or each.in_force.get(Field.GENERATOR))
    )
    if named := "; ".join(filter(None, systems)):
        fields[f"Iptc4xmpExt:{_SYSTEM}"] = named
    put(_VERSION, Field.MODEL_VERSION)
    put(_WRITER, Field.PROMPT_WRITER)
    alone = policy is PromptPolicy.FULL and len(recipes) == 1
    prompt = _shared(recipes, Field.PROMPT) if alone else ""
    data = prompt.encode("utf-8", "replace")
    if data and len(data) <= words.PROMPT_LIMIT:
        fields["Iptc4xmpExt:AIPromptInformation"] = data.decode()
    return {"@context": IPTC_CONTEXT, **fields} if fields else None


def _shared(recipes: Iterable[Recipe], field: Field) -> str:
    """The firm value of a field that is one in all recipes; empty where there is none."""
    claims = [each.in_force.get(field) for each in recipes]
    values = {claim.value for claim in claims if claim is not None and firm(claim)}
    return values.pop() if len(values) == 1 and all(map(firm, claims)) else ""


def no_training() -> dict[str, Any]:
    """``cawg.training-mining``: not allowed, for each use that CAWG 1.1 names."""
    return {"entries": {use: {"use": "notAllowed"} for use in words.TRAINING_USES}}


def take_record(slate: Slate, policy: PromptPolicy, sealed: Mapping[str, str]) -> dict[str, Any]:
    """``org.circletake.take``: which take this is, how each field was learnt, who decided.

    Prompts stand in their own ingredients; here is their evidence, and the digest of one kept
    back. Seeds are text, since JSON readers lose integers above 2**53.
    """
    take, recipe = slate.take, slate.recipe
    fields: dict[str, dict[str, str]] = {}
    for field in (*_FIELDS, *_TEXTS):
        claim = recipe.in_force.get(field)
        if claim is None:
            continue
        said = {
            "evidence": "declared" if claim.accepted else claim.evidence.value,
            "by": public(claim.by, 80),
        }
        if field in _FIELDS or field is Field.PROMPT_WRITER:
            said["value"] = public(claim.value, model=field in (Field.MODEL, Field.MODEL_VERSION))
        elif policy is PromptPolicy.HASH and field in SEALED_FIELDS:
            said |= {"digest": sealed[field], "method": METHOD}
        elif policy is not PromptPolicy.FULL:
            said["withheld"] = "by policy"
        elif field is Field.PROMPT_PREFIX:
            said["value"] = public(claim.value, 400)
        fields[field.value] = said
    record: dict[str, Any] = {
        "take": take.sha256,
        "shot": public(take.shot, 80),
        "number": take.number,
        "origin": take.origin.value,
        "prompts": policy.value,
        "recipe": fields,
    }
    if parameters := _parameters(recipe):
        record["parameters"] = parameters
    if decision := _decision(slate.standing):
        record["decision"] = decision
    return record


def _parameters(recipe: Recipe) -> dict[str, str]:
    """Settings that may be published: known names, and numbers of any name."""
    return {
        name: public(value)
        for name, value in recipe.parameters.items()
        if re.fullmatch(r"[A-Za-z][\w.-]{0,39}", name)
        and (name in PUBLIC_PARAMETERS or _PLAIN.fullmatch(value))
        and public(value) != WITHHELD
    }


def _decision(standing: Standing) -> dict[str, Any]:
    if standing.verdict is Verdict.UNREVIEWED and not standing.stars:
        return {}
    said: dict[str, Any] = {"verdict": standing.verdict.value, "stars": standing.stars}
    if standing.by is not None:
        said |= {"by": public(standing.by.name, 80), "person": standing.by.person}
    if standing.at is not None:
        said["at"] = stamp(standing.at)
    return said


def cut_record(cut: Cut, takes: dict[str, Take], policy: PromptPolicy) -> dict[str, Any]:
    """``org.circletake.cut``: the edit in exact time, takes by their sha256."""
    song = cut.song
    return {
        "rate": str(cut.rate),
        "start": cut.start,
        "prompts": policy.value,
        "events": [
            {
                "take": takes[placed.event.take_id].sha256,
                "label": public(takes[placed.event.take_id].label, 80),
                "source": [str(placed.event.source_in), str(placed.event.source_out)],
                "record": [str(placed.record_in), str(placed.record_out)],
                "speed": str(placed.event.speed),
                "fit": cut.fit_of(placed.event).value,
            }
            for placed in cut.placed
        ],
        "black": [[str(start), str(end)] for start, end in cut.black],
        "song": None
        if song is None
        else {
            "name": public(song.name, 120),
            "sha256": song.sha256,
            "origin": song.origin.value,
            "declared_by": public(song.declared_by, 80),
            "offset": str(song.offset),
            "fades": [str(song.fade_in), str(song.fade_out)],
            "volume": str(song.volume),
        },
    }
