"""The published schemas of the documents circletake writes about a release (JSON Schema 2020-12)."""

from __future__ import annotations

from importlib.resources import files

NAMES = ("audit", "release", "disclosure")
"""``circletake.<name>/1`` each."""


def schema_text(name: str) -> str:
    """The schema of one document, as JSON.

    Args:
        name: one of :data:`NAMES`.
    """
    return (files("circletake.audit") / "schemas" / f"circletake.{name}-1.schema.json").read_text("utf-8")
