"""Reading Final Cut Pro 7 XML, which Premiere, Resolve, Hiero and others write.

Our own rather than an adapter's, which stops at what editors do write (clips whose file is offline, frame
numbers like ``14.0``, tags left out) and leaves speed changes aside. Source: the Final Cut Pro 7 XML
Interchange Format, as far as a cut needs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from circletake.model.timeline import Level, PieceKind, Timeline
from circletake.timeline.laying import (
    BINS,
    DEEPEST,
    MOST_LAID,
    Laid,
    Unreadable,
    level_of,
    settled,
    snapped,
    through,
)
from circletake.timeline.xmeml import TICKS
from circletake.timeline.xml import number_of, parsed, text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ITEMS = ("clipitem", "generatoritem")
_FINE = 1_000_000


def read_fcp7(data: bytes, wanted: str = "") -> Timeline:
    """Read one sequence of a document.

    Args:
        wanted: name of the sequence; without one the longest of those that no other holds.

    Raises:
        Unreadable: there is no sequence in it, or none of that name.
    """
    return _Document(parsed(data)).timeline(wanted)


@dataclass(slots=True)
class _Document:
    root: Element
    known: dict[tuple[str, str], Element] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    laid: int = 0

    def __post_init__(self) -> None:
        for element in self.root.iter():
            if (name := element.get("id")) and len(element):
                self.known.setdefault((element.tag, name), element)

    def whole(self, element: Element | None) -> Element | None:
        """The element that one without content refers to by its ``id``."""
        if element is None or len(element):
            return element
        return self.known.get((element.tag, element.get("id") or ""), element)

    def timeline(self, wanted: str) -> Timeline:
        inside = {id(each) for item in self.root.iter("clipitem") for each in item.iter("sequence")}
        found = [each for each in self.root.iter("sequence") if len(each)]
        top = [each for each in found if id(each) not in inside] or found
        if wanted:
            top = [each for each in found if text_of(each, "name") == wanted]
        if not top and not wanted and next(self.root.iter("bin"), None) is not None:
            raise Unreadable(BINS)
        if not top:
            raise Unreadable(
                f"there is no sequence named {wanted} in it" if wanted else "there is no sequence in it"
            )
        chosen = max(top, key=lambda each: number_of(each, "duration") or 0)
        if len(top) > 1:
            others = ", ".join(repr(text_of(each, "name")) for each in top if each is not chosen)
            self.notes.append(f"other sequences in it were not read (--sequence): {others[:300]}")
        rate = self.rate(chosen, Fraction(24))
        looks = chosen.find("media/video/format/samplecharacteristics")
        size = [int(number_of(looks, name) or 0) for name in ("width", "height")]
        return settled(
            list(self.sequence(chosen, 0)),
            name=text_of(chosen, "name"),
            format="FCP7 XML",
            rate=rate,
            first=int(number_of(chosen, "timecode/frame") or 0),
            size=(size[0], size[1]),
            notes=self.notes,
            drop=text_of(chosen, "timecode/displayformat").strip().upper() == "DF",
        )

    def rate(self, element: Element | None, otherwise: Fraction) -> Fraction:
        timebase = number_of(element, "rate/timebase")
        if not timebase:
            return otherwise
        exact = Fraction(round(timebase * 1000), 1000)
        ntsc = text_of(element, "rate/ntsc").strip().upper() == "TRUE"
        return snapped(exact * Fraction(1000, 1001) if ntsc else exact)

    def sequence(self, sequence: Element, depth: int) -> Iterator[Laid]:
        if depth > DEEPEST:
            raise Unreadable(f"its sequences lie in one another deeper than {DEEPEST}")
        rate = self.rate(sequence, Fraction(24))
        for kind, audio in (("video", False), ("audio", True)):
            for number, track in enumerate(sequence.findall(f"media/{kind}/track"), 1):
                on = text_of(track, "enabled").strip().upper() != "FALSE"
                yield from self.track(
                    track, f"{'A' if audio else 'V'}{number}", audio, on, number, rate, depth
                )

    def track(
        self, track: Element, name: str, audio: bool, on: bool, number: int, rate: Fraction, depth: int
    ) -> Iterator[Laid]:
        items = [each for each in track if each.tag in (*_ITEMS, "transitionitem")]
        for index, item in enumerate(items):
            if item.tag not in _ITEMS:
                continue
            head = items[index - 1] if index and items[index - 1].tag == "transitionitem" else None
            tail = items[index + 1] if index + 1 < len(items) else None
            tail = tail if tail is not None and tail.tag == "transitionitem" else None
            joined = (
                index >= 2 and _meets(head, items[index - 2], "end"),
                index + 2 < len(items) and _meets(tail, items[index + 2], "start"),
            )
            laid = self.item(item, head, tail, joined, rate)
            if laid is None:
                continue
            self.laid += 1
            if self.laid > MOST_LAID:
                raise Unreadable(f"its sequences hold more than {MOST_LAID} pieces")
            laid = replace(laid, track=name, audio=audio, layer=(number,), enabled=on and laid.enabled)
            nested = self.whole(item.find("sequence"))
            if nested is None:
                yield laid
            elif len(nested):
                kept = [p for p in self.sequence(nested, depth + 1) if p.audio == audio]
                yield from through(kept, replace(laid, name=laid.name or text_of(nested, "name")))
            else:
                yield laid

    def item(
        self,
        item: Element,
        head: Element | None,
        tail: Element | None,
        joined: tuple[bool, bool],
        rate: Fraction,
    ) -> Laid | None:
        """A clip where the track shows it: with a dissolve, up to its middle.

        Args:
            joined: whether the dissolves at its start and end are with another clip, and not with black.
        """
        start, end = number_of(item, "start"), number_of(item, "end")
        cuts = [start, end]
        fades = [Fraction(0), Fraction(0)]
        for place, mix in ((0, head), (1, tail)):
            if mix is None or cuts[place] not in (None, -1):
                continue
            edges = number_of(mix, "start"), number_of(mix, "end")
            if edges[0] is None or edges[1] is None:
                continue
            fades[place] = Fraction(edges[1] - edges[0]) / rate
            # The clip reaches over all of the dissolve.
            whole = edges[0] if place == 0 else edges[1]
            middle = edges[0] + (edges[1] - edges[0]) // 2
            if place == 0:
                start, cuts[0] = whole, middle if joined[0] else whole
            else:
                end, cuts[1] = whole, middle if joined[1] else whole
        if start is None or end is None or cuts[0] is None or cuts[1] is None or start < 0 or end <= start:
            return None
        file = self.whole(item.find("file"))
        if file is None:
            file = next(iter(item.iter("file")), None)
            file = self.whole(file)
        own = self.rate(item, rate)
        source, speed, caveat = self.timing(item, file, own, Fraction(end - start) / rate)
        laid = Laid(Fraction(start) / rate, Fraction(end) / rate, source, speed=speed, caveat=caveat)
        level, uneven = self.level(item, own)
        laid = replace(
            laid.part(Fraction(cuts[0]) / rate, Fraction(cuts[1]) / rate), dissolves=(fades[0], fades[1])
        )
        return replace(
            laid,
            kind=PieceKind.GENERATOR if self.generated(item, file) else PieceKind.MEDIA,
            name=text_of(item, "name"),
            path=text_of(file, "pathurl").strip(),
            file=text_of(file, "name"),
            reel=text_of(file, "timecode/reel/name") or text_of(item, "reel/name"),
            comments=tuple(_comments(item)),
            mark=text_of(item, "comments/mastercomment1"),
            fit=text_of(item, "comments/clipcommenta").removeprefix("fit: "),
            level=level,
            caveat=laid.caveat or uneven,
            enabled=text_of(item, "enabled").strip().upper() != "FALSE",
        )

    def generated(self, item: Element, file: Element | None) -> bool:
        if item.tag == "generatoritem":
            return True
        effects = (text_of(effect, "effecttype").strip() for effect in item.iterfind("filter/effect"))
        made_here = file is not None and bool(text_of(file, "mediaSource")) and not text_of(file, "pathurl")
        return made_here or ("generator" in effects and not text_of(file, "pathurl"))

    def timing(
        self, item: Element, file: Element | None, own: Fraction, length: Fraction
    ) -> tuple[Fraction | None, Fraction, str]:
        """Seconds into the media, and the speed; frame numbers of a retimed clip count retimed frames."""
        first = number_of(item, "in")
        if first is None or first < 0:
            return None, Fraction(1), ""
        offset = number_of(item, "subclipinfo/startoffset") or 0
        at = _exact(item, Fraction(first), own)
        for effect in item.iterfind("filter/effect"):
            if text_of(effect, "effectid").strip() != "timeremap":
                continue
            said = {text_of(each, "parameterid").strip(): each for each in effect.findall("parameter")}
            curve = _curve(said.get("graphdict"))
            varies = text_of(said.get("variablespeed"), "value").strip() in ("1", "TRUE")
            if varies and len(curve) > 1:
                begin, until = _at(curve, at), _at(curve, at + length * own)
                speed = (until - begin) / (length * own)
                return begin / own, speed, "its speed changes; told as the mean"
            percent = number_of(said.get("speed"), "value")
            speed = Fraction(100 if percent is None else percent).limit_denominator(10_000) / 100
            back = text_of(said.get("reverse"), "value").strip().upper() == "TRUE"
            if back or speed < 0:
                speed = abs(speed)
                whole = Fraction(number_of(item, "duration") or 0)
                return (whole - at) * speed / own, -speed, ""
            return at * speed / own, speed, ""
        return (at + Fraction(offset)) / own, Fraction(1), ""

    def level(self, item: Element, own: Fraction) -> tuple[Level | None, str]:
        """How loud a sound lies, by the filter that editors keep it in."""
        for effect in item.iterfind("filter/effect"):
            if text_of(effect, "effectid").strip() != "audiolevels":
                continue
            for parameter in effect.findall("parameter"):
                if text_of(parameter, "parameterid").strip() == "level":
                    loud = number_of(parameter, "value")
                    keys = _curve(parameter) or [(Fraction(0), Fraction(1 if loud is None else loud))]
                    fine = [(when / own, value.limit_denominator(10_000)) for when, value in keys]
                    return level_of(fine)
        return None, ""


def _exact(item: Element, first: Fraction, own: Fraction) -> Fraction:
    """The frame a clip starts at, with its part of a frame where Premiere's ticks tell it."""
    ticks = text_of(item, "pproTicksIn").strip()
    if not re.fullmatch(r"\d{1,18}", ticks):
        return first
    at = Fraction(int(ticks), TICKS).limit_denominator(_FINE) * own
    return at if abs(at - first) <= 1 else first


