"""The frames of a cue sheet: each moment of the film beside the same moment of the take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from circletake.cuesheet.page import Pair
from circletake.errors import CircletakeError
from circletake.model.cue import Cue, CueList, Gap
from circletake.model.slate import Slate
from circletake.model.still import Still
from circletake.workflows import pool
from circletake.workflows.library import Library
from circletake.workflows.progress import Progress, silent

_SIDE = 360
"""Pixels of the longer side of a still."""

_CAPS = pool.Caps(cpu_seconds=3 * 3600, wall_seconds=6 * 3600)
"""One task may be a whole film."""

_FEW, _MANY = 100, 300
"""Rows up to which three, and two, moments of each are shown: the page stays one that can be mailed."""


@dataclass(frozen=True, slots=True)
class Frames:
    """Frames to be read from one file.

    Attributes:
        take_id: whose file it is; empty for the film.
        seconds: in rising order, none twice.
    """

    take_id: str
    path: str
    seconds: tuple[float, ...]


def pairs_of(
    library: Library,
    cues: CueList,
    slates: Mapping[str, Slate],
    film: Path | None,
    *,
    progress: Progress = silent,
    cancelled: Callable[[], bool] = lambda: False,
) -> dict[int, tuple[Pair, ...]]:
    """What :func:`circletake.cuesheet.page.html_page` shows of each row, by its number.

    Every file is decoded once, from the front, by a worker. A take whose media cannot be read
    leaves the film's frame alone, with the reason; without a film, takes stand alone.
    """
    rows = list(cues.rows)
    moments = {number: _moments(row, cues, len(rows)) for number, row in enumerate(rows, 1)}
    wanted: dict[str, set[float]] = {}
    if film:
        wanted[""] = {film_at for each in moments.values() for film_at, _ in each}
    for number, row in enumerate(rows, 1):
        if isinstance(row, Cue):
            wanted.setdefault(row.take_id, set()).update(at for _, at in moments[number] if at is not None)
    paths, lost = _paths(library, slates, film, wanted)
    shown = _shown(paths, wanted, lost, progress, cancelled)
    pairs: dict[int, tuple[Pair, ...]] = {}
    for number, row in enumerate(rows, 1):
        take_id = row.take_id if isinstance(row, Cue) else None
        pairs[number] = tuple(
            Pair(
                shown.get(("", film_at)),
                film_at,
                shown.get((take_id, take_at)) if take_id and take_at is not None else None,
                take_at,
                lost.get(take_id, "") if take_id else "",
            )
            for film_at, take_at in moments[number]
        )
    return pairs


def show(frames: Frames) -> list[Still]:
    """Read the frames; runs in a worker.

    Raises:
        MediaError: the file cannot be opened or decoded.
    """
    import cv2

    from circletake.media.stills import stills

    cv2.setNumThreads(1)
    return stills(Path(frames.path), frames.seconds, _SIDE)


def _moments(row: Cue | Gap, cues: CueList, rows: int) -> tuple[tuple[float, float | None], ...]:
    """The moments to show, first to last: those that were matched, or a few of what was not found."""
    most = 3 if rows <= _FEW else 2 if rows <= _MANY else 1
    if isinstance(row, Cue) and row.matches:
        return tuple(_spread(row.matches, most))
    # The middle of equal parts: not the first and last frames, which a dissolve may share.
    rate = float(cues.rate)
    start, length = row.record_in / rate, (row.record_out - row.record_in) / rate
    shares = [(2 * part + 1) / (2 * most) for part in range(most)] if length >= 1 else [0.5]
    if isinstance(row, Cue):
        return tuple(
            (start + length * share, row.source_in + (row.source_out - row.source_in) * share)
            for share in shares
        )
    return tuple((start + length * share, None) for share in shares)


def _spread(matches: Sequence[tuple[float, float]], most: int) -> Sequence[tuple[float, float]]:
    """At most ``most`` of them, over the whole length; a single one from the middle."""
    if len(matches) <= most:
        return matches
    if most == 1:
        return [matches[len(matches) // 2]]
    return [matches[round(index * (len(matches) - 1) / (most - 1))] for index in range(most)]


def _paths(
    library: Library, slates: Mapping[str, Slate], film: Path | None, wanted: Mapping[str, set[float]]
) -> tuple[dict[str, Path], dict[str, str]]:
    """Where each file can be read, the film's under no name; and why a take cannot."""
    paths, lost = {"": film.absolute()} if film else {}, {}
    for take_id in wanted:
        if take_id:
            try:
                paths[take_id] = library.media(slates[take_id].take)
            except CircletakeError as error:
                lost[take_id] = error.reason
    return paths, lost


def _shown(
    paths: Mapping[str, Path],
    wanted: Mapping[str, set[float]],
    lost: dict[str, str],
    progress: Progress,
    cancelled: Callable[[], bool],
) -> dict[tuple[str, float], Still]:
    tasks = [
        Frames(take_id, str(path), tuple(sorted(wanted[take_id])))
        for take_id, path in paths.items()
        if wanted[take_id]
    ]
    shown: dict[tuple[str, float], Still] = {}
    for task, result in pool.run(tasks, show, caps=_CAPS, progress=progress, cancelled=cancelled):
        if isinstance(result, pool.Failure):
            lost[task.take_id] = "it cannot be read"
        else:
            shown |= {(task.take_id, at): still for at, still in zip(task.seconds, result, strict=True)}
    return shown
