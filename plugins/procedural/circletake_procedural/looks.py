"""The looks: each turns a seed and a palette into a filter graph. This is where pictures are made.

Pictures are drawn small, at 24 frames a second, and scaled up afterwards, so one seed is one
picture at every size, rate and quality.
"""

from __future__ import annotations

import colorsys
import hashlib
import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from circletake_procedural.graph import Node

DRAWN_RATE = 24
_LONG_SIDE = 192

_HUES = {
    "amber": 0.10,
    "autumn": 0.07,
    "blue": 0.60,
    "dawn": 0.95,
    "desert": 0.09,
    "dusk": 0.80,
    "ember": 0.04,
    "fire": 0.03,
    "forest": 0.36,
    "gold": 0.12,
    "green": 0.35,
    "ice": 0.53,
    "lava": 0.02,
    "leaf": 0.30,
    "moss": 0.27,
    "neon": 0.87,
    "night": 0.65,
    "ocean": 0.55,
    "orange": 0.07,
    "pink": 0.90,
    "purple": 0.76,
    "rain": 0.58,
    "red": 0.99,
    "rose": 0.94,
    "rust": 0.04,
    "sand": 0.11,
    "sea": 0.52,
    "sky": 0.56,
    "snow": 0.55,
    "sun": 0.13,
    "teal": 0.48,
    "violet": 0.77,
    "water": 0.54,
    "yellow": 0.14,
}
"""Words that choose the colour of a picture."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a look draws with: a random source of its own, a palette, and the drawn size."""

    dice: random.Random
    palette: tuple[str, ...]
    width: int
    height: int

    @property
    def size(self) -> str:
        """As FFmpeg's sources take it."""
        return f"s={self.width}x{self.height}:r={DRAWN_RATE}"

    def number(self) -> int:
        """A seed for one of FFmpeg's sources."""
        return self.dice.randrange(1, 2**31)


def sheet(look: str, prompt: str, seed: str, width: int, height: int) -> Sheet:
    """The drawing sheet for a request: equal requests get equal sheets, on every machine."""
    digest = hashlib.sha256("\x1f".join((look, prompt, seed)).encode("utf-8", "surrogatepass")).digest()
    dice = random.Random(int.from_bytes(digest, "big"))
    scale = _LONG_SIDE / max(width, height)
    drawn = [max(16, 2 * round(side * scale / 2)) for side in (width, height)]
    return Sheet(dice, _palette(prompt, dice), drawn[0], drawn[1])


def _palette(prompt: str, dice: random.Random) -> tuple[str, ...]:
    """Five colours, dark to light. Colour words of the prompt choose them; else the prompt as a whole."""
    words = re.findall(r"[a-z]+", prompt.lower())
    named = [_HUES[word] for word in words if word in _HUES]
    digest = hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).digest()
    base = named[0] if named else digest[0] / 256
    other = named[1] if len(named) > 1 else base + (digest[1] / 256 - 0.5) * 0.3
    shift = dice.uniform(-0.02, 0.02)
    stops = (
        (base, 0.75, 0.10),
        (base, 0.85, 0.38),
        (other, 0.80, 0.70),
        (other + 0.04, 0.55, 0.95),
        (base, 0.15, 1.0),
    )
    return tuple(_hex((hue + shift) % 1.0, saturation, value) for hue, saturation, value in stops)


def _hex(hue: float, saturation: float, value: float) -> str:
    return "0x" + "".join(f"{round(c * 255):02x}" for c in colorsys.hsv_to_rgb(hue, saturation, value))


def _tinted(gray: Node, palette: tuple[str, ...]) -> Node:
    """A gray picture with the palette laid over its tones."""
    curves = []
    for channel, at in (("r", 2), ("g", 4), ("b", 6)):
        tones = [int(colour[at : at + 2], 16) / 255 for colour in palette]
        points = " ".join(f"{i / (len(tones) - 1):.3f}/{tone:.3f}" for i, tone in enumerate(tones))
        curves.append(f"{channel}='{points}'")
    return gray.then("format", "gbrp").then("curves", ":".join(curves))


def _gradient(on: Sheet, kind: str, colours: tuple[str, ...], speed: float) -> Node:
    chosen = ":".join(f"c{i}={colour}" for i, colour in enumerate(colours))
    options = f"{on.size}:type={kind}:n={len(colours)}:seed={on.number()}:speed={speed:.4f}:{chosen}"
    return Node("gradients", options).then("format", "gbrp")


