"""What a worker does with one film: decode it once, and find the library's takes in it.

The film is a stranger's. The worker gets paths and copies of fingerprints, gives plain data
back, and writes how far it is into a file of its own.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import CircletakeError
from circletake.files import sha256_of
from circletake.model.cue import Cue, Gap
from circletake.workflows.analysis.film_clock import FilmClock
from circletake.workflows.analysis.records import Records

if TYPE_CHECKING:
    from circletake.fingerprint.record import Thumbnails

RATE = Fraction(24)
"""Until the frames have told theirs, where nothing else is known."""

UNREAD = "damaged, cannot be decoded"
"""Why nothing is found where there is no picture to look at."""

_OFTEN = 0.25
"""Seconds between two reports of the position."""


@dataclass(frozen=True, slots=True)
class Search:
    """A film to look through.

    Attributes:
        prints: packed fingerprints.
        pictures: packed thumbnails of the same takes.
        copies: ids of takes that are copies of others.
        position: the file in which the worker notes how far it is.
    """

    film: str
    prints: Records
    pictures: Records
    position: str
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Searched:
    """What was found, with the facts of the film.

    Attributes:
        problem: why not all of it could be read; empty when it could.
        sound: it has any.
        damaged: takes whose record cannot be read, and that were not compared.
    """

    sha256: str
    rate: Fraction
    width: int
    height: int
    frames: int
    cues: tuple[Cue, ...]
    gaps: tuple[Gap, ...]
    problem: str = ""
    sound: bool = False
    damaged: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """A film that could not be looked through, in the parts of an error."""

    thing: str
    reason: str
    next_step: str


def search(task: Search) -> Searched | Refused:
    """Decode the film once and find takes in it; a file that cannot be read is an answer too."""
    try:
        return _search(task)
    except CircletakeError as error:
        return Refused(error.thing, error.reason, error.next_step)
    except OSError as error:
        return Refused(Path(task.film).name, error.strerror or str(error), "")


def _search(task: Search) -> Searched:
    import cv2

    from circletake.fingerprint.locate import Locator
    from circletake.fingerprint.record import unpack_all, unpack_thumbnails
    from circletake.media.frames import Tap, read_once
    from circletake.media.probe import probe

    cv2.setNumThreads(1)

    def look(take_ids: Collection[str]) -> Mapping[str, Thumbnails]:
        return {take_id: unpack_thumbnails(task.pictures.read(take_id)) for take_id in take_ids}

    film = Path(task.film)
    probed = probe(film, whole=False)
    facts = probed.facts
    takes, damaged = unpack_all({take_id: task.prints.read(take_id) for take_id in task.prints.places})
    locator, clock = Locator(takes, look, float(facts.rate or RATE), task.copies), FilmClock()
    taps = [Tap(needs, sink, glance=True) for needs, sink in locator.sinks]
    taps.append(Tap(taps[0].needs, clock, glance=True))
    decoded = read_once(film, taps, Position(Path(task.position), facts.frames or 0).packet)
    for tap in taps:
        if tap.failed:
            raise tap.failed
    cues, gaps, _ = locator.finish()
    end = decoded.seconds
    spans = [(each.start, each.end) for each in decoded.damaged if not each.read]
    rate = clock.rate(facts.rate, end, missing=bool(spans))
    unread = [(round(start * rate), round(stop * rate)) for start, stop in spans]
    rows = _parted([*clock.placed(cues, rate, end), *clock.placed(gaps, rate, end)], unread, rate)
    return Searched(
        sha256_of(film),
        rate,
        facts.width,
        facts.height,
        clock.frames(rate, end),
        tuple(row for row in rows if isinstance(row, Cue)),
        tuple(row for row in rows if isinstance(row, Gap)),
        decoded.problem or probed.short or decoded.mended,
        facts.audio is not None,
        len(damaged),
    )


def _parted(rows: Sequence[Cue | Gap], unread: Sequence[tuple[int, int]], rate: Fraction) -> list[Cue | Gap]:
    """The rows without the frames that could not be read, which are gaps of their own.

    Args:
        unread: frames, first and after the last, in order.
    """
    parted: list[Cue | Gap] = []
    for row in rows:
        at = row.record_in
        for first, last in unread:
            start, end = max(at, first), min(row.record_out, last)
            if start < end:
                parted += [_part(row, at, start, rate)] if at < start else []
                parted.append(Gap(start, end, why=UNREAD))
                at = end
        parted += [_part(row, at, row.record_out, rate)] if at < row.record_out else []
    return sorted(parted, key=lambda row: row.record_in)


def _part(row: Cue | Gap, start: int, end: int, rate: Fraction) -> Cue | Gap:
    if isinstance(row, Gap):
        return replace(row, record_in=start, record_out=end)
    return row if (start, end) == (row.record_in, row.record_out) else row.part(start, end, rate)


class Position:
    """How far a film has been decoded: the worker writes it, whoever waits for the worker reads it.

    Args:
        total: packets of the whole film, 0 where nobody knows.
    """

    def __init__(self, path: Path, total: int = 0) -> None:
        self._path = path
        self._total = total
        self._done = 0
        self._told = time.monotonic()

    def packet(self) -> bool:
        """Count one packet; never asks for an end (it stands where ``cancelled`` is asked)."""
        self._done += 1
        now = time.monotonic()
        if now - self._told >= _OFTEN:
            self._told = now
            with contextlib.suppress(OSError):
                self._path.write_text(f"{self._done} {self._total}")
        return False

    def read(self) -> tuple[int, int] | None:
        """Packets done and in all; ``None`` where nothing is told yet."""
        try:
            done, total = self._path.read_text().split()
            return int(done), int(total)
        except (OSError, ValueError):
            return None
