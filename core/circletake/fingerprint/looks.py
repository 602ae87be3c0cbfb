"""A take ready to be compared: fingerprint and thumbnails, and what follows from them worked out once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from circletake.fingerprint.hashes import mirrored
from circletake.fingerprint.low import lows, mirror, mirror_units, spectrum, unit
from circletake.fingerprint.moves import halved, soften
from circletake.fingerprint.pictures import squares
from circletake.fingerprint.record import Thumbnails
from circletake.fingerprint.views import WHOLE, View, bases, closer, seen
from circletake.model.fingerprint import THUMBNAIL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from circletake.model.fingerprint import Fingerprint

_SAME_SHOT = 0.4
"""Likeness of neighbouring samples below which the take cuts between them."""


@dataclass(slots=True, eq=False)
class Look:
    """One side of a comparison.

    Attributes:
        seconds: float64 (n,), of the samples.
        spectra: float32 (n, 8, 8), their low frequencies.
        vectors: unit vectors of the samples, (n, 63).
    """

    fingerprint: Fingerprint
    thumbnails: Thumbnails
    seconds: NDArray[np.float64] = field(init=False)
    spectra: NDArray[np.float32] = field(init=False)
    vectors: NDArray[np.float32] = field(init=False)
    _soft: NDArray[np.float32] | None = None
    _halves: NDArray[np.float32] | None = None
    _mirrored: Look | None = None
    _through: tuple[tuple[View, ...], NDArray[np.float32], tuple[View, ...]] | None = None
    _parts: dict[View, NDArray[np.float32]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.seconds = self.fingerprint.seconds.astype(np.float64)
        self.spectra = spectrum(self.fingerprint.low)
        self.vectors = unit(self.spectra)

    @property
    def aspect(self) -> float:
        """Width by height of the picture inside the bars."""
        return self.fingerprint.aspect

    @property
    def soft(self) -> NDArray[np.float32]:
        """Thumbnails for registration, float32 (n, 64, 64)."""
        if self._soft is None:
            self._soft = soften(self.thumbnails.luma)
        return self._soft

    @property
    def halves(self) -> NDArray[np.float32]:
        """Thumbnails at half their size, float32 (n, 32, 32)."""
        if self._halves is None:
            self._halves = halved(self.thumbnails.luma)
        return self._halves

    @property
    def mirrored(self) -> Look:
        """The same take, left and right changed over."""
        if self._mirrored is None:
            luma, chroma = self.thumbnails.luma, self.thumbnails.chroma
            turned = Thumbnails(
                np.ascontiguousarray(luma[:, :, ::-1]), np.ascontiguousarray(chroma[:, :, ::-1])
            )
            print_ = replace(self.fingerprint, bits256=mirrored(self.fingerprint.bits256, 16))
            self._mirrored = Look(print_, turned)
            self._mirrored.spectra = mirror(self.spectra)
            self._mirrored.vectors = mirror_units(self.vectors)
        return self._mirrored

    def through(self, of: float) -> tuple[NDArray[np.float32], tuple[View, ...]]:
        """Unit vectors (views, n, 63) of the samples as a frame of shape ``of`` may show them; the views."""
        within = bases(self.aspect, of)
        if self._through is None or self._through[0] != within:
            vectors = [seen(self.part(base), closer()) for base in within]
            named = tuple(view.within(base) for base in within for view in closer())
            self._through = within, np.concatenate(vectors), named
        return self._through[1:]

    def part(self, base: View) -> NDArray[np.float32]:
        """The low frequencies of a part, from its pixels: the whole has too few for a small one."""
        if base == WHOLE:
            return self.spectra
        if base not in self._parts:
            rows = slice(round(base.top * THUMBNAIL), max(round((base.top + base.height) * THUMBNAIL), 1))
            columns = slice(round(base.left * THUMBNAIL), max(round((base.left + base.width) * THUMBNAIL), 1))
            self._parts[base] = spectrum(lows(squares(self.thumbnails.luma[:, rows, columns], THUMBNAIL)))
        return self._parts[base]

    def at(self, seconds: NDArray[np.float64]) -> Between:
        """Where these moments lie among the samples: a trimmed copy's samples fall between them."""
        right = np.searchsorted(self.seconds, seconds).clip(0, len(self.seconds) - 1)
        left = (right - 1).clip(0)
        gap = np.maximum(self.seconds[right] - self.seconds[left], 1e-6)
        share = ((seconds - self.seconds[left]) / gap).clip(0, 1)
        # Where a sample shows something else than the one before, there is nothing between.
        cut = (self.vectors[right] * self.vectors[left]).sum(axis=1) < _SAME_SHOT
        share = np.where(cut, share.round(), share)
        return Between(left, right, share.astype(np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class Between:
    """Moments between samples.

    Attributes:
        share: 0 at the left sample, 1 at the right one.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    share: NDArray[np.float32]

    def of(self, frames: NDArray[Any]) -> NDArray[np.float32]:
        """Frames (n, ...) at these moments, mixed from their neighbours: float32 (k, ...)."""
        share = self.share.reshape(-1, *[1] * (frames.ndim - 1))
        return np.asarray(frames[self.left] * (1 - share) + frames[self.right] * share, np.float32)
