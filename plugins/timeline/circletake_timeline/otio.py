"""OpenTimelineIO: everything a cut holds, alone or in one file with its media."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from circletake import (
    About,
    BadInput,
    Context,
    ExportRequest,
    NoSettings,
    ProducedFile,
    bins_json,
    otioz,
    timeline_json,
)
from circletake_timeline import losses


class Otio:
    """``<name>.otio``; media are named relative to the folder it lies in, so both can be moved."""

    about = About("otio", "OpenTimelineIO", "1", NoSettings)
    reads: Literal["signed"] = "signed"

    def export(
        self, request: ExportRequest, staging: Path, settings: NoSettings, ctx: Context
    ) -> Sequence[ProducedFile]:
        """Write the timeline, or the bins, beside the signed clips."""
        ctx.check_cancelled()
        media = {take_id: _named(request, path, staging) for take_id, path in request.media.items()}
        if request.bins:
            slates = [request.slates[take_id] for take_id in request.cut.take_ids]
            text = bins_json(request.cut.name, slates, media, request.cut.rate)
        else:
            url = _named(request, request.song.path, staging) if request.song else ""
            text = timeline_json(request.cut, request.slates, media, request.song, url)
        made = staging / f"{request.name}.otio"
        made.write_text(text, encoding="utf-8")
        lost = tuple(f"otio: {each}" for each in losses.song(request))
        return [ProducedFile(made, "timeline", not_carried=lost)]


class Otioz:
    """``<name>.otioz``: the timeline with its signed clips and its song in one archive."""

    about = About("otioz", "OpenTimelineIO with its media, one file", "1", NoSettings)
    reads: Literal["signed"] = "signed"

    def export(
        self, request: ExportRequest, staging: Path, settings: NoSettings, ctx: Context
    ) -> Sequence[ProducedFile]:
        """Put everything into one file.

        Raises:
            BadInput: takes are wanted in bins.
            MediaError: a clip is gone.
        """
        ctx.check_cancelled()
        if request.bins:
            raise BadInput("otioz", "holds a timeline, not bins", "use --format otio, or --cut NAME")
        made = staging / f"{request.name}.otioz"
        otioz(made, request.cut, request.slates, request.media, request.song)
        beside = any(path.suffix in (".webm", ".mkv") for path in request.media.values())
        lost = ("otioz: credentials of webm and mkv clips, which lie beside them",) if beside else ()
        return [ProducedFile(made, "archive", not_carried=lost)]


def _named(request: ExportRequest, path: Path, staging: Path) -> str:
    """Relative where the timeline stays on this machine; else a whole URL."""
    return request.url(path, staging) if request.elsewhere else path.relative_to(staging).as_posix()
