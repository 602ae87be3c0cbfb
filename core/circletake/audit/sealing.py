"""A paper says in its own text what it is, which file seals it and which release it is about.

So a seal that was taken away is missed, and a report in the folder of another release is told from its own.
"""

from __future__ import annotations

import html
import json
import re

from circletake.model.text import printable

SCHEMA = "circletake.audit/1"
"""What a JSON report says it is."""

REPORT_MARK = '<meta name="generator" content="circletake audit">'
STATEMENT_MARK = '<meta name="generator" content="circletake disclose">'
JSON_REPORT_MARK = f'"schema": "{SCHEMA}"'
"""Text in the head of every report, statement and JSON report of ours, whatever its name."""

HEAD = 4000
"""Characters in which that stands, and the names below."""

NAME = "circletake-seal"
"""Name of the ``meta`` element of a page that holds the name of its seal."""

KEY = "sealed_in"
"""Field of a JSON report that holds it."""

RECORD_NAME = "circletake-record"
"""Name of the ``meta`` element that holds the sha256 of the ``release.json`` a page is about."""

RECORD_KEY = "record_sha256"
"""Field of a JSON report that holds it."""

RELEASE_NAME = "circletake-release"
"""Name of the ``meta`` element that holds the name of that release."""

RELEASE_KEY = "record_name"
"""Field of a JSON report that holds it."""


def is_paper(head: str) -> bool:
    """Whether a file says that it is a report or a statement of ours; anybody can write that.

    Args:
        head: its first :data:`HEAD` characters.
    """
    return any(mark in head for mark in (REPORT_MARK, STATEMENT_MARK, JSON_REPORT_MARK))


def seal_named(head: str) -> str:
    """The file that a paper says it is sealed by, made printable; empty where it names none.

    Args:
        head: its first :data:`HEAD` characters, anybody's words.
    """
    return _told(head, NAME, KEY)


def record_named(head: str) -> tuple[str, str]:
    """The sha256 of the ``release.json`` a paper says it is about, and the release's name; else empty."""
    return _told(head, RECORD_NAME, RECORD_KEY), _told(head, RELEASE_NAME, RELEASE_KEY)


def _told(head: str, name: str, key: str) -> str:
    if found := re.search(rf'<meta name="{name}" content="([^"<>]{{1,1000}})">', head):
        return printable(html.unescape(found[1]), 120)
    found = re.search(rf'"{key}": ("(?:[^"\\]|\\.){{1,1000}}")', head)
    try:
        return printable(json.loads(found[1]), 120) if found else ""
    except ValueError:
        return ""
