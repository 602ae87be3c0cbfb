"""What of each take is searched by and searched in: a few frames, and one each half second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from circletake.fingerprint.low import SIDE, coarse, odd_columns, spectrum, unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from circletake.model.fingerprint import Fingerprint

ASKED = 3
"""Frames of a take that are searched by."""

CELL = 64
"""Samples that are multiplied as one matrix."""

SLOT = 4
"""Neighbouring samples of one take in a cell."""

_ABREAST = CELL // SLOT
"""Takes in a cell."""

_APART = 0.5
"""Seconds between the samples of a take that are searched in."""

_LEAST = 8
_SHAPE = 1.02
"""Takes whose shapes differ by less are searched together."""

_COARSE_SIDE = 6
_SOME = 1 << 10
"""Takes, or samples, that are worked out at once: a multiple of those in a cell."""


@dataclass(frozen=True, slots=True, eq=False)
class Halves:
    """Unit vectors (..., k) in two parts: mirroring changes the sign of the odd one.

    The dot product of two is ``even + odd``; with one of them mirrored, ``even - odd``.
    """

    even: NDArray[np.float32]
    odd: NDArray[np.float32]

    @classmethod
    def fine(cls, vectors: NDArray[np.float32]) -> Halves:
        """Of unit vectors (..., 63)."""
        return cls._split(vectors, odd_columns(SIDE))

    @classmethod
    def coarse(cls, vectors: NDArray[np.float32]) -> Halves:
        """Of the lowest frequencies of unit vectors (..., 63)."""
        return cls._split(coarse(vectors, _COARSE_SIDE), odd_columns(_COARSE_SIDE))

    @classmethod
    def _split(cls, vectors: NDArray[np.float32], odd: NDArray[np.bool_]) -> Halves:
        return cls(np.ascontiguousarray(vectors[..., ~odd]), np.ascontiguousarray(vectors[..., odd]))

    def __getitem__(self, places: slice | NDArray[np.int64]) -> Halves:
        return Halves(self.even[places], self.odd[places])

    @classmethod
    def joined(cls, parts: Sequence[Halves]) -> Halves:
        """One after another."""
        return cls(
            np.concatenate([part.even for part in parts]), np.concatenate([part.odd for part in parts])
        )


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """Takes that are about as long, ready to be multiplied with.

    Attributes:
        first: where the first of them stands among the takes of its shape.
        slots: how many of four samples each has; what is missing is nothing, which nothing is like.
        cells: (n, 17 or 18, 64), sixteen takes in as many cells as they have slots, one slot in each.
    """

    first: int
    slots: int
    cells: Halves


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """The frames of takes of one shape.

    Attributes:
        aspect: width by height, near enough.
        takes: int64 (t,), which takes these are, shorter ones first.
        asked: int8 (t, 3, 64), the frame of each third of a take's middle with most to see.
        lows: int8 (n, 64), what is searched in, take after take.
        starts, counts: int64 (t,), where a take's samples lie.
    """

    aspect: float
    takes: NDArray[np.int64]
    asked: NDArray[np.int8]
    lows: NDArray[np.int8]
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """The same, ready to be searched in.

    Attributes:
        rows: all takes by length.
        fine: unit vectors (n, 31 or 32) of what is searched in.
    """

    samples: Samples
    rows: tuple[Row, ...]
    fine: Halves

    @classmethod
    def of(cls, samples: Samples) -> Held:
        """Work out all vectors."""
        slots = -(-samples.counts // SLOT)
        edges = [0, *(np.flatnonzero(np.diff(slots)) + 1).tolist(), len(slots)]
        rows = [
            Row(first, int(slots[first]), _cells(samples, first, last, int(slots[first])))
            for first, last in pairwise(edges)
        ]
        some = [samples.lows[start : start + _SOME] for start in range(0, len(samples.lows), _SOME)]
        return cls(samples, tuple(rows), Halves.joined([Halves.fine(unit(spectrum(part))) for part in some]))


def _cells(samples: Samples, first: int, last: int, slots: int) -> Halves:
    starts = range(first, last, _SOME)
    return Halves.joined([_celled(samples, start, min(start + _SOME, last), slots) for start in starts])


def _celled(samples: Samples, first: int, last: int, slots: int) -> Halves:
    takes = -(-(last - first) // _ABREAST) * _ABREAST
    counts = samples.counts[first:last]
    lows = np.zeros((takes, slots * SLOT, samples.lows.shape[1]), np.int8)
    there = np.arange(slots * SLOT) < counts[:, None]
    lows[: last - first][there] = samples.lows[samples.starts[first] : samples.starts[last - 1] + counts[-1]]
    vectors = Halves.coarse(unit(spectrum(lows)))
    return Halves(_by_cell(vectors.even, slots), _by_cell(vectors.odd, slots))


def by_shape(prints: Sequence[Fingerprint], chosen: NDArray[np.int64]) -> list[Samples]:
    """The chosen takes by shape, since what of a picture fills a frame depends on both shapes."""
    shapes = np.round(np.log([prints[index].aspect for index in chosen]) / np.log(_SHAPE)).astype(int)
    return [_gathered(_SHAPE ** int(one), prints, chosen[shapes == one]) for one in np.unique(shapes)]


def _gathered(aspect: float, prints: Sequence[Fingerprint], chosen: NDArray[np.int64]) -> Samples:
    alike: dict[tuple[int, int, int], list[int]] = {}
    for index in chosen.tolist():
        count, step = len(prints[index].seconds), _step(prints[index])
        alike.setdefault((-(-count // step), count, step), []).append(index)
    takes, asked, lows, counts = [], [], [], []
    for (held, count, step), members in sorted(alike.items()):
        low = np.stack([prints[index].low for index in members])
        places = np.arange(0, count, step)
        takes.append(np.array(members))
        asked.append(_asked(low, np.stack([prints[index].detail for index in members]), places))
        lows.append(low[:, places].reshape(-1, low.shape[-1]))
        counts.append(np.full(len(members), held))
    lengths = np.concatenate(counts)
    starts = np.cumsum(lengths) - lengths
    return Samples(
        aspect, np.concatenate(takes), np.concatenate(asked), np.concatenate(lows), starts, lengths
    )


def _step(one: Fingerprint) -> int:
    """Every how manieth sample is searched in; queries are among them, so that copies meet exactly."""
    step = max(1, round(_APART / max(one.spacing, 1e-3)))
    return min(step, max(1, len(one.seconds) // _LEAST))


def _asked(low: NDArray[np.int8], detail: NDArray[np.uint8], places: NDArray[np.int64]) -> NDArray[np.int8]:
    """Queries (t, 3, 64) of takes that are sampled alike.

    Of two of three that must be found, a take with one frame asks for it thrice, and one with
    two asks for both: the third is nothing, which nothing is like.
    """
    middle = places[len(places) // 4 : len(places) - len(places) // 4]
    asked = np.zeros((len(low), ASKED, low.shape[-1]), np.int8)
    every = np.arange(len(low))
    for number, part in enumerate(np.array_split(middle, ASKED)):
        if len(part):
            asked[:, number] = low[every, part[detail[:, part].argmax(axis=1)]]
    return asked[:, [0, 0, 0]] if len(middle) == 1 else asked


def _by_cell(vectors: NDArray[np.float32], slots: int) -> NDArray[np.float32]:
    """(takes, samples, k) to (cells, k, 64): of sixteen takes the first slots, the second, and so on."""
    parts = vectors.reshape(-1, _ABREAST, slots, SLOT, vectors.shape[-1])
    return np.ascontiguousarray(parts.transpose(0, 2, 4, 1, 3).reshape(-1, vectors.shape[-1], CELL))
