"""Telling a grade, which treats equal colours equally, from another outfit or palette, which does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from circletake.fingerprint.moves import inside, moved
from circletake.fingerprint.record import CHROMA, Thumbnails
from circletake.model.fingerprint import THUMBNAIL

if TYPE_CHECKING:
    from numpy.typing import NDArray

_RATIO = THUMBNAIL // CHROMA
_FRAMES = 8
_WORST = 0.85
"""The share of places that may be off: a caption covers no more."""

_MOSTLY = 0.6
_TURN = 0.35
"""Radians by which a grade may turn hues, about 20 degrees; beyond, colours were exchanged."""

_MOST = 2.5
_GREY = 2.0
"""Levels of chroma, in the mean, below which there are no colours but what coding leaves."""

_PATTERN = 1.5
"""Levels of chroma, root mean square over the places of both, below which no pattern can be told."""

_RELATED = 0.6
"""Correlation of two patterns of colour below which they are of other things."""

UNRELATED = 255.0
"""Told of colours that no grade turns into one another, however weak they are."""


def recoloured(wide: Thumbnails, narrow: Thumbnails, warp: NDArray[np.float64]) -> float:
    """How far the colours of two registered runs of frames differ beyond what one grade explains.

    A grade turns, strengthens, fades and tints all colours alike, and tints by brightness: as
    complex numbers, chroma becomes ``turn * chroma + luma * shade + tint``, one line for all
    frames, where ``turn`` is small. What remains is looked at place by place (the median over
    time); the worst places are told, but for as many as a caption may cover. Either may be the
    grade of the other, and the worse way counts: a strong new colour explains a dull one. Only
    what has no colours of its own, as a grey or sepia copy, is explained and explains nothing.

    Weak colours leave little to explain, whatever became of them. So where both have some, what is
    left of them beside brightness and tint must lie alike, too: complementary palettes never do.

    Returns:
        levels of chroma, 0 to 255; :data:`UNRELATED` where the colours do not lie alike at all.
    """
    few = np.unique(np.linspace(0, len(wide.luma) - 1, min(len(wide.luma), _FRAMES)).round().astype(int))
    small = scaled(warp)
    seen = inside(warp).reshape(CHROMA, _RATIO, CHROMA, _RATIO).mean(axis=(1, 3)) > _MOSTLY
    if not seen.any():
        return 0.0
    planes = _planes(wide, few)
    ours = _Colours.of([moved(plane, small)[:, seen] for plane in planes])
    theirs = _Colours.of([plane[:, seen] for plane in _planes(narrow, few)])
    if _related(ours.pattern(len(few)), theirs.pattern(len(few))) < _RELATED:
        return UNRELATED
    ways = [(one, other) for one, other in ((ours, theirs), (theirs, ours)) if not one.grey] or [
        (ours, theirs)
    ]
    return max(_worst(_unexplained(one.light, one.chroma, other.chroma), len(few)) for one, other in ways)


@dataclass(frozen=True, slots=True, eq=False)
class _Colours:
    """Light, and chroma as complex numbers, of all places of some frames, one after another."""

    light: NDArray[np.float32]
    chroma: NDArray[np.complex64]

    @classmethod
    def of(cls, planes: Sequence[NDArray[np.float32]]) -> _Colours:
        light, red, blue = (plane.ravel() - 128 for plane in planes)
        return cls(light, np.asarray(red + 1j * blue, np.complex64))

    @property
    def grey(self) -> bool:
        """Whether brightness and one tint explain its colours."""
        return float(np.abs(self._beside_light).mean()) < _GREY

    def pattern(self, frames: int) -> NDArray[np.complex64]:
        """What is left at each place, the median over time."""
        left = self._beside_light.reshape(frames, -1)
        return np.asarray(np.median(left.real, axis=0) + 1j * np.median(left.imag, axis=0), np.complex64)

    @property
    def _beside_light(self) -> NDArray[np.complex64]:
        """Chroma that brightness and one tint do not explain."""
        shade, tint = _fit((self.light,), self.chroma, np.ones(len(self.light), np.float32))
        return np.asarray(self.chroma - shade * self.light - tint, np.complex64)


def _planes(shown: Thumbnails, few: NDArray[np.int64]) -> tuple[NDArray[np.float32], ...]:
    luma = shown.luma[few].reshape(-1, CHROMA, _RATIO, CHROMA, _RATIO).mean(axis=(2, 4))
    return tuple(
        plane.astype(np.float32) for plane in (luma, shown.chroma[few, ..., 0], shown.chroma[few, ..., 1])
    )


def _related(ours: NDArray[np.complex64], theirs: NDArray[np.complex64]) -> float:
    """Correlation of two patterns, -1 to 1; 1 where one is too weak to tell."""
    strengths = [float(np.sqrt((np.abs(one) ** 2).mean())) for one in (ours, theirs)]
    if min(strengths) < _PATTERN:
        return 1.0
    return float((ours.conj() * theirs).mean().real / (strengths[0] * strengths[1]))


def _worst(left: NDArray[np.float32], frames: int) -> float:
    return float(np.quantile(np.median(left.reshape(frames, -1), axis=0), _WORST))


def _unexplained(
    light: NDArray[np.float32], ours: NDArray[np.complex64], theirs: NDArray[np.complex64]
) -> NDArray[np.float32]:
    """What no grade explains: levels of chroma, sample by sample."""
    weights = np.ones(len(ours), np.float32)
    left = np.abs(theirs - ours)
    for _ in range(3):
        turn = _allowed(_fit((ours, light), theirs, weights)[0])
        rest = theirs - turn * ours
        shade, tint = _fit((light,), rest, weights)
        left = np.abs(rest - shade * light - tint)
        weights = (1 / (1 + (left / 8) ** 2)).astype(np.float32)
    return np.asarray(left, np.float32)


def _fit(
    columns: tuple[NDArray[Any], ...], wanted: NDArray[np.complex64], weights: NDArray[np.float32]
) -> NDArray[np.complex128]:
    """Weighted least squares of ``wanted`` on some columns and a constant, which comes last."""
    known = np.stack([*columns, np.ones(len(wanted))], axis=1).astype(np.complex128)
    weighted = known.conj() * weights[:, None]
    normal = weighted.T @ known + np.eye(known.shape[1]) * 1e-3
    return np.asarray(np.linalg.solve(normal, weighted.T @ wanted))


def _allowed(turn: complex) -> complex:
    """The nearest turn that a grade makes."""
    size, angle = min(abs(turn), _MOST), float(np.angle(turn))
    if abs(angle) <= _TURN:
        return complex(size * np.exp(1j * angle))
    held = _TURN if angle > 0 else -_TURN
    return complex(max(0.0, size * float(np.cos(angle - held))) * np.exp(1j * held))


def scaled(warp: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same move between pictures of chroma's size."""
    shift = (_RATIO - 1) / 2
    move = (warp[:, :2].sum(axis=1) * shift + warp[:, 2] - shift) / _RATIO
    return np.hstack((warp[:, :2], move[:, None]))
