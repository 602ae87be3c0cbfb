"""EDL: events and timecodes, for whatever reads nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from circletake import About, BadInput, Context, ExportRequest, NoSettings, ProducedFile, edl
from circletake_timeline import losses


class Edl:
    """``<name>.edl``: CMX 3600, reels of eight characters, the song on A1."""

    about = About("edl", "EDL (CMX 3600)", "1", NoSettings)
    reads: Literal["signed"] = "signed"

    def export(
        self, request: ExportRequest, staging: Path, settings: NoSettings, ctx: Context
    ) -> Sequence[ProducedFile]:
        """Write the list beside the signed clips.

        Raises:
            BadInput: takes are wanted in bins.
        """
        ctx.check_cancelled()
        if request.bins:
            raise BadInput("edl", "has no bins, it is a list of edits", "name a cut: --cut NAME")
        media = {take_id: request.path(path, staging) for take_id, path in request.media.items()}
        song = request.path(request.song.path, staging) if request.song else ""
        made = staging / f"{request.name}.edl"
        text = edl(request.cut, request.slates, media, song)
        made.write_text(text, encoding="utf-8", newline="")
        lost = tuple(f"edl: {each}" for each in _lost(request))
        return [ProducedFile(made, "timeline", not_carried=lost)]


def _lost(request: ExportRequest) -> Iterator[str]:
    cut = request.cut
    rate = f"{float(cut.rate):.3f}".rstrip("0").rstrip(".")
    size = f"{cut.width}x{cut.height}"
    yield f"the timeline's rate and size (they are {rate}, {size})"
    yield "places between two frames of the timeline"
    yield from losses.prompts(request)
    yield "verdicts, stars and labels"
    if any(slate.findings for slate in request.slates.values()):
        yield "how long what a marker tells of lasts"
    if any(event.speed != 1 for event in cut.events):
        yield "speeds more exactly than a tenth of a frame a second"
    if len(cut.events) > 999:
        yield "event numbers of three digits, which some readers ask for"
    if cut.song and request.song:
        yield "the song's declaration, and its volume finer than a hundredth"
    yield from losses.song(request)
    yield from losses.pixels(request)
    yield from losses.other_rates(request)
