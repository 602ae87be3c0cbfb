"""Reading an EDL (CMX 3600) as editors write it. Nothing in it is refused but what is no EDL at all.

Our own rather than an adapter's: those stop at files that editors do write, such as event numbers that
differ within a dissolve, and take their rate as given, which an EDL does not tell.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise

from circletake.model.timeline import Timeline
from circletake.timeline.laying import (
    DROPPED,
    MOST_PIECES,
    Laid,
    Unreadable,
    level_of,
    nominal_of,
    settled,
)

_TIME = r"(\d\d?[:;.]\d\d[:;.]\d\d[:;.,]\d\d)"
_EVENT = re.compile(
    rf"^\s*(\d+)\s+(.*?)\s+((?:[AVB]\d*/?)+|NONE)\s+"
    rf"(C|D|W\d+|K\s?[BO]?(?:\s\(F\))?)\s+(?:(\d+)\s+)?{_TIME}\s+{_TIME}\s+{_TIME}\s+{_TIME}\s*$"
)
_LIKE_EVENT = re.compile(rf"^\s*\d+\s.*{_TIME}\s+{_TIME}\s+{_TIME}\s+{_TIME}\s*$")
_MOTION = re.compile(r"^M2\s+(.*?)\s*([-+]?\d+(?:\.\d+)?)\s+\d\d?[:;.]\d\d[:;.]\d\d[:;.,]\d\d")
_NOTE = re.compile(r"^\*?\s*([A-Z][A-Z0-9 _-]*?)\s*(?::|\bIS\b)\s*(.*)$")

_FILES = ("SOURCE FILE", "FROM FILE", "FROM CLIP", "SOURCE FILE PATH", "FILE PATH", "MEDIA FILE")
_LEVEL = re.compile(rf"^AUDIO LEVEL AT {_TIME} IS (-?\d{{1,3}}(?:\.\d+)?) DB\b", re.IGNORECASE)
_SILENT = -90
"""Decibels below which a sound is silent; Premiere writes -99."""

_NO_REEL = ("AX", "AUX")
_MARKER = re.compile(r"\|C:\w+\s.*\|M:")
"""What Resolve writes below each marker where it lists those rather than edits."""

_LEADER = 60
"""Seconds after a whole hour within which a timeline is held to have started at the hour, as editors do."""


@dataclass(slots=True)
class _Event:
    number: str
    reel: str
    channels: str
    transition: str
    length: int
    times: tuple[str, str, str, str]
    drop: bool
    speed: Fraction | None = None
    notes: list[str] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)

    @property
    def black(self) -> bool:
        return self.reel.upper() in ("BL", "BLACK", "BLK")

    @property
    def over(self) -> bool:
        """The foreground of a key; the line before it is its background."""
        return self.transition == "K" or self.transition.startswith("K O")


def read_edl(text: str, rate: Fraction | None = None) -> Timeline:
    """Read an EDL.

    Args:
        rate: frames a second; guessed from the timecodes without one.

    Raises:
        Unreadable: there is no event in it.
    """
    title, events, unread = _events(text)
    if not events:
        raise Unreadable("there is no event of an EDL in it")
    if all(any(_MARKER.search(note) for note in event.notes) for event in events):
        raise Unreadable("it is a list of markers, not of edits; export the timeline itself")
    notes = [f"lines that look like events and were not read: {', '.join(unread[:10])}"] if unread else []
    if rate is None:
        rate = _guessed(events)
        notes.append(
            f"an EDL does not tell its rate; {float(rate):g} frames a second by its timecodes (--rate)"
        )
    placed = [(event, [_frame(time, rate, event.drop) for time in event.times]) for event in events]
    head, times = min(placed, key=lambda each: each[1][2])
    earliest = times[2]
    hour = _frame(f"{head.times[2].strip()[:-9]}:00:00:00", rate, head.drop)
    first = hour if earliest - hour <= _LEADER * nominal_of(rate) else earliest
    pieces: list[Laid] = []
    tracks: dict[str, list[Laid]] = defaultdict(list)
    for event, times in placed:
        _lay(event, [*times[:2], times[2] - first, times[3] - first], rate, tracks)
    for laid in tracks.values():
        pieces.extend(piece for piece in laid if piece.end > piece.start and piece.enabled)
    if any(laid.timecoded for laid in pieces):
        notes.append("source times are timecodes; where a file's own timecode starts is not told")
    drop = head.drop
    return settled(pieces, name=title, format="EDL", rate=rate, first=first, notes=notes, drop=drop)


def _events(text: str) -> tuple[str, list[_Event], list[str]]:
    """Title, events, and the numbers of lines that could be events but cannot be read."""
    title, drop = "", False
    events: list[_Event] = []
    unread: list[str] = []
    for line in text.splitlines():
        line = line.strip("\ufeff \t")
        upper = line.upper()
        if upper.startswith("TITLE:"):
            title = title or line[6:].strip()
        elif upper.startswith("FCM:"):
            drop = "NON" not in upper and "DROP" in upper
        elif found := _EVENT.match(line):
            number, reel, channels, transition, length, *times = found.groups()
            if len(events) >= MOST_PIECES:
                raise Unreadable(f"it has more than {MOST_PIECES} events")
            marked = drop or any(";" in time for time in times)
            events.append(
                _Event(
                    number,
                    reel.strip(),
                    channels,
                    transition.strip(),
                    int(length or 0) if len(length or "") < 7 else 0,
                    (times[0], times[1], times[2], times[3]),
                    marked,
                )
            )
        elif events and (moved := _MOTION.match(line)):
            speed = Fraction(moved[2])
            # After a dissolve's two lines, the speed is of the reel it names.
            pair = [each for each in events[-2:] if each.number == events[-1].number]
            aimed = next((each for each in reversed(pair) if each.reel == moved[1].strip()), events[-1])
            aimed.speed = speed
        elif _LIKE_EVENT.match(line):
            unread.append(line.split()[0][:12])
        elif events and line:
            _said(events[-1], line)
    for below, above in pairwise(events):
        if above.over and above.number == below.number:
            below.said = {"FROM CLIP NAME": above.said.get("FROM CLIP NAME", ""), **below.said}
    return title, events, unread


def _said(event: _Event, line: str) -> None:
    found = _NOTE.match(line)
    if found and found[2]:
        event.said.setdefault(found[1].strip(), found[2].strip())
    event.notes.append(line.lstrip("* ").strip())


def _guessed(events: list[_Event]) -> Fraction:
    largest = max(int(time[-2:]) for event in events for time in event.times)
    if any(event.drop for event in events):
        return Fraction(60000 if largest > 29 else 30000, 1001)
    for nominal in (24, 25, 30, 50, 60):
        if largest < nominal:
            return Fraction(nominal)
    raise Unreadable(f"its timecodes count {largest + 1} frames a second")


def _frame(time: str, rate: Fraction, drop: bool) -> int:
    hours, minutes, seconds, frames = (int(part) for part in re.split(r"[:;.,]", time))
    nominal = nominal_of(rate)
    count = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
    if drop and rate.denominator != 1 and nominal in DROPPED:
        whole = hours * 60 + minutes
        count -= DROPPED[nominal] * (whole - whole // 10)
    return count


def _lay(event: _Event, times: list[int], rate: Fraction, tracks: dict[str, list[Laid]]) -> None:
    """Put an event on its tracks; a dissolve takes the one before along to its middle."""
    start, end = times[2] / rate, times[3] / rate
    mixed = event.transition[:1] in ("D", "W") and event.length > 0
    length = min(event.length, times[3] - times[2]) / rate if mixed else Fraction(0)
    for track, audio in _tracks(event.channels):
        if event.over and not audio:
            track = f"V{int(track[1:]) + 1}"
        laid = tracks[track]
        before = laid[-1] if laid and laid[-1].end == start else None
        if before and before.enabled and length:
            middle = length if event.black else (length * rate // 2) / rate
            laid[-1] = replace(
                before.part(before.start, start + middle),
                name=before.name or event.said.get("FROM CLIP NAME", ""),
                dissolves=(before.dissolves[0], length),
            )
            start = start + middle
        if event.black:
            # Also the line before a dissolve from black, so that nothing is taken along into it.
            laid.append(Laid(end, end, None, enabled=False))
        elif end > start:
            laid.append(_laid(event, times, rate, track, audio).part(start, end))
            laid[-1] = replace(laid[-1], dissolves=(length, Fraction(0)))


def _laid(event: _Event, times: list[int], rate: Fraction, track: str, audio: bool) -> Laid:
    own = "KEY CLIP NAME" if event.over else "TO CLIP NAME" if event.length else ""
    name = event.said.get(own, "")
    path = next((event.said[key] for key in _FILES if key in event.said), "")
    replaced = event.said.get("FINAL CUT PRO REEL", "").partition(" REPLACED BY:")[0].strip()
    level, caveat = level_of(_keys(event, rate)) if audio else (None, "")
    return Laid(
        times[2] / rate,
        times[3] / rate,
        times[0] / rate,
        level=level,
        caveat=caveat,
        fit="" if audio else event.said.get("FIT", ""),
        speed=Fraction(1) if event.speed is None else _pace(event.speed, nominal_of(rate)),
        audio=audio,
        track=track,
        layer=(int(track[1:]),),
        timecoded=True,
        name=name or event.said.get("FROM CLIP NAME", "") or event.said.get("CLIP NAME", ""),
        path="" if path.upper() == "(NULL)" else path,
        reel=replaced or ("" if event.reel.upper() in _NO_REEL else event.reel),
        comments=tuple(event.notes),
    )


def _pace(frames: Fraction, nominal: int) -> Fraction:
    """A speed by the frames it plays in a second: the plain number that was meant, 29.97 in 30 as 1.

    Tenths of a frame are all that most programs write, and some count real frames.
    """
    exact = frames / nominal
    plain = exact.limit_denominator(10)
    return plain if abs(plain - exact) <= Fraction(1, 20) / nominal else exact


def _keys(event: _Event, rate: Fraction) -> list[tuple[Fraction, Fraction]]:
    """Loudness at seconds of the media; of the first channel, which the others follow."""
    keys: dict[Fraction, Fraction] = {}
    for found in filter(None, map(_LEVEL.match, event.notes)):
        decibels = float(found[2])
        loud = Fraction(10 ** (min(decibels, 40) / 20)) if decibels > _SILENT else Fraction(0)
        keys.setdefault(_frame(found[1], rate, event.drop) / rate, loud.limit_denominator(200))
    return sorted(keys.items())


def _tracks(channels: str) -> list[tuple[str, bool]]:
    """``B`` is picture and sound, ``AA`` two channels of sound, ``VA2`` picture and the second channel."""
    found: dict[str, bool] = {}
    for kind, number in re.findall(r"(AA|[ABV])(\d*)", channels):
        if kind == "B":
            found |= {"V1": False, "A1": True}
        else:
            found[f"{kind[0]}{number[:3] or 1}"] = kind != "V"
    return list(found.items())
