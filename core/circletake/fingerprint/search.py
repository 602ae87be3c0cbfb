"""Which pairs of takes are worth comparing: an exact search over all of them.

Three frames of each take are held against the frames of all others, in two steps. First the
coarsest frequencies alone, which a small crop or a caption hardly changes: one matrix product
a block, which leaves about a frame in a hundred. Then those through every view, in finer
frequencies. Two of the three must be found in the other take, first among some of its samples,
then, more surely, among all. Nothing is approximate: a pair passes if its numbers say so,
whatever else there is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from circletake.fingerprint.low import SIDE, coarse, odd_columns, spectrum, unit
from circletake.fingerprint.views import ASPECT_SLACK, WHOLE, View, bases, closer, seen, spectra_through

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from circletake.model.fingerprint import Fingerprint

COARSE_LIKENESS = 0.5
"""Of the 6 x 6 lowest frequencies, between two frames, for a closer look."""

LIKENESS = 0.62
"""Of the 8 x 8 lowest through the best view, between a query and a sample half a second from the next."""

SURE_LIKENESS = 0.72
"""The same between a query and the best of all samples, for a comparison of the takes."""

_APART = 0.5
"""Seconds between the samples of a take that are searched in."""

_LEAST = 8
_ASKED, _AGREE = 3, 2
"""Frames of a take that are searched by, and how many of them must be found."""

_QUERIES = 64
_SAMPLES = 1 << 17
_COARSE_SIDE = 6


def candidates(
    takes: Mapping[str, Fingerprint], fresh: Collection[str] | None = None
) -> list[tuple[str, str]]:
    """Pairs of ids with frames alike, straight or mirrored, whole or in part; each pair once, sorted.

    Args:
        fresh: only pairs with at least one of these; all pairs when ``None``.
    """
    ids = [name for name, one in takes.items() if len(one.seconds)]
    if len(ids) < 2:
        return []
    new = np.array([fresh is None or name in fresh for name in ids])
    prints = [takes[name] for name in ids]
    pairs = _hits(prints, np.flatnonzero(new), np.arange(len(ids)))
    if not new.all():
        pairs |= _hits(prints, np.flatnonzero(~new), np.flatnonzero(new))
    return sorted((min(ids[a], ids[b]), max(ids[a], ids[b])) for a, b in pairs)


def _hits(
    prints: list[Fingerprint], asking: NDArray[np.int64], among: NDArray[np.int64]
) -> set[tuple[int, int]]:
    """Pairs of a take in ``asking`` and one in ``among`` that holds enough of its frames."""
    if not len(asking) or not len(among):
        return set()
    queries = _queries(prints, asking)
    found: set[tuple[int, int]] = set()
    for shelf in _shelves(prints, among):
        agreed: dict[tuple[int, int], set[int]] = {}
        for base, chosen in _bases(queries, shelf.aspect):
            for start in range(0, len(chosen), _QUERIES):
                part = chosen[start : start + _QUERIES]
                for query, samples in _coarse_hits(unit(_seen_whole(queries.spectra[part], base)), shelf):
                    number = int(part[query])
                    own = int(queries.owners[number])
                    near = samples[_best(queries.spectra[number], base, shelf.fine[samples]) >= LIKENESS]
                    for other in np.unique(shelf.owners[near]).tolist():
                        if other != own:
                            agreed.setdefault((own, other), set()).add(number)
        likely: dict[int, list[int]] = {}
        for (own, other), numbers in agreed.items():
            if len(numbers) >= queries.enough[own]:
                likely.setdefault(own, []).append(other)
        for own, others in likely.items():
            near_ones = _confirmed(prints, queries, own, np.array(others), shelf.aspect)
            found.update((min(own, other), max(own, other)) for other in near_ones)
    return found


def _confirmed(
    prints: list[Fingerprint], queries: _Queries, own: int, others: NDArray[np.int64], aspect: float
) -> list[int]:
    """Those of ``others`` that hold enough of a take's frames when all of their samples are looked at."""
    lengths = np.array([len(prints[other].seconds) for other in others])
    fine = unit(spectrum(np.concatenate([prints[other].low for other in others])))
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    numbers = np.flatnonzero(queries.owners == own)
    agree = np.zeros(len(others), np.int64)
    for number in numbers:
        best = np.zeros(len(others), np.float32)
        for base in bases(float(queries.aspects[number]), aspect):
            alike = _best(queries.spectra[number], base, fine)
            best = np.maximum(best, np.maximum.reduceat(alike, starts))
        agree += best >= SURE_LIKENESS
    return [int(other) for other in others[agree >= queries.enough[own]]]


