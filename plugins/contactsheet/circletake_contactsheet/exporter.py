"""The exporter: slates and stills in, one HTML file out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from circletake import About, Context, ExportRequest, ProducedFile, file_stem
from circletake_contactsheet.page import render_page
from circletake_contactsheet.pictures import fit_stills
from circletake_contactsheet.sheet import lay_out


@dataclass(frozen=True, slots=True)
class ContactSheetSettings:
    """What may be set under ``[plugins.contactsheet]``.

    Attributes:
        megabytes: about how large a sheet may grow; pictures are made smaller to stay under it.
    """

    megabytes: float = 14.0

    def __post_init__(self) -> None:
        if not self.megabytes > 0:
            raise ValueError("megabytes must be more than 0")


class ContactSheet:
    """Lays takes out to be looked at and judged without circletake."""

    about = About(
        name="contactsheet",
        summary="takes as one HTML file, judged with keys or thumbs",
        version="1",
        settings=ContactSheetSettings,
    )

    @property
    def reads(self) -> Literal["library", "signed"]:
        """It shows stills the library made; no media leaves."""
        return "library"

    def export(
        self, request: ExportRequest, staging: Path, settings: ContactSheetSettings, ctx: Context
    ) -> Sequence[ProducedFile]:
        """Write the sheet of ``request.cut``; takes of ``slates`` folded under a shown one come along."""
        ctx.check_cancelled()
        sheet = lay_out(request)
        stills = fit_stills(request.stills, round(settings.megabytes * 1_000_000), ctx)
        path = staging / f"{file_stem(request.name)}.html"
        path.write_text(render_page(sheet, stills), encoding="utf-8", newline="\n")
        return [ProducedFile(path, "sheet")]
