"""Clips and cuts in the codecs that editing programs like, at one size and one rate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from circletake import About, BadInput, Context, ExportRequest, NoSettings, ProducedFile, render
from circletake_video.exporter import rendered

_SUFFIX = {"h264": ".mp4", "prores": ".mov", "dnxhr": ".mov"}
_SUMMARY = {
    "h264": "a clip or cut as H.264 at the cut's size and rate",
    "prores": "a clip or cut as ProRes 422 at the cut's size and rate",
    "dnxhr": "a clip or cut as DNxHR SQ at the cut's size and rate",
}

NAMES = tuple(_SUFFIX)


class Conform:
    """Renders whatever it is given, whole takes too: that is how a clip of another rate gets the cut's.

    Args:
        codec: one of :data:`NAMES`, which is also its name.
    """

    reads: Literal["library"] = "library"

    def __init__(self, codec: str) -> None:
        self.about = About(codec, _SUMMARY[codec], "1", NoSettings)

    def export(
        self, request: ExportRequest, staging: Path, settings: NoSettings, ctx: Context
    ) -> Sequence[ProducedFile]:
        """Make the one file, and say what was done to the picture.

        Raises:
            BadInput: the picture is smaller than DNxHR has them.
        """
        ctx.check_cancelled()
        codec = self.about.name
        if codec == "dnxhr" and (request.cut.width < 256 or request.cut.height < 120):
            size = f"{request.cut.width}x{request.cut.height}"
            raise BadInput("dnxhr", f"{size} is less than its 256x120", "use h264 or prores")
        made = staging / f"{request.name}{_SUFFIX[codec]}"
        render(
            request.cut,
            request.media,
            made,
            progress=ctx.progress,
            cancelled=ctx.check_cancelled,
            codec=codec,
        )
        return [ProducedFile(made, "video", rendered(request))]