def _noise(on: Sheet, scale: float, speed: float, octaves: int = 3) -> Node:
    across = scale * on.height / on.width
    across = scale * on.height / on.width
    return Node(
        "perlin",
        f"{on.size}:octaves={octaves}:persistence=0.55:xscale={scale:.3f}:yscale={across:.3f}"
        f":tscale={speed:.3f}:random_mode=seed:random_seed={on.number()}",
    )


def silk(on: Sheet) -> Node:
    """Colours folded by slow noise, like cloth in water."""
    speed = on.dice.uniform(0.006, 0.014)
    kind = on.dice.choice(("linear", "radial", "spiral"))
    colours = _gradient(on, kind, (*on.palette[:4], on.palette[1]), speed)
    scale = on.dice.uniform(2.0, 4.0)
    folds = [
        _noise(on, scale, 0.5).then("format", "gbrp").then("curves", "all='0/0 0.3/0 0.7/1 1/1'")
        for _ in "xy"
    ]
    return Node("displace", "edge=mirror", (colours, *folds))


def ember(on: Sheet) -> Node:
    """Glowing clouds."""
    noise = _noise(on, on.dice.uniform(2.5, 5.0), on.dice.uniform(0.5, 0.9), 4).then("format", "gray")
    return _tinted(noise.then("curves", "all='0/0 0.25/0.02 0.5/0.5 0.75/0.98 1/1'"), on.palette)


def colony(on: Sheet) -> Node:
    """Conway's life, each death leaving a glow."""
    ratio = on.dice.uniform(0.12, 0.3)
    cells = Node(
        "life",
        f"s={on.width // 2}x{on.height // 2}:r={DRAWN_RATE}:seed={on.number()}:ratio={ratio:.3f}"
        ":mold=24:mold_color=0x505050",
    )
    glow = cells.then("format", "gray").then("lagfun", "decay=0.955").then("gblur", "sigma=0.9")
    return _tinted(glow, on.palette)


def voyage(on: Sheet) -> Node:
    """A dive into the Mandelbrot set."""
    x, y = on.dice.choice(
        (
            (-0.743643887, -0.131825904),
            (-0.1011, 0.9563),
            (-1.25066, 0.02012),
            (0.28693186, 0.01428693),
            (-0.7453, 0.1127),
        )
    )
    near = on.dice.uniform(0.008, 0.03)
    # Wide enough that no corner shows when the picture turns.
    side = 2 * round((on.width**2 + on.height**2) ** 0.5 / 2)
    bands = Node(
        "mandelbrot",
        f"s={side}x{side}:r={DRAWN_RATE}:start_x={x}:start_y={y}:start_scale={on.dice.uniform(0.35, 0.8):.4f}"
        f":end_scale={near:.4f}:end_pts=240:maxiter=160:inner=mincol:outer=normalized_iteration_count",
    )
    angle = f"{on.dice.uniform(0, 6.28):.3f}+t*{on.dice.uniform(-0.15, 0.15):.3f}"
    turned = bands.then("format", "gray").then("rotate", f"a={angle}").then("crop", f"{on.width}:{on.height}")
    return _tinted(turned, on.palette)


def aurora(on: Sheet) -> Node:
    """Two lights drifting through one another."""
    near = _gradient(on, "spiral", (on.palette[0], on.palette[2], on.palette[0], on.palette[3]), 0.012)
    far = _gradient(on, "radial", (on.palette[3], on.palette[1], on.palette[0]), on.dice.uniform(0.01, 0.02))
    return Node("blend", "all_mode=screen", (near, far))


def weave(on: Sheet) -> Node:
    """A cellular automaton running down like rain on a window."""
    rule = on.dice.choice((18, 22, 30, 54, 90, 105, 126, 150))
    cells = Node(
        "cellauto",
        f"s={on.width // 4}x{on.height // 4}:r={DRAWN_RATE // 2}:rule={rule}:seed={on.number()}"
        ":random_fill_ratio=0.25:scroll=1",
    )
    smooth = cells.then("format", "gray").then("fps", str(DRAWN_RATE)).then("lagfun", "decay=0.9")
    soft = smooth.then("gblur", "sigma=1.1").then("normalize", "smoothing=24")
    lit = _gradient(on, "radial", (on.palette[4], on.palette[1]), 0.01).then(
        "scale", f"{on.width // 4}:{on.height // 4}"
    )
    return Node("blend", "all_mode=multiply", (_tinted(soft, on.palette), lit.then("format", "gbrp")))


LOOKS: dict[str, Callable[[Sheet], Node]] = {
    "silk": silk,
    "ember": ember,
    "colony": colony,
    "voyage": voyage,
    "aurora": aurora,
    "weave": weave,
}
"""By name; the name is how a model is asked for."""
