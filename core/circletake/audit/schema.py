"""The published schemas of the documents circletake writes about a release (JSON Schema 2020-12)."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

NAMES = ("audit", "release", "disclosure")
"""``circletake.<name>/1`` each."""


def schema_text(name: str) -> str:
    """The schema of one document, as JSON.

    Args:
        name: one of :data:`NAMES`.
    """
    return (files("circletake.audit") / "schemas" / f"circletake.{name}-1.schema.json").read_text("utf-8")


def printed_schema() -> str:
    """The schema of exactly what ``circletake audit --json`` prints: the audit of each path, in a list.

    The schema of one audit is inside, whole, as 2020-12 bundles schemas: nothing has to be fetched.
    """
    audit: dict[str, Any] = json.loads(schema_text("audit"))
    document = {
        "$schema": audit["$schema"],
        "$id": "urn:circletake:schema:audits-1",
        "title": "circletake audit --json",
        "description": "One audit for each release and other folder or file, as the paths were named.",
        "type": "object",
        "required": ["audits"],
        "properties": {
            "audits": {"type": "array", "minItems": 1, "items": {"$ref": audit["$id"]}},
            "not_audited": {
                "description": "Paths that could not be audited; absent where all could.",
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["path", "reason", "next_step"],
                    "properties": {name: {"type": "string"} for name in ("path", "reason", "next_step")},
                    "additionalProperties": False,
                },
            },
        },
        "additionalProperties": False,
        "$defs": {"audit": audit},
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
