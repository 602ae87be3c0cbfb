"""Pairing: every take compared with every other once, so that a later run compares only new ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from circletake.errors import Cancelled
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

_ROUND = 1024
"""Pairs after which what was found is kept: about half a minute's work of two cores."""


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
    at_once: bool = False,
) -> list[Pair]:
    """Compare the takes that have not been compared yet with all others, and return every like pair.

    Every so often what was found is kept; after a stop only the takes that are left are new.

    Args:
        at_once: keep nothing before all new takes are through; after a stop they are new again.

    Raises:
        Cancelled: ``cancelled`` answered yes.
    """
    from circletake.fingerprint.record import unpack
    from circletake.fingerprint.search import candidates

    pairs = library.registry.pairs
    packed = library.registry.analyses.fingerprints(VERSION)
    fresh = packed.keys() - pairs.compared(COMPARISON)
    if fresh:

        def watch(done: int, total: int) -> None:
            if cancelled():
                raise Cancelled
            progress.step(done, total, "searching")

        prints = {take_id: unpack(blob) for take_id, blob in packed.items()}
        near = candidates(prints, fresh, watch=watch)
        onwards = _Onwards(progress, len(near))
        found: list[Pair] = []
        for takes, part in _rounds(fresh, near):
            if cancelled():
                raise Cancelled
            found += _compared(library, packed, part, onwards, cancelled, workers)
            onwards.before += len(part)
            if not at_once:
                pairs.save(COMPARISON, takes, found)
                found = []
        if at_once:
            pairs.save(COMPARISON, fresh, found)
    return pairs.all(COMPARISON)


@dataclass(slots=True)
class _Onwards:
    """Progress over all rounds, in pairs.

    Attributes:
        before: pairs of the rounds that are done.
    """

    progress: Progress
    total: int
    before: int = 0

    def step(self, done: int, total: int, note: str = "") -> None:
        self.progress.step(min(self.before + done * _TOGETHER, self.total), self.total, note)


def _rounds(
    fresh: Collection[str], near: Sequence[tuple[str, str]]
) -> Iterator[tuple[list[str], list[tuple[str, str]]]]:
    """New takes in order, with their pairs among one another and with those before, some at a time.

    A pair comes with the later of its new takes: once a round is through, its takes are compared
    with all that were before.
    """
    order = {take_id: place for place, take_id in enumerate(sorted(fresh))}
    by_take: dict[str, list[tuple[str, str]]] = {take_id: [] for take_id in order}
    for pair in near:
        by_take[max(pair, key=lambda take_id: order.get(take_id, -1))].append(pair)
    takes: list[str] = []
    pairs: list[tuple[str, str]] = []
    for take_id, some in by_take.items():
        takes.append(take_id)
        pairs += some
        if len(pairs) >= _ROUND:
            yield takes, pairs
            takes, pairs = [], []
    if takes:
        yield takes, pairs


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
