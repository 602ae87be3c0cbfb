"""One decoded frame, read as small luma or colour pictures without touching every pixel twice."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from numpy.typing import NDArray

_PLANAR = {
    "gray": None,
    "yuv420p": (2, 2),
    "yuvj420p": (2, 2),
    "yuv422p": (2, 1),
    "yuvj422p": (2, 1),
    "yuv444p": (1, 1),
    "yuvj444p": (1, 1),
}
_FULL_RANGE = 2
_BT709 = 1
_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}

_LIMITED = np.clip(np.rint((np.arange(256) - 16) * (255 / 219)), 0, 255).astype(np.uint8)
"""Luma of limited range (16-235, ITU-R BT.601) to 0-255."""


class Picture:
    """A frame that can be asked for upright gray and RGB pictures of several sizes.

    Sizes never enlarge: a small frame comes as it is.
    """

    def __init__(self, frame: VideoFrame) -> None:
        name = frame.format.name
        self._full = frame.color_range == _FULL_RANGE or name.startswith(("yuvj", "gray"))
        self._matrix = frame.colorspace
        self._turn = _TURNS.get(-round(frame.rotation) % 360)
        if name not in _PLANAR:
            # Palettes, RGB, 10 bits, interleaved chroma: swscale brings them to plain 4:2:0.
            frame = frame.reformat(format="yuv420p", threads=1)
            self._full = self._full and not name.startswith("gray")
        # Asking a frame for its planes is not free, and most who look want luma alone.
        self._coded = frame.planes[:3]
        self._planes = [_Halves(_plane(self._coded[0]))]
        self._grays: dict[tuple[int, int, bool], NDArray[np.uint8]] = {}

    def gray(self, long_side: int | None, *, glance: bool = False) -> NDArray[np.uint8]:
        """Luma 0-255, uint8 (h, w), its longer side ``long_side`` pixels or less.

        Args:
            glance: some lines of a frame far larger will do, with more of its noise.
        """
        width, height = size = self._size(long_side)
        key = width, height, glance
        if key not in self._grays:
            small = self._planes[0].glance(size) if glance else self._planes[0].at(size)
            self._grays[key] = self._upright(small if self._full else cv2.LUT(small, _LIMITED))
        return self._grays[key]

    def rgb(self, long_side: int | None) -> NDArray[np.uint8]:
        """RGB 0-255, uint8 (h, w, 3), its longer side ``long_side`` pixels or less."""
        size = self._size(long_side)
        luma = self._planes[0].at(size)
        self._planes += [_Halves(_plane(coded)) for coded in self._coded[len(self._planes) :]]
        if len(self._planes) < 3:
            gray = luma if self._full else cv2.LUT(luma, _LIMITED)
            return self._upright(cv2.merge((gray, gray, gray)))
        yuv = cv2.merge((luma, self._planes[1].at(size), self._planes[2].at(size)))
        rows = self._planes[0].whole.shape[0]
        matrix = _to_rgb(self._full, self._matrix == _BT709 or (self._matrix not in (5, 6) and rows >= 720))
        return self._upright(cv2.transform(yuv, matrix))

    def _size(self, long_side: int | None) -> tuple[int, int]:
        height, width = self._planes[0].whole.shape
        longest = max(width, height)
        if long_side is None or long_side >= longest:
            return width, height
        scale = long_side / longest
        return max(1, round(width * scale)), max(1, round(height * scale))

    def _upright(self, picture: Any) -> NDArray[np.uint8]:
        turned: NDArray[np.uint8] = picture if self._turn is None else cv2.rotate(picture, self._turn)
        return turned


class _Halves:
    """One plane and its halves, each made once: OpenCV halves at twenty times its usual speed."""

    def __init__(self, whole: NDArray[np.uint8]) -> None:
        self._levels = [whole]

    @property
    def whole(self) -> NDArray[np.uint8]:
        return self._levels[0]

    def at(self, size: tuple[int, int]) -> NDArray[np.uint8]:
        """The plane at ``size`` (width, height): halved as often as that goes, then interpolated.

        Less than a half is left for the last step, so two taps each way suffice against aliasing.
        """
        level = 0
        while True:
            plane = self._levels[level]
            height, width = plane.shape
            if width < 2 * size[0] or height < 2 * size[1]:
                break
            level += 1
            if level == len(self._levels):
                self._levels.append(_half(plane))
        if (width, height) == size:
            return plane
        return _between(plane, size)

    def glance(self, size: tuple[int, int]) -> NDArray[np.uint8]:
        """The plane at ``size`` from the middle line of every so many, at least two for each that is wanted.

        A frame is too large for the cache, so what costs is to read it. Of film the picture is as near
        to the mean of what each pixel covers as :meth:`at` makes it; noise it takes away less.
        """
        height, width = self.whole.shape
        step = _every(height, size[1])
        if step == 1 or width == 1:
            return self.at(size)
        first = height % (2 * step) // 2 + step // 2
        plane = _half(self.whole[first::step][: height // (2 * step) * 2])
        while plane.shape[1] >= 4 * size[0]:
            plane = _between(plane, (plane.shape[1] // 2, plane.shape[0]))
        return _between(plane, size)


def _plane(plane: Any) -> NDArray[np.uint8]:
    whole: NDArray[np.uint8] = np.frombuffer(plane, np.uint8, plane.line_size * plane.height)
    return whole.reshape(plane.height, plane.line_size)[:, : plane.width]


@lru_cache(maxsize=8)
def _every(height: int, wanted: int) -> int:
    """Every how manieth line makes twice as many as are wanted or more, and leaves less than half a one over.

    An odd number, so that the line in the middle stands for the others.
    """
    most = (height // (2 * wanted) - 1) | 1
    return next((step for step in range(most, 1, -2) if height % (2 * step) * 2 * wanted < height), 1)


def _between(plane: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """The plane at ``size``, each pixel from the two nearest each way."""
    small: Any = cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR)
    return small  # type: ignore[no-any-return]  # OpenCV has no types for it


def _half(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = plane.shape
    even = plane[: height // 2 * 2, : width // 2 * 2]
    half: Any = cv2.resize(even, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return half  # type: ignore[no-any-return]  # OpenCV has no types for it


@lru_cache(maxsize=4)
def _to_rgb(full: bool, bt709: bool) -> NDArray[np.float32]:
    """A 3x4 matrix from Y'CbCr to R'G'B' (ITU-R BT.601 and BT.709), range included."""
    red, blue = (0.2126, 0.0722) if bt709 else (0.299, 0.114)
    green = 1 - red - blue
    luma, chroma = (1.0, 1.0) if full else (255 / 219, 255 / 224)
    floor = 0 if full else 16
    matrix = np.array(
        [
            [luma, 0, 2 * (1 - red) * chroma],
            [luma, -2 * (1 - blue) * blue / green * chroma, -2 * (1 - red) * red / green * chroma],
            [luma, 2 * (1 - blue) * chroma, 0],
        ]
    )
    offset = -matrix @ np.array([floor, 128, 128])
    return np.hstack((matrix, offset[:, None])).astype(np.float32)
