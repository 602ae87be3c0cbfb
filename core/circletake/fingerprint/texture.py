"""Telling a take that was painted smooth from its copy: weak detail is gone and edges stand.

Blur and small sizes take from strong and weak detail alike, and what coding drops is weaker than what is
asked about here. A painted look keeps edges and flattens what lies between them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from circletake.fingerprint.moves import moved
from circletake.fingerprint.ranks import median

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIGMA = 1.0
"""Pixels of a thumbnail; what is finer than that is detail."""

_WEAK = (0.3, 0.6)
_STRONG = 0.9
"""Shares of the places, by how much detail they have."""

_LEAST = 6.0
"""Levels of 255 that the strongest of the weak places must have: less may be lost in any coding."""


def texture(
    wide: NDArray[Any], narrow: NDArray[Any], warp: NDArray[np.float64], kept: NDArray[np.bool_]
) -> float:
    """How much of one's weak detail the other shows, beside how much of its strong detail.

    Args:
        wide, narrow: luma (n, 64, 64), 0-255, as it was hashed.
        warp: leads from pixels of ``narrow`` to those of ``wide``.
        kept: where the two are alike at all.

    Returns:
        The median of the frames: 1 where both are shown alike, 0 where weak detail is gone; the lower of the
        two ways round. 1 where neither has any.
    """
    if not kept.any():
        return 1.0
    ours, theirs = (_detail(run)[:, kept] for run in (moved(wide.astype(np.float32), warp), narrow))
    return min(
        median(np.array([_kept(one, other) for one, other in zip(*way, strict=True)]))
        for way in ((ours, theirs), (theirs, ours))
    )


def _detail(frames: NDArray[Any]) -> NDArray[np.float32]:
    fine = np.asarray(frames, np.float32).copy()
    for frame in fine:
        frame -= cv2.GaussianBlur(frame, (0, 0), _SIGMA)
    return fine


def _kept(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> float:
    strength = np.abs(ours)
    rising = np.sort(strength)
    low, high, strong = (rising[int(share * (len(rising) - 1))] for share in (*_WEAK, _STRONG))
    if high < _LEAST:
        return 1.0
    weak = _gain(ours, theirs, (strength >= low) & (strength < high))
    return float(np.clip(weak / max(_gain(ours, theirs, strength >= strong), 0.1), 0, 1))


def _gain(ours: NDArray[np.float32], theirs: NDArray[np.float32], where: NDArray[np.bool_]) -> float:
    """How strongly ``theirs`` shows the detail of ``ours``, by least squares."""
    known = ours[where]
    return float(known @ theirs[where] / (known @ known + 1e-3))
