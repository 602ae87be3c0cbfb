"""Pictures made small and square, which is how they are hashed and compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def squares(frames: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Frames (n, h, w[, 3]) squeezed into squares, by the mean of what each pixel covers."""
    if not len(frames):
        return np.zeros((0, side, side, *frames.shape[3:]), np.uint8)
    return np.stack([np.asarray(cv2.resize(f, (side, side), interpolation=cv2.INTER_AREA)) for f in frames])
