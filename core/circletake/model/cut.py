"""A cut: an ordered choice of take ranges with an optional song, in exact time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from circletake.model.take import Declaration

SLOWEST, FASTEST = Fraction(1, 10), Fraction(10)
"""Between these a piece of a take may be slowed down or sped up."""

FADE_OUT = Fraction(1, 2)
"""Seconds over which a song fades out where nobody says otherwise."""


class Fit(StrEnum):
    """What is done with a picture of another shape than the cut's."""

    LETTERBOX = "letterbox"
    """All of it is shown, with black around it."""
    CROP = "crop"
    """It fills the frame; what stands out is cut off."""
    BLUR = "blur"
    """All of it is shown, on a blurred and enlarged copy of itself."""


@dataclass(frozen=True, slots=True)
class CutEvent:
    """One piece of a take in a cut.

    Attributes:
        source_in: seconds into the take where the piece starts.
        source_out: seconds into the take where it ends.
        speed: seconds of the take that pass in one second of the cut.
        fit: of its picture; the cut's own where ``None``.
        gap: seconds of black before it, rounded to whole frames in the cut.
    """

    take_id: str
    source_in: Fraction
    source_out: Fraction
    speed: Fraction = Fraction(1)
    fit: Fit | None = None
    gap: Fraction = Fraction(0)

    @property
    def seconds(self) -> Fraction:
        """Its length in the cut, without the black before it."""
        return (self.source_out - self.source_in) / self.speed


@dataclass(frozen=True, slots=True)
class Song:
    """Music under a cut.

    Attributes:
        path: where the file is.
        sha256: of the file when it was added.
        origin: what somebody said about how it was made.
        declared_by: who said so; empty when undeclared.
        offset: seconds into the song at which the cut starts.
        fade_in: seconds over which it comes in from silence.
        fade_out: seconds over which it goes out at the end of the cut.
        volume: 1 as it is, 0 silent.
    """

    path: str
    sha256: str
    name: str
    origin: Declaration = Declaration.UNDECLARED
    declared_by: str = ""
    offset: Fraction = Fraction(0)
    fade_in: Fraction = Fraction(0)
    fade_out: Fraction = FADE_OUT
    volume: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Placed:
    """An event with its place in the cut (record times, in seconds)."""

    index: int
    event: CutEvent
    record_in: Fraction
    record_out: Fraction


@dataclass(frozen=True, slots=True)
class Cut:
    """An edit. A single take is a cut of one event.

    Attributes:
        rate: frames per second of the timeline; every record time is a whole frame.
        width: pixels.
        height: pixels.
        start: record timecode of the first frame; an hour, as editors have it.
        fit: of pictures of another shape, where an event has none of its own.
    """

    name: str
    rate: Fraction
    width: int
    height: int
    events: tuple[CutEvent, ...] = ()
    song: Song | None = None
    start: str = "01:00:00:00"
    fit: Fit = Fit.LETTERBOX

    @property
    def placed(self) -> tuple[Placed, ...]:
        """Each event with its record in and out, on whole frames of the timeline."""
        rows: list[Placed] = []
        at = 0
        for index, event in enumerate(self.events):
            at += round(event.gap * self.rate)
            frames = max(1, round(event.seconds * self.rate))
            rows.append(Placed(index, event, at / self.rate, (at + frames) / self.rate))
            at += frames
        return tuple(rows)

    @property
    def seconds(self) -> Fraction:
        """Length of the cut."""
        placed = self.placed
        return placed[-1].record_out if placed else Fraction(0)

    @property
    def black(self) -> tuple[tuple[Fraction, Fraction], ...]:
        """Where the cut is black between its events: record in and out, in seconds."""
        ends = [Fraction(0), *(placed.record_out for placed in self.placed)]
        return tuple(
            (end, placed.record_in)
            for end, placed in zip(ends, self.placed, strict=False)
            if placed.record_in > end
        )

    def fit_of(self, event: CutEvent) -> Fit:
        """How the picture of an event is fitted."""
        return event.fit or self.fit

    def reshapes(self, width: int, height: int) -> bool:
        """Whether a picture of so many pixels differs in shape from the cut's by more than rounding does."""
        return abs(width * self.height - height * self.width) >= 2 * max(width, height)

    @property
    def take_ids(self) -> tuple[str, ...]:
        """The takes it uses, each once, in order of first use."""
        return tuple(dict.fromkeys(event.take_id for event in self.events))

    def to_json(self) -> dict[str, Any]:
        """A plain dictionary; times are exact, as text like ``7/2``."""
        song = self.song
        return {
            "name": self.name,
            "rate": str(self.rate),
            "width": self.width,
            "height": self.height,
            "start": self.start,
            "fit": self.fit.value,
            "events": [
                {
                    "take": e.take_id,
                    "in": str(e.source_in),
                    "out": str(e.source_out),
                    "speed": str(e.speed),
                    "fit": e.fit.value if e.fit else None,
                    "gap": str(e.gap),
                }
                for e in self.events
            ],
            "song": None
            if song is None
            else {
                "path": song.path,
                "sha256": song.sha256,
                "name": song.name,
                "origin": song.origin.value,
                "declared_by": song.declared_by,
                "offset": str(song.offset),
                "fade_in": str(song.fade_in),
                "fade_out": str(song.fade_out),
                "volume": str(song.volume),
            },
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Cut:
        """Read what :meth:`to_json` wrote, or did before cuts had speeds, gaps, fits and fades."""
        song = data["song"]
        return cls(
            name=data["name"],
            rate=Fraction(data["rate"]),
            width=data["width"],
            height=data["height"],
            start=data["start"],
            fit=Fit(data.get("fit", Fit.LETTERBOX)),
            events=tuple(
                CutEvent(
                    e["take"],
                    Fraction(e["in"]),
                    Fraction(e["out"]),
                    Fraction(e.get("speed", 1)),
                    Fit(e["fit"]) if e.get("fit") else None,
                    Fraction(e.get("gap", 0)),
                )
                for e in data["events"]
            ),
            song=None
            if song is None
            else Song(
                path=song["path"],
                sha256=song["sha256"],
                name=song["name"],
                origin=Declaration(song["origin"]),
                declared_by=song["declared_by"],
                offset=Fraction(song["offset"]),
                fade_in=Fraction(song.get("fade_in", 0)),
                fade_out=Fraction(song.get("fade_out", FADE_OUT)),
                volume=Fraction(song.get("volume", 1)),
            ),
        )


def timecode(frame: int, rate: Fraction, start: str = "00:00:00:00") -> str:
    """``HH:MM:SS:FF`` (non-drop) of the ``frame``-th frame of a timeline that begins at ``start``.

    Frames are counted at the nominal rate, as editors do: 24 a second at 23.976.
    """
    nominal = -(-rate.numerator // rate.denominator)
    hours, minutes, seconds, frames = (int(part) for part in start.split(":"))
    total = frame + ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
    whole, frames = divmod(total, nominal)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}:{frames:02d}"
