"""Reading what OpenTimelineIO reads: its own files, and AAF by its adapter."""

from __future__ import annotations

import contextlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from circletake.model.timeline import PieceKind, Timeline
from circletake.timeline.laying import BINS, DEEPEST, MOST_LAID, Laid, Unreadable, settled, snapped, through
from circletake.timeline.metadata import finer, fraction, texts_in

if TYPE_CHECKING:
    import opentimelineio as otio

_DEEPEST = 200
_FINE = 1_000_000

_NAMELESS = ("Mob", "MasterMob", "SourceMob")
"""What an AAF's media are called by their kind, for want of a name."""


def read_otio(text: str, wanted: str = "") -> Timeline:
    """Read an ``.otio`` document; parts of newer schemas than we know are read as the newest known.

    Raises:
        Unreadable: it is no timeline, or one that cannot be read.
    """
    import opentimelineio as otio

    try:
        # The library writes numbers without end as bare words that JSON does not know.
        data = json.loads(re.sub(r"(?<=[:\s,\[])(-?)Inf(?=[\s,\]}])", r"\1Infinity", text))
    except ValueError as error:
        raise Unreadable(f"it is no whole OTIO: {error}") from error
    notes: list[str] = []
    _lower(data, otio.core.type_version_map(), notes, 0)
    try:
        found = otio.adapters.read_from_string(json.dumps(data), "otio_json")
    except Exception as error:
        raise Unreadable(f"it is no OTIO that can be read: {_said(error)}") from error
    return _chosen(found, wanted, "OTIO", notes)


def read_aaf(path: Path, wanted: str = "") -> Timeline:
    """Read an AAF.

    Raises:
        Unreadable: its adapter is not installed, or cannot read it.
    """
    import opentimelineio as otio

    if "AAF" not in otio.adapters.available_adapter_names():
        raise Unreadable("AAF needs an adapter: pip install 'circletake[aaf]'")
    try:
        found = otio.adapters.read_from_file(str(path), "AAF")
    except Exception as error:
        raise Unreadable(f"its AAF cannot be read: {_said(error)}") from error
    return _chosen(found, wanted, "AAF", [])


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]


def _lower(data: Any, known: Mapping[str, int], notes: list[str], depth: int) -> None:
    if depth > _DEEPEST:
        raise Unreadable(f"it is nested deeper than {_DEEPEST}")
    if isinstance(data, dict):
        schema = data.get("OTIO_SCHEMA")
        name, dot, version = schema.rpartition(".") if isinstance(schema, str) else ("", "", "")
        if dot and version.isdecimal() and len(version) < 6 and int(version) > known.get(name, 10**6):
            data["OTIO_SCHEMA"] = f"{name}.{known[name]}"
            notes.append(f"{schema} is newer than this reader; read as {data['OTIO_SCHEMA']}")
        # Nothing is read of markers, and their newest form is refused by older libraries.
        if isinstance(data.get("markers"), list):
            data["markers"] = []
        for each in data.values():
            _lower(each, known, notes, depth + 1)
    elif isinstance(data, list):
        for each in data:
            _lower(each, known, notes, depth + 1)


def _chosen(found: Any, wanted: str, format: str, notes: list[str]) -> Timeline:
    import opentimelineio as otio

    if isinstance(found, otio.schema.SerializableCollection):
        kinds = (otio.schema.Timeline, otio.schema.Stack, otio.schema.Track, otio.schema.Clip)
        held = [each for each in found if isinstance(each, kinds)]
        named = [each for each in held if each.name == wanted] if wanted else held
        bins = any(isinstance(each, otio.schema.SerializableCollection) for each in found)
        if not named and bins and not wanted:
            raise Unreadable(BINS)
        if not named:
            raise Unreadable(f"there is no timeline{f' named {wanted}' if wanted else ''} in it")
        found = max(named, key=_length)
        if len(named) > 1:
            others = ", ".join(repr(each.name) for each in named if each is not found)[:300]
            notes.append(f"others in it were not read (--sequence): {others}")
    if isinstance(found, otio.schema.Timeline):
        timeline = found
    elif isinstance(found, otio.core.Composition | otio.core.Item):
        timeline = otio.schema.Timeline(found.name)
        if isinstance(found, otio.schema.Stack):
            timeline.tracks = found
        elif isinstance(found, otio.schema.Track):
            timeline.tracks.append(found)
        else:
            track = otio.schema.Track(found.name)
            track.append(found)
            timeline.tracks.append(track)
    else:
        raise Unreadable(f"it holds a {type(found).__name__}, no timeline")
    return _Reader(notes).timeline(timeline, format)


