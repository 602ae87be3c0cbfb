"""A table of recipes that a person keeps beside the clips: JSON or CSV, one row for each clip."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from circletake.errors import BadInput
from circletake.model.event import Actor
from circletake.model.recipe import Evidence, Field, RecipeClaim, field_named
from circletake.model.source_type import source_type_named
from circletake.model.text import csv_value

LARGEST = 100_000_000
"""Bytes."""

_FILE_KEYS = ("file", "filename", "file_name", "path", "clip", "video", "name")
_OWN_FACTS = frozenset(
    {"sha256", "bytes", "size", "codec", "width", "height", "resolution"}
    | {"fps", "rate", "frames", "seconds", "duration", "audio", "tags"}
)
"""Columns that describe the file itself, which is measured here and not believed."""


@dataclass(slots=True)
class Row:
    """One line of the table.

    Attributes:
        shown: how to name it to a person.
        parts: of the file's path, last first; empty where the row names no file.
        fields: what it says, by field.
        matched: digests of the files it was applied to.
    """

    shown: str
    sha256: str
    parts: tuple[str, ...]
    fields: Mapping[str, str]
    matched: set[str] = field(default_factory=set)


class RecipeTable:
    """Rows, found by sha256 or by file name."""

    def __init__(self, name: str, rows: Sequence[Row], left_out: Sequence[str]) -> None:
        self.name = name
        self.rows = tuple(rows)
        self.left_out = tuple(left_out)
        self._by_sha: dict[str, list[Row]] = {}
        self._by_name: dict[str, list[Row]] = {}
        for row in rows:
            if row.sha256:
                self._by_sha.setdefault(row.sha256, []).append(row)
            elif row.parts:
                self._by_name.setdefault(row.parts[0], []).append(row)

    def claims(self, path: Path, sha256: str, by: Actor) -> list[RecipeClaim]:
        """What the table says of a file. A row with a digest speaks for those bytes only.

        Rows that name folders count only where the folders agree; the longest agreement wins.
        """
        parts = tuple(reversed(path.parts))
        named = [row for row in self._by_name.get(parts[0], ()) if parts[: len(row.parts)] == row.parts]
        deepest = max((len(row.parts) for row in named), default=0)
        rows = self._by_sha.get(sha256, []) + [row for row in named if len(row.parts) == deepest]
        who = by.name if by.person else f"{by.name} (script)"
        claims: list[RecipeClaim] = []
        for row in rows:
            row.matched.add(sha256)
            claims.extend(
                RecipeClaim(name, value, Evidence.DECLARED, f"table {self.name}", who)
                for name, value in row.fields.items()
            )
        return claims

    @property
    def unmatched(self) -> tuple[str, ...]:
        """Rows that no file answered to."""
        return tuple(row.shown for row in self.rows if not row.matched)

    @property
    def ambiguous(self) -> tuple[str, ...]:
        """Rows that name a file without a digest and met several different ones."""
        return tuple(row.shown for row in self.rows if len(row.matched) > 1)


def read_table(path: Path) -> RecipeTable:
    """Read a recipe table.

    JSON is a list of objects, or one object by file name; CSV has a header. One column names
    the file (``file``, ``name``, ``path`` ...) or its ``sha256``; columns that are no recipe
    field become ``param.<column>``.

    Raises:
        BadInput: it cannot be read, no row says which file it is about, or one has no source type of IPTC.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(str(path), "too large for a table of recipes")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadInput(str(path), error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise BadInput(str(path), "is not UTF-8 text", "save it as UTF-8") from error
    left_out: set[str] = set()
    rows = [row for entry in _entries(path, text) if (row := _row(path, entry, left_out))]
    if not rows:
        raise BadInput(
            str(path),
            "no row names a file and says something of it",
            "it needs a column 'file' or 'sha256', and one such as 'prompt'",
        )
    return RecipeTable(path.name, rows, sorted(left_out))


def _entries(path: Path, text: str) -> Iterator[Mapping[str, Any]]:
    if path.suffix.lower() in (".csv", ".tsv"):
        first = text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        try:
            for record in csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter):
                yield {key: csv_value(cell) for key, cell in record.items() if key and isinstance(cell, str)}
        except csv.Error as error:
            raise BadInput(str(path), f"not valid CSV: {error}") from error
        return
    try:
        data = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        said = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise BadInput(str(path), f"not valid JSON: {said}") from error
    if isinstance(data, Mapping):
        inner = next((data[k] for k in ("takes", "recipes", "clips") if isinstance(data.get(k), list)), None)
        data = inner or [
            {"file": name, **entry} for name, entry in data.items() if isinstance(entry, Mapping)
        ]
    for entry in data if isinstance(data, list) else ():
        if isinstance(entry, Mapping):
            yield entry


def _row(path: Path, entry: Mapping[str, Any], left_out: set[str]) -> Row | None:
    keys = {str(key).strip().lower(): key for key in entry}
    named = next((keys[key] for key in _FILE_KEYS if key in keys and isinstance(entry[keys[key]], str)), None)
    file = entry[named].strip().replace("\\", "/") if named is not None else ""
    digest = str(entry[keys["sha256"]] or "").strip().lower() if "sha256" in keys else ""
    fields: dict[str, str] = {}
    for key, value in entry.items():
        if key == named or str(key).strip().lower() in _OWN_FACTS:
            continue
        name = field_named(str(key))
        if isinstance(value, bool):
            value = "true" if value else "false"
        if isinstance(value, str):
            if name and value.strip():
                fields[name] = _checked(path, name, value.strip())
        elif value is not None:
            left_out.add(str(key))
    if not fields or not (file or digest):
        return None
    parts = tuple(part for part in reversed(PurePosixPath(file).parts) if part not in ("/", ".."))
    return Row(file or digest[:12], digest, parts, fields)


def _checked(path: Path, field: str, value: str) -> str:
    """``value``, a source type as IPTC spells it."""
    if field != Field.SOURCE_TYPE:
        return value
    try:
        return source_type_named(value)
    except BadInput as error:
        raise BadInput(f"{path}: {error.thing}", error.reason, error.next_step) from error
