"""Moves of small square pictures: seen through one, halved, and sought by Gauss-Newton on the intensities.

Each frame pair has a brightness and a contrast of its own, and weights let go of what does not fit
(Baker and Matthews, "Lucas-Kanade 20 Years On", 2004; Evangelidis and Psarakis, 2008, for the
invariance to brightness). A move is 2 x 3, from pixels of the narrower pictures to those of the wider.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from circletake.model.fingerprint import THUMBNAIL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Frames = NDArray[np.float32]

HALF = THUMBNAIL // 2
"""Side of the halves of thumbnails, which are enough where no fraction of a pixel is asked for."""

LEAST_SEEN = 0.4
"""Share of the narrower picture that must lie within the wider one."""

_EDGE = 2
_SETTLED, _NOTHING = 0.03, 1e-4
"""Pixels of a step that is the last; and of one that is not even taken."""

_LARGEST, _SMALLEST = 1.15, 0.25


@dataclass(frozen=True, slots=True, eq=False)
class _Lattice:
    """Pixels of square pictures, (side, side) each.

    Attributes:
        across, down: where they lie, from -1 to 1.
        inner: those that have neighbours.
        sparse: one in four of these, which say as much where pictures are blurred.
    """

    rows: NDArray[np.float32]
    columns: NDArray[np.float32]
    across: NDArray[np.float32]
    down: NDArray[np.float32]
    inner: NDArray[np.bool_]
    sparse: NDArray[np.bool_]


@lru_cache(maxsize=4)
def _lattice(side: int) -> _Lattice:
    rows, columns = np.mgrid[0:side, 0:side].astype(np.float32)
    centre = (side - 1) / 2
    inner = np.zeros((side, side), bool)
    inner[_EDGE:-_EDGE, _EDGE:-_EDGE] = True
    sparse = inner & (rows % 2 == 0) & (columns % 2 == 0)
    return _Lattice(rows, columns, (columns - centre) / centre, (rows - centre) / centre, inner, sparse)


def soften(thumbnails: NDArray[Any], sigma: float = 1.0) -> Frames:
    """Thumbnails as floats, blurred a little so that sharpness and coding noise do not count."""
    if not len(thumbnails):
        return np.zeros(thumbnails.shape, np.float32)
    return blurred(thumbnails.astype(np.float32), sigma)


def blurred(frames: Frames, sigma: float) -> Frames:
    """Frames (n, h, w), blurred by so many pixels."""
    out = np.empty(frames.shape, frames.dtype)
    for frame, soft in zip(frames, out, strict=True):
        cv2.GaussianBlur(frame, (0, 0), sigma, dst=soft)
    return out


def moved(frames: NDArray[np.float32], warp: NDArray[np.float64]) -> NDArray[np.float32]:
    """Frames (n, h, w) as seen through ``warp``; what lies outside repeats the edge."""
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (frames.shape[2], frames.shape[1])
    out = np.empty(frames.shape, frames.dtype)
    for frame, seen in zip(frames, out, strict=True):
        cv2.warpAffine(frame, warp, size, dst=seen, flags=how, borderMode=cv2.BORDER_REPLICATE)
    return out


def inside(warp: NDArray[np.float64], side: int = THUMBNAIL) -> NDArray[np.bool_]:
    """Which pixels of the narrower picture lie within the wider one."""
    lattice = _lattice(side)
    x = warp[0, 0] * lattice.columns + warp[0, 1] * lattice.rows + warp[0, 2]
    y = warp[1, 0] * lattice.columns + warp[1, 1] * lattice.rows + warp[1, 2]
    last = side - 0.5
    return np.asarray((x > -0.5) & (x < last) & (y > -0.5) & (y < last))


def halved(frames: NDArray[Any]) -> Frames:
    """Thumbnails (n, 64, 64) at half their size, softened as whole ones are: float32 (n, 32, 32)."""
    below = np.ascontiguousarray(frames, np.float32).reshape(-1, THUMBNAIL)
    if not len(below):
        return np.zeros((0, HALF, HALF), np.float32)
    # One above the other they are one picture, and no pixel of its half is made of two of them.
    half: Any = cv2.resize(below, (HALF, len(below) // 2), interpolation=cv2.INTER_AREA)
    return soften(half.reshape(-1, HALF, HALF), 0.5)


def of_halves(warp: NDArray[np.float64]) -> NDArray[np.float64]:
    """A move of thumbnails as one of their halves."""
    # The middle of pixel x of a half is at 2 x + 1/2 of the whole.
    shift = (warp[:, :2].sum(axis=1) * 0.5 + warp[:, 2] - 0.5) / 2
    return np.column_stack((warp[:, :2], shift))


def of_wholes(warp: NDArray[np.float64]) -> NDArray[np.float64]:
    """A move of halves as one of thumbnails."""
    return np.column_stack((warp[:, :2], 2 * warp[:, 2] + 0.5 - warp[:, :2].sum(axis=1) * 0.5))


def sought(
    wide: Frames, narrow: Frames, guess: NDArray[np.float64], steps: int, sparse: bool
) -> NDArray[np.float64] | None:
    """The move that lays ``narrow`` on ``wide``, by Gauss-Newton; ``None`` when it runs away.

    Args:
        wide, narrow: (n, side, side); frames of equal index show the same moment.
        sparse: look at one pixel in four, which says as much where pictures are blurred.
    """
    side = wide.shape[-1]
    count = len(wide)
    # The wider frames, then how they change across, then down: moved as one.
    runs = np.empty((3 * count, *wide.shape[1:]), np.float32)
    runs[:count] = wide
    for number, frame in enumerate(wide):
        cv2.Sobel(frame, cv2.CV_32F, 1, 0, dst=runs[count + number], ksize=3, scale=1 / 8)
        cv2.Sobel(frame, cv2.CV_32F, 0, 1, dst=runs[2 * count + number], ksize=3, scale=1 / 8)
    lattice = _lattice(side).sparse if sparse else _lattice(side).inner
    warp = guess.copy()
    for _ in range(steps):
        seen = np.flatnonzero(inside(warp, side) & lattice)
        if len(seen) < LEAST_SEEN / 2 * lattice.sum():
            return None
        ours, *slopes = at(moved(runs, warp), seen).reshape(3, count, -1)
        step = _step(ours, slopes, at(narrow, seen), seen, side)
        if step is None:
            return None
        if np.abs(step).max() < _NOTHING:
            break
        warp += _in_pixels(step, side)
        if np.abs(step).max() < _SETTLED:
            break
    stretch = np.linalg.svd(warp[:, :2] @ np.linalg.inv(guess[:, :2]), compute_uv=False)
    whole = np.linalg.svd(warp[:, :2], compute_uv=False)
    return warp if stretch[0] < _LARGEST and stretch[1] > 1 / _LARGEST and whole[1] > _SMALLEST else None


def _step(
    ours: Frames, slopes: Sequence[Frames], theirs: Frames, pixels: NDArray[np.int64], side: int
) -> NDArray[np.float64] | None:
    """One step: least squares of what is left on how it changes with the six parameters."""
    gain, lift = light(ours, theirs)
    gain = gain.clip(0.2, 5)
    left = theirs - gain * ours - lift
    spread = float(np.abs(left).mean()) + 1e-3
    weights = (1 / (1 + (left / (2.5 * spread)) ** 2)).ravel()
    across, down = _lattice(side).across.ravel()[pixels], _lattice(side).down.ravel()[pixels]
    changes = np.empty((6, *ours.shape), np.float32)
    for number, slope in enumerate(slopes):
        lit = gain * slope
        np.multiply(lit, across, out=changes[3 * number])
        np.multiply(lit, down, out=changes[3 * number + 1])
        changes[3 * number + 2] = lit
    changes -= changes.mean(axis=2, keepdims=True)
    rows = changes.reshape(6, -1)
    weighted = rows * weights
    normal = (weighted @ rows.T).astype(np.float64)
    normal += np.eye(6) * 1e-3 * np.trace(normal) / 6
    try:
        return np.asarray(np.linalg.solve(normal, (weighted @ left.ravel()).astype(np.float64)))
    except np.linalg.LinAlgError:
        return None


def _in_pixels(step: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """The change of a warp, from parameters that count from the centre."""
    centre = (side - 1) / 2
    rows = step.clip(-3, 3).reshape(2, 3)
    turn = rows[:, :2] / centre
    return np.hstack((turn, rows[:, 2:] - turn.sum(axis=1, keepdims=True) * centre))


def light(ours: NDArray[Any], theirs: NDArray[Any]) -> tuple[Frames, Frames]:
    """Contrast and brightness that bring each of our frames to theirs, by least squares."""
    centre, their_centre = mean(ours), mean(theirs)
    centred = ours - centre
    gain: NDArray[Any] = (along(centred, theirs) / (along(centred, centred) + 1e-3))[:, None]
    return gain, their_centre - gain * centre


def mean(rows: NDArray[Any]) -> NDArray[Any]:
    """Of each row; ``mean`` itself does a good deal more."""
    return np.asarray(np.add.reduce(rows, axis=1, keepdims=True) / rows.shape[1])


def along(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """The product of each row with its like."""
    return np.asarray(np.einsum("ij,ij->i", a, b))


def at(frames: Frames, pixels: NDArray[np.int64]) -> Frames:
    """Some pixels of each frame, by their place in it: (n, len(pixels))."""
    return np.take(frames.reshape(len(frames), -1), pixels, axis=1)
