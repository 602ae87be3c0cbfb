"""Views: the parts of a picture that somebody may have kept when cropping, zooming or refitting it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from circletake.fingerprint.hashes import cosines
from circletake.fingerprint.low import SIDE, unit
from circletake.model.fingerprint import THUMBNAIL

if TYPE_CHECKING:
    from numpy.typing import NDArray

ASPECT_SLACK = 1.05
"""Pictures whose aspects differ by less are of one shape."""

_THINNEST = 2 / THUMBNAIL
"""Share of a side below which no part is looked at: a line of a thumbnail is no picture."""

_ZOOMS = ((0.06, 2), (0.12, 3), (0.18, 3), (0.24, 3))
"""Share cut off each way, and at how many places each way: what lies between is near enough to
be recognised, and found exactly by registration."""


@dataclass(frozen=True, slots=True)
class View:
    """A part of a picture, as fractions of its sides."""

    left: float = 0.0
    top: float = 0.0
    width: float = 1.0
    height: float = 1.0

    def within(self, outer: View) -> View:
        """This part of ``outer``."""
        return View(
            outer.left + self.left * outer.width,
            outer.top + self.top * outer.height,
            self.width * outer.width,
            self.height * outer.height,
        )

    @property
    def mirrored(self) -> View:
        """The same part of the mirrored picture."""
        return View(1 - self.left - self.width, self.top, self.width, self.height)

    @property
    def warp(self) -> NDArray[np.float64]:
        """2 x 3: from pixels of a thumbnail of the view to those of the whole picture's."""
        shift = (THUMBNAIL - 1) / 2
        rows = ((self.width, self.left), (self.height, self.top))
        moves = [size * 0.5 * THUMBNAIL + start * THUMBNAIL - 0.5 - size * shift for size, start in rows]
        return np.array([[self.width, 0, moves[0]], [0, self.height, moves[1]]])


WHOLE = View()


def bases(aspect: float, of: float) -> tuple[View, ...]:
    """What of a picture of shape ``aspect`` may fill a frame of shape ``of``, likelier first.

    The whole, squeezed where the shapes differ; and its middle, where they do.
    """
    if max(aspect, of) / min(aspect, of) <= ASPECT_SLACK:
        return (WHOLE,)
    return WHOLE, middle(aspect, of)


def middle(aspect: float, of: float) -> View:
    """The middle of a picture of shape ``aspect`` that fills a frame of shape ``of``.

    A file may claim any shape; of a ribbon no less than two lines of its thumbnail are taken.
    """
    if aspect > of:
        width = max(of / aspect, _THINNEST)
        return View((1 - width) / 2, 0, width, 1)
    height = max(aspect / of, _THINNEST)
    return View(0, (1 - height) / 2, 1, height)


def seen(spectra: NDArray[np.float32], through: tuple[View, ...]) -> NDArray[np.float32]:
    """Unit vectors of pictures seen through each view: (n, 8, 8) to (views, n, 63)."""
    return unit(spectra_through(spectra, through))


def spectra_through(spectra: NDArray[np.float32], through: tuple[View, ...]) -> NDArray[np.float32]:
    """The frequencies of what each view shows: (n, 8, 8) to (views, n, 8, 8)."""
    rows, columns = _maps(through)
    views, taken = len(through), len(spectra)
    # Rows of all views in one product, then the columns of each.
    across = rows.reshape(-1, SIDE) @ np.moveaxis(spectra, 1, 0).reshape(SIDE, -1)
    parts = across.reshape(views, SIDE * taken, SIDE) @ columns.swapaxes(1, 2)
    return np.asarray(parts.reshape(views, SIDE, taken, SIDE).swapaxes(1, 2), np.float32)


@lru_cache(maxsize=1)
def closer() -> tuple[View, ...]:
    """The whole of a picture and closer views of it."""
    found = [WHOLE]
    for cut, places in _ZOOMS:
        starts = np.linspace(0, cut, places)
        found += [View(float(x), float(y), 1 - cut, 1 - cut) for y in starts for x in starts]
    return tuple(found)


@lru_cache(maxsize=64)
def _maps(through: tuple[View, ...]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """For each view the matrices that turn a picture's frequencies into the view's: (views, 8, 8) twice."""
    rows = np.stack([_part(view.top, view.height) for view in through])
    columns = np.stack([_part(view.left, view.width) for view in through])
    return rows, columns


def _part(start: float, size: float) -> NDArray[np.float32]:
    """Frequencies of a stretch of a line, from those of the line: sample the cosines there, analyse again."""
    places = start + (np.arange(THUMBNAIL) + 0.5) / THUMBNAIL * size
    samples = np.cos(np.pi * places[:, None] * np.arange(SIDE)[None])
    samples[:, 0] *= 0.5
    return (cosines(THUMBNAIL, SIDE) / THUMBNAIL @ samples).astype(np.float32)
