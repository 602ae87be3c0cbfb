"""Which pairs of takes are worth comparing: an exact search over all of them.

Three frames of each take are held against the frames of all others, in three steps, each for the
pairs that the one before left. First the coarsest frequencies alone, which a small crop or a
caption hardly changes; then through every view in finer frequencies, among some samples of the
other take; then, more surely, among all. In each, two of the three must be found. Nothing is
approximate: a pair passes if its own numbers say so, whatever else there is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from circletake.fingerprint.low import SIDE, spectrum, unit
from circletake.fingerprint.samples import ASKED, CELL, SLOT, Halves, Held, Row, Samples, by_shape
from circletake.fingerprint.views import WHOLE, View, bases, closer, seen, spectra_through

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from circletake.model.fingerprint import Fingerprint

COARSE_LIKENESS = 0.55
"""Of the 6 x 6 lowest frequencies, between two frames, for a closer look."""

LIKENESS = 0.62
"""Of the 8 x 8 lowest through the best view, between a query and a sample half a second from the next."""

SURE_LIKENESS = 0.72
"""The same between a query and the best of all samples, for a comparison of the takes."""

AGREE = 2
"""How many of a take's three queries must be found."""

_BLOCK, _CELLS = 64, 16
"""Takes that ask at once, and cells that are asked at once: all that is multiplied stays in a core's cache.

A product with a cell is so small that BLAS starts no threads, which on a busy machine wait for one another.
"""

_SOME = 1 << 11
"""Samples that are looked at closer at once."""

_Watch = Callable[[int, int], None]


def candidates(
    takes: Mapping[str, Fingerprint],
    fresh: Collection[str] | None = None,
    *,
    watch: _Watch = lambda done, total: None,
) -> list[tuple[str, str]]:
    """Pairs of ids with frames alike, straight or mirrored, whole or in part; each pair once, sorted.

    Args:
        fresh: only pairs with at least one of these; all pairs when ``None``.
        watch: told how many of how many pieces of work are done; what it raises ends the search.
    """
    ids = [name for name, one in takes.items() if len(one.seconds)]
    if len(ids) < 2:
        return []
    prints = [takes[name] for name in ids]
    new = np.array([fresh is None or name in fresh for name in ids])
    fresh_ones = by_shape(prints, np.flatnonzero(new))
    jobs = _jobs(prints, fresh_ones, by_shape(prints, np.arange(len(ids))))
    if not new.all():
        jobs += _jobs(prints, by_shape(prints, np.flatnonzero(~new)), fresh_ones)
    pairs: set[tuple[int, int]] = set()
    workers = ThreadPoolExecutor(_cores())
    try:
        for done, found in enumerate(workers.map(lambda job: job(), jobs), 1):
            pairs |= found
            watch(done, len(jobs))
    finally:
        workers.shutdown(cancel_futures=True)
    return sorted((min(ids[a], ids[b]), max(ids[a], ids[b])) for a, b in pairs)


def _jobs(
    prints: Sequence[Fingerprint], asking: Sequence[Samples], among: Sequence[Samples]
) -> list[Callable[[], set[tuple[int, int]]]]:
    """One for each block of takes that ask and each shape of those that are asked."""
    return [
        partial(_found, prints, _Block(ours, start), theirs)
        for theirs in map(Held.of, among)
        for ours in asking
        for start in range(0, len(ours.takes), _BLOCK)
    ]


@dataclass(frozen=True, eq=False)
class _Block:
    """Some takes of a shape that ask.

    Attributes:
        start: the first of them in ``of``.
    """

    of: Samples
    start: int

    @property
    def takes(self) -> NDArray[np.int64]:
        return self.of.takes[self.start : self.start + _BLOCK]

    @property
    def spectra(self) -> NDArray[np.float32]:
        """Queries (3, t, 8, 8)."""
        asked = spectrum(self.of.asked[self.start : self.start + _BLOCK])
        return asked.reshape(-1, ASKED, SIDE, SIDE).swapaxes(0, 1)


def _found(prints: Sequence[Fingerprint], block: _Block, held: Held) -> set[tuple[int, int]]:
    """Pairs of a take that asks and one that holds enough of its frames, the lower first."""
    through = bases(block.of.aspect, held.samples.aspect)
    spectra = block.spectra
    asked = [Halves.coarse(unit(_shown(spectra, base))) for base in through]
    takes, others = (
        np.concatenate(part) for part in zip(*(_coarsely(asked, row) for row in held.rows), strict=True)
    )
    different = np.flatnonzero(block.takes[takes] != held.samples.takes[others])
    if not len(different):
        return set()
    order = different[np.argsort(takes[different], kind="stable")]
    asking, starts = np.unique(takes[order], return_index=True)
    views = np.concatenate([_views(spectra[:, asking], base) for base in through])
    found: set[tuple[int, int]] = set()
    for number, some in enumerate(np.split(others[order], starts[1:])):
        own, through_views = int(block.takes[asking[number]]), Halves.fine(views[:, :, number])
        likely = held.samples.takes[some[_likely(through_views, held, some)]].tolist()
        sure = _sure(through_views, [prints[other] for other in likely])
        found.update((min(own, other), max(own, other)) for other, it in zip(likely, sure, strict=True) if it)
    return found


