"""Mending recipes by hand and through a spreadsheet."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from circletake.errors import BadInput
from circletake.model.recipe import Evidence
from circletake.workflows.curation import recipes
from circletake.workflows.curation.curate import choose_one
from circletake.workflows.library import Library
from tests.factories import actor, claim, new_take


def as_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def written(path: Path, rows: list[dict[str, str]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


@pytest.fixture
def two(library: Library) -> Library:
    """SH010/1 with a prompt from its tags, SH010/2 with nothing."""
    embedded = [claim(evidence=Evidence.EMBEDDED, source="tag"), claim("seed", "7", Evidence.EMBEDDED)]
    new_take(library.registry, "one", shot="SH010", claims=embedded)
    new_take(library.registry, "two", shot="SH010")
    return library


def sheet(library: Library) -> list[dict[str, str]]:
    return as_rows(recipes.table(library.registry.takes.slates()))


def test_a_persons_word_is_declared_and_accepted_over_the_tag(two: Library) -> None:
    slate = choose_one(two, "SH010/1")
    recipes.set_fields(two, [slate], {"prompt": "tram"}, actor("ana"))
    mended = choose_one(two, "SH010/1").recipe
    assert mended["prompt"] == "tram"
    assert mended.in_force["prompt"].evidence is Evidence.DECLARED
    assert mended.in_force["prompt"].accepted
    assert {c.value for c in mended.claims if c.field == "prompt"} == {"tram", "night bus, rain"}


def test_confirming_an_embedded_value_makes_it_declared_once(two: Library) -> None:
    for changes in (1, 0):
        slate = choose_one(two, "SH010/1")
        assert len(recipes.set_fields(two, [slate], {"seed": "7"}, actor())) == changes
    assert choose_one(two, "SH010/1").recipe.evidence("seed") is Evidence.DECLARED


@pytest.mark.parametrize("text", ["prompt", "prompt=", "colour=red", "=x", "param.=1"])
def test_an_assignment_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        recipes.parse_assignment(text)


@pytest.mark.parametrize(("written", "meant"), [("camera", "digitalCapture"), ("Kamera??", "digitalCapture")])
def test_a_source_type_that_is_none_is_refused_and_the_near_one_named(written: str, meant: str) -> None:
    with pytest.raises(BadInput) as told:
        recipes.parse_assignment(f"source_type={written}")
    assert written in told.value.thing
    assert f"perhaps {meant}" in told.value.next_step
    assert "trainedAlgorithmicMedia" in told.value.next_step


def test_a_source_type_may_be_written_with_its_address() -> None:
    address = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
    assert recipes.parse_assignment(f"source_type={address}") == ("source_type", "digitalCapture")


def test_a_row_with_a_source_type_that_is_none_is_bad(two: Library, tmp_path: Path) -> None:
    rows = [
        {**row, "source_type": kind}
        for row, kind in zip(sheet(two), ("camera", "digitalCapture"), strict=True)
    ]
    applied = recipes.apply_table(two, written(tmp_path / "t.csv", rows), actor())
    assert [(row.line, "digitalCapture" in row.reason) for row in applied.bad] == [(2, True)]
    assert [choose_one(two, f"SH010/{n}").recipe["source_type"] for n in (1, 2)] == ["", "digitalCapture"]


def test_only_the_first_equals_sign_parts_field_and_value() -> None:
    assert recipes.parse_assignment("prompt=a=b") == ("prompt", "a=b")


def test_a_table_that_nobody_touched_changes_nothing(two: Library, tmp_path: Path) -> None:
    path = tmp_path / "todo.csv"
    path.write_text(recipes.table(two.registry.takes.slates()), encoding="utf-8", newline="")
    applied = recipes.apply_table(two, path, actor())
    assert (applied.rows, applied.changes, applied.bad) == (2, (), ())


@pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-8")])
def test_a_filled_cell_is_declared_however_the_spreadsheet_wrote_it(
    two: Library, tmp_path: Path, delimiter: str, encoding: str
) -> None:
    rows = sheet(two)
    rows[1]["prompt"] = "wet asphalt; neon, „Ü“"
    path = written(tmp_path / "todo.csv", rows, delimiter, encoding)
    applied = recipes.apply_table(two, path, actor("ana"))
    assert [(c.slate.take.label, c.field) for c in applied.changes] == [("SH010/2", "prompt")]
    found = choose_one(two, "SH010/2").recipe.in_force["prompt"]
    assert (found.value, found.by, found.source) == ("wet asphalt; neon, „Ü“", "ana", "todo.csv")


def test_an_emptied_cell_changes_nothing(two: Library, tmp_path: Path) -> None:
    rows = sheet(two)
    rows[0]["prompt"] = ""
    assert not recipes.apply_table(two, written(tmp_path / "t.csv", rows), actor()).changes


def test_a_dry_run_counts_and_changes_nothing(two: Library, tmp_path: Path) -> None:
    rows = sheet(two)
    rows[1]["model"] = "wan"
    applied = recipes.apply_table(two, written(tmp_path / "t.csv", rows), actor(), dry_run=True)
    assert applied.takes == 1
    assert choose_one(two, "SH010/2").recipe["model"] == ""


def test_bad_rows_are_named_by_line_and_the_others_applied(two: Library, tmp_path: Path) -> None:
    rows = sheet(two)
    rows[0]["seed"] = "1.23457E+18"
    rows[1]["prompt"] = "two\nlines"
    rows.append({**rows[1], "sha256": "", "take": "SH990/1"})
    rows.append({**rows[1], "sha256": "", "take": ""})
    applied = recipes.apply_table(two, written(tmp_path / "t.csv", rows), actor())
    assert [row.line for row in applied.bad] == [2, 5, 7]
    assert "rounded by the spreadsheet" in applied.bad[0].reason
    assert choose_one(two, "SH010/2").recipe["prompt"] == "two\nlines"


def test_a_table_older_than_a_mending_takes_nothing_back(two: Library, tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", sheet(two))
    recipes.set_fields(two, [choose_one(two, "SH010/1")], {"seed": "9"}, actor())
    applied = recipes.apply_table(two, path, actor())
    assert applied.changes == ()
    assert [change.field for change in applied.stale] == ["seed"]
    assert choose_one(two, "SH010/1").recipe["seed"] == "9"


def test_columns_that_are_no_fields_are_told(two: Library, tmp_path: Path) -> None:
    rows = [{**row, "mood": "blue"} for row in sheet(two)]
    assert recipes.apply_table(two, written(tmp_path / "t.csv", rows), actor()).ignored == ("mood",)


@pytest.mark.parametrize(
    "raw", [b"", b"a,b\n1,2\n", b"take,take,prompt\n", "take,prompt\nSH010/1,Ü".encode("latin-1")]
)
def test_what_is_no_such_table_is_refused(two: Library, tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(raw)
    with pytest.raises(BadInput):
        recipes.apply_table(two, path, actor())


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prompt=st.text(min_size=1, max_size=40))
def test_no_prompt_changes_on_its_way_through_a_table(library: Library, tmp_path: Path, prompt: str) -> None:
    take = new_take(library.registry, f"p {prompt!r}", shot="SH010", claims=[claim(value=prompt)])
    path = tmp_path / "t.csv"
    path.write_bytes(recipes.table([library.registry.takes.slate(take.id)]).encode())
    assert not recipes.apply_table(library, path, actor()).changes
