"""Making cuts: by hand, event by event, or from the best circled take of each shot."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import BadInput, NotFound
from circletake.media.soundtrack import song_seconds as seconds_of
from circletake.model.cut import Cut, CutEvent, Song
from circletake.model.event import Actor, Verdict
from circletake.model.slate import Slate, TakeFilter
from circletake.model.take import Declaration, MediaFacts

if TYPE_CHECKING:
    from circletake.workflows.library import Library

RATES = tuple(
    Fraction(r) for r in ("24000/1001", "24", "25", "30000/1001", "30", "48", "50", "60000/1001", "60")
)
"""Rates a timeline may have by itself; editors refuse others, such as the 16 of some models."""

_CLOSE = Fraction(1, 500)
_SHORTEST = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Why an automatic cut has this take.

    Attributes:
        avoided: kinds of findings whose ranges were left out.
        kept: kinds of findings that could not be avoided.
    """

    slate: Slate
    of: int
    avoided: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AutoCut:
    """An automatic cut, the reason for each event, and shots without a circled take."""

    cut: Cut
    chosen: tuple[Chosen, ...]
    without: tuple[str, ...]


def exact_seconds(facts: MediaFacts) -> Fraction:
    """A clip's length: whole frames where its rate is constant, else as its container says."""
    if facts.rate and facts.frames:
        counted = facts.frames / facts.rate
        if not facts.seconds or abs(float(counted) - facts.seconds) < 1 / float(facts.rate):
            return counted
    return Fraction(facts.seconds).limit_denominator(90_000)


def whole(slate: Slate) -> CutEvent:
    """All of a take."""
    return CutEvent(slate.take.id, Fraction(0), exact_seconds(slate.take.media))


def single(slate: Slate, name: str = "") -> Cut:
    """A whole take as a cut of one event, at its own size and rate."""
    facts = slate.take.media
    width, height = facts.width - facts.width % 2, facts.height - facts.height % 2
    rate = facts.rate if facts.rate and 1 <= facts.rate <= 120 else Fraction(24)
    return Cut(name or slate.take.slate, rate, max(2, width), max(2, height), (whole(slate),))


def part_of(slate: Slate, asked: CutEvent) -> Cut:
    """A part of a take as such a cut, on whole frames of the take, which its name tells; else all of it."""
    cut = single(slate)
    count, every = (int(on_frames(each, cut.rate).seconds * cut.rate) for each in (asked, *cut.events))
    if count == every:
        return cut
    first = min(round(asked.source_in * cut.rate), every - count)
    last = first + count
    kept = CutEvent(slate.take.id, first / cut.rate, last / cut.rate)
    return replace(cut, name=f"{cut.name}_{first}f-{last}f", events=(kept,))


def string_out(name: str, slates: Sequence[Slate]) -> Cut:
    """Whole takes one after another, in the order given."""
    cut = _canvas(name, slates, None, None, None)
    events = (on_frames(whole(s), cut.rate) for s in slates)
    return replace(cut, events=tuple(events))


def load_song(path: Path, origin: Declaration, by: str, offset: Fraction = Fraction(0)) -> Song:
    """A song with its digest and what somebody declares of it.

    Raises:
        NotFound: there is no such file.
        BadInput: it is declared, but by nobody, or it ends before ``offset``.
        MediaError: it cannot be read, or has no sound.
    """
    if not path.is_file():
        raise NotFound(str(path), "no such song", "name a wav, mp3, flac, ogg or m4a file")
    if origin is not Declaration.UNDECLARED and not by:
        raise BadInput(
            "--song-origin", f"{origin.value} is a person's word, and nobody said it", "add --by NAME"
        )
    if offset >= (seconds := seconds_of(path)):
        raise BadInput("--song-offset", f"{path.name} is {float(seconds):.2f} s long", "start inside it")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    declared_by = by if origin is not Declaration.UNDECLARED else ""
    return Song(str(path.resolve()), digest, path.name, origin, declared_by, offset)


def new_cut(
    library: Library,
    name: str,
    *,
    rate: Fraction | None = None,
    size: tuple[int, int] | None = None,
    song: Song | None = None,
    by: Actor | None = None,
) -> Cut:
    """Store an empty cut. Rate and size are those most takes have, unless given.

    Args:
        by: whose decision it is, which an undo takes back.

    Raises:
        BadInput: there is one of this name, or the name is empty.
    """
    _check_name(library, name, f"circletake cut show {name!r}, or another name")
    slates = library.registry.takes.slates(TakeFilter(verdicts=(Verdict.CIRCLED.value,)))
    cut = _canvas(name, slates or library.registry.takes.slates(), rate, size, song)
    library.registry.cuts.save(cut, by, "new")
    return cut


