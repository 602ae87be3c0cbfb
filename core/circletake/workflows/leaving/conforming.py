"""A timeline laid on the film that was made of it: what both say, what only one says, where they disagree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from circletake.model.cue import Cue, CueList, Gap, Known, Overlay
from circletake.model.cut import timecode
from circletake.model.text import counted
from circletake.model.timeline import Piece, Timeline
from circletake.workflows.leaving.identifying import Identified
from circletake.workflows.leaving.identifying import Known as Row

_SURE = 0.9
"""Confidence from which a picture speaks against a timeline."""

_MOST = Fraction(1, 2)

_APART = 0.25
"""Seconds by which timeline and picture may differ over one moment; speed ramps and dissolves move it."""

_BLACK = re.compile(r"\b(?:black|slug|bl)\b", re.IGNORECASE)
"""How editing programs call a generator of black."""


@dataclass(frozen=True, slots=True)
class Conformed:
    """Film and timeline as one list.

    Attributes:
        offset: frame of the film at which the timeline starts.
        black: stretches of the film, in frames, where the timeline has nothing, or black.
        against: stretches where the picture contradicts the timeline, in words.
    """

    cues: CueList
    offset: int
    black: tuple[tuple[int, int], ...]
    notes: tuple[str, ...]
    against: tuple[str, ...]


def conform(film: CueList, found: Identified, offset: int | None = None) -> Conformed:
    """Join what the timeline names with what was found in the picture.

    The timeline's times are taken, to the frame; where the picture surely shows another take than the
    timeline names, neither is claimed. What the timeline does not name, and the picture shows, is taken
    from the picture.

    Args:
        film: what was found in the film; with no cues where it could not be looked through.
        offset: frame of the film at which the timeline starts; found by the pictures without one.
    """
    grid = _Grid(found.timeline, film)
    notes = list(grid.notes)
    shift = _shift(film, found, grid) if offset is None else offset
    if shift and offset is None:
        where = "after" if shift > 0 else "before"
        notes.append(
            f"the timeline starts {counted(abs(shift), 'frame')} {where} the film does, by its pictures"
        )
    cues: list[Cue] = []
    against: list[str] = []
    elsewhere = 0
    disputed: list[tuple[int, int, str]] = []
    for row in found.ours:
        start, end = (min(max(0, grid.at(each) + shift), film.frames) for each in _span(row))
        if end <= start or row.take is None:
            continue
        if row.source_in is None:
            continue
        said = _said(row, start, end, grid, shift, film)
        other = _contradicted(said, film)
        if other is not None:
            place = timecode(start, film.rate, film.start)
            why = f"the timeline names {row.take.label}, the picture shows another take"
            against.append(f"{place}  {why}")
            disputed.append((start, end, why))
        elif _other_seconds(said, film):
            elsewhere += 1
        else:
            cues.append(_agreed(said, film))
    if elsewhere:
        what = counted(elsewhere, "stretch", "stretches")
        notes.append(
            f"{what}: the picture shows other seconds of the take than the timeline says; its are taken"
        )
    taken = sorted([(cue.record_in, cue.record_out) for cue in cues] + [(a, b) for a, b, _ in disputed])
    for cue in film.cues:
        for start, end in _free(cue.record_in, cue.record_out, taken):
            cues.append(cue.part(start, end, film.rate))
    named, overlays = _named(found, grid, shift, film)
    over = grid.at(found.timeline.frames) + shift
    if over > film.frames:
        notes.append(f"the timeline goes on for {counted(over - film.frames, 'frame')} after the film ends")
    cues.sort(key=lambda cue: cue.record_in)
    gaps = _gaps(cues, film, named, disputed)
    joined = replace(film, cues=tuple(cues), gaps=tuple(gaps), overlays=tuple(overlays))
    black = tuple(_black(found.timeline, grid, shift, film))
    return Conformed(joined, shift, black, tuple(notes), tuple(against))


class _Grid:
    """Frames of the timeline as frames of the film."""

    def __init__(self, timeline: Timeline, film: CueList) -> None:
        self.rate = film.rate
        self._from = timeline.rate
        nominal = [-(-rate.numerator // rate.denominator) for rate in (timeline.rate, film.rate)]
        # 23.976 and 24 count the same frames: a frame of the one is a frame of the other.
        self._same = nominal[0] == nominal[1]
        self.notes = (
            []
            if timeline.rate == film.rate
            else [f"the timeline has {float(timeline.rate):g} frames a second, the film {float(film.rate):g}"]
        )

    def at(self, frame: int) -> int:
        return frame if self._same else round(frame / self._from * self.rate)


def _span(row: Row) -> tuple[int, int]:
    return row.piece.record_in, row.piece.record_out


def _shift(film: CueList, found: Identified, grid: _Grid) -> int:
    """Where most takes that both name lie apart by the same; a single one says nothing."""
    apart: Counter[int] = Counter()
    for row in found.ours:
        if row.take is None or row.source_in is None or row.piece.speed == 0:
            continue
        start = grid.at(row.piece.record_in)
        for cue in film.cues:
            if cue.take_id == row.take.id and cue.motion is not None and abs(cue.speed) > 0.05:
                moved = (float(row.source_in) - cue.source_in) / cue.speed
                apart[round(cue.record_in + moved * float(film.rate)) - start] += 1
    if not apart:
        return 0
    near = {shift: sum(apart[shift + step] for step in (-1, 0, 1)) for shift in apart}
    best = max(near, key=lambda shift: (near[shift], apart[shift], -abs(shift)))
    return best if near[best] >= 2 and near[best] > near.get(0, 0) and abs(best) > 1 else 0


def _said(row: Row, start: int, end: int, grid: _Grid, shift: int, film: CueList) -> Cue:
    """The row as a cue of the film, cut to it."""
    assert row.take is not None and row.source_in is not None
    piece = row.piece
    first = grid.at(piece.record_in) + shift
    speed = float(piece.speed)
    whole = max(1, grid.at(piece.record_out) - grid.at(piece.record_in))
    out = row.source_out(grid._from) or Fraction(0)
    each = float(out - row.source_in) / whole
    source = float(row.source_in) + (start - first) * each
    return Cue(
        take_id=row.take.id,
        record_in=start,
        record_out=end,
        source_in=max(0.0, source),
        source_out=max(0.0, source + (end - start) * each),
        speed=speed,
        known=Known.TIMELINE,
    )


def _common(a: Cue, b: Cue) -> int:
    return max(0, min(a.record_out, b.record_out) - max(a.record_in, b.record_in))


def _contradicted(said: Cue, film: CueList) -> Cue | None:
    """What the picture surely shows instead, over most of the stretch."""
    same = sum(_common(said, cue) for cue in film.cues if cue.take_id == said.take_id)
    for cue in film.cues:
        if cue.take_id != said.take_id and cue.confidence >= _SURE and cue.motion is not None:
            shared = _common(said, cue)
            if shared > (said.record_out - said.record_in) * _MOST and shared > same:
                return cue
    return None


def _second(cue: Cue, frame: float) -> float:
    """The take's second at a frame of the film."""
    each = (cue.source_out - cue.source_in) / max(1, cue.record_out - cue.record_in)
    return cue.source_in + (frame - cue.record_in) * each


