"""A timeline as an editor gave it back: what it shows when, under which names; not yet known to be ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from heapq import heappop, heappush


class PieceKind(StrEnum):
    """What a piece of a timeline is made of.

    ``GENERATOR``: made by the editing program itself: a title, a colour, bars, black.
    """

    MEDIA = "media"
    GENERATOR = "generator"


@dataclass(frozen=True, slots=True)
class Level:
    """How loud a sound lies.

    Attributes:
        volume: 1 as it is, 0 silent.
        fade_in: seconds over which it comes in from silence.
        fade_out: seconds over which it goes out at its end.
    """

    volume: Fraction = Fraction(1)
    fade_in: Fraction = Fraction(0)
    fade_out: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece on one track, nested sequences laid open. All its texts are a stranger's.

    Where two pieces dissolve, each reaches to the middle of the dissolve.

    Attributes:
        track: ``V1``, ``A2``.
        record_in: first frame of the timeline that has it, counted from 0.
        record_out: the frame after the last.
        source_in: seconds into its media; ``None`` where the file does not tell.
        timecoded: ``source_in`` counts from the media's own timecode, whose start the file does not tell.
        speed: seconds of media for each second of the timeline; 0 held still, negative backwards.
        name: of the clip.
        path: path or URL of the media, as it stands there.
        file: the media's own name.
        mark: what circletake wrote into a timeline to know its takes by; a stranger may have written it too.
        enabled: neither the piece nor its track is switched off.
        nested: names of the sequences it lies in, outermost first.
        layer: pieces of a higher layer hide those of lower ones.
        dissolves: frames of the dissolves at its start and end.
        caveat: what is only nearly so, in words.
        source_out: seconds into its media at its end, where circletake wrote it finer than in frames.
        fit: how its picture is fitted to another shape, in circletake's word; empty where nobody tells.
        level: of a sound; ``None`` where nobody tells.
    """

    track: str
    audio: bool
    kind: PieceKind
    record_in: int
    record_out: int
    source_in: Fraction | None = None
    timecoded: bool = False
    speed: Fraction = Fraction(1)
    name: str = ""
    path: str = ""
    file: str = ""
    reel: str = ""
    comments: tuple[str, ...] = ()
    mark: str = ""
    enabled: bool = True
    nested: tuple[str, ...] = ()
    layer: tuple[int, ...] = ()
    dissolves: tuple[int, int] = (0, 0)
    caveat: str = ""
    source_out: Fraction | None = None
    fit: str = ""
    level: Level | None = None

    @property
    def frames(self) -> int:
        """Its length on the timeline."""
        return self.record_out - self.record_in

    @property
    def called(self) -> str:
        """The name a person would know it by."""
        return self.file or self.name or self.path.rpartition("/")[2] or self.reel or "without a name"

    def cut_to(self, record_in: int, record_out: int, rate: Fraction) -> Piece:
        """A part of it, with the media's time moved along."""
        if (record_in, record_out) == (self.record_in, self.record_out):
            return self
        moved = (record_in - self.record_in) / rate * self.speed
        source = None if self.source_in is None else self.source_in + moved
        return replace(self, record_in=record_in, record_out=record_out, source_in=source, source_out=None)


@dataclass(frozen=True, slots=True)
class Timeline:
    """What was read of a timeline.

    Attributes:
        format: ``FCP7 XML``, ``EDL``, ``OTIO``, ``OTIOZ``, ``AAF``, ``FCPXML``.
        rate: frames a second.
        start: record timecode of frame 0.
        frames: its length.
        width: 0 where the file does not tell.
        notes: what was assumed or passed over, in words.
        fit: of pictures of another shape, where a piece says nothing else.
    """

    name: str
    format: str
    rate: Fraction
    start: str
    frames: int
    pieces: tuple[Piece, ...]
    width: int = 0
    height: int = 0
    notes: tuple[str, ...] = ()
    fit: str = ""

    @property
    def pictures(self) -> Iterator[Piece]:
        """Media on video tracks that are switched on."""
        for piece in self.pieces:
            if piece.enabled and not piece.audio and piece.kind is PieceKind.MEDIA:
                yield piece

    @property
    def shown(self) -> tuple[Piece, ...]:
        """What is seen, in the order of the timeline: a higher track hides what lies below.

        Titles and other generators hide nothing here: they lie over a picture, or over none.
        """
        return tuple(_topmost(self.pictures, self.rate))

    @property
    def hidden(self) -> tuple[Piece, ...]:
        """Pictures that are switched on, and of which no frame is seen."""
        seen = {(each.layer, each.name, each.path, each.record_out) for each in self.shown}
        spans = [(each.record_in, each.record_out, each.layer) for each in self.shown]
        return tuple(
            piece
            for piece in self.pictures
            if (piece.layer, piece.name, piece.path, piece.record_out) not in seen
            and not any(
                layer == piece.layer and start >= piece.record_in and end <= piece.record_out
                for start, end, layer in spans
            )
        )

    @property
    def disabled(self) -> tuple[Piece, ...]:
        """What is switched off."""
        return tuple(piece for piece in self.pieces if not piece.enabled)

    @property
    def generators(self) -> tuple[Piece, ...]:
        """Titles, colours and the like that are switched on."""
        return tuple(
            piece
            for piece in self.pieces
            if piece.enabled and not piece.audio and piece.kind is PieceKind.GENERATOR
        )

    @property
    def sounds(self) -> tuple[Piece, ...]:
        """Sound that is switched on; the channels of one file at one place are told once."""
        once: dict[tuple[str, str, int, int], Piece] = {}
        for piece in self.pieces:
            if piece.audio and piece.enabled:
                once.setdefault((piece.path, piece.called, piece.record_in, piece.record_out), piece)
        return tuple(once.values())


def _topmost(pieces: Iterable[Piece], rate: Fraction) -> Iterator[Piece]:
    """Sweep over the timeline: at every frame the piece of the highest layer, the later one of two."""
    starts = sorted(pieces, key=lambda piece: piece.record_in)
    edges = sorted({edge for piece in starts for edge in (piece.record_in, piece.record_out)})
    waiting: list[tuple[tuple[int, ...], int, int]] = []
    last: tuple[int, int, int] | None = None
    at = 0
    for edge, after in zip(edges, [*edges[1:], *edges[-1:]], strict=True):
        while at < len(starts) and starts[at].record_in <= edge:
            layer = tuple(-each for each in starts[at].layer)
            heappush(waiting, (layer, -at, at))
            at += 1
        while waiting and starts[waiting[0][2]].record_out <= edge:
            heappop(waiting)
        top = waiting[0][2] if waiting else -1
        if last is not None and last[0] != top:
            yield starts[last[0]].cut_to(last[1], last[2], rate)
            last = None
        if top >= 0 and after > edge:
            last = (top, last[1] if last else edge, after)
    if last is not None:
        yield starts[last[0]].cut_to(last[1], last[2], rate)