def _check_name(library: Library, name: str, instead: str, replacing: bool = False) -> None:
    if not name.strip():
        raise BadInput("cut", "needs a name", "circletake cut new NAME")
    if name in library.registry.cuts.names() and not replacing:
        raise BadInput(name, "there is a cut of this name", instead)


def add_events(
    library: Library, name: str, words: Sequence[str], *, at: int | None = None, by: Actor | None = None
) -> Cut:
    """Add takes to a cut.

    Args:
        words: ``SH010/31``, or with a range of seconds or frames, ``SH010/31@1.5-4``, ``SH010/31@36f-96f``.
        at: the number the first of them will have, counted from 1; at the end unless given.
        by: whose decision it is, which an undo takes back.

    Raises:
        NotFound: there is no such cut or take.
        BadInput: a range lies outside its take or makes no sense.
    """
    cut = library.registry.cuts.get(name)
    events = [on_frames(each, cut.rate) for word in words for each in pieces(library, word, cut.rate)]
    place = len(cut.events) if at is None else at - 1
    if not 0 <= place <= len(cut.events):
        raise BadInput("--at", f"the cut has {len(cut.events)} events", f"1 to {len(cut.events) + 1}")
    cut = replace(cut, events=(*cut.events[:place], *events, *cut.events[place:]))
    library.registry.cuts.save(cut, by, f"added {', '.join(words)}")
    return cut


def pieces(library: Library, word: str, rate: Fraction = Fraction(24)) -> list[CutEvent]:
    """The takes a word names, whole, or the range of the one it names.

    Args:
        word: as :func:`add_events` has it.
        rate: by which frames are counted where a take has no constant rate.

    Raises:
        NotFound, BadInput: as :func:`add_events`.
    """
    named, ranged, span = word.partition("@")
    takes = library.registry.takes.resolve(named)
    if not ranged:
        return [CutEvent(take.id, Fraction(0), exact_seconds(take.media)) for take in takes]
    if len(takes) > 1:
        raise BadInput(word, f"a range of {len(takes)} takes", "name one take")
    return [CutEvent(takes[0].id, *_span(word, span, takes[0].media, rate))]


def auto_cut(
    library: Library,
    name: str,
    *,
    length: Fraction | None = None,
    rate: Fraction | None = None,
    size: tuple[int, int] | None = None,
    song: Song | None = None,
    song_seconds: Fraction | None = None,
    replacing: bool = False,
    by: Actor | None = None,
) -> AutoCut:
    """Cut the best circled take of each shot together, in the order of shots, and store it.

    Best is: circled by a person rather than a script, then most stars, then fewest findings,
    then sharpest. Stretches with findings are left out where something else remains.

    Args:
        length: of the whole cut in seconds, shared out evenly; all there is without one.
        song_seconds: length of the song, the longest the cut may be where ``length`` is not given.
        replacing: a cut of this name may go.
        by: whose decision it is, which an undo takes back.

    Raises:
        BadInput: no take is circled, the length is too short for so many shots, or there is a
            cut of this name.
    """
    _check_name(library, name, "another name, or say --force", replacing)
    circled = library.registry.takes.slates(TakeFilter(verdicts=(Verdict.CIRCLED.value,)))
    if not circled:
        raise BadInput(name, "no take is circled", "circletake circle SH010/3")
    by_shot: dict[str, list[Slate]] = {}
    for slate in circled:
        by_shot.setdefault(slate.take.shot, []).append(slate)
    cut = _canvas(name, circled, rate, size, song)
    best = [(min(slates, key=_rank), len(slates)) for slates in by_shot.values()]
    ranges = [_clean_range(slate) for slate, _ in best]
    room = [max(1, floor((end - start) * cut.rate)) for start, end, _ in ranges]
    if length is None and song_seconds is not None and song_seconds < sum(room) / cut.rate:
        length = song_seconds
    frames = _shared(room, None if length is None else round(length * cut.rate))
    events, chosen = [], []
    for (slate, of), (start, end, avoided), count in zip(best, ranges, frames, strict=True):
        # From the middle: the first frames of a generated clip are often its still.
        slack = floor((end - start) * cut.rate) - count
        first = start + max(0, slack) // 2 / cut.rate
        events.append(CutEvent(slate.take.id, first, first + count / cut.rate))
        chosen.append(Chosen(slate, of, avoided, tuple(_kinds(slate)) if not avoided else ()))
    cut = replace(cut, events=tuple(events))
    library.registry.cuts.save(cut, by, "made from the circled takes")
    without = tuple(s.code for s in library.registry.takes.shots() if s.code not in by_shot)
    return AutoCut(cut, tuple(chosen), without)


