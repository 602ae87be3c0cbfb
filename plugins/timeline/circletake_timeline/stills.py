"""Stills: one picture of each take, named as its clip would be."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Literal

from circletake import About, Context, ExportRequest, NoSettings, ProducedFile, stills

_LONG_SIDE = 640


class Stills:
    """``stills/SH010_tk031_3f9ac2d1.jpg``: the middle of each take, as JPEG."""

    about = About("stills", "a JPEG of each take", "2", NoSettings)
    reads: Literal["library"] = "library"

    def export(
        self, request: ExportRequest, staging: Path, settings: NoSettings, ctx: Context
    ) -> Sequence[ProducedFile]:
        """Decode each take up to its middle; the library's poster would not tell its second.

        Raises:
            MediaError: a take cannot be read.
        """
        made = []
        folder = staging / "stills"
        folder.mkdir()
        alone = request.cut.events if len(request.cut.events) == 1 else ()
        for take_id in request.cut.take_ids:
            ctx.check_cancelled()
            take = request.slates[take_id].take
            facts = take.media
            rate = facts.rate or Fraction(24)
            frames = facts.frames or round(facts.seconds * rate)
            middle = frames // 2
            for part in alone:
                middle = (part.source_in + part.source_out) * rate // 2
            at = middle / rate
            (still,) = stills(request.media[take_id], [float(at)], _LONG_SIDE)
            path = folder / f"{take.slate}.jpg"
            path.write_bytes(still.jpeg)
            small = max(facts.width, facts.height) > _LONG_SIDE
            actions = ("c2pa.converted", *["c2pa.resized.proportional"] * small)
            made.append(ProducedFile(path, "still", actions, take_id=take_id, at=at))
        return made
