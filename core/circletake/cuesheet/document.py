"""The cue sheet as JSON: every row, how the takes were chosen, what is declared."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import datetime
from fractions import Fraction
from typing import Any

from circletake.cuesheet.rows import CueSheet, Row


def json_text(sheet: CueSheet) -> str:
    """The whole sheet; rates are exact, as text like ``24000/1001``, times in seconds."""
    whole = {
        field.name: _plain(getattr(sheet, field.name)) for field in fields(sheet) if field.name != "rows"
    }
    rows = [{"found": isinstance(row, Row), **asdict(row)} for row in sheet.rows]
    text = json.dumps({**whole, "rows": rows}, indent=2, ensure_ascii=False, default=_plain)
    # A file name that is not UTF-8 comes as lone surrogates; escaped, they are JSON again.
    return text.encode("utf-8", "backslashreplace").decode()


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [asdict(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Fraction) else value
