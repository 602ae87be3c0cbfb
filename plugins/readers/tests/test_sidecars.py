"""What the JSON files beside a clip are allowed to say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake import Evidence, NoSettings, SourceFile
from circletake_readers.sidecars import OwnSidecar, PlainSidecar, TakeJson
from tests.factories import media_facts, sha256


def source(**sidecars: Any) -> SourceFile:
    files = {
        name.replace("__", "."): data if isinstance(data, bytes) else json.dumps(data).encode()
        for name, data in sidecars.items()
    }
    return SourceFile("bus.mp4", sha256("bus"), media_facts(), {}, files)


def said(reader: Any, file: SourceFile) -> dict[str, str]:
    return {claim.field: claim.value for claim in reader.read(file, NoSettings())}


def test_a_take_json_gives_its_recipe_and_parent_but_not_its_review() -> None:
    file = source(
        bus__take__json={
            "recipe": {
                "prompt": "night bus",
                "negativePrompt": "text",
                "seed": 18446744073709551617,
                "guidance": 7.50,
                "params": {"steps": 30},
            },
            "parent": {"sha256": "ab" * 32},
            "review": {"prompt": "great take!"},
        }
    )
    assert said(TakeJson(), file) == {
        "prompt": "night bus",
        "negative_prompt": "text",
        "seed": "18446744073709551617",
        "param.guidance": "7.5",
        "param.steps": "30",
        "input.parent": "ab" * 32,
    }
    assert {c.evidence for c in TakeJson().read(file, NoSettings())} == {Evidence.SIDECAR}


def test_our_own_sidecar_needs_its_schema() -> None:
    recipe = {"prompt": "night bus", "param.steps": "30"}
    ours = source(bus__mp4__circletake__json={"schema": "circletake.sidecar/1", "recipe": recipe})
    assert said(OwnSidecar(), ours) == recipe
    assert said(OwnSidecar(), source(bus__circletake__json={"recipe": recipe})) == {}


def test_a_plain_json_counts_only_when_it_says_what_a_recipe_says() -> None:
    assert said(PlainSidecar(), source(bus__json={"Prompt": "night bus", "views": 3})) == {
        "prompt": "night bus",
        "param.views": "3",
    }
    assert said(PlainSidecar(), source(bus__json={"width": 3, "title": "holiday"})) == {}


def test_each_reader_leaves_the_others_files_alone() -> None:
    file = source(bus__take__json={"recipe": {"prompt": "x"}, "prompt": "y"})
    assert said(PlainSidecar(), file) == {}
    assert said(OwnSidecar(), file) == {}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"recipe": ' * 50_000,
        b'{"prompt": NaN, "seed": ' + b"9" * 500_000 + b"}",
        b'{"prompt": "' + b"a" * 900_000 + b'"}',
        b'{"recipe": [1, 2], "prompt": {"a": 1}}',
        b'{"prompt": "\\ud800\\u0000", "model": null, "seed": []}',
        b"null",
    ],
)
def test_hostile_json_costs_nothing(data: bytes) -> None:
    for reader in (OwnSidecar(), TakeJson(), PlainSidecar()):
        suffix = {"sidecar": ".circletake.json", "take_json": ".take.json", "plain_json": ".json"}
        file = SourceFile("a.mp4", "0" * 64, media_facts(), {}, {f"a{suffix[reader.about.name]}": data})
        for claim in reader.read(file, NoSettings()):
            assert len(claim.value) <= 65_536
            claim.value.encode()
            assert "\0" not in claim.value


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["prompt", "recipe"]), inner),
)


@given(JSON)
def test_any_json_gives_text_claims_or_none(value: object) -> None:
    data = json.dumps(value).encode("utf-8", "surrogatepass")
    names = ("a.json", "a.take.json", "a.circletake.json")
    file = SourceFile("a.mp4", "0" * 64, media_facts(), {}, dict.fromkeys(names, data))
    for reader in (OwnSidecar(), TakeJson(), PlainSidecar()):
        for claim in reader.read(file, NoSettings()):
            assert claim.value and claim.field
