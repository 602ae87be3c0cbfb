"""Steps that change light and colour, and what is laid over a picture."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.bench.coding import Picture, Size
from tests.bench.framing import Drawn

if TYPE_CHECKING:
    import numpy as np

CAPTIONS = (
    "the last bus left an hour ago",
    "wait for it...",
    "I made this with one prompt",
    "Did you hear that?",
    "NEW EPISODE every Friday",
    "we never came back",
)


def tone(
    random: np.random.Generator,
    size: Size,
    *,
    lift: float = 0.0,
    contrast: float = 1.0,
    gamma: float = 1.0,
    saturation: float = 1.0,
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> Drawn:
    """Add, contrast about the middle, gamma (below 1 brightens), gains of red, green, blue, saturation."""
    import numpy as np

    level = np.linspace(0, 1, 256)[:, None] * np.asarray(tint)
    level = np.clip((level - 0.5) * contrast + 0.5, 0, 1) ** gamma + lift
    told = {"lift": lift, "contrast": contrast, "gamma": gamma, "saturation": saturation, "tint": tint}
    return Drawn(_coloured(level, saturation), size, {"tone": told})


def grade(random: np.random.Generator, size: Size, *, strength: float = 1.0) -> Drawn:
    """A grade that is drawn: another tone for each copy, at strength 1 as far as a colourist would go."""
    drawn: list[float] = random.uniform(-strength, strength, 7).tolist()
    return tone(
        random,
        size,
        lift=round(0.04 * drawn[0], 4),
        contrast=round(1.05 + 0.2 * drawn[1], 4),
        gamma=round(math.exp(0.25 * drawn[2]), 4),
        saturation=round(1 + 0.35 * drawn[3], 4),
        tint=(round(1 + 0.1 * drawn[4], 4), round(1 + 0.04 * drawn[5], 4), round(1 + 0.1 * drawn[6], 4)),
    )


def look(random: np.random.Generator, size: Size) -> Drawn:
    """A strong film look: an S-curve, lifted blacks, teal shadows, orange lights, less colour."""
    import numpy as np

    x = np.linspace(0, 1, 256)[:, None]
    bent = 0.25 * x + 0.75 * x * x * (3 - 2 * x)
    shadows, lights = (1 - bent) ** 2, bent**2
    level = 0.06 + 0.86 * bent
    level = level + shadows * np.array([-0.05, 0.02, 0.07]) + lights * np.array([0.09, 0.01, -0.12])
    return Drawn(_coloured(level, 0.75), size, {"look": "teal and orange"})


def blurred(random: np.random.Generator, size: Size) -> Drawn:
    """Blur by a Gaussian of 0.15 % of the longer side, at least 0.8 pixels."""
    import cv2

    sigma = max(0.8, 0.0015 * max(size))
    return Drawn(lambda picture, _: cv2.GaussianBlur(picture, (0, 0), sigma), size, {"blur": sigma})


def sharpened(random: np.random.Generator, size: Size) -> Drawn:
    """Sharpen by an unsharp mask, visibly."""
    import cv2

    def paint(picture: Picture, _: int) -> Picture:
        return cv2.addWeighted(picture, 1.9, cv2.GaussianBlur(picture, (0, 0), 1.2), -0.9, 0)

    return Drawn(paint, size, {"sharpen": 0.9})


def noisy(random: np.random.Generator, size: Size, *, sigma: float = 9.0) -> Drawn:
    """Add grain to the brightness, another in every frame; ``sigma`` in steps of 255."""
    import numpy as np

    key = int(random.integers(2**32))

    def paint(picture: Picture, number: int) -> Picture:
        grain = np.random.default_rng((key, number)).standard_normal(picture.shape[:2], np.float32)
        grainy: Picture = np.clip(picture + sigma * grain[..., None], 0, 255).astype(np.uint8)
        return grainy

    return Drawn(paint, size, {"noise": sigma})


def logo(random: np.random.Generator, size: Size) -> Drawn:
    """A round badge in one corner, a tenth of the shorter side."""
    import cv2
    import numpy as np

    width, height = size
    side, margin = max(8, min(size) // 10), max(2, min(size) // 30)
    badge = np.zeros((side, side, 3), np.uint8)
    alpha = np.zeros((side, side), np.uint8)
    centre = (side // 2, side // 2)
    colour = tuple(int(level) for level in random.integers(80, 256, 3))
    cv2.circle(alpha, centre, side // 2 - 1, (230,), -1, cv2.LINE_AA)
    cv2.circle(badge, centre, side // 2, colour, -1)
    cv2.circle(badge, centre, side // 4, (255, 255, 255), max(1, side // 10), cv2.LINE_AA)
    left, top = bool(random.integers(2)), bool(random.integers(2))
    x = margin if left else width - margin - side
    y = margin if top else height - margin - side
    corner = f"{'top' if top else 'bottom'} {'left' if left else 'right'}"
    return Drawn(_pasted(badge, alpha, x, y), size, {"logo": corner})


def captioned(random: np.random.Generator, size: Size) -> Drawn:
    """A line of white text on a dark strip across the bottom, a ninth of the height."""
    import cv2
    import numpy as np

    width, height = size
    text = CAPTIONS[int(random.integers(len(CAPTIONS)))]
    font, strip = cv2.FONT_HERSHEY_SIMPLEX, max(8, height // 9)
    (wide, tall), _ = cv2.getTextSize(text, font, 1.0, 2)
    scale = min(0.6 * strip / tall, 0.92 * width / wide)
    thick = max(1, round(2 * scale))
    painted = np.full((strip, width, 3), 16, np.uint8)
    at = (round((width - wide * scale) / 2), round((strip + tall * scale) / 2))
    cv2.putText(painted, text, at, font, scale, (255, 255, 255), thick, cv2.LINE_AA)
    alpha = np.maximum(painted.max(axis=2), 150)
    return Drawn(_pasted(painted, alpha, 0, height - strip - height // 40), size, {"caption": text})


def _coloured(level: Picture, saturation: float) -> Callable[[Picture, int], Picture]:
    """Curves of the three channels, (256, 3) in 0-1, then saturation about the BT.601 luma."""
    import cv2
    import numpy as np

    curves = np.rint(np.clip(level, 0, 1) * 255).astype(np.uint8)[:, None, :]
    luma = np.array([0.299, 0.587, 0.114])
    mix = saturation * np.eye(3) + (1 - saturation) * luma

    def paint(picture: Picture, _: int) -> Picture:
        bent = cv2.LUT(picture, curves)
        return bent if saturation == 1 else cv2.transform(bent, mix)

    return paint


def _pasted(patch: Picture, alpha: Picture, x: int, y: int) -> Callable[[Picture, int], Picture]:
    """Lay a patch over a picture at a place; ``alpha`` 0-255 tells how much it covers."""
    import numpy as np

    share = alpha[..., None].astype(np.float32) / 255
    covering = patch * share
    high, wide = alpha.shape

    def paint(picture: Picture, _: int) -> Picture:
        picture = picture.copy()
        place = picture[y : y + high, x : x + wide]
        place[:] = np.rint(place * (1 - share) + covering)
        return picture

    return paint