def _coarsely(asked: Sequence[Halves], row: Row) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which takes ask for frames of which that are coarsely like theirs, straight or mirrored."""
    queries = [(_flat(one.even), _flat(one.odd)) for one in asked]
    rows, few = len(queries[0][0]), max(1, _CELLS // row.slots) * row.slots
    rooms = [np.empty((few, rows, CELL), kind) for kind in (np.float32, np.float32, bool)]
    takes, others = [], []
    for start in range(0, len(row.cells.even), few):
        cells = row.cells[start : start + few]
        groups = len(cells.even) // row.slots
        alike, turned, like = (room[: len(cells.even)] for room in rooms)
        slots = np.zeros((groups, rows, CELL // SLOT), _FOUR)
        for even, odd in queries:
            np.matmul(even, cells.even, out=alike)
            np.matmul(odd, cells.odd, out=turned)
            alike += np.abs(turned, out=turned)
            np.greater_equal(alike, COARSE_LIKENESS, out=like)
            slots |= np.bitwise_or.reduce(like.view(_FOUR).reshape(groups, row.slots, rows, -1), axis=1)
        first, second, third = (slots != 0).reshape(groups, ASKED, -1, CELL // SLOT).swapaxes(0, 1)
        two = first & second | third & (first | second)
        rest, column = np.divmod(np.flatnonzero(two), CELL // SLOT)
        group, take = np.divmod(rest, rows // ASKED)
        takes.append(take)
        others.append(row.first + (start // row.slots + group) * (CELL // SLOT) + column)
    return np.concatenate(takes), np.concatenate(others)


_FOUR = np.dtype(f"u{SLOT}")
"""The answers for one slot as a number: none is found where it is 0."""


def _likely(views: Halves, held: Held, others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which takes hold enough of a take's frames among the samples that are searched in."""
    likely = [np.zeros(0, bool)]
    for part in _parted(held.samples.counts[others]):
        counts = held.samples.counts[others[part]]
        starts = np.cumsum(counts) - counts
        places = np.repeat(held.samples.starts[others[part]] - starts, counts) + np.arange(counts.sum())
        likely.append(_enough(views, held.fine[places], starts, LIKENESS))
    return np.concatenate(likely)


def _sure(views: Halves, others: Sequence[Fingerprint]) -> NDArray[np.bool_]:
    """Which takes hold enough of a take's frames when all of their samples are looked at."""
    counts = np.array([len(other.seconds) for other in others], np.int64)
    sure = [np.zeros(0, bool)]
    for part in _parted(counts):
        starts = np.cumsum(counts[part]) - counts[part]
        fine = unit(spectrum(np.concatenate([other.low for other in others[part]])))
        sure.append(_enough(views, Halves.fine(fine), starts, SURE_LIKENESS))
    return np.concatenate(sure)


def _parted(counts: NDArray[np.int64]) -> Iterator[slice]:
    """Takes in parts of not too many samples."""
    ends = np.flatnonzero(np.diff(np.cumsum(counts) // _SOME)) + 1
    edges = [0, *ends.tolist(), len(counts)]
    return (slice(start, end) for start, end in pairwise(edges) if end > start)


def _enough(views: Halves, fine: Halves, starts: NDArray[np.int64], least: float) -> NDArray[np.bool_]:
    """Which takes, whose samples begin at ``starts``, hold enough queries through their best view.

    Args:
        views: (views, 3, 31 or 32).
        fine: (n, 31 or 32).
    """
    shape = (*views.even.shape[:2], -1)
    alike, turned = _flat(views.even) @ fine.even.T, _flat(views.odd) @ fine.odd.T
    alike += np.abs(turned, out=turned)
    best = np.maximum.reduceat(alike.reshape(shape).max(axis=0), starts, axis=1)
    return np.asarray((best >= least).sum(axis=0) >= AGREE)


def _flat(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return vectors.reshape(-1, vectors.shape[-1])


def _shown(spectra: NDArray[np.float32], base: View) -> NDArray[np.float32]:
    """Queries (3, t, 8, 8) as they show through a base."""
    if base == WHOLE:
        return spectra
    shown = spectra_through(spectra.reshape(-1, SIDE, SIDE), (base,))[0]
    return np.asarray(shown).reshape(spectra.shape)


def _views(spectra: NDArray[np.float32], base: View) -> NDArray[np.float32]:
    """Queries (3, t, 8, 8) through the views of a base: (views, 3, t, 63)."""
    return seen(spectra.reshape(-1, SIDE, SIDE), _within(base)).reshape(-1, *spectra.shape[:2], SIDE**2 - 1)


@lru_cache(maxsize=256)
def _within(base: View) -> tuple[View, ...]:
    return tuple(view.within(base) for view in closer())


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
