"""A cue list for people and spreadsheets: one row for each event, or for each take in bins."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Literal

from circletake import (
    About,
    Context,
    ExportRequest,
    Field,
    NoSettings,
    Placed,
    ProducedFile,
    csv_cell,
    markers_of,
    timecode,
)
from circletake_timeline import losses

COLUMNS = (
    "event",
    "record in",
    "record out",
    "source in",
    "source out",
    "take",
    "id",
    "file",
    "generator",
    "model",
    "seed",
    "prompt",
    "source in s",
    "source out s",
    "speed",
    "verdict",
    "stars",
    "markers",
)
"""``source in`` and ``source out`` are timecodes at the clip's own rate; the last ones say it in seconds."""


class CueList:
    """``<name>.csv``: the edit as a table, the song in its last row."""

    about = About("csv", "cue list (CSV) of a cut, or of takes", "1", NoSettings)
    reads: Literal["signed"] = "signed"

    def export(
        self, request: ExportRequest, staging: Path, settings: NoSettings, ctx: Context
    ) -> Sequence[ProducedFile]:
        """Write the table beside the signed clips."""
        ctx.check_cancelled()
        media = {take_id: request.path(path, staging) for take_id, path in request.media.items()}
        song = request.path(request.song.path, staging) if request.song else ""
        made = staging / f"{request.name}.csv"
        made.write_text(cue_list(request, media, song), encoding="utf-8", newline="")
        lost = ["csv: the timeline's rate and size, and how pictures are fitted"]
        lost += [f"csv: {each}" for each in losses.pixels(request)]
        if request.cut.song and not request.bins:
            lost.append("csv: the song's volume, fades and declaration" if request.song else "csv: the song")
        return [ProducedFile(made, "timeline", not_carried=tuple(lost))]


def cue_list(request: ExportRequest, media: Mapping[str, str], song: str = "") -> str:
    """The table as text.

    Args:
        media: by take id, the path that its row names.
        song: path of the song, which gets a row of its own.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for placed in request.cut.placed:
        writer.writerow([csv_cell(cell) for cell in _row(request, placed, media)])
    cut = request.cut
    if cut.song and song and not request.bins:
        end = cut.song.offset + cut.seconds
        records = (timecode(frame, cut.rate, cut.start) for frame in (0, round(cut.seconds * cut.rate)))
        sources = (timecode(round(at * cut.rate), cut.rate) for at in (cut.song.offset, end))
        cells = ["A1", *records, *sources, "", "", song, "", "", "", ""]
        cells += [_decimal(cut.song.offset), _decimal(end), "1", "", "", ""]
        writer.writerow([csv_cell(cell) for cell in cells])
    return out.getvalue()


def _row(request: ExportRequest, placed: Placed, media: Mapping[str, str]) -> Iterator[str]:
    cut, event = request.cut, placed.event
    slate = request.slates[event.take_id]
    rate = slate.take.media.rate or cut.rate
    yield str(placed.index + 1)
    for at in (placed.record_in, placed.record_out):
        yield "" if request.bins else timecode(round(at * cut.rate), cut.rate, cut.start)
    for at in (event.source_in, event.source_out):
        yield timecode(round(at * rate), rate)
    yield slate.take.label
    yield slate.take.short
    yield media[event.take_id]
    for field in (Field.GENERATOR, Field.MODEL, Field.SEED, Field.PROMPT):
        yield slate.recipe[field]
    for number in (event.source_in, event.source_out, event.speed):
        yield _decimal(number)
    yield slate.standing.verdict.value
    yield str(slate.standing.stars)
    yield "; ".join(
        f"{_decimal(marker.at)}-{_decimal(marker.at + marker.seconds)} {marker.name}: {marker.comment}"
        for marker in markers_of(slate, event.source_in, event.source_out)
    )


def _decimal(number: Fraction) -> str:
    return f"{float(number):.6f}".rstrip("0").rstrip(".")
