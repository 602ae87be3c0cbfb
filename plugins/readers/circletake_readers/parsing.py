"""Reading strangers' JSON without being hurt by it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from circletake import field_named

LONGEST = 65_536
"""Characters of a value that is still taken; a cut prompt would not be the prompt."""

MOST_KEYS = 200


def read_object(text: str | bytes) -> dict[str, Any]:
    """The JSON object in ``text``; empty for anything else.

    Numbers stay the text they were written as, so that a seed above 2**63 keeps every
    digit and a number of a million digits costs nothing.
    """
    try:
        value = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def text_of(value: object) -> str:
    """A scalar as text; empty for what is missing, nested or too long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str) or len(value) > LONGEST:
        return ""
    text = value.strip()
    return text if text.isprintable() else _storable(text)


def _storable(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def fields_of(block: object) -> Iterator[tuple[str, str]]:
    """Field and value of each scalar in a flat block, one level of ``params`` opened."""
    if not isinstance(block, Mapping):
        return
    for key, value in list(block.items())[:MOST_KEYS]:
        field, text = field_named(str(key)), text_of(value)
        if field and text:
            yield field, text
        elif str(key).lower() in ("params", "parameters", "settings") and isinstance(value, Mapping):
            for name, inner in list(value.items())[:MOST_KEYS]:
                field, text = field_named(str(name)), text_of(inner)
                if field and text:
                    yield field, text
