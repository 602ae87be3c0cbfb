"""Steps that change which part of a picture is shown, where and how large; and what a step is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from tests.bench.coding import Picture, Size

if TYPE_CHECKING:
    import numpy as np

_SMALLEST = 16
"""No side becomes shorter; encoders refuse less."""


@dataclass(frozen=True)
class Drawn:
    """A step with all that it left open drawn, for pictures of one size.

    Attributes:
        paint: gives a new picture from one and its number in the copy.
        size: width and height of what it gives.
        told: what may be said of it.
    """

    paint: Callable[[Picture, int], Picture]
    size: Size
    told: dict[str, object] = field(default_factory=dict)


Step: TypeAlias = "Callable[[np.random.Generator, Size], Drawn]"


def scaled(
    random: np.random.Generator,
    size: Size,
    *,
    factor: float = 1.0,
    longest: int | None = None,
    shortest: int | None = None,
) -> Drawn:
    """Scale by a factor, then down until no side is beyond ``longest``, or one is at ``shortest``."""
    factor = min(
        factor,
        longest / max(size) if longest else math.inf,
        shortest / min(size) if shortest else math.inf,
    )
    new = _even(size[0] * factor), _even(size[1] * factor)
    return Drawn(lambda picture, _: resized(picture, new), new, {"scale": round(factor, 4)})


def flipped(random: np.random.Generator, size: Size) -> Drawn:
    """Mirror left and right."""
    import numpy as np

    return Drawn(lambda picture, _: np.ascontiguousarray(picture[:, ::-1]), size, {"flip": True})


def cropped(random: np.random.Generator, size: Size, *, share: float, centred: bool = False) -> Drawn:
    """Cut a share of each dimension away, from both sides alike or mostly from one; scale nothing up."""
    width, height = (_even(side * (1 - share)) for side in size)
    across, down = (0.5, 0.5) if centred else abs(random.integers(0, 2, 2) - random.uniform(0, 0.25, 2))
    left, top = round(across * (size[0] - width)), round(down * (size[1] - height))

    def paint(picture: Picture, _: int) -> Picture:
        return picture[top : top + height, left : left + width]

    return Drawn(paint, (width, height), {"crop": (left, top, width, height)})


def rotated(random: np.random.Generator, size: Size, *, degrees: float) -> Drawn:
    """Rotate to the left or right, and zoom in until no empty corner shows."""
    import cv2

    turn = degrees if random.integers(2) else -degrees
    angle = math.radians(degrees)
    zoom = math.cos(angle) + max(size) / min(size) * math.sin(angle)
    matrix = cv2.getRotationMatrix2D(((size[0] - 1) / 2, (size[1] - 1) / 2), turn, zoom)

    def paint(picture: Picture, _: int) -> Picture:
        return cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    return Drawn(paint, size, {"rotate": turn, "zoom": round(zoom, 4)})


def boxed(
    random: np.random.Generator,
    size: Size,
    *,
    aspect: float | None = None,
    stretch: float = 1.0,
    blurry: bool = False,
) -> Drawn:
    """Put the whole picture into the middle of a larger canvas.

    Args:
        aspect: width by height of the canvas; left out, the picture's own.
        stretch: multiplies it: below 1 there are bars above and below, beyond 1 at the sides.
        blurry: fill the bars with the picture, enlarged and blurred, instead of black.
    """
    import cv2
    import numpy as np

    width, height = size
    wanted = (aspect or width / height) * stretch
    if wanted < width / height:
        canvas = _even(width), _even(width / wanted)
    else:
        canvas = _even(height * wanted), _even(height)
    left, top = (canvas[0] - width) // 2, (canvas[1] - height) // 2
    left, top = max(0, left), max(0, top)

    def paint(picture: Picture, _: int) -> Picture:
        if blurry:
            small = fitted(picture, _even(canvas[0] / 8), _even(canvas[1] / 8), fill=True)
            whole = resized(cv2.GaussianBlur(small, (0, 0), 3.0) // 4 * 3, canvas)
        else:
            whole = np.zeros((canvas[1], canvas[0], 3), np.uint8)
        inside = whole[top : top + height, left : left + width]
        inside[:] = picture[: inside.shape[0], : inside.shape[1]]
        return whole

    bars = "blurred" if blurry else "black"
    return Drawn(paint, canvas, {"canvas": canvas, "inside": (left, top, width, height), "bars": bars})


def matted(random: np.random.Generator, size: Size, *, share: float) -> Drawn:
    """Cover a share of the height with black, half of it above and half below."""
    bar = round(size[1] * share / 2)

    def paint(picture: Picture, _: int) -> Picture:
        picture = picture.copy()
        picture[:bar] = 0
        picture[size[1] - bar :] = 0
        return picture

    return Drawn(paint, size, {"matte": share})


def resized(picture: Picture, size: Size) -> Picture:
    """Scale, by area where it becomes smaller and cubic where larger."""
    import cv2

    smaller = size[0] < picture.shape[1]
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)


def fitted(picture: Picture, width: int, height: int, *, fill: bool) -> Picture:
    """Scale into a canvas: with black bars, or filling it and losing what reaches beyond."""
    import numpy as np

    high, wide = picture.shape[:2]
    if fill:
        scale = max(width / wide, height / high)
        keep_wide, keep_high = min(wide, round(width / scale)), min(high, round(height / scale))
        x, y = (wide - keep_wide) // 2, (high - keep_high) // 2
        return resized(picture[y : y + keep_high, x : x + keep_wide], (width, height))
    scale = min(width / wide, height / high)
    size = min(width, _even(wide * scale)), min(height, _even(high * scale))
    x, y = (width - size[0]) // 2, (height - size[1]) // 2
    canvas = np.zeros((height, width, 3), np.uint8)
    canvas[y : y + size[1], x : x + size[0]] = resized(picture, size)
    return canvas


def _even(side: float) -> int:
    return max(_SMALLEST, 2 * int(side / 2 + 0.5 - 1e-9))
