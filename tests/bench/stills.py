"""A still set in motion twice, as image-to-video models do: two takes that share their first frame.

They part from there, little where ``amplitude`` is small. The same still and words give the same pair.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.bench.coding import Picture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CAMERAS = ("still", "same", "other")
"""No camera move, one for both takes, or one for each."""

RATE, SECONDS = 16, 3.0
"""Frames a second, and how long."""


@dataclass(frozen=True)
class Bump:
    """A place that moves: a soft one, or a thing with an edge that covers what is behind it.

    Attributes:
        x, y: its middle, shares of width and height.
        size: its radius, share of the width.
        reach: how far it moves across and down, shares of the width.
        phase, turns: of its swing; it starts where the still has it.
        drift: how far its middle wanders, shares of the width.
        hard: it has an edge.
    """

    x: float
    y: float
    size: float
    reach: tuple[float, float]
    phase: float
    turns: float
    drift: tuple[float, float]
    hard: bool

    @classmethod
    def drawn(cls, random: np.random.Generator, amplitude: float, hard: bool) -> Bump:
        """One that moves about so far."""
        angle, far = random.uniform(0, 2 * math.pi), amplitude * random.uniform(0.6, 1.4)
        return cls(
            x=float(random.uniform(0.15, 0.85)),
            y=float(random.uniform(0.15, 0.85)),
            size=float(random.uniform(0.06, 0.22)),
            reach=(far * math.cos(angle), far * math.sin(angle)),
            phase=float(random.uniform(0, 2 * math.pi)),
            turns=float(random.choice([0.5, 1.0, 1.5])),
            drift=(float(random.normal(0, 0.05)), float(random.normal(0, 0.05))),
            hard=hard,
        )

    def moves(self, t: float) -> tuple[float, float]:
        """How far the place has moved after a share of the take."""
        swing = math.sin(2 * math.pi * self.turns * t + self.phase) - math.sin(self.phase)
        return self.reach[0] * swing, self.reach[1] * swing

    def weight(self, x: NDArray[Any], y: NDArray[Any], t: float) -> NDArray[Any]:
        """How much each pixel follows, 0-1; ``x`` and ``y`` in widths."""
        import numpy as np

        high = float(y.max())
        apart = np.hypot(x - self.x - self.drift[0] * t, y - self.y * high - self.drift[1] * t) / self.size
        edge = 1 / (1 + np.exp(np.minimum(12 * (apart - 1), 50)))
        weight: NDArray[Any] = edge if self.hard else np.exp(-(apart**2) / 2)
        return weight


@dataclass(frozen=True)
class Camera:
    """A slow move: shares of the width across and down, and how much closer, over the whole take."""

    across: float = 0.0
    down: float = 0.0
    closer: float = 0.0

    @classmethod
    def drawn(cls, random: np.random.Generator) -> Camera:
        """One such as models make unasked."""
        across, down, closer = random.normal(0, 1, 3) * (0.035, 0.02, 0.06)
        return cls(float(across), float(down), float(closer))


def animated(
    still: Picture, random: np.random.Generator, amplitude: float, camera: Camera, count: int
) -> Iterator[Picture]:
    """Set a still in motion: soft places that swing, things that move over the rest, light that flickers.

    The first picture is the still itself.
    """
    import cv2
    import numpy as np

    height, width = still.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / width
    bumps = [Bump.drawn(random, amplitude, hard=False) for _ in range(int(random.integers(2, 6)))]
    bumps += [Bump.drawn(random, amplitude, hard=True) for _ in range(int(random.integers(0, 3)))]
    light = Bump.drawn(random, 1.0, hard=False)
    flicker = min(0.06, 2 * amplitude) * float(random.uniform(0.3, 1))
    for number in range(count):
        t = number / max(1, count - 1)
        closer = 1 - camera.closer * t
        across = (x - 0.5) * closer + 0.5 + camera.across * t
        down = (y - y.max() / 2) * closer + y.max() / 2 + camera.down * t
        from_x, from_y = across.copy(), down.copy()
        for bump in bumps:
            weight, (dx, dy) = bump.weight(across, down, t), bump.moves(t)
            from_x -= weight * dx
            from_y -= weight * dy
        place = light.weight(across, down, t) * flicker * math.sin(2 * math.pi * light.turns * t)
        shown = cv2.remap(
            still,
            np.asarray(from_x * width, np.float32),
            np.asarray(from_y * width, np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
        yield np.clip(shown * (1 + place[..., None]), 0, 255).astype(np.uint8)


def two_takes(
    still: Picture, key: str, amplitude: float, camera: str, count: int = round(RATE * SECONDS)
) -> tuple[Iterator[Picture], Iterator[Picture]]:
    """Two takes of a still that part from its first frame on.

    Args:
        key: names the still; with the other arguments it settles everything that is drawn.
        camera: one of :data:`CAMERAS`.
    """
    randoms = [drawing(key, f"{amplitude:g}", camera, str(which)) for which in (0, 1)]
    moves = [Camera() if camera == "still" else Camera.drawn(random) for random in randoms]
    if camera == "same":
        moves[1] = moves[0]
    first, second = (
        animated(still, random, amplitude, move, count) for random, move in zip(randoms, moves, strict=True)
    )
    return first, second


def drawing(*words: str) -> np.random.Generator:
    """What is drawn for these words, the same each time."""
    import hashlib

    import numpy as np

    return np.random.default_rng(list(hashlib.sha256(" ".join(words).encode()).digest()))
