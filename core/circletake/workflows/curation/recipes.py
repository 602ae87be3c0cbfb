"""Mending recipes by hand: one field at a time, or as a table that goes through a spreadsheet.

Every change is a claim by a person, ``declared`` and accepted; what was known before stays.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from circletake.errors import BadInput, CircletakeError
from circletake.model.event import Actor
from circletake.model.recipe import Evidence, Field, RecipeClaim, is_field
from circletake.model.slate import Slate
from circletake.model.source_type import source_type_named
from circletake.model.text import csv_cell, csv_value
from circletake.workflows.library import Library

COLUMNS = (
    Field.PROMPT,
    Field.NEGATIVE_PROMPT,
    Field.GENERATOR,
    Field.PROVIDER,
    Field.MODEL,
    Field.MODEL_VERSION,
    Field.SEED,
    Field.PROMPT_WRITER,
    Field.TITLE,
    Field.LICENCE,
)
"""Recipe fields that a table has columns for."""

_NAMING = ("take", "file", "sha256")
_MAX_TABLE = 64 * 2**20
_MAX_VALUE = 100_000
_ROUNDED = re.compile(r"-?\d([.,]\d+)?[eE]\+?\d+")


@dataclass(frozen=True, slots=True)
class Mended:
    """A field of one take that got a new value."""

    slate: Slate
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of a table that could not be used.

    Attributes:
        line: of the file, counted from 1.
    """

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What a table changed, or would change.

    Attributes:
        rows: rows read, bad ones included.
        stale: cells that hold what was known before somebody mended it; left alone.
        ignored: columns that are no recipe fields.
    """

    rows: int
    changes: tuple[Mended, ...]
    stale: tuple[Mended, ...]
    bad: tuple[BadRow, ...]
    ignored: tuple[str, ...]

    @property
    def takes(self) -> int:
        """How many takes change."""
        return len({change.slate.take.id for change in self.changes})


def parse_assignment(text: str) -> tuple[str, str]:
    """``prompt=night bus`` as field and value.

    Raises:
        BadInput: no such field, no value, or a source type that is none.
    """
    field, equals, value = text.partition("=")
    field = field.strip()
    if not equals or not value.strip():
        raise BadInput(text, "not a field with a value", "write field=value, e.g. prompt='night bus, rain'")
    if not is_field(field):
        raise BadInput(field, "not a recipe field", f"one of {', '.join(Field)}, param.NAME or input.NAME")
    value = value.strip()
    return field, source_type_named(value) if field == Field.SOURCE_TYPE else value


def set_fields(
    library: Library,
    slates: Sequence[Slate],
    values: Mapping[str, str],
    by: Actor,
    source: str = "recipe set",
) -> list[Mended]:
    """Declare ``values`` of every take, accepted over other claims; what stands so already is left."""
    changes = [
        Mended(slate, field, slate.recipe[field], value)
        for slate in slates
        for field, value in values.items()
        if not _settled(slate, field, value)
    ]
    _declare(library, changes, by, source)
    return changes


def _settled(slate: Slate, field: str, value: str) -> bool:
    """Whether ``value`` is in force as a person's word or stronger, with nothing against it."""
    claim = slate.recipe.in_force.get(field)
    if claim is None or claim.value != value or field in slate.recipe.contradictions:
        return False
    return claim.accepted or claim.evidence.rank <= Evidence.DECLARED.rank


def _declare(library: Library, changes: Sequence[Mended], by: Actor, source: str) -> None:
    by_take: dict[str, list[RecipeClaim]] = {}
    for change in changes:
        claim = RecipeClaim(change.field, change.after, Evidence.DECLARED, source, by.name, accepted=True)
        by_take.setdefault(change.slate.take.id, []).append(claim)
    for take_id, claims in by_take.items():
        library.registry.takes.add_claims(take_id, claims)


def table(slates: Sequence[Slate]) -> str:
    """The recipes in force as CSV (UTF-8 with a byte order mark, as spreadsheets want it)."""
    extra = sorted({f for s in slates for f in s.recipe.in_force if f.startswith("param.")})
    columns = [*COLUMNS, *extra]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*_NAMING, *columns])
    for slate in slates:
        take = slate.take
        cells = [csv_cell(slate.recipe[column]) for column in columns]
        writer.writerow([csv_cell(take.label), csv_cell(take.name), take.sha256, *cells])
    return "\ufeff" + out.getvalue()


