"""Final Cut Pro 7 XML: what Premiere and Resolve import whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from circletake import About, Context, ExportRequest, NoSettings, ProducedFile, fcp7_bins, fcp7_xml
from circletake_timeline import losses


class Fcp7:
    """``<name>.xml``: one sequence, or a bin for each shot."""

    about = About("fcp7", "Final Cut Pro 7 XML for Premiere and Resolve", "1", NoSettings)
    reads: Literal["signed"] = "signed"

    def export(
        self, request: ExportRequest, staging: Path, settings: NoSettings, ctx: Context
    ) -> Sequence[ProducedFile]:
        """Write the document beside the signed clips."""
        ctx.check_cancelled()
        media = {take_id: request.url(path, staging) for take_id, path in request.media.items()}
        if request.bins:
            slates = [request.slates[take_id] for take_id in request.cut.take_ids]
            text = fcp7_bins(request.cut.name, slates, media, request.cut.rate)
        else:
            url = request.url(request.song.path, staging) if request.song else ""
            text = fcp7_xml(request.cut, request.slates, media, request.song, url)
        made = staging / f"{request.name}.xml"
        made.write_text(text, encoding="utf-8", newline="\n")
        lost = (
            *losses.song(request),
            *losses.blurred(request),
            *losses.between_frames(request),
            *losses.pixels(request, named=True),
            *losses.other_rates(request),
        )
        return [ProducedFile(made, "timeline", not_carried=tuple(f"fcp7: {each}" for each in lost))]
