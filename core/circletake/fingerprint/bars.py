"""Black bars: found and cut off before hashing, since a letterboxed copy looks like another picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLACK = 28
_EDGE_ROWS = 4
_BAR_SHARE = 0.02
_PICTURE_SHARE = 0.5
_LARGEST_BAR = 0.4
_CROSSED = 0.2
"""Lit pixels of a line of a bar that text crosses: as high as its letters, or two lines of them."""


@dataclass(frozen=True, slots=True)
class Crop:
    """The picture inside bars, as fractions of the frame; the whole frame by default."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0

    def of(self, frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A view of frames (n, h, w[, 3]) inside the bars, never empty."""
        height, width = frames.shape[1:3]
        top, bottom = round(self.top * height), round(self.bottom * height)
        left, right = round(self.left * width), round(self.right * width)
        return frames[:, top : max(bottom, top + 1), left : max(right, left + 1)]


def find_bars(frames: NDArray[np.uint8], *, titled: bool = False) -> Crop:
    """Bars of a take: black in every frame, and ending at a straight edge.

    A dark scene has no bars: its darkness fades out, or moves.

    Args:
        frames: luma, uint8 (n, h, w).
        titled: text may lie in the bars, as in a finished film.
    """
    brightest = frames.max(axis=0)
    lit = brightest > _BLACK
    top, bottom = _ends(lit.mean(axis=1), titled)
    inside = lit[top:bottom]
    left, right = _ends(inside.mean(axis=0), titled)
    height, width = lit.shape
    return Crop(left / width, top / height, right / width, bottom / height)


def _ends(shares: NDArray[np.float64], titled: bool) -> tuple[int, int]:
    """First and last + 1 line of the picture, from the share of lit pixels of each line.

    Bars come in pairs of one size: where the picture is dark at one edge, the other tells, and
    where text lies in one of them too. Text that crosses both hides no such pair.
    """
    back = shares[::-1]
    near, far = _bar(shares), _bar(back)
    if near and not far and _dark(back) >= near - 1:
        far = near
    elif far and not near and _dark(shares) >= far - 1:
        near = far
    if titled and (abs(near - far) > 1 or not near):
        crossed, wide = (_bar(shares, _CROSSED), _bar(back, _CROSSED)), max(near, far)
        if min(crossed) and abs(crossed[0] - crossed[1]) <= 1:
            near, far = crossed
        elif wide and _begins(back if near == wide else shares, wide):
            near = far = wide
    return near, len(shares) - far


def _begins(shares: NDArray[np.float64], after: int) -> bool:
    """Whether a picture begins after so many lines, give or take one, whatever lies before."""
    picture = shares[after - 1 : after + _EDGE_ROWS] >= _PICTURE_SHARE
    return bool(shares[after - 2] < _BAR_SHARE and picture.any())


def _bar(shares: NDArray[np.float64], most: float = _BAR_SHARE) -> int:
    dark = _dark(shares, most)
    if dark < 2 or dark > int(len(shares) * _LARGEST_BAR):
        return 0
    picture = shares[dark : dark + _EDGE_ROWS] >= _PICTURE_SHARE
    return dark + int(np.argmax(picture)) if picture.any() else 0


def _dark(shares: NDArray[np.float64], most: float = _BAR_SHARE) -> int:
    """Black lines at the edge."""
    lit = shares >= most
    return int(np.argmax(lit)) if lit.any() else 0