def _other_seconds(said: Cue, film: CueList) -> bool:
    """Whether what moves in the picture shows the take, but other seconds of it."""
    same = [cue for cue in film.cues if cue.take_id == said.take_id and _common(said, cue)]
    if not same:
        return False
    best = max(same, key=lambda cue: _common(said, cue))
    if best.motion is None or best.confidence < _SURE:
        return False
    middle = (max(said.record_in, best.record_in) + min(said.record_out, best.record_out)) / 2
    return abs(_second(said, middle) - _second(best, middle)) > _APART


def _agreed(said: Cue, film: CueList) -> Cue:
    """With what the picture says of it, where it shows the same take."""
    same = [cue for cue in film.cues if cue.take_id == said.take_id and _common(said, cue)]
    if not same:
        return said
    best = max(same, key=lambda cue: (_common(said, cue), cue.confidence))
    # Moments of the picture with the timeline's own seconds: where little moves, the picture guesses them.
    inside = tuple(
        (at, _second(said, at * float(film.rate)))
        for at, _ in best.matches
        if said.record_in <= at * float(film.rate) < said.record_out
    )
    return replace(
        said,
        flipped=best.flipped,
        zoom=best.zoom,
        confidence=best.confidence,
        picture=best.picture,
        motion=best.motion,
        distance=best.distance,
        frames=best.frames,
        matches=inside,
        known=Known.BOTH,
    )


