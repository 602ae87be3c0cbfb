"""Black that the editor's timeline has, where the film's picture is black as well."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from pathlib import Path

from circletake.model.cue import CueList, Gap
from circletake.model.export import BLACK
from circletake.workflows import pool

_CAPS = pool.Caps(cpu_seconds=3 * 3600, wall_seconds=6 * 3600)
"""The film is decoded up to its last black, which may be its end."""


BOTH = "black by the timeline and the picture"


@dataclass(frozen=True, slots=True)
class Dark:
    """Stretches of a film, in frames, that are to be looked at."""

    path: str
    rate: Fraction
    spans: tuple[tuple[int, int], ...]


def with_black(
    film: Path,
    cues: CueList,
    said: Sequence[tuple[int, int]],
    cancelled: Callable[[], bool] = lambda: False,
) -> CueList:
    """``cues`` whose gaps are told as black, frame by frame, where timeline and picture both are.

    Args:
        said: the stretches that the timeline leaves black, in frames of the film.
    """
    spans = tuple(
        (max(start, gap.record_in), min(end, gap.record_out))
        for gap in cues.gaps
        for start, end in said
        if start < gap.record_out and gap.record_in < end
    )
    if not spans:
        return cues
    ((_, seen),) = pool.run(
        [Dark(str(film.absolute()), cues.rate, spans)], look, workers=1, caps=_CAPS, cancelled=cancelled
    )
    black = frozenset() if isinstance(seen, pool.Failure) else seen
    return replace(cues, gaps=tuple(part for gap in cues.gaps for part in _parted(gap, black)))


def look(task: Dark) -> frozenset[int]:
    """The black frames among those asked for; runs in a worker."""
    import cv2

    from circletake.media.black import black_frames

    cv2.setNumThreads(1)
    return black_frames(Path(task.path), task.rate, task.spans)


def _parted(gap: Gap, black: frozenset[int]) -> Iterator[Gap]:
    for dark, frames in groupby(range(gap.record_in, gap.record_out), black.__contains__):
        first, *more = frames
        part = replace(gap, record_in=first, record_out=(more or [first])[-1] + 1)
        yield replace(part, nearest="", why=BOTH, kind=BLACK) if dark else part