@dataclass(frozen=True, slots=True, eq=False)
class _Queries:
    """Frames to search by.

    Attributes:
        enough: by take, how many of its frames must be found in another.
    """

    owners: NDArray[np.int64]
    spectra: NDArray[np.float32]
    aspects: NDArray[np.float64]
    enough: Mapping[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class _Shelf:
    """Samples of takes of one shape.

    Attributes:
        even, odd: the coarse vectors in two parts; mirroring changes the sign of the odd one.
        fine: unit vectors (n, 63).
    """

    aspect: float
    owners: NDArray[np.int64]
    even: NDArray[np.float32]
    odd: NDArray[np.float32]
    fine: NDArray[np.float32]


def _queries(prints: list[Fingerprint], asking: NDArray[np.int64]) -> _Queries:
    """Of each third of the middle of a take the frame with most to see."""
    owners, lows, aspects, enough = [], [], [], {}
    for index in asking:
        one = prints[index]
        held = _held(one)
        middle_half = held[len(held) // 4 : len(held) - len(held) // 4]
        parts = [part for part in np.array_split(middle_half, _ASKED) if len(part)]
        enough[int(index)] = min(_AGREE, len(parts))
        for part in parts:
            lows.append(one.low[part[int(one.detail[part].argmax())]])
            owners.append(index)
            aspects.append(one.aspect)
    return _Queries(np.array(owners), spectrum(np.stack(lows)), np.array(aspects), enough)


def _held(one: Fingerprint) -> NDArray[np.int64]:
    """The samples of a take that are searched in; queries are among them, so that copies meet exactly."""
    step = max(1, round(_APART / max(one.spacing, 1e-3)))
    step = min(step, max(1, len(one.seconds) // _LEAST))
    return np.arange(0, len(one.seconds), step)


def _shelves(prints: list[Fingerprint], among: NDArray[np.int64]) -> Iterator[_Shelf]:
    """Takes by shape, since what of a picture fills a frame depends on both shapes."""
    aspects = np.array([prints[index].aspect for index in among])
    shape = np.round(np.log(aspects) / (2 * np.log(ASPECT_SLACK))).astype(int)
    for one in np.unique(shape):
        members = among[shape == one]
        owners, lows = [], []
        for index in members:
            lows.append(prints[index].low[_held(prints[index])])
            owners.append(np.full(len(lows[-1]), index))
        fine = unit(spectrum(np.concatenate(lows)))
        rough, odd = coarse(fine, _COARSE_SIDE), odd_columns(_COARSE_SIDE)
        yield _Shelf(
            float(np.median(aspects[shape == one])),
            np.concatenate(owners),
            rough[:, ~odd],
            rough[:, odd],
            fine,
        )


def _bases(queries: _Queries, aspect: float) -> Iterator[tuple[View, NDArray[np.int64]]]:
    """The whole of every query; and of those of another shape, the middle that fills this one."""
    yield WHOLE, np.arange(len(queries.owners))
    for own in np.unique(queries.aspects):
        for base in bases(float(own), aspect)[1:]:
            yield base, np.flatnonzero(queries.aspects == own)


def _seen_whole(spectra: NDArray[np.float32], base: View) -> NDArray[np.float32]:
    if base == WHOLE:
        return spectra
    return np.asarray(spectra_through(spectra, (base,))[0])


def _coarse_hits(vectors: NDArray[np.float32], shelf: _Shelf) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Each query with the samples that are coarsely like it, straight or mirrored."""
    rough, odd = coarse(vectors, _COARSE_SIDE), odd_columns(_COARSE_SIDE)
    even_part, odd_part = np.ascontiguousarray(rough[:, ~odd]), np.ascontiguousarray(rough[:, odd])
    hits: dict[int, list[NDArray[np.int64]]] = {}
    for start in range(0, len(shelf.owners), _SAMPLES):
        block = slice(start, start + _SAMPLES)
        alike = even_part @ shelf.even[block].T
        other = odd_part @ shelf.odd[block].T
        alike += np.abs(other, out=other)
        rows, columns = np.nonzero(alike >= COARSE_LIKENESS)
        for row, part in _by_row(rows, columns):
            hits.setdefault(row, []).append(part + start)
    for row, parts in hits.items():
        yield row, np.concatenate(parts)


def _by_row(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    edges = np.flatnonzero(np.diff(rows)) + 1
    for part_rows, part in zip(np.split(rows, edges), np.split(columns, edges), strict=True):
        if len(part):
            yield int(part_rows[0]), part


def _best(spectra: NDArray[np.float32], base: View, fine: NDArray[np.float32]) -> NDArray[np.float32]:
    """How like some view of a query's ``base`` is to each sample (n, 63), straight or mirrored."""
    through = tuple(view.within(base) for view in closer())
    vectors = seen(spectra[None], through)[:, 0]
    odd = odd_columns(SIDE)
    alike = vectors[:, ~odd] @ fine[:, ~odd].T + np.abs(vectors[:, odd] @ fine[:, odd].T)
    return np.asarray(alike.max(axis=0))
