"""Which takes a piece of a film may come from: all samples of all takes, through a few views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from circletake.fingerprint.low import coarse, mirror, spectrum, unit
from circletake.fingerprint.views import ASPECT_SLACK, WHOLE, View, middle, seen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from circletake.model.fingerprint import Fingerprint

_APART = 0.25
"""Seconds between the samples of a take that are searched in."""

_CHANGES = 0.5
"""How far the picture goes, as a path of coarse unit vectors, from one sample that is held to the next:
half of all samples say as much as all, while of every other one it would be too few where things move."""

_ZOOMS = ((0.1, 2), (0.2, 3))
_LIKE = 0.45
"""Coarse likeness below which a sample says nothing for its take."""

_NEAR = 0.72
"""Coarse likeness that the nearest frame of a piece reaches, whatever was done to its take: of 125 pieces
that were found, half of them in heavy cuts, the farthest had .78; of pieces of no take three in four less."""

_LEAST = 0.18
"""Points that a take must have: as many as one frame of eight that it shows alone gives it. The least that
pieces of heavy cuts gave their take was .19."""

_FAR_BEHIND = 0.5
"""Share of the likeliest take's points below which another is not looked at."""

_SHAPES = 1.1
"""Frames whose shapes differ by less fill with the same part of a take, near enough."""

_KEPT = 8
"""Shapes of frames whose view of the library is kept at hand."""

_COARSE = 35
"""Numbers of a coarse vector."""

_SOME = 256
"""Samples seen at once: few enough to stay in the cache."""


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """Samples seen through views, sorted by the take that owns them.

    Attributes:
        vectors: unit vectors, (35, n).
        starts: where the samples of each take begin.
        owners: the takes.
    """

    vectors: NDArray[np.float32]
    starts: NDArray[np.int64]
    owners: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Likely:
    """What a piece may show.

    Attributes:
        takes: ids of the takes worth laying on it, likeliest first.
        near: some frame of the piece is like some take; otherwise no part of it need be looked at.
    """

    takes: list[str]
    near: bool


class Shelf:
    """The takes of a library, ready to be searched by pieces of a film."""

    def __init__(self, takes: Mapping[str, Fingerprint]) -> None:
        self._ids = [name for name, one in takes.items() if len(one.seconds)]
        prints = [takes[name] for name in self._ids]
        samples = [one.low[:: max(1, round(_APART / max(one.spacing, 1e-3)))] for one in prints]
        lows = np.concatenate(samples) if samples else np.zeros((0, 64), np.int8)
        owners = np.repeat(np.arange(len(samples)), [len(some) for some in samples])
        kept = _telling(coarse(unit(spectrum(lows))), owners)
        self._lows, self._owners = lows[kept], owners[kept]
        self._aspects = np.array([one.aspect for one in prints])
        self._whole = self._seen(WHOLE, np.arange(len(self._owners)))
        # Of each sample's views the first shows all of it.
        self._plain = replace(
            self._whole,
            vectors=np.ascontiguousarray(self._whole.vectors[:, :: len(_views(WHOLE))]),
            starts=self._whole.starts // len(_views(WHOLE)),
        )
        self._filling: dict[int, list[_Row]] = {}

    def plainest(self, spectra: NDArray[np.float32]) -> str:
        """The take that a piece's frames (n, 8, 8) are likest to as it was shot, neither mirrored nor zoomed.

        A fourteenth of what :meth:`likely` looks through; empty where none comes near.
        """
        if not self._ids or not len(spectra):
            return ""
        best = _best(coarse(unit(spectra)), self._plain)
        points = _points(best)
        pick = int(points.argmax())
        return self._ids[self._plain.owners[pick]] if best[:, pick].max() >= _NEAR else ""

    def likely(self, spectra: NDArray[np.float32], aspect: float, most: int) -> Likely:
        """The takes that a piece's frames (n, 8, 8) look like."""
        if not self._ids or not len(spectra):
            return Likely([], False)
        points = np.zeros(len(self._ids), np.float32)
        nearest = 0.0
        ways = 2, len(spectra)
        asked = coarse(unit(np.concatenate((spectra, mirror(spectra)))))
        for row in (self._whole, *self._filled(aspect)):
            best = _best(asked, row)
            nearest = max(nearest, float(best.max()))
            of_row = _points(best.reshape(*ways, -1)).max(axis=0)
            points[row.owners] = np.maximum(points[row.owners], of_row)
        order = np.argsort(-points)[:most]
        enough = max(_LEAST, _FAR_BEHIND * float(points[order[0]]))
        near = nearest >= _NEAR
        return Likely([self._ids[i] for i in order if near and points[i] > enough], near)

    def _filled(self, aspect: float) -> list[_Row]:
        """The middles of takes of another shape, as they fill a frame of this one."""
        shape = round(float(np.log(aspect) / np.log(_SHAPES)))
        if shape not in self._filling:
            if len(self._filling) == _KEPT:
                del self._filling[next(iter(self._filling))]
            of = _SHAPES**shape
            own = np.round(np.log(self._aspects) / np.log(_SHAPES)).astype(int)
            rows = []
            for one in np.unique(own[np.abs(np.log(self._aspects / of)) > np.log(ASPECT_SLACK)]):
                samples = np.flatnonzero(own[self._owners] == one)
                rows.append(self._seen(middle(_SHAPES ** int(one), of), samples))
            self._filling[shape] = rows
        return self._filling[shape]

    def _seen(self, base: View, samples: NDArray[np.int64]) -> _Row:
        """Samples through the views of ``base``; the views of a sample lie together."""
        through = _views(base)
        vectors = np.empty((_COARSE, len(samples) * len(through)), np.float32)
        for start in range(0, len(samples), _SOME):
            some = self._lows[samples[start : start + _SOME]]
            views = np.moveaxis(coarse(seen(spectrum(some), through)), 0, 1).reshape(-1, _COARSE)
            vectors[:, start * len(through) :][:, : len(views)] = views.T
        owners = self._owners[samples]
        starts = np.flatnonzero(np.diff(owners, prepend=-1))
        return _Row(vectors, starts * len(through), owners[starts])


def _best(asked: NDArray[np.float32], row: _Row) -> NDArray[np.float32]:
    """How like each asked vector (n, 35) is to each take: (n, takes)."""
    return np.asarray(np.maximum.reduceat(asked @ row.vectors, row.starts, axis=1))


def _points(best: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the frames (..., n, takes) say together for each take."""
    # Squared, since of a film that changes in every frame few frames meet a sample of their take.
    over = np.maximum(best - _LIKE, 0)
    return np.asarray(np.sqrt(np.einsum("...ij,...ij->...j", over, over) / best.shape[-2]))


def _telling(vectors: NDArray[np.float32], owners: NDArray[np.int64]) -> NDArray[np.int64]:
    """Samples that show something else than those held before: the first of each take, and what moved on."""
    steps = np.linalg.norm(np.diff(vectors, axis=0, prepend=vectors[:1]), axis=1).astype(np.float64)
    steps[np.diff(owners, prepend=-1) > 0] = 2 * _CHANGES
    return np.flatnonzero(np.diff(np.floor(np.cumsum(steps) / _CHANGES), prepend=-1))


@lru_cache(maxsize=64)
def _views(base: View) -> tuple[View, ...]:
    found = [base]
    for cut, places in _ZOOMS:
        starts = np.linspace(0, cut, places)
        found += [View(float(x), float(y), 1 - cut, 1 - cut).within(base) for y in starts for x in starts]
    return tuple(found)
