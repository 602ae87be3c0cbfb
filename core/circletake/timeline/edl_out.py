"""A cut as an EDL (CMX 3600): what every editor of the last forty years can read, and little more.

Written here rather than by OpenTimelineIO's adapter, which starts every EDL at 00:00:00:00, drops sound
and refuses 16 frames a second. Source: CMX 3600, and the comments that Avid and Premiere write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import log10
from typing import TYPE_CHECKING

from circletake.model.cut import timecode
from circletake.model.marker import markers_of
from circletake.model.text import file_stem, printable
from circletake.timeline.laying import song_levels

if TYPE_CHECKING:
    from circletake.model.cut import Cut, Placed, Song
    from circletake.model.slate import Slate

_SILENT = -99.0
"""Decibels by which Premiere means silence."""


def edl(cut: Cut, slates: Mapping[str, Slate], media: Mapping[str, str], song: str = "") -> str:
    """Write a cut as an EDL.

    Source and record timecodes are counted at the cut's rate, non-drop; the reel is the take's
    id, eight characters. The song is an event of its own on A1, after the pictures.

    Args:
        slates: by take id.
        media: by take id, the path of its file as the machine of the editor has it.
        song: path of the song, likewise; it is left out where empty.
    """
    lines = [f"TITLE: {file_stem(cut.name, 70)}", "FCM: NON-DROP FRAME", ""]
    for placed in cut.placed:
        lines += _event(cut, placed, slates[placed.event.take_id], media[placed.event.take_id])
    if cut.song and song:
        length, first = round(cut.seconds * cut.rate), round(cut.song.offset * cut.rate)
        times = _times(cut, first, first + length, 0, length)
        lines.append(f"{len(cut.events) + 1:03d}  {cut.song.sha256[:8]:8} A     C        {times}")
        lines += _named(song)
        lines += _levels(cut, cut.song)
    return "\r\n".join(lines) + "\r\n"


def _event(cut: Cut, placed: Placed, slate: Slate, path: str) -> Iterator[str]:
    event = placed.event
    begin, end = round(placed.record_in * cut.rate), round(placed.record_out * cut.rate)
    first = round(event.source_in * cut.rate)
    last = first + max(1, round((end - begin) * event.speed))
    times = _times(cut, first, last, begin, end)
    yield f"{placed.index + 1:03d}  {slate.take.short:8} V     C        {times}"
    if event.speed != 1:
        speed = float(event.speed * -(-cut.rate.numerator // cut.rate.denominator))
        yield f"M2   {slate.take.short:8}       {speed:05.1f}                {timecode(first, cut.rate)}"
    yield from _named(path)
    if cut.reshapes(*slate.take.media.shape):
        yield f"* FIT: {cut.fit_of(event).value.upper()}"
    for marker in markers_of(slate, event.source_in, event.source_out):
        moved = begin + round((marker.at - event.source_in) / event.speed * cut.rate)
        at = timecode(min(max(begin, moved), end - 1), cut.rate, cut.start)
        text = printable(f"{marker.name}: {marker.comment}" if marker.comment else marker.name)
        yield f"* LOC: {at} {marker.color.upper():7} {text}"


def _levels(cut: Cut, song: Song) -> Iterator[str]:
    """The song's volume and fades, as Premiere lists them: at places of the song, in decibels."""
    for at, loud in song_levels(song, cut).items():
        decibels = 20 * log10(loud) if loud > 0 else _SILENT
        yield (f"* AUDIO LEVEL AT {timecode(at, cut.rate)} IS {decibels:.2f} DB  (REEL {song.sha256[:8]} A1)")


def _named(path: str) -> Iterator[str]:
    yield f"* FROM CLIP NAME:  {printable(path.replace(chr(92), '/').rpartition('/')[2])}"
    yield f"* SOURCE FILE: {printable(path)}"


def _times(cut: Cut, source_in: int, source_out: int, record_in: int, record_out: int) -> str:
    sources = (timecode(frame, cut.rate) for frame in (source_in, source_out))
    records = (timecode(frame, cut.rate, cut.start) for frame in (record_in, record_out))
    return " ".join((*sources, *records))
