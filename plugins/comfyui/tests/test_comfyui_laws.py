"""What holds for every prompt, every graph and every answer of a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from circletake import JobState
from circletake_comfyui.graph import digest, kept, recipe_of, title
from circletake_comfyui.history import queued, state_of, videos_of
from circletake_comfyui.template import Template, fill, read_template, value_of
from tests.comfy_server import GRAPH

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
NAMES = st.sampled_from(
    [
        "prompt",
        "outputs",
        "status",
        "messages",
        "images",
        "filename",
        "inputs",
        "class_type",
        "_meta",
        "node_id",
    ]
)
ANSWERS: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=20,
)


def template() -> Template:
    """The graph of these tests, without a file."""
    places = {"prompt": None, "negative": "blurry", "width": "832", "height": "480", "seed": None}
    return Template("wan", GRAPH, places, ())


def shape(value: Any) -> Any:
    """Names and types, without what stands there."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return [shape(inner) for inner in value] if isinstance(value, list) else type(value)


@given(st.text(), st.text(), st.integers(0, 2**64 - 1))
def test_no_prompt_changes_the_graph(prompt: str, negative: str, seed: int) -> None:
    values = {"negative": negative, "seed": str(seed)}
    plain = fill(template(), {"prompt": "bus", **values})
    asked = fill(template(), {"prompt": prompt, **values})
    assert shape(asked) == shape(plain)
    assert asked["4"]["inputs"]["text"] == f"{prompt}, 35 mm film"
    assert asked["5"]["inputs"]["text"] == negative
    assert asked["3"]["inputs"]["seed"] == seed
    assert {**asked, "4": None} == {**plain, "4": None}
    assert json.loads(json.dumps(asked)) == asked


@given(st.text())
def test_a_value_says_what_was_written(text: str) -> None:
    value = value_of("width", text)
    assert value == text or str(value).lower() == text or float(value) == float(text)
    assert value_of("prompt", text) == text


@given(ANSWERS)
def test_no_answer_of_a_server_breaks_the_reading_of_it(answer: Any) -> None:
    queued(answer)
    entry = answer if isinstance(answer, dict) else {"outputs": answer, "status": answer, "prompt": answer}
    assert isinstance(state_of(entry), JobState)
    assert all(isinstance(text, str) for file in videos_of(entry) for text in file.values())
    run = queued([1, "id", answer, answer])
    if run:
        assert all(isinstance(text, str) and text for text in recipe_of(run.nodes).values())
        assert all(title(run.nodes, node) for node in [*run.nodes, "gone"])


@given(
    st.dictionaries(st.text(max_size=3), st.fixed_dictionaries({"inputs": st.dictionaries(NAMES, SCALARS)}))
)
def test_a_digest_is_of_the_graph_and_not_of_its_order(nodes: dict[str, Any]) -> None:
    assert digest(dict(reversed(nodes.items()))) == digest(nodes)


def test_what_is_kept_of_a_graph_holds_no_folders_and_no_keys() -> None:
    inputs = {
        "a": "/home/ana/models/wan.safetensors",
        "b": "see /Users/Ana/film/shot 1/still.png and and/or/else",
        "c": "C:\\Users\\Ana\\lora.safetensors",
        "d": "\\\\nas\\films\\x.png",
        "e": "~/graphs/x.json",
        "f": "sk-0123456789abcdef0123",
        "auth_token": "abcdef",
        "max_tokens": 512,
        "g": "https://example.com/home/x.png",
    }
    said = json.loads(kept({"1": {"class_type": "X", "inputs": inputs}}))["1"]["inputs"]
    assert said == {
        "a": "wan.safetensors",
        "b": "see shot 1/still.png and and/or/else",
        "c": "lora.safetensors",
        "d": "x.png",
        "e": "x.json",
        "f": "withheld",
        "auth_token": "withheld",
        "max_tokens": 512,
        "g": "https://example.com/home/x.png",
    }


def test_a_template_is_what_its_file_says(tmp_path: Path) -> None:
    path = tmp_path / "wan.json"
    path.write_text(json.dumps(GRAPH))
    assert read_template(path) == template()
