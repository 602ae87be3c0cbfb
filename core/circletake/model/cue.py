"""A cue list: which takes are in a finished film, which seconds of each, and how that is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from circletake.model.export import BLACK, SoundUse


class Known(StrEnum):
    """How it is known that a stretch shows a take.

    ``TIMELINE``: the editor's timeline alone says so. ``BOTH``: it does, and the picture agrees.
    ``CUT``: it was cut so here, in the library.
    """

    MATCHED = "matched"
    TIMELINE = "timeline"
    BOTH = "timeline, matched"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Cue:
    """A stretch of the film that shows a take, verified in pixels unless ``known`` says otherwise.

    Attributes:
        record_in: first frame of the film that shows it, counted from 0.
        record_out: the frame after the last.
        source_in: seconds into the take at ``record_in``.
        source_out: seconds into the take at ``record_out``.
        speed: seconds of the take for each second of the film.
        flipped: mirrored.
        zoom: share of the take's width or height that the film does not show, 0-1; negative where
            the film shows the take inside a larger frame.
        confidence: 0-1, from ``picture``, ``motion`` and how far the next take is behind.
        picture: median correlation of the registered frames, -1 to 1.
        motion: correlation of what moves; ``None`` where nothing moves enough to tell.
        distance: mean Hamming distance of the registered frames' pHash, of 256 bits.
        frames: pairs of frames that were compared.
        matches: moments that lie on one another, for showing: film seconds and take seconds.
        known: by the picture, the editor's timeline, or both. Where no picture was compared, everything
            that a comparison tells is 0.
    """

    take_id: str
    record_in: int
    record_out: int
    source_in: float
    source_out: float
    speed: float
    flipped: bool = False
    zoom: float = 0.0
    confidence: float = 0.0
    picture: float = 0.0
    motion: float | None = None
    distance: float = 0.0
    frames: int = 0
    matches: tuple[tuple[float, float], ...] = ()
    known: Known = Known.MATCHED

    def part(self, start: int, end: int, rate: Fraction) -> Cue:
        """The frames ``start`` to ``end`` of the film, with the seconds of the take that they show.

        Args:
            rate: frames a second of the film.
        """
        each = (self.source_out - self.source_in) / max(1, self.record_out - self.record_in)
        source = self.source_in + (start - self.record_in) * each
        return replace(
            self,
            record_in=start,
            record_out=end,
            source_in=source,
            source_out=source + (end - start) * each,
            matches=tuple(pair for pair in self.matches if start <= pair[0] * float(rate) < end),
        )


class Untaken:
    """What shows no take, by the ``kind`` that somebody declared it to be."""

    __slots__ = ()
    kind: str

    @property
    def is_black(self) -> bool:
        """Nothing is shown here, and that is meant."""
        return self.kind == BLACK


@dataclass(frozen=True, slots=True)
class Gap(Untaken):
    """A stretch of the film in which no take was found.

    Attributes:
        nearest: id of the take that came nearest, and why it was not named; empty when none came near.
        what: what the timeline calls it, in a stranger's words.
        kind: last part of the IPTC digital source type that somebody declared, ``black``, or empty.
        by: who declared it.
        at: the day on which that was (ISO 8601), where the film was signed before.
    """

    record_in: int
    record_out: int
    nearest: str = ""
    why: str = ""
    what: str = ""
    kind: str = ""
    by: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Overlay:
    """What lies over takes, as a title does; the picture below is told by itself.

    Attributes:
        what: what the timeline calls it, in a stranger's words.
        kind: as :attr:`Gap.kind`.
        by: who declared it.
        at: as :attr:`Gap.at`.
    """

    record_in: int
    record_out: int
    what: str
    kind: str = ""
    by: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class CueList:
    """What was found in a film.

    Attributes:
        film: the file's name, without folders.
        sha256: of the film.
        rate: frames a second, for timecode.
        frames: length of the film in frames.
        start: record timecode of the first frame.
        takes: how many takes the film was compared with.
        waiting: takes that have no fingerprint and could not be compared.
        problem: why not all of the film could be read; empty when it could.
        said_by: whose word it is which takes it shows, where nobody looked; a signer's name.
        said_at: the day of that word (ISO 8601), as the signer tells it.
        doubts: what stands against that word; empty where nothing does.
        overlays: what lies over its takes.
        sounds: sound that is none of the takes', with what somebody declared of it.
        sound: the film has any sound, as whoever looked through it found.
    """

    film: str
    sha256: str
    rate: Fraction
    frames: int
    cues: tuple[Cue, ...]
    gaps: tuple[Gap, ...]
    takes: int
    waiting: int
    width: int
    height: int
    start: str = "01:00:00:00"
    problem: str = ""
    said_by: str = ""
    said_at: str = ""
    doubts: str = ""
    overlays: tuple[Overlay, ...] = ()
    sounds: tuple[SoundUse, ...] = ()
    sound: bool = False

    @property
    def found(self) -> int:
        """Frames of the film that show a take we know."""
        return sum(cue.record_out - cue.record_in for cue in self.cues)

    @property
    def others(self) -> tuple[Gap | Overlay, ...]:
        """All that is no take, black left out: what somebody may declare, and what nobody did."""
        both: tuple[Gap | Overlay, ...] = (*self.gaps, *self.overlays)
        rows = (each for each in both if each.kind != BLACK)
        return tuple(sorted(rows, key=lambda each: (each.record_in, each.record_out)))

    @property
    def rows(self) -> Iterator[Cue | Gap]:
        """Cues and gaps in the order of the film."""
        both: tuple[Cue | Gap, ...] = (*self.cues, *self.gaps)
        yield from sorted(both, key=lambda row: row.record_in)
