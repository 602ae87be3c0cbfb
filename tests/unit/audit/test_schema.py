"""The published schemas say what the documents are: all of it, and nothing that is not so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from circletake.audit.document import json_report
from circletake.audit.schema import NAMES, printed_schema, schema_text
from circletake.audit.statement import json_statement
from circletake.model.audit import Audit
from circletake.plugins.manager import PluginManager
from circletake.workflows.auditing.audit import audit_folder, trust_lists
from circletake.workflows.auditing.disclosing import disclose
from tests.releases import Made

DOCS = Path(__file__).resolve().parents[3] / "docs" / "schemas"


def closed(schema: Any) -> Any:
    """``schema``, refusing every field it does not name: a field nobody wrote down is found."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    shut = {key: closed(each) for key, each in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        shut.setdefault("additionalProperties", False)
    return shut


def faults(name: str, document: Any) -> list[str]:
    found = Draft202012Validator(closed(json.loads(schema_text(name)))).iter_errors(document)
    return [f"{error.json_path}: {error.message[:200]}" for error in found]


@pytest.fixture
def manager() -> PluginManager:
    return PluginManager.load(only=("rules",))


@pytest.fixture
def audits(made: Made, manager: PluginManager) -> Iterator[list[Audit]]:
    """Of a release as it is, of one altered in several ways, and of a bare video."""
    lists = trust_lists(made.keys.folder.parent)
    whole = audit_folder(made.folder, manager=manager, trust=lists)
    clips = sorted((made.folder / "clips").iterdir())
    clips[0].write_bytes(clips[0].read_bytes()[:-200])
    clips[1].write_bytes(clips[1].read_bytes() + b"more")
    (made.folder / "release.json.c2pa").unlink()
    (made.folder / "notes.txt").write_text("mine")
    yield [
        whole,
        audit_folder(made.folder, manager=manager),
        audit_folder(clips[2], manager=manager, trust=lists),
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_a_schema_and_the_same_in_the_docs(name: str) -> None:
    Draft202012Validator.check_schema(json.loads(schema_text(name)))
    assert (DOCS / f"circletake.{name}-1.schema.json").read_text("utf-8") == schema_text(name)


def test_the_schema_that_is_printed_is_in_the_docs_too() -> None:
    Draft202012Validator.check_schema(json.loads(printed_schema()))
    assert (DOCS / "circletake.audits-1.schema.json").read_text("utf-8") == printed_schema()


@pytest.mark.usefixtures("no_workers")
def test_real_reports_are_of_the_schema(audits: list[Audit]) -> None:
    assert [faults("audit", json_report(audit)) for audit in audits] == [[], [], []]
    assert {audit.exit_code for audit in audits} == {0, 1}


@pytest.mark.usefixtures("no_workers")
def test_real_disclosures_are_of_the_schema(audits: list[Audit], manager: PluginManager) -> None:
    documents = [json_statement(disclose(audit, manager)) for audit in audits]
    assert [faults("disclosure", document) for document in documents] == [[], [], []]


def test_a_real_record_is_of_the_schema(made: Made) -> None:
    assert faults("release", json.loads((made.folder / "release.json").read_text("utf-8"))) == []


@pytest.mark.usefixtures("no_workers")
def test_another_document_is_not(audits: list[Audit]) -> None:
    document = json_report(audits[0])
    document["files"][0]["verdict"] = "fine"
    document["surprise"] = 1
    del document["root"]
    assert len(faults("audit", document)) == 3
