"""Pieces laid out in exact seconds while a timeline is read, and what every format shares in reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from circletake.model.cut import timecode
from circletake.model.timeline import Piece, PieceKind, Timeline

MOST_PIECES = 20_000
"""A feature film has some 2,000 shots; ten times that on a few tracks is still read."""

DEEPEST = 20
"""Sequences within sequences; editors nest three or four."""

LONGEST = 7 * 24 * 3600
"""Seconds of the longest timeline that is believed."""

_LONGEST_TEXT = 500
_MOST_COMMENTS = 24

RATES = tuple(
    Fraction(text)
    for text in ("24000/1001", "24", "25", "30000/1001", "30", "48000/1001", "48", "50", "60000/1001", "60")
)


BINS = "it holds clips in bins and no timeline: export a sequence, or from here a cut (export --cut NAME)"
"""Why a file that we or an editor wrote of bins cannot be read as a timeline."""


class Unreadable(Exception):
    """A timeline that is not read, with the reason in words."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A piece on its way: as :class:`Piece`, with its place in seconds of the timeline."""

    start: Fraction
    end: Fraction
    source: Fraction | None
    speed: Fraction = Fraction(1)
    audio: bool = False
    kind: PieceKind = PieceKind.MEDIA
    track: str = ""
    layer: tuple[int, ...] = ()
    timecoded: bool = False
    name: str = ""
    path: str = ""
    file: str = ""
    reel: str = ""
    comments: tuple[str, ...] = ()
    mark: str = ""
    enabled: bool = True
    nested: tuple[str, ...] = ()
    dissolves: tuple[Fraction, Fraction] = (Fraction(0), Fraction(0))
    caveat: str = ""

    def part(self, start: Fraction, end: Fraction) -> Laid:
        """The same from ``start`` to ``end``, the media's time moved along."""
        source = None if self.source is None else self.source + (start - self.start) * self.speed
        return replace(self, start=start, end=end, source=source)


def through(pieces: Iterable[Laid], window: Laid) -> Iterator[Laid]:
    """What of a nested sequence is seen where ``window`` shows it.

    Args:
        window: the clip that stands for the sequence; its ``source`` counts in the sequence's own time.
    """
    first = window.source or Fraction(0)
    for piece in pieces:
        placed = _moved(piece, window, first)
        if placed is not None:
            yield replace(
                placed,
                track=window.track,
                layer=(*window.layer, *piece.layer),
                audio=window.audio or piece.audio,
                enabled=window.enabled and piece.enabled,
                nested=(window.name, *piece.nested),
                caveat=piece.caveat or window.caveat,
            )


def _moved(piece: Laid, window: Laid, first: Fraction) -> Laid | None:
    if window.speed == 0:
        if not piece.start <= first < piece.end:
            return None
        held = piece.part(first, piece.end)
        return replace(held, start=window.start, end=window.end, speed=Fraction(0))
    last = first + (window.end - window.start) * window.speed
    low, high = max(piece.start, min(first, last)), min(piece.end, max(first, last))
    if low >= high:
        return None
    # Played backwards, what comes last in the sequence is seen first.
    enters = low if window.speed > 0 else high
    shown = piece.part(enters, enters)
    start = window.start + (enters - first) / window.speed
    return replace(
        shown, start=start, end=start + (high - low) / abs(window.speed), speed=piece.speed * window.speed
    )


def snapped(rate: float | Fraction) -> Fraction:
    """A rate as editors mean it: 23.976 and 23.98 are 24000/1001.

    Raises:
        Unreadable: it is no rate of a timeline.
    """
    try:
        exact = Fraction(rate)
    except (ValueError, OverflowError) as error:
        raise Unreadable(f"{rate} is no rate of a timeline") from error
    if not 1 <= exact <= 240:
        raise Unreadable(f"{float(exact):.6g} is no rate of a timeline")
    near = min(RATES, key=lambda known: abs(known - exact))
    return near if abs(near - exact) < Fraction(1, 150) else exact.limit_denominator(1001)


def settled(
    pieces: Sequence[Laid],
    *,
    name: str,
    format: str,
    rate: Fraction,
    first: int,
    size: tuple[int, int] = (0, 0),
    notes: Iterable[str] = (),
) -> Timeline:
    """The timeline, every piece on whole frames of it; pieces of less than half a frame are gone.

    Args:
        first: number of the frame that is the timeline's start, in its timecode.

    Raises:
        Unreadable: it has more pieces, or is longer, than any timeline.
    """
    if len(pieces) > MOST_PIECES:
        raise Unreadable(f"it has {len(pieces)} pieces, more than {MOST_PIECES}")
    rows: list[Piece] = []
    for piece in pieces:
        if max(abs(piece.start), abs(piece.end)) > LONGEST:
            raise Unreadable("it is longer than a week")
        record_in, record_out = max(0, round(piece.start * rate)), round(piece.end * rate)
        if record_out <= record_in:
            continue
        fitted = piece.part(max(piece.start, Fraction(0)), piece.end)
        rows.append(
            Piece(
                track=piece.track,
                audio=piece.audio,
                kind=piece.kind,
                record_in=record_in,
                record_out=record_out,
                source_in=fitted.source,
                timecoded=piece.timecoded,
                speed=piece.speed,
                name=short(piece.name),
                path=short(piece.path, 4000),
                file=short(piece.file),
                reel=short(piece.reel),
                comments=tuple(short(text) for text in piece.comments[:_MOST_COMMENTS] if text),
                mark=short(piece.mark),
                enabled=piece.enabled,
                nested=tuple(short(text) for text in piece.nested),
                layer=piece.layer,
                dissolves=(round(piece.dissolves[0] * rate), round(piece.dissolves[1] * rate)),
                caveat=piece.caveat,
            )
        )
    rows.sort(key=lambda row: (row.audio, row.record_in, row.layer))
    return Timeline(
        name=short(name),
        format=format,
        rate=rate,
        start=timecode(first, rate) if 0 <= first < 360_000 * rate else "00:00:00:00",
        frames=max((row.record_out for row in rows), default=0),
        pieces=tuple(rows),
        width=size[0],
        height=size[1],
        notes=tuple(dict.fromkeys(notes)),
    )


def short(text: object, limit: int = _LONGEST_TEXT) -> str:
    """A stranger's text of a length one can bear."""
    return str(text or "").strip()[:limit]