def _meets(mix: Element | None, neighbour: Element, edge: str) -> bool:
    """Whether a dissolve is with this neighbour, and not with black before a hole in the track."""
    if mix is None or neighbour.tag not in _ITEMS:
        return False
    at, first, last = number_of(neighbour, edge), number_of(mix, "start"), number_of(mix, "end")
    return at == -1 or (at is not None and first is not None and last is not None and first <= at <= last)


def _curve(graph: Element | None) -> list[tuple[Fraction, Fraction]]:
    """Keys of a time remap: retimed frame and the media's frame, in order."""
    if graph is None:
        return []
    keys = ((number_of(key, "when"), number_of(key, "value")) for key in graph.iter("keyframe"))
    return sorted(
        {
            Fraction(when): Fraction(value) for when, value in keys if when is not None and value is not None
        }.items()
    )


def _at(curve: list[tuple[Fraction, Fraction]], when: Fraction) -> Fraction:
    before = next((pair for pair in reversed(curve[:-1]) if pair[0] <= when), curve[0])
    after = curve[curve.index(before) + 1]
    return before[1] + (after[1] - before[1]) * (when - before[0]) / (after[0] - before[0])


def _comments(item: Element) -> Iterator[str]:
    for place in ("comments", "logginginfo"):
        for each in item.findall(f"{place}/*"):
            if each.text and each.text.strip():
                yield each.text