def _length(found: Any) -> Fraction:
    """Seconds; none where its parts do not tell."""
    try:
        return _seconds(found.duration())
    except Exception:
        return Fraction(0)


@dataclass(slots=True)
class _Reader:
    notes: list[str] = field(default_factory=list)
    laid: int = 0

    def timeline(self, timeline: otio.schema.Timeline, format: str) -> Timeline:
        ours = timeline.metadata.get("circletake")
        ours = ours if isinstance(ours, Mapping) else {}
        rate = self.rate(timeline, ours)
        start = timeline.global_start_time
        try:
            size = tuple(max(0, int(ours.get(name) or 0)) for name in ("width", "height"))
        except (TypeError, ValueError):
            size = (0, 0)
        return settled(
            list(self.stack(timeline.tracks, 0)),
            name=timeline.name,
            format=format,
            rate=rate,
            first=round(_seconds(start) * rate) if start is not None else 0,
            size=(size[0], size[1]),
            notes=self.notes,
            fit=str(ours.get("fit") or ""),
        )

    def rate(self, timeline: otio.schema.Timeline, ours: Mapping[str, Any]) -> Fraction:
        """As it says itself; else that of its start, else that most of its pictures are counted in."""
        import opentimelineio as otio

        with contextlib.suppress(Unreadable):
            if (own := fraction(ours.get("rate"))) is not None:
                return snapped(own)
        counted: dict[float, int] = {}
        for kind in (otio.schema.TrackKind.Video, otio.schema.TrackKind.Audio):
            for track in timeline.tracks:
                if getattr(track, "kind", kind) != kind or not isinstance(track, otio.core.Composition):
                    continue
                for item in track:
                    span = getattr(item, "source_range", None)
                    if span is not None and 1 <= span.duration.rate <= 240:
                        counted[span.duration.rate] = counted.get(span.duration.rate, 0) + 1
            if counted:
                break
        start = timeline.global_start_time
        if start is not None and 1 < start.rate <= 240:
            return snapped(start.rate)
        if counted:
            return snapped(max(counted, key=lambda rate: (counted[rate], rate)))
        self.notes.append("it does not tell its rate; 24 frames a second are assumed")
        return Fraction(24)

    def stack(self, stack: otio.schema.Stack, depth: int) -> Iterator[Laid]:
        import opentimelineio as otio

        if depth > DEEPEST:
            raise Unreadable(f"its sequences lie in one another deeper than {DEEPEST}")
        numbers = {"V": 0, "A": 0}
        for index, child in enumerate(stack, 1):
            audio = getattr(child, "kind", "") == otio.schema.TrackKind.Audio
            letter = "A" if audio else "V"
            numbers[letter] += 1
            if isinstance(child, otio.schema.Track):
                pieces = list(self.track(child, depth))
            elif isinstance(child, otio.core.Item):
                pieces = self.item(child, Fraction(0), self.length(child), depth)
            else:
                continue
            on = getattr(child, "enabled", True)
            span = child.source_range if isinstance(child, otio.schema.Track) else None
            if span is not None:
                window = Laid(Fraction(0), _seconds(span.duration), _seconds(span.start_time))
                pieces = [replace(piece, nested=piece.nested[1:]) for piece in through(pieces, window)]
            for piece in pieces:
                yield replace(
                    piece,
                    track=f"{letter}{numbers[letter]}",
                    audio=audio or piece.audio,
                    layer=(index, *piece.layer),
                    enabled=on and piece.enabled,
                )

    def track(self, track: otio.schema.Track, depth: int) -> Iterator[Laid]:
        import opentimelineio as otio

        children = list(track)
        at = Fraction(0)
        for index, child in enumerate(children):
            if isinstance(child, otio.schema.Transition) or not isinstance(child, otio.core.Item):
                continue
            length = self.length(child)
            start, end = at, at + length
            at = end
            if isinstance(child, otio.schema.Gap) or length <= 0:
                continue
            before = _mix(children, index, -1)
            after = _mix(children, index, 1)
            for piece in self.item(child, start, end, depth):
                first = start + before[0] if piece.start == start else piece.start
                last = end + after[0] if piece.end == end else piece.end
                if last > first:
                    yield replace(piece.part(first, last), dissolves=(before[1], after[1]))

    def length(self, item: otio.core.Item) -> Fraction:
        try:
            return _seconds(item.duration())
        except Unreadable:
            raise
        except Exception:
            self.notes.append(f"the length of {str(item.name)[:80]!r} is not told; it is passed over")
            return Fraction(0)

    def item(self, item: otio.core.Item, start: Fraction, end: Fraction, depth: int) -> list[Laid]:
        import opentimelineio as otio

        self.laid += 1
        if self.laid > MOST_LAID:
            raise Unreadable(f"it holds more than {MOST_LAID} pieces")
        speed, caveat = _speed(item)
        span = item.source_range
        whole = Laid(
            start,
            end,
            _seconds(span.start_time) if span is not None else Fraction(0),
            speed=speed,
            name=item.name,
            enabled=getattr(item, "enabled", True),
            caveat=caveat,
        )
        if isinstance(item, otio.schema.Clip):
            return [self.clip(item, whole)]
        if isinstance(item, otio.schema.Track):
            return list(through(self.track(item, depth + 1), whole))
        if isinstance(item, otio.schema.Stack):
            return list(through(self.stack(item, depth + 1), whole))
        return []

    def clip(self, clip: otio.schema.Clip, whole: Laid) -> Laid:
        import opentimelineio as otio

        reference = clip.media_reference
        available = getattr(reference, "available_range", None)
        source = whole.source
        if available is not None:
            begins = _seconds(available.start_time)
            source = Fraction(0) if clip.source_range is None else (source or Fraction(0)) - begins
        elif clip.source_range is None:
            source = None
        path = ""
        if isinstance(reference, otio.schema.ExternalReference):
            path = reference.target_url or ""
        elif isinstance(reference, otio.schema.ImageSequenceReference):
            base = reference.target_url_base
            path = f"{base}{'/' if base and not base.endswith('/') else ''}{reference.name_prefix}"
        texts = dict(texts_in(clip.metadata))
        ours = clip.metadata.get("circletake")
        whole = finer(replace(whole, source=source), ours if isinstance(ours, Mapping) else {})
        file = getattr(reference, "name", "") or ""
        made_here = isinstance(reference, otio.schema.GeneratorReference)
        return replace(
            whole,
            timecoded=available is None and not isinstance(reference, otio.schema.GeneratorReference),
            kind=PieceKind.GENERATOR if made_here else PieceKind.MEDIA,
            path=path,
            file="" if file in _NAMELESS else file,
            reel=texts.get("reel", "") or texts.get("TapeID", "") or texts.get("Tape", ""),
            comments=tuple(texts.values()),
            mark=texts.get("sha256", "") or texts.get("mastercomment1", ""),
        )