def _free(
    start: int, end: int, taken: Sequence[tuple[int, int]], least: int = 2
) -> Iterator[tuple[int, int]]:
    """What of a stretch nothing else has; ``least`` frames beside another take are the other's."""
    for first, last in taken:
        if last <= start or first >= end:
            continue
        if first - start > least:
            yield start, first
        start = max(start, last)
    if end - start > least:
        yield start, end


def _named(found: Identified, grid: _Grid, shift: int, film: CueList) -> tuple[list[Gap], list[Overlay]]:
    """What the timeline calls what is no take, and of that what lies over takes."""
    alone, over = [], []
    for row in found.foreign:
        if span := _on(film, grid, shift, row.piece):
            alone.append(Gap(*span, what=row.piece.called))
    ours = [_span(row) for row in found.ours]
    for piece in found.timeline.generators:
        if not (span := _on(film, grid, shift, piece)):
            continue
        alone.append(Gap(*span, what=piece.called))
        if any(a < piece.record_out and piece.record_in < b for a, b in ours):
            over.append(Overlay(*span, piece.called))
    return alone, over


def _black(timeline: Timeline, grid: _Grid, shift: int, film: CueList) -> Iterator[tuple[int, int]]:
    """Where the timeline shows nothing, or a generator's black."""
    pieces = [*timeline.shown, *(each for each in timeline.generators if not _BLACK.search(each.called))]
    shown = sorted(span for piece in pieces if (span := _on(film, grid, shift, piece)))
    start, end = (min(max(0, grid.at(each) + shift), film.frames) for each in (0, timeline.frames))
    yield from _free(start, end, shown, least=0)


def _on(film: CueList, grid: _Grid, shift: int, piece: Piece) -> tuple[int, int] | None:
    """The frames of the film that show a piece; ``None`` where it lies beside the film."""
    start, end = (
        min(max(0, grid.at(each) + shift), film.frames) for each in (piece.record_in, piece.record_out)
    )
    return (start, end) if end > start else None


def _gaps(
    cues: Sequence[Cue], film: CueList, named: Sequence[Gap], disputed: Sequence[tuple[int, int, str]]
) -> Iterator[Gap]:
    """All that no cue has, parted where what is known of it changes."""
    at = 0
    edges = sorted(
        {edge for each in named for edge in (each.record_in, each.record_out)}
        | {edge for a, b, _ in disputed for edge in (a, b)}
        | {edge for gap in film.gaps for edge in (gap.record_in, gap.record_out)}
    )
    for start, end in [*((cue.record_in, cue.record_out) for cue in cues), (film.frames, film.frames)]:
        if start > at:
            places = [at, *(edge for edge in edges if at < edge < start), start]
            for a, b in pairwise(places):
                yield _gap(a, b, film, named, disputed)
        at = max(at, end)


def _gap(
    start: int,
    end: int,
    film: CueList,
    named: Sequence[Gap],
    disputed: Sequence[tuple[int, int, str]],
) -> Gap:
    nearest = next((gap for gap in film.gaps if gap.record_in <= start < gap.record_out), None)
    why = next((text for a, b, text in disputed if a <= start < b), "")
    what = next((each.what for each in named if each.record_in <= start < each.record_out), "")
    if not why and what:
        why = f"the timeline has {what}"
    if why:
        return Gap(start, end, "", why, what)
    return Gap(start, end, nearest.nearest if nearest else "", nearest.why if nearest else "")
