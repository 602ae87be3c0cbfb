"""Tables of recipes: how rows meet files, and what they may say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from circletake.errors import BadInput
from circletake.model.recipe import Evidence
from circletake.workflows.intake.recipe_table import RecipeTable, read_table
from tests.factories import actor, sha256


def table(tmp_path: Path, text: str | object, name: str = "recipes.json") -> RecipeTable:
    path = tmp_path / name
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    return read_table(path)


def said(rows: RecipeTable, path: str, sha: str = "0" * 64) -> dict[str, str]:
    return {claim.field: claim.value for claim in rows.claims(Path(path), sha, actor())}


def test_a_row_meets_its_file_by_name_and_is_declared_by_the_person(tmp_path: Path) -> None:
    rows = table(tmp_path, [{"file": "bus.mp4", "prompt": "night bus", "seed": 2**64, "Guidance Scale": 7.5}])
    (claim, *_) = claims = rows.claims(Path("/clips/bus.mp4"), sha256(1), actor("ana"))
    assert {c.field: c.value for c in claims} == {
        "prompt": "night bus",
        "seed": "18446744073709551616",
        "param.guidance_scale": "7.5",
    }
    assert (claim.evidence, claim.by, claim.source) == (Evidence.DECLARED, "ana", "table recipes.json")


def test_a_script_does_not_pass_for_a_person(tmp_path: Path) -> None:
    rows = table(tmp_path, {"bus.mp4": {"prompt": "night bus"}})
    (claim,) = rows.claims(Path("bus.mp4"), sha256(1), actor("ana", person=False))
    assert claim.by == "ana (script)"


def test_a_row_with_a_digest_speaks_for_those_bytes_only(tmp_path: Path) -> None:
    rows = table(tmp_path, [{"file": "bus.mp4", "sha256": sha256(1).upper(), "prompt": "night bus"}])
    assert said(rows, "/clips/renamed.mp4", sha256(1)) == {"prompt": "night bus"}
    assert said(rows, "/clips/bus.mp4", sha256(2)) == {}


def test_folders_in_a_row_must_agree_and_the_longest_agreement_wins(tmp_path: Path) -> None:
    rows = table(
        tmp_path,
        [
            {"file": "1.mp4", "prompt": "any"},
            {"file": "wan/1.mp4", "prompt": "wan"},
            {"file": "D:\\out\\sora\\1.mp4", "prompt": "sora"},
        ],
    )
    assert said(rows, "/x/wan/1.mp4")["prompt"] == "wan"
    assert said(rows, "/x/sora/1.mp4")["prompt"] == "any"
    assert rows.unmatched == ("D:/out/sora/1.mp4",)


def test_a_name_that_several_different_files_bear_is_told(tmp_path: Path) -> None:
    rows = table(tmp_path, [{"file": "1.mp4", "prompt": "any"}])
    assert rows.unmatched == ("1.mp4",)
    for word in (1, 2):
        said(rows, f"/{word}/1.mp4", sha256(word))
    assert rows.ambiguous == ("1.mp4",)
    assert len(rows.unmatched) == 0


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_comes_as_spreadsheets_write_it(tmp_path: Path, delimiter: str) -> None:
    text = "\ufeff" + delimiter.join(("File", "Negative Prompt", "prompt")) + "\r\n"
    text += delimiter.join(("bus.mp4", "", '"\'=night\nbus"')) + "\r\n"
    assert said(table(tmp_path, text, "r.csv"), "/bus.mp4") == {"prompt": "=night\nbus"}


def test_what_describes_the_file_is_measured_and_not_believed(tmp_path: Path) -> None:
    rows = table(
        tmp_path, [{"file": "a.mp4", "width": 9, "prompt": "x", "tags": {"a": 1}, "origin": {"b": 2}}]
    )
    assert said(rows, "/a.mp4") == {"prompt": "x"}
    assert rows.left_out == ("origin",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[", "not valid JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("3", "no row names a file"),
        ('[{"prompt": "x"}]', "no row names a file"),
        ('[{"file": "a.mp4"}]', "no row names a file"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused_with_its_reason(
    tmp_path: Path, text: str, reason: str
) -> None:
    with pytest.raises(BadInput) as caught:
        table(tmp_path, text)
    assert reason in caught.value.reason


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"\xff\xfe\x00x")
    with pytest.raises(BadInput, match="UTF-8"):
        read_table(tmp_path / "t.csv")
    with pytest.raises(BadInput, match="No such file"):
        read_table(tmp_path / "none.csv")


def test_a_source_type_that_is_none_refuses_the_table(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="perhaps digitalCapture") as told:
        table(tmp_path, [{"file": "bus.mp4", "digital source type": "camera"}])
    assert "recipes.json" in told.value.thing
