"""The exporter of timelines. It writes no media; it points at media that the core has signed."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from circletake import (
    About,
    Context,
    ExportRequest,
    Field,
    NoSettings,
    ProducedFile,
    csv_cell,
    timecode,
    timeline_json,
)

_COLUMNS = (
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
)


class Timeline:
    """``<name>.otio`` and ``cues.csv``; media are named relative to the folder both lie in."""

    about = About("timeline", "OpenTimelineIO and a cue list (CSV)", "1", NoSettings)
    reads: Literal["signed"] = "signed"

    def export(
        self, request: ExportRequest, staging: Path, settings: NoSettings, ctx: Context
    ) -> Sequence[ProducedFile]:
        """Write both files beside the signed clips, which lie in ``staging`` already."""
        ctx.check_cancelled()
        media = {take_id: path.relative_to(staging).as_posix() for take_id, path in request.media.items()}
        timeline = staging / f"{request.name}.otio"
        timeline.write_text(timeline_json(request.cut, request.slates, media), encoding="utf-8")
        cues = staging / "cues.csv"
        cues.write_text(_cue_list(request, media), encoding="utf-8", newline="")
        lost = ("the song and its declaration",) if request.cut.song else ()
        return [ProducedFile(timeline, "timeline"), ProducedFile(cues, "timeline", not_carried=lost)]


def _cue_list(request: ExportRequest, media: Mapping[str, str]) -> str:
    cut = request.cut
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for placed in cut.placed:
        event = placed.event
        slate = request.slates[event.take_id]
        rate = slate.take.media.rate or cut.rate
        frames = round(placed.record_in * cut.rate), round(placed.record_out * cut.rate)
        sources = round(event.source_in * rate), round(event.source_out * rate)
        row = [
            str(placed.index + 1),
            *(timecode(frame, cut.rate, cut.start) for frame in frames),
            *(timecode(frame, rate) for frame in sources),
            slate.take.label,
            slate.take.short,
            media[event.take_id],
            *(slate.recipe[field] for field in (Field.GENERATOR, Field.MODEL, Field.SEED, Field.PROMPT)),
        ]
        writer.writerow([csv_cell(cell) for cell in row])
    return out.getvalue()
