"""Pairing: every take compared with every other once, so that a later run compares only new ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from circletake.model.alignment import COMPARISON, Alignment, Pair
from circletake.model.fingerprint import VERSION
from circletake.workflows import pool
from circletake.workflows.library import Library
from circletake.workflows.progress import Progress, silent

if TYPE_CHECKING:
    from circletake.fingerprint.looks import Look

_TOGETHER = 16
"""Pairs of one task: few enough to stop quickly, enough to be worth a worker's while."""

_HERE = 24
"""Pairs that are compared in this process, since starting workers costs more."""


@dataclass(frozen=True, slots=True)
class Task:
    """Takes to compare, as bytes: workers see no database.

    Attributes:
        records: packed fingerprint and thumbnails by take id.
    """

    pairs: tuple[tuple[str, str], ...]
    records: dict[str, tuple[bytes, bytes]]


def pair_takes(
    library: Library,
    *,
    progress: Progress = silent,
    cancelled: Callable[[], bool] = lambda: False,
    workers: int | None = None,
) -> list[Pair]:
    """Compare the takes that have not been compared yet with all others, and return every like pair.

    What was found is kept once all new takes are through; stopped before, they are new again.

    Raises:
        Cancelled: ``cancelled`` answered yes.
    """
    from circletake.fingerprint.record import unpack
    from circletake.fingerprint.search import candidates

    pairs = library.registry.pairs
    done = pairs.compared(COMPARISON)
    packed = library.registry.analyses.fingerprints(VERSION)
    fresh = packed.keys() - done
    if fresh:
        prints = {take_id: unpack(blob) for take_id, blob in packed.items()}
        near = candidates(prints, fresh)
        pairs.save(COMPARISON, fresh, list(_compared(library, packed, near, progress, cancelled, workers)))
    return pairs.all(COMPARISON)


def compare_pairs(task: Task) -> list[tuple[str, str, Alignment]]:
    """Compare the pairs of a task; those that are alike at all come back."""
    from circletake.fingerprint.comparing import compare
    from circletake.fingerprint.judging import band

    looks: dict[str, Look] = {}
    found = []
    for a, b in task.pairs:
        for name in (a, b):
            if name not in looks:
                looks[name] = look_at(*task.records[name])
        alignment = compare(looks[a], looks[b])
        if alignment and band(alignment):
            found.append((a, b, alignment))
    return found


def look_at(packed: bytes, pictures: bytes) -> Look:
    """A take ready to be compared, from its record."""
    from circletake.fingerprint.looks import Look
    from circletake.fingerprint.record import unpack, unpack_thumbnails

    return Look(unpack(packed), unpack_thumbnails(pictures))


def _compared(
    library: Library,
    packed: dict[str, bytes],
    near: Sequence[tuple[str, str]],
    progress: Progress,
    cancelled: Callable[[], bool],
    workers: int | None,
) -> Iterator[Pair]:
    tasks = list(_tasks(library, packed, near))
    if len(near) <= _HERE:
        for task in tasks:
            yield from (Pair(*one) for one in compare_pairs(task))
        return
    for _, result in pool.run(tasks, compare_pairs, workers=workers, progress=progress, cancelled=cancelled):
        if isinstance(result, list):
            yield from (Pair(*one) for one in result)


def _tasks(library: Library, packed: dict[str, bytes], near: Sequence[tuple[str, str]]) -> Iterator[Task]:
    for start in range(0, len(near), _TOGETHER):
        part = tuple(near[start : start + _TOGETHER])
        ids = sorted({name for pair in part for name in pair})
        pictures = library.registry.analyses.thumbnails(VERSION, ids)
        there = {name: (packed[name], pictures[name]) for name in ids if name in pictures}
        yield Task(tuple(pair for pair in part if all(name in there for name in pair)), there)
