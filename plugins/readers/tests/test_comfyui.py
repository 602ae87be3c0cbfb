"""Following a ComfyUI graph from its sampler to texts, seed and weights."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake import Evidence, NoSettings, SourceFile
from circletake_readers.comfyui import ComfyUI
from tests.factories import media_facts


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs}


WAN = {
    "84": node("CLIPLoader", clip_name="umt5.safetensors", type="wan"),
    "101": node("UNETLoader", unet_name="wan2.2_high.safetensors"),
    "102": node("UNETLoader", unet_name="wan2.2_low.safetensors"),
    "103": node("ModelSamplingSD3", model=["102", 0], shift=8),
    "104": node("LoraLoaderModelOnly", model=["101", 0], lora_name="light.safetensors"),
    "85": node(
        "KSamplerAdvanced",
        add_noise="disable",
        noise_seed=0,
        steps=20,
        model=["103", 0],
        positive=["98", 0],
        negative=["98", 1],
    ),
    "86": node(
        "KSamplerAdvanced",
        add_noise="enable",
        noise_seed=18446744073709551615,
        steps=20,
        cfg=3.5,
        model=["104", 0],
        positive=["98", 0],
        negative=["98", 1],
    ),
    "98": node("WanImageToVideo", positive=["93", 0], negative=["89", 0], start_image=["97", 0]),
    "93": node("CLIPTextEncode", text=["200", 0], clip=["84", 0]),
    "89": node("CLIPTextEncode", text="blurry", clip=["84", 0]),
    "97": node("LoadImage", image="bus.png"),
    "200": node("PrimitiveString", value="night bus, rain"),
}

CUSTOM = {
    "1": node("SamplerCustomAdvanced", noise=["2", 0], guider=["3", 0]),
    "2": node("RandomNoise", noise_seed=["9", 0]),
    "3": node("CFGGuider", model=["4", 0], positive=["5", 0], negative=["6", 0]),
    "4": node("CheckpointLoaderSimple", ckpt_name="ltx.safetensors"),
    "5": node("LTXVConditioning", positive=["7", 0], negative=["8", 0]),
    "6": node("LTXVConditioning", positive=["7", 0], negative=["8", 0]),
    "7": node("CLIPTextEncode", text="night bus"),
    "8": node("CLIPTextEncode", text="cartoon"),
    "9": node("PrimitiveInt", value=7),
}

WRAPPER = {
    "1": node("WanVideoSampler", seed=5, text_embeds=["2", 0], model=["3", 0]),
    "2": node("WanVideoTextEncode", positive_prompt="night bus", negative_prompt="blurry"),
    "3": node("WanVideoModelLoader", model="wan.safetensors"),
}


def said(tags: dict[str, str]) -> dict[str, str]:
    claims = list(ComfyUI().read(SourceFile("a.mp4", "0" * 64, media_facts(), tags, {}), NoSettings()))
    assert all(claim.evidence is Evidence.EMBEDDED for claim in claims)
    return {claim.field: claim.value for claim in claims}


def test_the_sampler_that_adds_the_noise_gives_seed_and_weights() -> None:
    found = said({"prompt": json.dumps(WAN), "workflow": "{}"})
    assert found.pop("workflow").startswith("ComfyUI graph sha256:")
    assert found == {
        "generator": "comfyui",
        "prompt": "night bus, rain",
        "negative_prompt": "blurry",
        "seed": "18446744073709551615",
        "model": "wan2.2_high.safetensors",
        "param.steps": "20",
        "param.cfg": "3.5",
        "input.image": "bus.png",
    }


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        (CUSTOM, ("night bus", "cartoon", "7", "ltx.safetensors")),
        (WRAPPER, ("night bus", "blurry", "5", "wan.safetensors")),
    ],
)
def test_guiders_and_wrapper_nodes_are_followed_too(
    graph: dict[str, Any], expected: tuple[str, str, str, str]
) -> None:
    found = said({"prompt": json.dumps(graph)})
    assert (found["prompt"], found["negative_prompt"], found["seed"], found["model"]) == expected


def test_one_json_in_the_comment_is_found_also_when_the_graph_is_text_in_it() -> None:
    for inner in (WRAPPER, json.dumps(WRAPPER)):
        assert said({"comment": json.dumps({"prompt": inner, "workflow": {}})})["prompt"] == "night bus"


def test_a_negative_text_is_never_taken_for_the_prompt() -> None:
    graph = {"1": node("KSampler", seed=1, negative=["2", 0]), "2": node("CLIPTextEncode", text="ugly")}
    found = said({"prompt": json.dumps(graph)})
    assert "prompt" not in found
    assert found["negative_prompt"] == "ugly"


def test_links_in_a_circle_end() -> None:
    graph = {
        "1": node("KSampler", seed=["1", 0], positive=["2", 0], model=["3", 0], noise=["1", 0]),
        "2": node("CLIPTextEncode", text=["2", 0]),
        "3": node("LoraLoader", model=["3", 0]),
    }
    assert "prompt" not in said({"prompt": json.dumps(graph)})


def test_a_tag_that_is_plain_text_is_no_graph() -> None:
    assert said({"prompt": "night bus", "comment": "made on a phone"}) == {}


LINK = st.tuples(st.sampled_from(list("12345")), st.integers(0, 2)).map(list)
KEYS = st.sampled_from(
    ["seed", "noise", "positive", "negative", "text", "model", "guider", "value", "text_embeds", "clip_l"]
)
NODE = st.builds(
    lambda kind, inputs: {"class_type": kind, "inputs": inputs},
    st.sampled_from(["KSampler", "CLIPTextEncode", "UNETLoader", "SamplerCustomAdvanced"]) | st.none(),
    st.dictionaries(KEYS, LINK | st.text() | st.integers() | st.lists(st.none())),
)


@given(st.dictionaries(st.sampled_from(list("12345")), NODE | st.text()))
def test_any_graph_gives_text_claims_or_none(graph: dict[str, Any]) -> None:
    for value in said({"prompt": json.dumps(graph)}).values():
        assert value
