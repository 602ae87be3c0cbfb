"""What every format of a timeline loses of certain cuts, in words; only what this cut has is told."""

from __future__ import annotations

from collections.abc import Iterator

from circletake import ExportRequest, Fit, pixel_shape


def other_rates(request: ExportRequest) -> Iterator[str]:
    """Clips that keep a rate of their own: the editing program conforms them, each in its own way."""
    facts = [request.slates[take_id].take.media for take_id in request.cut.take_ids]
    other = [each.rate for each in facts if each.rate != request.cut.rate]
    if other and not request.bins:
        rates = ", ".join(sorted({f"{float(rate):.3f}".rstrip("0").rstrip(".") for rate in other if rate}))
        yield (
            f"one rate: {len(other)} of {len(facts)} clips keep their own ({rates or 'not told'}); "
            "--conform gives them the timeline's"
        )


def blurred(request: ExportRequest) -> Iterator[str]:
    """Backgrounds that the renderer would blur."""
    cut = request.cut
    shapes = ((e, request.slates[e.take_id].take.media) for e in cut.events)
    if any(cut.fit_of(e) is Fit.BLUR and (f.width, f.height) != (cut.width, cut.height) for e, f in shapes):
        yield "blurred backgrounds of pictures of another shape"


def between_frames(request: ExportRequest) -> Iterator[str]:
    """Where clips end and how long a song fades, for a format that counts these in the cut's frames."""
    cut = request.cut
    if request.bins:
        return
    whole = (
        placed.event.source_in + (placed.record_out - placed.record_in) * placed.event.speed
        for placed in cut.placed
    )
    finer = any(out != event.source_out for out, event in zip(whole, cut.events, strict=True))
    fades = (cut.song.fade_in, cut.song.fade_out) if cut.song else ()
    if finer or any((fade * cut.rate).denominator != 1 for fade in fades):
        yield "ends of clips and fades between two frames of the timeline"


def pixels(request: ExportRequest, named: bool = False) -> Iterator[str]:
    """Pixels that are not square, for a format that has no word for them.

    Args:
        named: it has words for the usual shapes.
    """
    facts = [request.slates[take_id].take.media for take_id in request.cut.take_ids]
    odd = [each for each in facts if each.aspect != 1 and not (named and pixel_shape(each)[0] != "square")]
    if odd:
        shapes = ", ".join(sorted({f"{each.aspect.numerator}:{each.aspect.denominator}" for each in odd}))
        yield f"pixels that are not square, of {len(odd)} of {len(facts)} clips ({shapes})"


def song(request: ExportRequest) -> Iterator[str]:
    """The song, where its file does not come along."""
    if request.cut.song and not request.song and not request.bins:
        yield "the song: its file is not at hand"


def prompts(request: ExportRequest, what: str = "prompts, models and seeds") -> Iterator[str]:
    """What is known of the takes' making, for a format that has no place for it."""
    if any(slate.recipe.in_force for slate in request.slates.values()):
        yield what
