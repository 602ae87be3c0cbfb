"""Pieces laid out in exact seconds while a timeline is read, and what every format shares in reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from circletake.model.cut import Cut, Fit, Song, timecode
from circletake.model.timeline import Level, Piece, PieceKind, Timeline

MOST_PIECES = 20_000
"""A feature film has some 2,000 shots; ten times that on a few tracks is still read."""

MOST_LAID = 4 * MOST_PIECES
"""Pieces with those that lie under others, sound and titles; sequences within sequences multiply."""

DEEPEST = 20
"""Sequences within sequences; editors nest three or four."""

LONGEST = 7 * 24 * 3600
"""Seconds of the longest timeline that is believed."""

DROPPED = {30: 2, 60: 4}
"""Numbers that drop frame timecode leaves out each minute but the tenth, SMPTE 12M."""

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
    source_out: Fraction | None = None
    fit: str = ""
    level: Level | None = None

    def part(self, start: Fraction, end: Fraction) -> Laid:
        """The same from ``start`` to ``end``, the media's time moved along."""
        if (start, end) == (self.start, self.end):
            return self
        source = None if self.source is None else self.source + (start - self.start) * self.speed
        return replace(self, start=start, end=end, source=source, source_out=None)


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
    fit: str = "",
    drop: bool = False,
) -> Timeline:
    """The timeline, every piece on whole frames of it; pieces of less than half a frame are gone.

    Args:
        first: number of the frame that is the timeline's start, in its timecode.
        drop: its timecode leaves out numbers; it keeps the name of its start.

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
                source_out=fitted.source_out,
                fit=fit_of(piece.fit),
                level=piece.level,
            )
        )
    rows.sort(key=lambda row: (row.audio, row.record_in, row.layer))
    if drop := drop and rate.denominator != 1 and nominal_of(rate) in DROPPED:
        notes = [*notes, "its timecode is drop frame; places in it are told as non-drop, from the same start"]
    return Timeline(
        name=short(name),
        format=format,
        rate=rate,
        start=_start(first + (numbers_left_out(first, rate) if drop else 0), rate),
        frames=max((row.record_out for row in rows), default=0),
        pieces=tuple(rows),
        width=size[0],
        height=size[1],
        notes=tuple(dict.fromkeys(notes)),
        fit=fit_of(fit),
    )


def _start(number: int, rate: Fraction) -> str:
    return timecode(number, rate) if 0 <= number < 360_000 * rate else "00:00:00:00"


def nominal_of(rate: Fraction) -> int:
    """Numbers that a second of timecode has: 24 at 23.976."""
    return -(-rate.numerator // rate.denominator)


def numbers_left_out(frame: int, rate: Fraction) -> int:
    """How many numbers drop frame timecode left out before a frame, SMPTE 12M."""
    nominal = nominal_of(rate)
    dropped = DROPPED[nominal]
    minute = 60 * nominal - dropped
    tens, rest = divmod(frame, 10 * minute + dropped)
    # The first minute of ten is whole.
    return dropped * (9 * tens + max(0, (rest - dropped) // minute))


def fit_of(text: object) -> str:
    """A word that circletake has for how pictures are fitted; empty for any other."""
    word = str(text or "").strip().lower()
    return word if word in set(Fit) else ""


def level_of(keys: Sequence[tuple[Fraction, Fraction]]) -> tuple[Level | None, str]:
    """How loud a sound lies by its keys, and with what caveat.

    Args:
        keys: seconds and loudness, 1 as it is, in order.
    """
    if not keys:
        return None, ""
    loudest = max(loud for _, loud in keys)
    if loudest <= 0 or len(keys) == 1:
        return Level(max(Fraction(0), loudest)), ""
    quiet = loudest / 1000
    rise = keys[1][0] - keys[0][0] if keys[0][1] <= quiet else Fraction(0)
    fall = keys[-1][0] - keys[-2][0] if keys[-1][1] <= quiet else Fraction(0)
    held = keys[1 if rise else 0 : -1 if fall else None]
    even = all(abs(loud - loudest) <= loudest / 50 for _, loud in held)
    return Level(loudest, rise, fall), "" if even else "its loudness changes; told as its loudest"


def song_levels(song: Song, cut: Cut) -> dict[int, Fraction]:
    """Keys of a song's volume with its fades: loudness by the song's frames, counted at the cut's rate."""
    first = round(song.offset * cut.rate)
    length = round(cut.seconds * cut.rate)
    rise, fall = (min(length, round(each * cut.rate)) for each in (song.fade_in, song.fade_out))
    keys = [(0, Fraction(0) if rise else song.volume), (rise, song.volume)]
    keys += [(max(rise, length - fall), song.volume), (length, Fraction(0) if fall else song.volume)]
    return {first + at: loud for at, loud in keys}


def short(text: object, limit: int = _LONGEST_TEXT) -> str:
    """A stranger's text of a length one can bear."""
    return str(text or "").strip()[:limit]
