"""Telling a grade, which treats equal colours equally, from another outfit or palette, which does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from circletake.fingerprint.record import CHROMA, Thumbnails
from circletake.fingerprint.registration import inside, moved
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


def recoloured(wide: Thumbnails, narrow: Thumbnails, warp: NDArray[np.float64]) -> float:
    """How far the colours of two registered runs of frames differ beyond what one grade explains.

    A grade turns, strengthens, fades and tints all colours alike, and tints by brightness: as
    complex numbers, chroma becomes ``turn * chroma + luma * shade + tint``, one line for all
    frames, where ``turn`` is small. What remains is looked at place by place (the median over
    time); the worst places are told, but for as many as a caption may cover.

    Returns:
        levels of chroma, 0 to 255.
    """
    few = np.unique(np.linspace(0, len(wide.luma) - 1, min(len(wide.luma), _FRAMES)).round().astype(int))
    small = _scaled(warp)
    seen = inside(warp).reshape(CHROMA, _RATIO, CHROMA, _RATIO).mean(axis=(1, 3)) > _MOSTLY
    if not seen.any():
        return 0.0
    luma = wide.luma[few].reshape(-1, CHROMA, _RATIO, CHROMA, _RATIO).mean(axis=(2, 4))
    planes = (luma, wide.chroma[few, ..., 0], wide.chroma[few, ..., 1])
    light, red, blue = (moved(p.astype(np.float32), small)[:, seen] - 128 for p in planes)
    shown = narrow.chroma[few][:, seen].astype(np.float32) - 128
    left = _unexplained(
        light.ravel(), (red + 1j * blue).ravel(), (shown[..., 0] + 1j * shown[..., 1]).ravel()
    )
    places = np.median(left.reshape(len(few), -1), axis=0)
    return float(np.quantile(places, _WORST))


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


def _scaled(warp: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same move between pictures of chroma's size."""
    shift = (_RATIO - 1) / 2
    move = (warp[:, :2].sum(axis=1) * shift + warp[:, 2] - shift) / _RATIO
    return np.hstack((warp[:, :2], move[:, None]))
