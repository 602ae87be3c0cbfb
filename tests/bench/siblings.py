"""Pairs that look like copies and are none: what must stay apart.

Two kinds, made from the clips. *Siblings*: a still (a clip's first frame) set in motion twice, as
image-to-video models do; they share the first frame and part from there, little where ``amplitude``
is small. *Looks*: a clip with its motion kept and its picture changed by more than a grade: another
outfit, painted, another palette, night for day. Siblings may be shown as variants; looks should be.
The same clip and seed give the same pair.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from circletake.fingerprint.comparing import compare
from circletake.fingerprint.judging import band
from circletake.fingerprint.looks import Look
from circletake.model.stack import Band
from tests.bench import prints
from tests.bench.bounds import Share, clustered
from tests.bench.clips import Material, chosen, take_clips
from tests.bench.coding import Coding, Picture, read, write
from tests.bench.framing import resized
from tests.bench.prints import Kept

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AMPLITUDES = (0.002, 0.005, 0.01, 0.02, 0.04, 0.08)
"""How far places of the picture move, as a share of its width."""

CAMERAS = ("still", "same", "other")
"""No camera move, one for both takes, or one for each."""

_RATE, _SECONDS = 16, 3.0
_LONG_SIDE = 256
_APART = "apart"

Maker: TypeAlias = "Callable[[Picture, float, np.random.Generator], Picture]"
"""A look: a picture, how much of the clip has passed (0-1), and the same draws for every frame."""


# Two takes of one still ------------------------------------------------------------------------


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
    still: Picture, key: str, amplitude: float, camera: str, count: int = round(_RATE * _SECONDS)
) -> tuple[Iterator[Picture], Iterator[Picture]]:
    """Two takes of a still that part from its first frame on.

    Args:
        key: names the still; with the other arguments it settles everything that is drawn.
        camera: one of :data:`CAMERAS`.
    """
    randoms = [_random(key, f"{amplitude:g}", camera, str(which)) for which in (0, 1)]
    moves = [Camera() if camera == "still" else Camera.drawn(random) for random in randoms]
    if camera == "same":
        moves[1] = moves[0]
    first, second = (
        animated(still, random, amplitude, move, count) for random, move in zip(randoms, moves, strict=True)
    )
    return first, second


# Other looks of one motion ---------------------------------------------------------------------


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
        yield LOOKS[name](picture, number / max(1, count - 1), _random(key, name))


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


def _random(*words: str) -> np.random.Generator:
    import hashlib

    import numpy as np

    return np.random.default_rng(list(hashlib.sha256(" ".join(words).encode()).digest()))


# The bench -------------------------------------------------------------------------------------


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    take_clips(parser, count=20)
    parser.add_argument("--only", choices=("siblings", "looks"), help="only one of the two kinds")


def run(asked: argparse.Namespace) -> int:
    """Make what is missing, judge all pairs, print the tables."""
    clips = chosen(asked)
    if asked.only != "looks":
        said: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
        for number, clip in enumerate(clips, 1):
            for (amplitude, camera), pair in _siblings(asked.cache, clip):
                said[f"{amplitude:g}", camera].append((clip.group, _said(*pair)))
            print(f"siblings {number}/{len(clips)} {clip.name}", file=sys.stderr)
        _print("two takes of one still, by how far things move", "amplitude, camera", said)
        _print("  all amplitudes", "camera", _merged(said, 1))
        _print("  all cameras", "amplitude", _merged(said, 0))
    if asked.only != "siblings":
        said = defaultdict(list)
        for number, clip in enumerate(clips, 1):
            for name, pair in _looks(asked.cache, clip):
                said[(name,)].append((clip.group, _said(*pair)))
            print(f"looks {number}/{len(clips)} {clip.name}", file=sys.stderr)
        _print("another look of one motion; all should be variants", "look", said)
    return 0


def _siblings(cache: Path, clip: Material) -> Iterator[tuple[tuple[float, str], tuple[Kept, Kept]]]:
    still: Picture | None = None
    for amplitude, camera in product(AMPLITUDES, CAMERAS):
        first, second = (
            prints.kept(cache, clip, f"sibling-{which}-{amplitude:g}-{camera}") for which in (0, 1)
        )
        if not (first.path.exists() and second.path.exists()):
            still = _small(read(clip.path, 0.01).pictures[0]) if still is None else still
            takes = two_takes(still, clip.sha256, amplitude, camera)
            for one, pictures in zip((first, second), takes, strict=True):
                _keep(one, pictures, _RATE)
        yield (amplitude, camera), (first, second)


def _looks(cache: Path, clip: Material) -> Iterator[tuple[str, tuple[Kept, Kept]]]:
    pictures: list[Picture] = []
    rate = Fraction(_RATE)
    plain = prints.kept(cache, clip, "look-plain")
    for name in ("plain", *LOOKS):
        one = prints.kept(cache, clip, f"look-{name.replace(' ', '-')}")
        if not one.path.exists():
            if not pictures:
                whole = read(clip.path, _SECONDS)
                pictures = [_small(picture) for picture in whole.pictures]
                rate = Fraction(len(pictures) / whole.seconds).limit_denominator(1001)
            shown = pictures if name == "plain" else in_look(pictures, name, clip.sha256, len(pictures))
            _keep(one, shown, rate)
        if name != "plain":
            yield name, (plain, one)


def _small(picture: Picture) -> Picture:
    """As large as generated takes often are, with even sides."""
    height, width = picture.shape[:2]
    scale = min(1.0, _LONG_SIDE / max(width, height))
    return resized(picture, (max(16, round(width * scale / 2) * 2), max(16, round(height * scale / 2) * 2)))


def _keep(one: Kept, pictures: Iterable[Picture], rate: int | Fraction) -> None:
    shown = list(pictures)
    height, width = shown[0].shape[:2]
    timed = ((number / float(rate), picture) for number, picture in enumerate(shown))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "take.mp4"
        write(target, timed, (width, height), Fraction(rate), Coding.h264(20))
        one.write(prints.fingerprint(target))


def _said(a: Kept, b: Kept) -> str:
    alignment = compare(Look(a.head(), a.thumbnails()), Look(b.head(), b.thumbnails()))
    found = band(alignment) if alignment else None
    return found.value if found else _APART


def _merged(
    said: Mapping[tuple[str, ...], list[tuple[str, str]]], place: int
) -> dict[tuple[str, ...], list[tuple[str, str]]]:
    merged: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for key, rows in said.items():
        merged[(key[place],)] += rows
    return merged


def _print(title: str, key: str, said: Mapping[tuple[str, ...], list[tuple[str, str]]]) -> None:
    print(f"\n{title}\n{key:24}{'pairs':>6}{'folded':>24}{'variant':>9}{'apart':>8}")
    everything = [row for rows in said.values() for row in rows]
    for name, rows in (*said.items(), (("all",), everything)):
        variant = sum(one == Band.VARIANT.value for _, one in rows) / len(rows)
        apart = sum(one == _APART for _, one in rows) / len(rows)
        print(f"{', '.join(name):24}{len(rows):6}{folded(rows)!s:>24}{variant:9.3f}{apart:8.3f}")


def folded(rows: Iterable[tuple[str, str]]) -> Share:
    """Share of pairs that were folded, by clip and what was said; bounds draw whole clips."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for clip, one in rows:
        counts[clip][0] += one not in (Band.VARIANT.value, _APART)
        counts[clip][1] += 1
    return clustered([(hits, tried) for hits, tried in counts.values()])
