"""Other looks of one motion: a clip whose picture is changed by more than a grade.

Another outfit, painted, another palette, night for day. The same clip gives the same look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.bench.coding import Picture
from tests.bench.stills import drawing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Maker: TypeAlias = "Callable[[Picture, float, np.random.Generator], Picture]"
"""A look: a picture, how much of the clip has passed (0-1), and the same draws for every frame."""


def outfit(picture: Picture, t: float, random: np.random.Generator) -> Picture:
    """What has the picture's strongest hue gets quite another, as strong as it was or stronger."""
    import cv2
    import numpy as np

    hue, strength, light = (plane.astype(np.int32) for plane in cv2.split(_hsv(picture)))
    # The mean hue of what is coloured most: it does not jump from frame to frame.
    around = (strength.astype(float) ** 2 * np.exp(2j * np.pi * hue / 180)).sum()
    middle, turn = np.angle(around) / (2 * np.pi) * 180, int(random.integers(60, 121))
    apart = np.abs((hue - middle + 90) % 180 - 90)
    chosen = (apart <= 30) & (strength > 40)
    if chosen.mean() < 0.05:  # hardly any colour: the part that has most
        chosen = strength >= np.quantile(strength, 0.8)
    hue = np.where(chosen, (hue + turn) % 180, hue)
    strength = np.where(chosen, np.maximum(strength, 160), strength)
    return _rgb(np.stack([hue, strength, light], axis=-1))


def dyed(picture: Picture, t: float, random: np.random.Generator) -> Picture:
    """One place, about a sixth of the picture, in one strong colour with its light and shade kept."""
    import numpy as np

    height, width = picture.shape[:2]
    x, y = random.uniform(0.3, 0.7, 2)
    rows, columns = np.mgrid[0:height, 0:width]
    apart = np.hypot((columns / width - x) / 0.2, (rows / height - y) / 0.3)
    share = 1 / (1 + np.exp(8 * (apart - 1)))
    colour = np.array([255, 40, 40], float)[random.permutation(3)]
    luma = picture @ np.array([0.299, 0.587, 0.114])
    dye = luma[..., None] * colour / (colour @ np.array([0.299, 0.587, 0.114]))
    return _blended(picture, np.clip(dye, 0, 255), share)


def stylised(picture: Picture, t: float, random: np.random.Generator) -> Picture:
    """OpenCV's edge-aware painterly filter (Gastal and Oliveira, Domain Transform, 2011)."""
    import cv2

    return cv2.stylization(picture, sigma_s=60, sigma_r=0.45)


def smoothed(picture: Picture, t: float, random: np.random.Generator) -> Picture:
    """The same paper's edge-preserving smoothing, strongly, and more colour: as if painted flat."""
    import cv2
    import numpy as np

    flat = cv2.edgePreservingFilter(picture, flags=1, sigma_s=60, sigma_r=0.5)
    hsv = _hsv(flat).astype(np.int32)
    hsv[..., 1] = np.clip(hsv[..., 1] * 1.6, 0, 255)
    return _rgb(hsv)


def drawn_lines(picture: Picture, t: float, random: np.random.Generator) -> Picture:
    """Four levels of each channel and black lines along the edges: a comic."""
    import cv2
    import numpy as np

    flat = cv2.bilateralFilter(picture, 7, 40, 7)
    levels = (flat // 64 * 64 + 32).astype(np.uint8)
    edges = cv2.Canny(cv2.cvtColor(flat, cv2.COLOR_RGB2GRAY), 40, 110)
    levels[cv2.dilate(edges, np.ones((2, 2), np.uint8)) > 0] = 0
    return levels


def inverted(picture: Picture, t: float, random: np.random.Generator) -> Picture:
    """Every colour becomes its complement and the brightness stays: luma hashes see no difference."""
    import cv2

    planes = cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb)
    planes[..., 1:] = 255 - planes[..., 1:]
    return cv2.cvtColor(planes, cv2.COLOR_YCrCb2RGB)


def night(picture: Picture, t: float, random: np.random.Generator) -> Picture:
    """Day for night: dark and blue, with a warm lamp that was not there."""
    import numpy as np

    height, width = picture.shape[:2]
    x, y = random.uniform(0.2, 0.8, 2)
    rows, columns = np.mgrid[0:height, 0:width]
    lamp = np.exp(-(np.hypot(columns - x * width, rows - y * height) ** 2) / (2 * (0.15 * width) ** 2))
    dark = 0.35 * picture * np.array([0.55, 0.8, 1.3])
    lit = dark + lamp[..., None] * np.array([150, 105, 45]) * (0.4 + picture / 255)
    dusk: Picture = np.clip(lit, 0, 255).astype(np.uint8)
    return dusk


LOOKS: Mapping[str, Maker] = MappingProxyType(
    {
        "outfit": outfit,
        "dyed": dyed,
        "stylised": stylised,
        "smoothed": smoothed,
        "drawn lines": drawn_lines,
        "inverted": inverted,
        "night": night,
    }
)
"""Each with what it does to a picture."""


def in_look(pictures: Iterable[Picture], name: str, key: str, count: int) -> Iterator[Picture]:
    """A clip in another look; what is drawn is drawn once for the whole clip."""
    for number, picture in enumerate(pictures):
        yield LOOKS[name](picture, number / max(1, count - 1), drawing(key, name))


def _hsv(picture: Picture) -> Picture:
    import cv2

    return cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)


def _rgb(hsv: NDArray[Any]) -> Picture:
    import cv2
    import numpy as np

    return cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB)


def _blended(picture: Picture, over: NDArray[Any], share: NDArray[Any]) -> Picture:
    import numpy as np

    mixed: Picture = np.rint(picture * (1 - share[..., None]) + over * share[..., None]).astype(np.uint8)
    return mixed
