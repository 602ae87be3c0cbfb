"""The cue sheet as CSV, for spreadsheets and scripts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from circletake.cuesheet.rows import CueSheet, Missing, Over, Row
from circletake.cuesheet.wording import declared
from circletake.model.text import csv_cell

COLUMNS = (
    "event",
    "record in",
    "record out",
    "frames",
    "found",
    "take",
    "id",
    "shot",
    "file",
    "source in",
    "source out",
    "speed",
    "mirrored",
    "zoom",
    "confidence",
    "picture",
    "motion",
    "how",
    "model",
    "model known",
    "seed",
    "seed known",
    "prompt",
    "prompt known",
    "negative prompt",
    "negative prompt known",
    "licence",
    "licence known",
    "source type",
    "source type known",
    "declared by",
    "declared on",
)


def csv_text(sheet: CueSheet) -> str:
    """One line for each stretch, found or not, then what lies over takes, and sound that is none of theirs.

    UTF-8 with a byte order mark, as spreadsheets want it.

    Text that a spreadsheet would read as a formula is quoted; numbers are as they are.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_line(cells) for cells in _lines(sheet))
    return "\ufeff" + out.getvalue()


def _lines(sheet: CueSheet) -> Iterator[dict[str, str]]:
    for row in sheet.rows:
        place = {"event": str(row.number), "frames": str(row.frames), **_place(row)}
        if isinstance(row, Row):
            yield {**place, "found": "yes", **_of_take(row)}
        else:
            yield {
                **place,
                "found": "no",
                "how": csv_cell(row.told),
                **_declared(row.what, row.kind, row.by, row.at),
            }
    for over in sheet.over:
        yield {
            **_place(over),
            "found": "over a take",
            "how": csv_cell(over.told),
            **_declared(over.what, over.kind, over.by, over.at),
        }
    for sound in sheet.sounds:
        told = declared(sound.name, sound.origin, sound.declared_by, sound.at)
        yield {
            "found": "sound",
            "how": csv_cell(told),
            **_declared(sound.name, sound.origin, sound.declared_by, sound.at),
        }


def _line(cells: dict[str, str]) -> list[str]:
    return [cells.get(name, "") for name in COLUMNS]


def _place(row: Row | Missing | Over) -> dict[str, str]:
    return {"record in": row.record_in, "record out": row.record_out}


def _declared(what: str, kind: str, by: str, at: str) -> dict[str, str]:
    said = {"file": what, "source type": kind, "declared by": by, "declared on": at}
    return {name: csv_cell(value) for name, value in said.items()}


def _of_take(row: Row) -> dict[str, str]:
    cells = {
        "take": csv_cell(row.take),
        "id": csv_cell(row.id),
        "shot": csv_cell(row.shot),
        "file": csv_cell(row.file),
        "source in": f"{row.source_in:.3f}",
        "source out": f"{row.source_out:.3f}",
        "speed": f"{row.speed:.4g}",
        "mirrored": "yes" if row.flipped else "no",
        "how": csv_cell(row.how),
    }
    compared = (("zoom", row.zoom, 3), ("confidence", row.confidence, 3), ("picture", row.picture, 4))
    for name, number, places in (*compared, ("motion", row.motion, 4)):
        if number is not None:
            cells[name] = f"{number:.{places}f}"
    for name, said in (
        ("model", row.model),
        ("seed", row.seed),
        ("prompt", row.prompt),
        ("negative prompt", row.negative_prompt),
        ("licence", row.licence),
    ):
        if said:
            cells |= {name: csv_cell(said.value), f"{name} known": csv_cell(said.evidence)}
    if row.source_type:
        cells |= {
            "source type": csv_cell(row.source_type.value),
            "source type known": csv_cell(row.source_type.evidence),
        }
    return cells
