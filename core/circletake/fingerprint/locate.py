"""Finding takes in a finished film: which, which seconds of each, verified in pixels.

The film is decoded once, cut where it cuts, and each piece is looked up in the library by its
low frequencies. The few takes that come near are laid on the piece (time, speed, zoom, mirror)
and only what holds in pixels and in motion is named. What is left of a piece is looked up
again, so a cut that was missed costs nothing but time. Memory holds one piece.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from circletake.fingerprint.bars import find_bars
from circletake.fingerprint.comparing import Laid, measured
from circletake.fingerprint.looks import Look
from circletake.fingerprint.making import aspect_of, unhashed
from circletake.fingerprint.naming import Naming, weigh
from circletake.fingerprint.pictures import squares
from circletake.fingerprint.placing import place
from circletake.fingerprint.record import CHROMA, Thumbnails
from circletake.fingerprint.refining import Exact, refine
from circletake.fingerprint.shelf import Shelf
from circletake.fingerprint.shots import Piece, Shots
from circletake.model.cue import Cue, Gap
from circletake.model.fingerprint import THUMBNAIL
from circletake.protocols import Needs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from circletake.model.alignment import Alignment
    from circletake.model.fingerprint import Fingerprint

    Find = Callable[[Collection[str]], Mapping[str, Thumbnails]]

_SIDE = 128
_SAMPLES_A_SECOND = 8
_ASKED = 8
"""Frames of a piece that the library is searched by: so many are sampled of a short one too."""

_TRIED = 8
"""Takes that are looked at more closely for a piece, the likeliest first."""

_SURE_PICTURE, _SURE = 0.95, 0.9
"""Correlation and confidence at which no other take is tried."""

_SHORTEST = 5
"""Frames below which nothing can be told of a piece."""

_SHOWN = 3
"""Moments of a cue that are told for showing."""

_KEPT = 200
_JOINS = 0.35
"""Seconds by which two pieces of a take may miss each other and be one all the same."""

_JOINS_STILL = 2.0
"""The same where hardly anything moves, so that no moment can be told from another."""

_SPLINTER = 12
"""Frames too few to tell anything of, that lie within a take that goes on after them."""


class Locator:
    """Finds takes in a film while it is decoded.

    Args:
        takes: fingerprints by id.
        look: the thumbnails of takes, by id; asked only for those that come near.
        rate: frames a second of the film.
        copies: ids of takes that are copies of others here; the others are named where both fit.
    """

    def __init__(
        self,
        takes: Mapping[str, Fingerprint],
        look: Find,
        rate: float,
        copies: Collection[str] = (),
    ) -> None:
        self._takes = takes
        self._copies = frozenset(copies)
        self._find = look
        self._rate = rate
        self._shelf = Shelf(takes)
        self._looks: dict[str, Look] = {}
        self._shots = Shots()
        self._cues: list[Cue] = []
        self._gaps: list[Gap] = []

    @property
    def sinks(self) -> tuple[tuple[Needs, Locator], ...]:
        """What to show it: every frame, small."""
        return ((Needs(long_side=_SIDE, fps="native", pixels="gray"), self),)

    def video(self, frames: NDArray[np.uint8], seconds: NDArray[np.float64]) -> None:
        """Take a run of frames; pieces are worked on as they become whole."""
        for piece in self._shots.add(frames, seconds):
            self._work(piece)

    def audio(self, samples: NDArray[np.float32], start: float) -> None:
        """Nothing is heard."""

    def finish(self) -> tuple[tuple[Cue, ...], tuple[Gap, ...], int]:
        """Cues, gaps, and the number of frames of the film."""
        for piece in self._shots.finish():
            self._work(piece)
        return tuple(self._cues), tuple(self._gaps), self._shots.frames

    def _work(self, piece: Piece) -> None:
        for row in self._found_in(piece, _DEPTH):
            if isinstance(row, Cue):
                self._add_cue(row)
            else:
                self._add_gap(row)

    def _found_in(self, piece: Piece, depth: int) -> Iterator[Cue | Gap]:
        """Cues and gaps that cover the piece, in order."""
        stop = piece.first + len(piece.frames)
        shown = _Shown.of(piece, self._rate)
        best = (
            self._best(shown)
            if len(piece.frames) >= _SHORTEST
            else _Best(None, "", "too short to tell", near=False)
        )
        if best.hit is None:
            # Of two shots with other bars neither looks like its take while they are looked at as one.
            seam = piece.seam(hard=not best.near) if depth else 0
            if seam:
                yield from self._found_in(piece.part(0, seam), depth - 1)
                yield from self._found_in(piece.part(seam, len(piece.frames)), depth - 1)
            else:
                yield Gap(piece.first, stop, best.nearest, best.why)
            return
        exact = refine(best.hit.laid, shown.frames, shown.seconds)
        start, end = exact.span
        # A frame or two that fit less well are no other shot, unless the picture changes there.
        start = start if depth and (start >= _SHORTEST or piece.cuts_at(start)) else 0
        after = depth > 0 and (len(piece.frames) - end >= _SHORTEST or piece.cuts_at(end))
        end = end if after else len(piece.frames)
        if start:
            yield from self._found_in(piece.part(0, start), depth - 1)
        yield best.hit.cue(piece, exact, start, end)
        if after:
            yield from self._found_in(piece.part(end, len(piece.frames)), depth - 1)

    def _best(self, shown: _Shown) -> _Best:
        """The take that fits best; the others are looked at where the plainest is not sure."""
        look = shown.look
        count = min(_ASKED, len(look.seconds))
        asked = look.spectra[((np.arange(count) + 0.5) / count * len(look.seconds)).astype(int)]
        plainest = self._shelf.plainest(asked)
        tried = {plainest: self._tried(plainest, shown)} if plainest else {}
        first = tried.get(plainest)
        if first and first.sure:
            return _Best(first, "", "", near=True)
        likely = self._shelf.likely(asked, look.aspect, _TRIED)
        hits: list[_Hit] = []
        for take_id in likely.takes:
            hit = tried[take_id] if take_id in tried else self._tried(take_id, shown)
            if hit:
                hits.append(hit)
            if hit and hit.sure:
                break
        hits.sort(key=lambda hit: -hit.fit)
        named = [hit for hit in hits if hit.naming.named]
        if named:
            margin = named[0].fit - named[1].fit if len(named) > 1 else 1.0
            return _Best(replace(named[0], naming=named[0].naming.against(margin)), "", "", near=True)
        if hits:
            return _Best(None, hits[0].take_id, hits[0].naming.why, likely.near)
        return _Best(None, "", "", likely.near)

    def _tried(self, take_id: str, shown: _Shown) -> _Hit | None:
        """A take laid on a piece; ``None`` where they have nothing in common."""
        laid = place(self._look(take_id), shown.look)
        if laid is None:
            return None
        numbers = measured(laid, exact=False)
        # So much better must a take fit to be named before one that is no copy, and not mirrored.
        doubt = _COPY * (take_id in self._copies) + _MIRRORED * laid.flipped
        return _Hit(take_id, laid, numbers, weigh(numbers), shown, doubt)

    def _look(self, take_id: str) -> Look:
        if take_id not in self._looks:
            if len(self._looks) >= _KEPT:
                del self._looks[next(iter(self._looks))]
            self._looks[take_id] = Look(self._takes[take_id], self._find((take_id,))[take_id])
        return self._looks[take_id]

    def _add_cue(self, cue: Cue) -> None:
        before = self._cues[-1] if self._cues else None
        if before is None or not _one(before, cue, self._rate):
            self._cues.append(cue)
            return
        while self._gaps and self._gaps[-1].record_in >= before.record_out:
            self._gaps.pop()
        self._cues[-1] = _joined(before, cue)

    def _add_gap(self, gap: Gap) -> None:
        if self._gaps and self._gaps[-1].record_out == gap.record_in:
            before = self._gaps[-1]
            kept = before if before.nearest else gap
            gap = Gap(before.record_in, gap.record_out, kept.nearest, kept.why)
            self._gaps.pop()
        self._gaps.append(gap)


_DEPTH = 3
_COPY, _MIRRORED = 0.05, 0.02


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """A piece as it is compared.

    Attributes:
        frames: all its frames inside their bars, (n, h, w).
        look: samples of it, as if it were a take that begins with the piece.
        seconds: of all frames, from the piece's beginning.
    """

    frames: NDArray[np.uint8]
    look: Look
    seconds: NDArray[np.float64]

    @classmethod
    def of(cls, piece: Piece, rate: float) -> _Shown:
        """Bars cut off, samples chosen and made square."""
        crop = find_bars(piece.frames[:: max(1, len(piece.frames) // 24)], titled=True)
        frames = crop.of(piece.frames)
        seconds = piece.seconds - piece.seconds[0]
        count = max(min(len(frames), _ASKED), round(len(frames) / rate * _SAMPLES_A_SECOND))
        sampled = np.unique(np.linspace(0, len(frames) - 1, min(count, len(frames))).round().astype(np.int64))
        luma = squares(frames[sampled], THUMBNAIL)
        gray = np.full((len(sampled), CHROMA, CHROMA, 2), 128, np.uint8)
        print_ = unhashed(luma, seconds[sampled], crop, aspect_of(piece.frames, crop))
        return cls(frames, Look(print_, Thumbnails(luma, gray)), seconds)


@dataclass(frozen=True, slots=True, eq=False)
class _Hit:
    """A take laid on a piece.

    Attributes:
        doubt: what it must fit better by than others.
    """

    take_id: str
    laid: Laid
    numbers: Alignment
    naming: Naming
    shown: _Shown
    doubt: float

    @property
    def fit(self) -> float:
        """One number to choose between takes."""
        return self.laid.found.fit - self.doubt

    @property
    def sure(self) -> bool:
        """Whether no other take need be tried."""
        certain = self.numbers.picture >= _SURE_PICTURE and self.naming.confidence >= _SURE
        return certain and self.naming.named and not self.doubt

    def cue(self, piece: Piece, exact: Exact, start: int, end: int) -> Cue:
        """What is told of the frames ``start`` to ``end`` of the piece."""
        seconds, numbers = self.shown.seconds, self.numbers
        step = float(np.median(np.diff(seconds)))
        moments = np.unique(np.linspace(start, end - 1, _SHOWN + 2).round().astype(int))[1:-1]
        length = self.laid.a.fingerprint.length

        def source(second: float) -> float:
            return min(max(exact.offset + exact.speed * second, 0.0), length)

        return Cue(
            take_id=self.take_id,
            record_in=piece.first + start,
            record_out=piece.first + end,
            source_in=source(float(seconds[start])),
            source_out=source(float(seconds[end - 1]) + step),
            speed=exact.speed,
            flipped=self.laid.flipped,
            zoom=self.laid.zoom,
            confidence=self.naming.confidence,
            picture=numbers.picture,
            motion=None if numbers.still else numbers.motion,
            distance=numbers.distance,
            frames=numbers.frames,
            matches=tuple((float(piece.seconds[m]), source(float(seconds[m]))) for m in moments),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Best:
    """What became of a piece; ``near`` as in :class:`~circletake.fingerprint.shelf.Likely`."""

    hit: _Hit | None
    nearest: str
    why: str
    near: bool


def _one(before: Cue, after: Cue, rate: float) -> bool:
    """Whether two cues are one stretch of a take that was cut in two by us."""
    missing = after.record_in - before.record_out
    goes_on = before.source_out + missing / rate * before.speed
    slack = _JOINS if before.motion is not None and after.motion is not None else _JOINS_STILL
    return (
        missing <= _SPLINTER
        and before.take_id == after.take_id
        and before.flipped == after.flipped
        and abs(goes_on - after.source_in) < slack
    )


def _joined(before: Cue, after: Cue) -> Cue:
    """One cue for both, as sure as the less sure one."""
    frames = (before.record_out - before.record_in, after.record_out - after.record_in)
    speed = (before.speed * frames[0] + after.speed * frames[1]) / sum(frames)
    return replace(
        before,
        record_out=after.record_out,
        source_out=after.source_out,
        speed=speed,
        confidence=min(before.confidence, after.confidence),
        picture=min(before.picture, after.picture),
        frames=before.frames + after.frames,
        matches=(before.matches + after.matches)[:6],
    )