def _rank(slate: Slate) -> tuple[bool, int, int, float, int]:
    by_person = slate.standing.by is not None and slate.standing.by.person
    sharp = slate.score("sharpness") or 0.0
    return (not by_person, -slate.standing.stars, len(slate.findings), -sharp, slate.take.number)


def _kinds(slate: Slate) -> Iterator[str]:
    yield from dict.fromkeys(found.finding.kind for found in slate.findings)


def _clean_range(slate: Slate) -> tuple[Fraction, Fraction, tuple[str, ...]]:
    """The longest stretch without findings, and what it avoids; all of the take where too little is left."""
    length = exact_seconds(slate.take.media)
    spans = sorted((f.finding.start, f.finding.end) for f in slate.findings)
    best, at = (Fraction(0), Fraction(0)), Fraction(0)
    for start, end in [*spans, (float(length), float(length))]:
        begins = min(length, Fraction(start).limit_denominator(90_000))
        if begins - at > best[1] - best[0]:
            best = (at, begins)
        at = max(at, Fraction(end).limit_denominator(90_000))
    if not spans or best[1] - best[0] < _SHORTEST:
        return Fraction(0), length, ()
    return *best, tuple(_kinds(slate))


def _shared(room: Sequence[int], total: int | None) -> list[int]:
    """Frames for each event: an even share of ``total``, where there is room for it."""
    if total is None or total >= sum(room):
        return list(room)
    if total < len(room):
        raise BadInput("--length", f"{total} frames are too few for {len(room)} shots", "ask for more")
    given = [0] * len(room)
    left, open_ = total, sorted(range(len(room)), key=lambda i: room[i])
    for place, index in enumerate(open_):
        given[index] = min(room[index], left // (len(open_) - place))
        left -= given[index]
    return given


def _canvas(
    name: str,
    slates: Sequence[Slate],
    rate: Fraction | None,
    size: tuple[int, int] | None,
    song: Song | None,
) -> Cut:
    facts = [slate.take.media for slate in slates]
    sizes = Counter((f.width - f.width % 2, f.height - f.height % 2) for f in facts)
    common = max(sizes, key=lambda s: (sizes[s], s[0] * s[1]), default=(1280, 720))
    width, height = size or common
    if width % 2 or height % 2 or not 16 <= min(width, height) <= max(width, height) <= 8192:
        raise BadInput(
            "--size", f"{width}x{height} is not a size H.264 can have", "even numbers, e.g. 1280x720"
        )
    chosen = _common_rate(facts) if rate is None else rate
    if not 1 <= chosen <= 120:
        raise BadInput("--rate", f"{chosen} is no rate of a film", "e.g. 24 or 24000/1001")
    return Cut(name, chosen, width, height, song=song)


def _common_rate(facts: Iterable[MediaFacts]) -> Fraction:
    near = (
        next((known for known in RATES if abs(known - each.rate) < _CLOSE), None)
        for each in facts
        if each.rate is not None
    )
    counted = Counter(rate for rate in near if rate)
    return max(counted, key=lambda r: (counted[r], r == 24), default=Fraction(24))


def _span(word: str, span: str, facts: MediaFacts, rate: Fraction) -> tuple[Fraction, Fraction]:
    length = exact_seconds(facts)
    first, dash, last = span.partition("-")
    start = place_in(first or "0", facts.rate or rate)
    end = place_in(last, facts.rate or rate) if last else length
    if not dash or start >= end:
        raise BadInput(word, "is not a stretch", "from and to in seconds or frames, e.g. @1.5-4 or @36f-96f")
    if start < 0 or end > length:
        raise BadInput(word, f"the take has 0 to {float(length):.3f} s", "choose a range inside it")
    return start, end


def place_in(text: str, rate: Fraction) -> Fraction:
    """Seconds of a take from ``1.5``, ``1:02.5`` or, by the take's own rate, a frame ``36f``.

    Raises:
        BadInput: it is none.
    """
    try:
        if text.endswith("f"):
            return int(text[:-1]) / rate
        seconds = Fraction(0)
        for part in text.split(":"):
            seconds = seconds * 60 + Fraction(part)
        return seconds
    except (ValueError, ZeroDivisionError) as error:
        raise BadInput(
            text, "is no place in a take", "seconds, e.g. 1.5 or 1:02.5, or a frame: 36f"
        ) from error


def on_frames(event: CutEvent, rate: Fraction) -> CutEvent:
    """The event trimmed at its end to whole frames of a cut, at least one."""
    frames = max(1, floor(event.seconds * rate))
    return replace(event, source_out=event.source_in + frames / rate * event.speed)
