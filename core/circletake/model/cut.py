"""A cut: an ordered choice of take ranges with an optional song, in exact time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from circletake.model.take import Declaration


@dataclass(frozen=True, slots=True)
class CutEvent:
    """One piece of a take in a cut.

    Attributes:
        source_in: seconds into the take where the piece starts.
        source_out: seconds into the take where it ends.
    """

    take_id: str
    source_in: Fraction
    source_out: Fraction

    @property
    def seconds(self) -> Fraction:
        """Its length."""
        return self.source_out - self.source_in


@dataclass(frozen=True, slots=True)
class Song:
    """Music under a cut.

    Attributes:
        path: where the file is.
        sha256: of the file when it was added.
        origin: what somebody said about how it was made.
        declared_by: who said so; empty when undeclared.
        offset: seconds into the song at which the cut starts.
    """

    path: str
    sha256: str
    name: str
    origin: Declaration = Declaration.UNDECLARED
    declared_by: str = ""
    offset: Fraction = Fraction(0)


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
    """

    name: str
    rate: Fraction
    width: int
    height: int
    events: tuple[CutEvent, ...] = ()
    song: Song | None = None
    start: str = "01:00:00:00"

    @property
    def placed(self) -> tuple[Placed, ...]:
        """Each event with its record in and out, on whole frames of the timeline."""
        rows: list[Placed] = []
        at = 0
        for index, event in enumerate(self.events):
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
    def take_ids(self) -> tuple[str, ...]:
        """The takes it uses, each once, in order of first use."""
        return tuple(dict.fromkeys(event.take_id for event in self.events))

    def with_events(self, *events: CutEvent) -> Cut:
        """The same cut with ``events`` added at the end."""
        return replace(self, events=(*self.events, *events))

    def to_json(self) -> dict[str, Any]:
        """A plain dictionary; times are exact, as text like ``7/2``."""
        song = self.song
        return {
            "name": self.name,
            "rate": str(self.rate),
            "width": self.width,
            "height": self.height,
            "start": self.start,
            "events": [
                {"take": e.take_id, "in": str(e.source_in), "out": str(e.source_out)} for e in self.events
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
            },
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Cut:
        """Read what :meth:`to_json` wrote."""
        song = data["song"]
        return cls(
            name=data["name"],
            rate=Fraction(data["rate"]),
            width=data["width"],
            height=data["height"],
            start=data["start"],
            events=tuple(CutEvent(e["take"], Fraction(e["in"]), Fraction(e["out"])) for e in data["events"]),
            song=None
            if song is None
            else Song(
                path=song["path"],
                sha256=song["sha256"],
                name=song["name"],
                origin=Declaration(song["origin"]),
                declared_by=song["declared_by"],
                offset=Fraction(song["offset"]),
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
