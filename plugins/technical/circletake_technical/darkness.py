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


def black_frames(frames: NDArray[np.uint8], level: int = LEVEL, share: float = SHARE) -> list[bool]:
    """Which of the frames (n, h, w) are black."""
    import numpy as np

    return [int(np.count_nonzero(frame <= level)) >= share * frame.size for frame in frames]
