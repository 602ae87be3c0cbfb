"""The timelines of a release. They are no media; they point at media that the core has signed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from circletake import About, Context, ExportRequest, NoSettings, ProducedFile, timeline_json
from circletake_timeline.cuelist import cue_list


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
        cues.write_text(cue_list(request, media), encoding="utf-8", newline="")
        lost = ("the song and its declaration",) if request.cut.song else ()
        return [ProducedFile(timeline, "timeline"), ProducedFile(cues, "timeline", not_carried=lost)]
