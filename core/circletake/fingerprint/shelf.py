"""Which takes a piece of a film may come from: all samples of all takes, through a few views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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

_ZOOMS = ((0.1, 2), (0.2, 3))
_LIKE = 0.45
"""Coarse likeness below which a sample says nothing for its take."""

_FAR_BEHIND = 0.5
"""Share of the likeliest take's points below which another is not looked at."""

_SHAPES = 1.1
"""Frames whose shapes differ by less fill with the same part of a take, near enough."""

_KEPT = 8
"""Shapes of frames whose view of the library is kept at hand."""

_SOME = 4096


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """Samples seen through views: unit vectors (n, 35), sorted by the take that owns them."""

    vectors: NDArray[np.float32]
    owners: NDArray[np.int64]


class Shelf:
    """The takes of a library, ready to be searched by pieces of a film."""

    def __init__(self, takes: Mapping[str, Fingerprint]) -> None:
        self._ids = [name for name, one in takes.items() if len(one.seconds)]
        prints = [takes[name] for name in self._ids]
        samples = [one.low[:: max(1, round(_APART / max(one.spacing, 1e-3)))] for one in prints]
        self._lows = np.concatenate(samples) if samples else np.zeros((0, 64), np.int8)
        self._owners = np.repeat(np.arange(len(samples)), [len(some) for some in samples])
        self._aspects = np.array([one.aspect for one in prints])
        self._whole = self._seen(WHOLE, np.arange(len(self._owners)))
        self._filling: dict[int, list[_Row]] = {}

    def likely(self, spectra: NDArray[np.float32], aspect: float, most: int) -> list[str]:
        """Ids of the takes that a piece's frames (n, 8, 8) look like, likeliest first."""
        if not self._ids or not len(spectra):
            return []
        points = np.zeros(len(self._ids), np.float32)
        asked = [coarse(unit(way)) for way in (spectra, mirror(spectra))]
        for row in (self._whole, *self._filled(aspect)):
            starts = np.flatnonzero(np.diff(row.owners, prepend=-1))
            owners = row.owners[starts]
            for vectors in asked:
                best = np.maximum.reduceat(vectors @ row.vectors.T, starts, axis=1)
                points[owners] = np.maximum(points[owners], np.maximum(best - _LIKE, 0).mean(axis=0))
        order = np.argsort(-points)[:most]
        return [self._ids[i] for i in order if points[i] > max(0.0, _FAR_BEHIND * points[order[0]])]

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
        parts = [
            np.moveaxis(coarse(seen(spectrum(self._lows[samples[start : start + _SOME]]), through)), 0, 1)
            for start in range(0, len(samples), _SOME)
        ]
        vectors = np.concatenate(parts) if parts else np.zeros((0, len(through), 35), np.float32)
        owners = np.repeat(self._owners[samples], len(through))
        return _Row(np.ascontiguousarray(vectors.reshape(-1, vectors.shape[-1])), owners)


@lru_cache(maxsize=64)
def _views(base: View) -> tuple[View, ...]:
    found = [base]
    for cut, places in _ZOOMS:
        starts = np.linspace(0, cut, places)
        found += [View(float(x), float(y), 1 - cut, 1 - cut).within(base) for y in starts for x in starts]
    return tuple(found)
