"""The cue sheet as CSV, for spreadsheets and scripts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from circletake.cuesheet.rows import CueSheet, Missing, Row, Said
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
)


def csv_text(sheet: CueSheet) -> str:
    """One line for each stretch, found or not (UTF-8 with a byte order mark, as spreadsheets want it).

    Text that a spreadsheet would read as a formula is quoted; numbers are as they are.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in sheet.rows:
        cells = [str(row.number), row.record_in, row.record_out, str(row.frames), *_cells(row)]
        writer.writerow([*cells, *[""] * (len(COLUMNS) - len(cells))])
    return "\ufeff" + out.getvalue()


def _cells(row: Row | Missing) -> Iterator[str]:
    if isinstance(row, Missing):
        yield "no"
        yield from [""] * (COLUMNS.index("how") - COLUMNS.index("found") - 1)
        yield csv_cell(row.told)
        return
    yield "yes"
    yield from (csv_cell(text) for text in (row.take, row.id, row.shot, row.file))
    yield from (f"{row.source_in:.3f}", f"{row.source_out:.3f}", f"{row.speed:.4g}")
    yield "yes" if row.flipped else "no"
    yield from (f"{row.zoom:.3f}", f"{row.confidence:.3f}", f"{row.picture:.4f}")
    yield "" if row.motion is None else f"{row.motion:.4f}"
    yield csv_cell(row.how)
    for said in (row.model, row.seed, row.prompt, row.negative_prompt, row.licence):
        yield from _said(said)


def _said(said: Said | None) -> tuple[str, str]:
    return (csv_cell(said.value), csv_cell(said.evidence)) if said else ("", "")
