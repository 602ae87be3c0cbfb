"""The exporter that makes pictures: it remuxes what can stay as it is and renders the rest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from circletake import (
    About,
    Context,
    ExportRequest,
    Fit,
    MediaError,
    NoSettings,
    ProducedFile,
    needs_encoding,
    remux,
    render,
)

_SUFFIX = {
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "video/x-matroska": ".mkv",
    "video/x-msvideo": ".avi",
    "image/gif": ".gif",
}

_FITTED: dict[Fit, tuple[str, ...]] = {
    Fit.LETTERBOX: (),
    Fit.CROP: ("c2pa.cropped",),
    Fit.BLUR: ("c2pa.edited",),
}
"""What each way to fit a picture of another shape is called."""


class Video:
    """One take as it is, or a cut as one file of one size and rate."""

    about = About("video", "a take without re-encoding, or a cut as H.264 MP4", "1", NoSettings)
    reads: Literal["library"] = "library"

    def export(
        self, request: ExportRequest, staging: Path, settings: NoSettings, ctx: Context
    ) -> Sequence[ProducedFile]:
        """Make the one file, and say what was done to the picture."""
        if request.whole:
            take_id = request.cut.take_ids[0]
            facts = request.slates[take_id].take.media
            if not needs_encoding(facts):
                made = staging / f"{request.name}{_SUFFIX.get(facts.mime, '.mp4')}"
                try:
                    remux(request.media[take_id], made, facts.mime)
                except MediaError as error:
                    ctx.warn("remux", f"{error.thing}: {error.reason}; rendered instead")
                else:
                    return [ProducedFile(made, "video", _repackaged(facts.mime))]
        made = staging / f"{request.name}.mp4"
        render(request.cut, request.media, made, progress=ctx.progress, cancelled=ctx.check_cancelled)
        return [ProducedFile(made, "video", rendered(request))]


def _repackaged(mime: str) -> tuple[str, ...]:
    return () if mime in ("video/x-msvideo", "image/gif") else ("c2pa.repackaged",)


def rendered(request: ExportRequest) -> tuple[str, ...]:
    """C2PA names of what rendering did to the takes."""
    actions = dict.fromkeys(("c2pa.transcoded",))
    if request.whole:
        return tuple(actions)
    cut = request.cut
    for event in cut.events:
        facts = request.slates[event.take_id].take.media
        if (facts.width, facts.height) != (cut.width, cut.height):
            actions["c2pa.resized.proportional"] = None
            if cut.reshapes(*facts.shape):
                actions |= dict.fromkeys(_FITTED[cut.fit_of(event)])
        if event.speed != 1:
            actions["c2pa.changedSpeed"] = None
    return tuple(actions)
