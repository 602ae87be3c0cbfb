"""A paper says in its own text which file seals it, so that a seal which was taken away is missed."""

from __future__ import annotations

import html
import json
import re

from circletake.model.text import printable

NAME = "circletake-seal"
"""Name of the ``meta`` element of a page that holds the name of its seal."""

KEY = "sealed_in"
"""Field of a JSON report that holds it."""

_PAGE = re.compile(rf'<meta name="{NAME}" content="([^"<>]{{1,1000}})">')
_JSON = re.compile(rf'"{KEY}": ("(?:[^"\\]|\\.){{1,1000}}")')


def seal_named(head: str) -> str:
    """The file that a paper says it is sealed by, made printable; empty where it names none.

    Args:
        head: its first few thousand characters, anybody's words.
    """
    if found := _PAGE.search(head):
        return printable(html.unescape(found[1]), 120)
    found = _JSON.search(head)
    try:
        return printable(json.loads(found[1]), 120) if found else ""
    except ValueError:
        return ""
