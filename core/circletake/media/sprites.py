"""The poster and the hover sprite of a take, from the one decoding pass."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import cv2
import numpy as np

from circletake.protocols import Needs

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLUMNS = 5
TILES = 25
TILE_SIDE = 128
POSTER_SIDE = 640
_POSTER_CHOICES = 3


@dataclass(frozen=True, slots=True)
class Pictures:
    """Two JPEG files: a still of at most 640 pixels, and 25 tiles in 5 columns, in order of time."""

    poster: bytes
    sprite: bytes


class PictureMaker:
    """Gathers a few frames of a take and makes its :class:`Pictures`.

    Args:
        seconds: the take's length, over which the frames are spread.
    """

    def __init__(self, seconds: float) -> None:
        length = max(seconds, 0.04)
        self._stills = _Keep(_POSTER_CHOICES)
        self._tiles = _Keep(TILES)
        self.sinks = (
            (Needs(POSTER_SIDE, _spread(_POSTER_CHOICES, length), "rgb24"), self._stills),
            (Needs(TILE_SIDE, _spread(TILES, length), "rgb24"), self._tiles),
        )

    def finish(self) -> Pictures:
        """Choose and encode.

        Raises:
            ValueError: no frame was shown.
        """
        if not self._stills.frames:
            raise ValueError("no frame was shown")
        # The still that shows most: a fade-in from black makes a poor poster.
        poster = max(self._stills.frames, key=lambda frame: float(frame[::4, ::4].std()))
        return Pictures(jpeg(poster, quality=75), jpeg(_sheet(self._tiles.frames), quality=60))


class _Keep:
    def __init__(self, most: int) -> None:
        self._most = most
        self.frames: list[NDArray[np.uint8]] = []

    def video(self, frames: NDArray[np.uint8], seconds: NDArray[np.float64]) -> None:
        self.frames.extend(frames[: self._most - len(self.frames)])

    def audio(self, samples: NDArray[np.float32], start: float) -> None:
        pass


def _spread(count: int, seconds: float) -> Fraction:
    return Fraction(count / seconds).limit_denominator(10_000)


def _sheet(frames: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Tiles row by row; a take with fewer frames shows some of them longer."""
    height, width = frames[0].shape[:2]
    sheet = np.zeros((TILES // COLUMNS * height, COLUMNS * width, 3), np.uint8)
    for tile in range(TILES):
        frame = frames[tile * len(frames) // TILES]
        row, column = divmod(tile, COLUMNS)
        place = sheet[row * height : (row + 1) * height, column * width : (column + 1) * width]
        part = frame[:height, :width]
        place[: part.shape[0], : part.shape[1]] = part
    return sheet


def jpeg(picture: NDArray[np.uint8], quality: int) -> bytes:
    """An RGB picture (h, w, 3) as a JPEG file.

    Raises:
        ValueError: it could not be encoded.
    """
    # Measured on sprites of real takes: WebP's quickest method is ten times slower and not smaller.
    done, data = cv2.imencode(
        ".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    if not done:
        raise ValueError("the picture could not be encoded")
    return data.tobytes()