def _mix(children: list[Any], index: int, step: int) -> tuple[Fraction, Fraction]:
    """How far the cut moves to the middle of a dissolve with the neighbour, and how long that is."""
    import opentimelineio as otio

    near, far = index + step, index + 2 * step
    if not (0 <= near < len(children) and isinstance(children[near], otio.schema.Transition)):
        return Fraction(0), Fraction(0)
    mix = children[near]
    into, out = _seconds(mix.in_offset), _seconds(mix.out_offset)
    alone = not 0 <= far < len(children) or isinstance(children[far], otio.schema.Gap)
    if alone:
        return Fraction(0), into + out
    rate = mix.in_offset.rate or 24
    moved = Fraction(math.floor((out - into) * Fraction(rate) / 2)) / Fraction(rate)
    return moved, into + out


def _speed(item: otio.core.Item) -> tuple[Fraction, str]:
    import opentimelineio as otio

    speed, caveat = Fraction(1), ""
    for effect in item.effects:
        if isinstance(effect, otio.schema.LinearTimeWarp):
            scalar = effect.time_scalar
            if math.isfinite(scalar) and abs(scalar) <= 1000:
                speed *= Fraction(scalar).limit_denominator(100_000)
        elif isinstance(effect, otio.schema.TimeEffect):
            caveat = "its speed changes in a way that is not told"
        elif isinstance(effect, otio.schema.FreezeFrame):
            speed = Fraction(0)
    return speed, caveat


def _seconds(time: otio.opentime.RationalTime) -> Fraction:
    """Exact seconds; rates like 23.976 are meant as 24000/1001.

    Raises:
        Unreadable: it is no time.
    """
    value, rate = time.value, time.rate
    if not (math.isfinite(value) and math.isfinite(rate)) or abs(value) > 1e12:
        raise Unreadable("a time in it is no number")
    if rate <= 0:
        if value == 0:
            return Fraction(0)
        raise Unreadable("a time in it has no rate")
    exact = Fraction(rate).limit_denominator(_FINE)
    exact = snapped(exact) if 1 <= exact <= 240 else exact
    return Fraction(value).limit_denominator(_FINE) / exact
