"""When a frame counts as black; shared, so that a black stretch is not also told as frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEVEL = 20
"""Luma (0-255) up to which a pixel is black: noise and a bad black level included."""

SHARE = 0.99
"""Share of black pixels from which a frame is: a night scene has its lights."""


def black_frames(frames: NDArray[np.uint8], level: int = LEVEL, share: float = SHARE) -> NDArray[np.bool_]:
    """Which of the frames (n, h, w) are black, bool (n,)."""
    dark: NDArray[np.bool_] = (frames <= level).mean(axis=(1, 2)) >= share
    return dark
