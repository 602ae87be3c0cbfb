"""Stills: one picture of each take, named as its clip would be."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from circletake import About, Context, ExportRequest, NoSettings, ProducedFile, stills

_LONG_SIDE = 640
_LOST = ("stills: a signature; pictures are not signed",)


class Stills:
    """``stills/SH010_tk031_3f9ac2d1.jpg``: the poster the library made, as JPEG."""

    about = About("stills", "a JPEG of each take", "1", NoSettings)
    reads: Literal["library"] = "library"

    def export(
        self, request: ExportRequest, staging: Path, settings: NoSettings, ctx: Context
    ) -> Sequence[ProducedFile]:
        """Copy the posters; a take without one is decoded up to its middle.

        Raises:
            MediaError: such a take cannot be read.
        """
        made = []
        folder = staging / "stills"
        folder.mkdir()
        for take_id in request.cut.take_ids:
            ctx.check_cancelled()
            take = request.slates[take_id].take
            poster, _ = request.stills.get(take_id, (Path(), Path()))
            path = folder / f"{take.slate}.jpg"
            if poster.is_file():
                shutil.copyfile(poster, path)
            else:
                (still,) = stills(request.media[take_id], [take.media.seconds / 2], _LONG_SIDE)
                path.write_bytes(still.jpeg)
            made.append(ProducedFile(path, "sheet", not_carried=_LOST))
        return made
