"""Reading FCPXML, which Final Cut Pro and Resolve write; a bundle ``.fcpxmld`` holds one as ``Info.fcpxml``.

Our own rather than OpenTimelineIO's adapter, which knows neither retimes, angles, auditions nor clips that
are switched off, and stops at files of Resolve. Source: Apple's FCPXML reference, story elements and timing
attributes: ``offset`` counts in the time of what holds an element, ``start`` in its own.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING
from urllib.parse import unquote

from circletake.model.timeline import PieceKind, Timeline
from circletake.timeline.laying import DEEPEST, MOST_LAID, Laid, Unreadable, settled, snapped, through
from circletake.timeline.xml import parsed, text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_CLIPS = ("asset-clip", "clip", "ref-clip", "sync-clip", "mc-clip", "audition")
_STORY = (*_CLIPS, "video", "audio", "title", "gap")
_TIME = re.compile(r"\s*(-?\d{1,18}(?:\.\d{1,12})?)(?:/(\d{1,12}))?s?\s*")
_FORMAT = re.compile(r"FFVideoFormat(?:(\d+)x)?(\d+)[pi](\d+)")
_WIDE = Fraction(16, 9)

_NEAR = Fraction(1, 20)
"""How far rates may lie apart that Final Cut Pro conforms frame for frame, 25 and 23.976 at most."""


def read_fcpx(data: bytes, wanted: str = "") -> Timeline:
    """Read one project of a document; where it has none, one of its compound clips.

    Args:
        wanted: name of the project; without one the longest.

    Raises:
        Unreadable: there is no project in it, or none of that name.
    """
    return _Document(parsed(data)).timeline(wanted)


@dataclass(slots=True)
class _Document:
    root: Element
    known: dict[str, Element] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    rate: Fraction = Fraction(24)
    laid: int = 0

    def __post_init__(self) -> None:
        for element in self.root.iterfind(".//resources/*[@id]"):
            self.known.setdefault(element.get("id") or "", element)

    def timeline(self, wanted: str) -> Timeline:
        name, chosen = self.chosen(wanted)
        looks = self.known.get(chosen.get("format") or "")
        self.rate = self.counted(looks)
        first = _time(chosen, "tcStart")
        laid = (
            replace(piece, start=piece.start - first, end=piece.end - first)
            for piece in self.spine(chosen, first, 0)
        )
        return settled(
            [replace(piece, track=_track(piece)) for piece in laid],
            name=name,
            format="FCPXML",
            rate=self.rate,
            first=round(first * self.rate),
            size=_size(looks),
            notes=self.notes,
            drop=chosen.get("tcFormat") == "DF",
        )

    def chosen(self, wanted: str) -> tuple[str, Element]:
        """The sequence that is read, with its name."""
        found: list[tuple[str, Element]] = []
        for kind in ("project", "media"):
            for holder in self.root.iter(kind):
                if (sequence := holder.find("sequence")) is not None:
                    found.append((holder.get("name") or "", sequence))
            if found and not wanted:
                break
        named = [each for each in found if each[0] == wanted] if wanted else found
        if not named:
            raise Unreadable(
                f"there is no project named {wanted} in it"
                if wanted
                else "there is no project in it, only clips; export the project itself"
            )
        best = max(named, key=lambda each: _time(each[1], "duration"))
        if len(named) > 1:
            others = ", ".join(repr(each[0]) for each in named if each is not best)
            self.notes.append(f"other projects in it were not read (--sequence): {others[:300]}")
        return best

    def counted(self, looks: Element | None) -> Fraction:
        """Frames a second of a format, which its name may tell alone."""
        frame = _time(looks, "frameDuration") if looks is not None else Fraction(0)
        if frame > 0:
            return snapped(1 / frame)
        if looks is not None and (named := _FORMAT.search(looks.get("name") or "")):
            digits = named[3]
            return snapped(Fraction(int(digits), 100 if len(digits) == 4 else 1))
        self.notes.append("it does not tell its rate; 24 frames a second are assumed")
        return Fraction(24)

    def spine(self, holder: Element, first: Fraction, depth: int) -> Iterator[Laid]:
        for spine in holder.findall("spine"):
            yield from self.row(spine, first, depth)

    def row(self, items: Iterable[Element], first: Fraction, depth: int) -> Iterator[Laid]:
        """What lies one after another, in the time of what holds it."""
        held = list(items)
        mixes = _Mixes(held)
        at = first
        for element in held:
            if element.tag not in _STORY:
                continue
            start = _time(element, "offset", at)
            picked = self.picked(element)
            at = start + (self.length(picked) if picked is not None else 0)
            if picked is None:
                continue
            fades = [mixes.over(edge) for edge in (start, at)]
            for piece in self.item(picked, start, (), depth):
                own = not piece.audio and piece.layer[:1] == (0,)
                yield replace(piece, dissolves=(fades[0], fades[1])) if own and any(fades) else piece

    def picked(self, element: Element) -> Element | None:
        """The clip itself; of an audition the one that is shown, which comes first."""
        if element.tag != "audition":
            return element
        return next((each for each in element if each.tag in _STORY), None)

    def length(self, element: Element) -> Fraction:
        """As it says, else that of what it refers to."""
        inner = self.known.get(element.get("ref") or "")
        if inner is not None and inner.tag == "media":
            inner = inner.find("sequence")
        return _time(element, "duration", _time(inner, "duration") if inner is not None else Fraction(0))

    def begins(self, element: Element) -> Fraction:
        """Where its own time starts that says nothing of it."""
        inner = self.known.get(element.get("ref") or "")
        if inner is None:
            return Fraction(0)
        if inner.tag == "media":
            held = next((each for each in inner if each.tag in ("sequence", "multicam")), None)
            return _time(held, "tcStart") if held is not None else Fraction(0)
        return _time(inner, "start")

    def item(self, element: Element, start: Fraction, layer: tuple[int, ...], depth: int) -> Iterator[Laid]:
        """A clip and what hangs on it; its own picture lies in lane 0 of its layer."""
        if depth > DEEPEST:
            raise Unreadable(f"its clips lie in one another deeper than {DEEPEST}")
        self.laid += 1
        if self.laid > MOST_LAID:
            raise Unreadable(f"it holds more than {MOST_LAID} pieces")
        local, length = _time(element, "start", self.begins(element)), self.length(element)
        source, speed, caveat, pace = self.timing(element, local, length)
        window = Laid(
            start,
            start + length,
            source,
            speed=speed,
            caveat=caveat,
            name=element.get("name") or "",
            layer=(*layer, 0),
            enabled=element.get("enabled") != "0",
        )
        if length > 0:
            yield from self.content(element, window, depth)
        for child in element:
            lane = child.get("lane")
            if lane is None or not re.fullmatch(r"-?\d{1,4}", lane):
                continue
            # What hangs on a clip is placed in the clip's own time.
            at = start + (_time(child, "offset", local) - local) / pace
            above = (*layer, int(lane))
            if child.tag == "spine":
                for piece in self.row(child, Fraction(0), depth + 1):
                    moved = replace(piece, start=piece.start + at, end=piece.end + at)
                    yield replace(moved, layer=(*above, *piece.layer))
            elif child.tag in _STORY and (picked := self.picked(child)) is not None:
                yield from self.item(picked, at, above, depth + 1)

    def content(self, element: Element, window: Laid, depth: int) -> Iterator[Laid]:
        inner = self.known.get(element.get("ref") or "")
        enable = element.get("srcEnable") or "all"
        if element.tag == "title" or (element.tag == "video" and inner is not None and inner.tag == "effect"):
            yield replace(window, kind=PieceKind.GENERATOR, source=None, speed=Fraction(1))
        elif element.tag in ("asset-clip", "video", "audio"):
            yield from self.media(element, inner, window, enable)
        elif element.tag in ("clip", "sync-clip"):
            own = [each for each in element if each.get("lane") is None]
            pieces = [*self.row(own, Fraction(0), depth + 1), *self.spine(element, Fraction(0), depth + 1)]
            for piece in through(pieces, window):
                # A clip that wraps one file is called as that file is, and is no sequence of its own.
                yield replace(piece, name=piece.name or window.name, nested=piece.nested[1:])
        elif element.tag == "ref-clip" and inner is not None:
            for sequence in inner.findall("sequence"):
                held = list(self.spine(sequence, _time(sequence, "tcStart"), depth + 1))
                yield from _enabled(through(held, window), enable)
        elif element.tag == "mc-clip" and inner is not None:
            for wanted in ("video", "audio"):
                angle = _angle(element, inner, wanted)
                if angle is not None:
                    held = list(self.row(angle, Fraction(0), depth + 1))
                    yield from _enabled(through(held, window), wanted)

    def media(self, element: Element, asset: Element | None, window: Laid, enable: str) -> Iterator[Laid]:
        path = ""
        if asset is not None:
            rep = asset.find("media-rep[@kind='original-media']")
            rep = asset.find("media-rep") if rep is None else rep
            path = asset.get("src") or (rep.get("src") if rep is not None else "") or ""
        begins = _time(asset, "start") if asset is not None else Fraction(0)
        said = {md.get("key") or "": md.get("value") or "" for md in element.iterfind("metadata/md")}
        notes = (text_of(element, "note"), *said.values())
        piece = replace(
            window,
            source=None if window.source is None else window.source - begins,
            timecoded=asset is None,
            path=path,
            file=unquote(path.rpartition("/")[2]),
            reel=said.get("com.apple.proapps.studio.reel", ""),
            comments=tuple(note for note in notes if note.strip()),
        )
        heard = asset is not None and asset.get("hasAudio") == "1"
        seen = asset is None or asset.get("hasVideo") == "1" or not heard
        if seen and element.tag != "audio" and enable != "audio":
            yield piece
        if element.tag != "video" and enable != "video" and (heard or element.tag == "audio"):
            yield replace(piece, audio=True)

    def timing(
        self, element: Element, local: Fraction, length: Fraction
    ) -> tuple[Fraction, Fraction, str, Fraction]:
        """Where its media starts, how fast it runs and with what caveat; and how fast its own time passes."""
        points = sorted(
            (_time(each, "time"), _time(each, "value")) for each in element.iterfind("timeMap/timept")
        )
        if len(points) > 1 and length > 0:
            begin, end = _mapped(points, local), _mapped(points, local + length)
            speed = (end - begin) / length
            bends = [a for a, _ in points if local < a < local + length]
            even = all(abs(_mapped(points, a) - begin - speed * (a - local)) < Fraction(1, 50) for a in bends)
            caveat = "" if even else "its speed changes; told as the mean"
            return begin, speed, caveat, Fraction(1)
        conform = element.find("conform-rate")
        if conform is not None and conform.get("scaleEnabled") != "0" and conform.get("srcFrameRate"):
            told = _TIME.fullmatch(conform.get("srcFrameRate") or "")
            own = snapped(Fraction(told[1])) if told and 1 <= Fraction(told[1]) <= 240 else Fraction(0)
            # A frame of the one for a frame of the other, or for two: the clip runs slower or faster for it.
            for shown in (self.rate, self.rate / 2, self.rate * 2):
                if own and abs(shown / own - 1) < _NEAR:
                    return local, shown / own, "", shown / own
        return local, Fraction(1), "", Fraction(1)


class _Mixes:
    """The dissolves of a row, asked of each of its edges: each question costs a search, not a walk."""

    def __init__(self, items: Iterable[Element]) -> None:
        spans = [
            (start := _time(each, "offset"), start + length, length)
            for each in items
            if each.tag == "transition" and (length := _time(each, "duration")) > 0
        ]
        self._begun, self._over = (_Sums((span[edge], span[2]) for span in spans) for edge in (0, 1))

    def over(self, edge: Fraction) -> Fraction:
        """How long the dissolves are, together, that lie over an edge or touch it."""
        return self._begun.until(edge, whole=True) - self._over.until(edge, whole=False)


class _Sums:
    """Lengths by moment, added up from the first on."""

    def __init__(self, rows: Iterable[tuple[Fraction, Fraction]]) -> None:
        ordered = sorted(rows)
        self._at = [at for at, _ in ordered]
        self._sums = [Fraction(0), *accumulate(length for _, length in ordered)]

    def until(self, at: Fraction, *, whole: bool) -> Fraction:
        """Of the moments before ``at``, and with ``whole`` of that one too."""
        return self._sums[(bisect_right if whole else bisect_left)(self._at, at)]


def _enabled(pieces: Iterable[Laid], enable: str) -> Iterator[Laid]:
    return (piece for piece in pieces if enable == "all" or piece.audio == (enable == "audio"))


def _angle(element: Element, media: Element, wanted: str) -> Element | None:
    """The camera that a multicam clip shows, or is heard from."""
    angles = media.findall("multicam/mc-angle")
    sources = element.findall("mc-source")
    for source in sources:
        if (source.get("srcEnable") or "all") in ("all", wanted):
            return next((each for each in angles if each.get("angleID") == source.get("angleID")), None)
    return angles[0] if angles and not sources else None


def _mapped(points: list[tuple[Fraction, Fraction]], at: Fraction) -> Fraction:
    """The media's time for a clip's own, straight between the points and on beyond the last."""
    index = bisect_right(points, at, lo=1, hi=len(points) - 1, key=lambda point: point[0]) - 1
    (a, from_), (b, to) = points[index], points[index + 1]
    return from_ if a == b else from_ + (to - from_) * (at - a) / (b - a)


def _time(element: Element | None, name: str, otherwise: Fraction = Fraction(0)) -> Fraction:
    """Seconds, as ``1001/24000s``; ``otherwise`` where there are none."""
    found = _TIME.fullmatch((element.get(name) if element is not None else None) or "")
    if found is None or (found[2] is not None and int(found[2]) == 0):
        return otherwise
    return Fraction(found[1]) / int(found[2] or 1)


def _size(looks: Element | None) -> tuple[int, int]:
    if looks is None:
        return 0, 0
    sides = [looks.get(side) or "" for side in ("width", "height")]
    if all(re.fullmatch(r"\d{1,5}", side) for side in sides):
        return int(sides[0]), int(sides[1])
    if named := _FORMAT.search(looks.get("name") or ""):
        height = int(named[2])
        return int(named[1] or round(height * _WIDE)), height
    return 0, 0


def _track(piece: Laid) -> str:
    """The primary storyline is V1; what is connected above and below it is counted from there."""
    lane = piece.layer[0] if piece.layer else 0
    if piece.audio:
        return f"A{abs(lane) + 1}"
    return f"V{lane + 1}" if lane >= 0 else f"V{lane}"
