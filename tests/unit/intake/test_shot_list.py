"""Shot lists say what to ask for, row by row; what is wrong with any row is told at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.errors import BadInput
from circletake.model.generation import GenerationRequest
from circletake.workflows.intake.shot_list import ForAll, Wanted, read_shot_list

BASE = ForAll("", "wan", 2, "", GenerationRequest("w2", "", parameters={"steps": "20"}))


def listed(tmp_path: Path, name: str, text: str, base: ForAll = BASE) -> list[Wanted]:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read_shot_list(tmp_path / name, base)


CSV = """\
shot,prompt,model,takes,seeds,steps,parameters
SH010,"night bus, rain",,,,,
SH020,river,w3,3,7,30,size=160x90 rate=24
SH030,'=sum,,,8 9 010,,
"""
YAML = """\
shots:
- {shot: SH010, prompt: "night bus, rain"}
- {shot: SH020, prompt: river, model: w3, takes: 3, seeds: 7, steps: 30, parameters: {size: 160x90, rate: 24}}
- {shot: SH030, prompt: =sum, seeds: [8, 9, 010]}
"""
JSON = """[
{"shot": "SH010", "prompt": "night bus, rain"},
{"shot": "SH020", "prompt": "river", "model": "w3", "takes": 3, "seeds": 7, "steps": 30,
 "parameters": {"size": "160x90", "rate": 24}},
{"shot": "SH030", "prompt": "=sum", "seeds": ["8", 9, "010"]}]
"""


@pytest.mark.parametrize(("name", "text"), [("s.csv", CSV), ("s.yaml", YAML), ("s.json", JSON)])
def test_a_list_says_the_same_in_every_format(tmp_path: Path, name: str, text: str) -> None:
    first, second, third = listed(tmp_path, name, text)
    assert (first.shot, first.backend, first.takes, first.seeds) == ("SH010", "wan", 2, ())
    assert first.request == GenerationRequest("w2", "night bus, rain", parameters={"steps": "20"})
    assert (second.takes, second.request.seed, second.request.model) == (3, "7", "w3")
    assert second.request.parameters == {"steps": "30", "size": "160x90", "rate": "24"}
    assert (third.takes, third.seeds, third.request.prompt) == (3, ("8", "9", "010"), "=sum")


def test_values_in_yaml_stay_as_they_are_written(tmp_path: Path) -> None:
    (row,) = listed(tmp_path, "s.yml", "- {prompt: no, seed: 0x1F, ratio: 16:9, loop: yes, sampler: ~}")
    assert (row.request.prompt, row.request.seed) == ("no", "0x1F")
    assert row.request.parameters == {"steps": "20", "ratio": "16:9", "loop": "yes", "sampler": "~"}


def test_yaml_makes_no_objects(tmp_path: Path) -> None:
    (row,) = listed(tmp_path, "s.yaml", "- {prompt: !!python/object/apply:os.getcwd []}\n".replace("[]", "x"))
    assert row.request.prompt == "x"


def test_a_prompt_and_a_still_lie_beside_the_list(tmp_path: Path) -> None:
    folder = tmp_path / "list"
    folder.mkdir()
    (folder / "p.txt").write_text("night bus\n")
    (folder / "still.png").write_bytes(b"")
    (row,) = listed(folder, "s.csv", "prompt,image\n@p.txt,still.png\n")
    assert (row.request.prompt, row.request.image) == ("night bus", (folder / "still.png").resolve())
    (tmp_path / "private.txt").write_text("private")
    for cell in ("@../private.txt,", "x,../private.txt", f"@{tmp_path}/private.txt,"):
        with pytest.raises(BadInput, match="outside the folder of the list"):
            listed(folder, "s.csv", f"prompt,image\n{cell}\n")


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    rows = ["deadbeef,a,,,", ",a,0,,", ",a,2,1 2 3,", ",,,,", ",b,x,,", ",c,,,no.png", "SH1,,1,,"]
    text = "\n".join(["shot,prompt,takes,seeds,image", *rows])
    with pytest.raises(BadInput) as told:
        listed(tmp_path, "s.csv", text)
    for said in (
        "row 1: shot: 'deadbeef' is no shot's name",
        "row 2: takes: '0' is no number of takes",
        "row 3: 3 seeds for 2 takes",
        "row 4: takes: 'x' is no number of takes",
        "row 5: image: there is no file no.png",
        "row 6: has no prompt",
    ):
        assert said in told.value.reason
    with pytest.raises(BadInput, match="names no model"):
        listed(tmp_path, "s.csv", "prompt\na\n", ForAll())


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("s.csv", "prompt\n", "asks for nothing"),
        ("s.csv", "prompt\na,b\n", "more cells than the header"),
        ("s.yaml", "- [", "not valid YAML"),
        ("s.yaml", "prompt: a", "no list of shots"),
        ("s.json", "{", "not valid JSON"),
        ("s.json", '[{"prompt": ["a"]}]', "one value was expected"),
        ("s.txt", "night bus", "no list of shots"),
    ],
)
def test_what_is_no_list_is_told_as_that(tmp_path: Path, name: str, text: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        listed(tmp_path, name, text)


@given(st.text(max_size=200), st.sampled_from(["s.csv", "s.yaml", "s.json"]))
def test_no_text_is_too_strange_to_be_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str, name: str
) -> None:
    folder = tmp_path_factory.mktemp("list")
    (folder / name).write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        rows = read_shot_list(folder / name, BASE)
    except BadInput as error:
        assert error.reason
    else:
        assert all(row.takes > 0 for row in rows)