def apply_table(library: Library, path: Path, by: Actor, *, dry_run: bool = False) -> Applied:
    """Declare every cell that differs from what is in force; empty cells change nothing.

    A cell that still says what was known before a later mending is left too: the table is
    older than the mending, and nobody typed that value into it. A row names its take by
    ``sha256`` (whole or its first digits) or by ``take``. Bad rows are reported and the
    others applied.

    Raises:
        BadInput: not a table of this kind.
    """
    header, rows = _read(path)
    fields = [name for name in header if is_field(name)]
    if not fields or not ({"sha256", "take"} & set(header)):
        raise BadInput(
            path.name,
            "needs a column take or sha256 and a recipe field such as prompt",
            "start from: circletake recipe table > todo.csv",
        )
    slates = {slate.take.id: slate for slate in library.registry.takes.slates()}
    changes: dict[tuple[str, str], Mended] = {}
    stale: list[Mended] = []
    bad: list[BadRow] = []
    for line, row in rows:
        try:
            for change in _row_changes(library, slates, header, fields, row):
                if _mended_since(change):
                    stale.append(change)
                    continue
                key = (change.slate.take.id, change.field)
                if key in changes and changes[key].after != change.after:
                    raise BadInput(
                        change.field, f"given twice for {change.slate.take.label}, first one taken"
                    )
                changes[key] = change
        except CircletakeError as error:
            bad.append(BadRow(line, str(error)))
    if not dry_run:
        _declare(library, list(changes.values()), by, path.name)
    ignored = tuple(name for name in header if name and name not in fields and name not in _NAMING)
    return Applied(len(rows), tuple(changes.values()), tuple(stale), tuple(bad), ignored)


def _read(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Header and numbered rows; commas, semicolons or tabs, as the spreadsheet was set."""
    try:
        if path.stat().st_size > _MAX_TABLE:
            raise BadInput(path.name, "larger than 64 MiB", "apply it in parts")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadInput(str(path), error.strerror or "cannot be read") from error
    except UnicodeDecodeError as error:
        raise BadInput(path.name, "not UTF-8 text", "save it from the spreadsheet as CSV UTF-8") from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        end = reader.line_num
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((end + 1, row))
            end = reader.line_num
    except csv.Error as error:
        raise BadInput(path.name, f"line {reader.line_num}: {error}") from error
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise BadInput(path.name, f"column {twice[0]} stands twice")
    return header, rows


def _row_changes(
    library: Library,
    slates: Mapping[str, Slate],
    header: Sequence[str],
    fields: Sequence[str],
    row: Sequence[str],
) -> list[Mended]:
    if len(row) > len(header):
        raise BadInput("row", f"has {len(row)} cells under {len(header)} columns")
    cells = dict(zip(header, row, strict=False))
    slate = _slate_of(library, slates, cells)
    changes = []
    for field in fields:
        cell = _lines(csv_value(cells.get(field, ""))).strip()
        before = slate.recipe[field]
        if not cell or cell == _cell(before):
            continue
        if field == Field.SEED and _ROUNDED.fullmatch(cell):
            raise BadInput(f"seed {cell}", "was rounded by the spreadsheet", "format the column as text")
        if len(cell) > _MAX_VALUE:
            raise BadInput(field, f"longer than {_MAX_VALUE} characters")
        changes.append(
            Mended(slate, field, before, source_type_named(cell) if field == Field.SOURCE_TYPE else cell)
        )
    return changes


def _mended_since(change: Mended) -> bool:
    """Whether the new value is an older claim than the one a person accepted over it."""
    said = [claim for claim in change.slate.recipe.claims if claim.field == change.field]
    standing = change.slate.recipe.in_force.get(change.field)
    if standing is None or not standing.accepted:
        return False
    older = said[: said.index(standing)]
    return any(_cell(claim.value) == change.after for claim in older)


def _cell(value: str) -> str:
    """A value as it comes back from a spreadsheet."""
    return _lines(csv_value(csv_cell(value))).strip()


def _slate_of(library: Library, slates: Mapping[str, Slate], cells: Mapping[str, str]) -> Slate:
    word = cells.get("sha256", "").strip().lower() or csv_value(cells.get("take", "").strip())
    if not word:
        raise BadInput("row", "names no take")
    found = library.registry.takes.resolve(word)
    if len(found) != 1:
        raise BadInput(word, f"names {len(found)} takes")
    return slates[found[0].id]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
