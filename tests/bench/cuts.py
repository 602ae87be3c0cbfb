"""Finished cuts of which is known what every piece shows: what finding takes inside a film is measured on.

Pieces of random clips follow one another by hard cuts. Everything is drawn first, from a seed alone,
and then rendered frame by frame: memory holds one picture, not a clip.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from tests.bench.coding import Coding, Picture, Size, frames, write
from tests.bench.framing import Step, fitted, flipped
from tests.bench.painting import captioned, grade
from tests.bench.timing import nearest

if TYPE_CHECKING:
    import numpy as np

SHORTEST, LONGEST = 0.5, 4.0
"""Seconds that a piece lasts, where its clip allows."""

_LOSES = 0.3
"""A clip fills the picture only where no larger share of it is lost; otherwise it has bars."""


@dataclass(frozen=True)
class Difficulty:
    """How far a cut departs from its clips.

    Attributes:
        crf: of the H.264 that is written.
        grades: each piece has a grade of its own.
        zoom: at most so much larger, 0.2 for 20 %; the window lies anywhere in the picture.
        captions: share of the pieces with a line of text.
        flips: share of the pieces that are mirrored.
        speeds: share of the pieces that run at 0.8 to 1.25 of their speed.
    """

    crf: int
    grades: bool = False
    zoom: float = 0.0
    captions: float = 0.0
    flips: float = 0.0
    speeds: float = 0.0


DIFFICULTIES: Mapping[str, Difficulty] = MappingProxyType(
    {
        "clean": Difficulty(crf=23),
        "graded": Difficulty(crf=23, grades=True, zoom=0.06),
        "heavy": Difficulty(crf=30, grades=True, zoom=0.2, captions=1 / 3, flips=1 / 5, speeds=1 / 3),
    }
)
"""``clean`` only re-encodes and fits the picture; ``graded`` and ``heavy`` are what the names say."""


@dataclass(frozen=True)
class Piece:
    """What a stretch of a cut shows.

    Attributes:
        record_in: its first frame in the cut.
        record_out: the frame after its last.
        clip: where it comes from, also where that is a foreign clip.
        source_in: second of the clip, counted from its first frame, that the first frame shows.
        source_out: second at which it ends.
        speed: seconds of the clip that pass in one of the cut.
        flip: mirrored left and right.
        zoom: 1 shows the whole clip, 1.25 a window of four fifths of its width and height.
        filled: the picture is filled and edges are lost; otherwise the clip has bars.
        caption: has a line of text.
    """

    record_in: int
    record_out: int
    clip: Path
    source_in: float
    source_out: float
    speed: float
    flip: bool
    zoom: float
    filled: bool = False
    caption: bool = False


@dataclass(frozen=True)
class _Source:
    """Of a clip, what a plan needs: when its frames appear, when the last one ends, its size."""

    times: tuple[float, ...]
    seconds: float
    size: Size

    @classmethod
    def of(cls, path: Path) -> _Source:
        times: list[float] = []
        end, size = 0.0, (0, 0)
        for time, ends, frame in frames(path):
            times.append(time)
            end, size = ends, (frame.width, frame.height)
        if not times:
            raise ValueError(f"{path} holds no frame; name a video")
        return cls(tuple(times), end, size)


def make_cut(
    clips: Sequence[Path],
    target: Path,
    *,
    seed: int,
    difficulty: str,
    pieces: int = 55,
    rate: int = 24,
    size: Size = (1280, 720),
    foreign: Sequence[Path] = (),
    unmatched: float = 0.0,
) -> list[Piece]:
    """Render a cut, an mp4 without sound, and tell what it shows.

    Args:
        clips: what pieces are taken from, without replacement where there are enough; of a long clip
            the first 12 seconds.
        difficulty: a key of :data:`DIFFICULTIES`.
        pieces: how many.
        rate: frames a second of the cut; clips are converted by nearest frame.
        size: even width and height.
        foreign: clips that no library holds; a piece of one should be found nowhere.
        unmatched: share of the pieces that come from ``foreign``.

    Returns:
        The pieces in order, without gaps.
    """
    import numpy as np

    hard = DIFFICULTIES[difficulty]
    random = np.random.default_rng(seed)
    drawn = _drawn(random, clips, foreign, pieces, round(unmatched * pieces))
    sources: dict[Path, _Source] = {}
    plan: list[Piece] = []
    for clip in drawn:
        source = sources[clip] = sources.get(clip) or _Source.of(clip)
        plan.append(_piece(random, clip, source, plan[-1].record_out if plan else 0, rate, size, hard))

    def pictures() -> Iterator[tuple[float, Picture]]:
        for number, piece in enumerate(plan):
            own = np.random.default_rng((seed, number))
            shown = _shown(own, piece, sources[piece.clip], rate, size, hard)
            for at, picture in enumerate(shown, piece.record_in):
                yield at / rate, picture

    write(target, pictures(), size, Fraction(rate), Coding.h264(hard.crf))
    return plan


def _drawn(
    random: np.random.Generator, clips: Sequence[Path], foreign: Sequence[Path], pieces: int, strangers: int
) -> list[Path]:
    """A clip for each piece: so many strangers, anywhere."""
    if (pieces > strangers and not clips) or (strangers and not foreign):
        raise ValueError("no clips to draw from; name some, foreign ones too where unmatched is above 0")
    places = set(random.permutation(pieces)[:strangers].tolist())
    ours, theirs = _endless(random, clips), _endless(random, foreign)
    return [next(theirs if number in places else ours) for number in range(pieces)]


def _endless(random: np.random.Generator, clips: Sequence[Path]) -> Iterator[Path]:
    """All clips in a random order, then in another."""
    while True:
        yield from (clips[i] for i in random.permutation(len(clips)))


def _piece(
    random: np.random.Generator,
    clip: Path,
    source: _Source,
    record_in: int,
    rate: int,
    size: Size,
    hard: Difficulty,
) -> Piece:
    speed = round(float(random.uniform(0.8, 1.25)), 3) if random.uniform() < hard.speeds else 1.0
    wanted = round(float(random.uniform(SHORTEST, LONGEST)) * rate)
    count = max(1, min(wanted, int(source.seconds / speed * rate + 1e-6)))
    lasts = count / rate * speed
    source_in = round(float(random.uniform(0, max(0.0, source.seconds - lasts))), 6)
    shape, wide = source.size[0] / source.size[1], size[0] / size[1]
    fills = 1 - min(shape, wide) / max(shape, wide) <= _LOSES
    return Piece(
        record_in,
        record_in + count,
        clip,
        source_in,
        round(source_in + lasts, 6),
        speed,
        flip=bool(random.uniform() < hard.flips),
        zoom=round(1 + float(random.uniform(0, hard.zoom)), 4),
        filled=fills and bool(random.integers(2)),
        caption=bool(random.uniform() < hard.captions),
    )


def _shown(
    random: np.random.Generator, piece: Piece, source: _Source, rate: int, size: Size, hard: Difficulty
) -> Iterator[Picture]:
    """The pictures of a piece, one for each frame of the cut."""
    count = piece.record_out - piece.record_in
    wanted = nearest(source.times, [piece.source_in + i / rate * piece.speed for i in range(count)])
    wide, high = (max(2, round(side / piece.zoom)) for side in source.size)
    left = int(random.integers(source.size[0] - wide + 1))
    top = int(random.integers(source.size[1] - high + 1))
    before: list[Step] = [grade] * hard.grades + [flipped] * piece.flip
    inside = [step(random, (wide, high)).paint for step in before]
    over = [captioned(random, size).paint] * piece.caption
    upcoming = iter(wanted)
    following = next(upcoming, None)
    for index, (_, _, frame) in enumerate(frames(piece.clip)):
        if index != following:
            continue
        picture = frame.to_ndarray(format="rgb24")[top : top + high, left : left + wide]
        for paint in inside:
            picture = paint(picture, index)
        picture = fitted(picture, *size, fill=piece.filled)
        for paint in over:
            picture = paint(picture, index)
        while index == following:
            yield picture
            following = next(upcoming, None)
        if following is None:
            return
