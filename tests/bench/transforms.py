"""True copies of a clip, made by recorded transforms: what a perceptual fingerprint should see through.

A :class:`Transform` is three things in a row: *times* choose frames and when they are shown, *steps*
change the picture, a :class:`Coding` writes it. What a step leaves open (where a crop lies, how a
grade leans) is drawn from the bytes of the clip, the name of the transform and a seed: the same three
give the same copy. Pixels are square and upright here: aspect ratios and turns in a source's tags
are not looked at. No sound is written.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import av
    import numpy as np
    from numpy.typing import NDArray

Picture: TypeAlias = "NDArray[Any]"
"""uint8 (height, width, 3), RGB."""

Size: TypeAlias = tuple[int, int]
"""Width and height in pixels."""

LONGEST = 12.0
"""Of a longer clip only so many seconds are used."""

CAPTIONS = (
    "the last bus left an hour ago",
    "wait for it...",
    "I made this with one prompt",
    "Did you hear that?",
    "NEW EPISODE every Friday",
    "we never came back",
)

_TICKS = 60_000
"""A second in the time base of what is written; MPEG-4 allows no finer one than 65,535."""

_SMALLEST = 16
"""No side becomes shorter; encoders refuse less."""


# Reading and writing ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Clip:
    """A decoded clip.

    Attributes:
        times: seconds at which each picture appears, from the first one's on.
        seconds: when the last picture ends.
        matrix: its YUV matrix as FFmpeg numbers them; 2 where it is not told.
    """

    path: Path
    pictures: tuple[Picture, ...]
    times: tuple[float, ...]
    seconds: float
    matrix: int

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        height, width = self.pictures[0].shape[:2]
        return width, height


@dataclass(frozen=True)
class Coding:
    """A codec and its settings; the default is an ordinary H.264."""

    codec: str = "libx264"
    options: tuple[tuple[str, str], ...] = (("preset", "veryfast"), ("crf", "23"))

    @classmethod
    def h264(cls, crf: int) -> Coding:
        """H.264 of a quality; 18 is good, 38 bad."""
        return cls(options=(("preset", "veryfast"), ("crf", str(crf))))


def frames(path: Path, longest: float = LONGEST) -> Iterator[tuple[float, float, av.VideoFrame]]:
    """When each frame appears and ends, in seconds from the first one's appearance; and the frame.

    One thread. A frame that does not move time on is left out, so times rise.
    """
    import av

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        stream.thread_type = "NONE"
        usual = 1 / float(stream.average_rate or stream.base_rate or 25)
        first, before = None, -1.0
        for frame in container.decode(stream):
            told = frame.time if frame.pts is not None else (first or 0.0) + max(before, 0.0) + usual
            first = told if first is None else first
            time = told - first
            if time >= longest:
                return
            if time <= before:
                continue
            lasts = float(frame.duration * frame.time_base) if frame.duration and frame.time_base else usual
            before = time
            yield time, min(time + lasts, longest), frame


def read(path: Path, longest: float = LONGEST) -> Clip:
    """Decode the first ``longest`` seconds of a clip.

    Raises:
        ValueError: the file holds no frame.
    """
    pictures: list[Picture] = []
    times: list[float] = []
    end, matrix = 0.0, 2
    for time, ends, frame in frames(path, longest):
        pictures.append(frame.to_ndarray(format="rgb24"))
        times.append(time)
        end, matrix = ends, frame.colorspace
    if not pictures:
        raise ValueError(f"{path} holds no frame; name a video")
    return Clip(path, tuple(pictures), tuple(times), end, matrix)


def write(
    target: Path,
    pictures: Iterable[tuple[float, Picture]],
    size: Size,
    rate: Fraction,
    coding: Coding,
    matrix: int = 2,
) -> int:
    """Encode pictures, each with its time in seconds, as yuv420p on one thread; returns how many.

    Args:
        size: even width and height of every picture.
        rate: frames a second, on average: a hint to the encoder, and how long the last frame lasts.
        matrix: 1 for BT.709, which is tagged; anything else is BT.601 without a tag.
    """
    import av

    target.parent.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("SVT_LOG", "1")  # or the AV1 encoder introduces itself on stderr
    bt709 = matrix == 1
    count = 0
    with av.open(str(target), "w") as container:
        stream = container.add_stream(coding.codec, rate=rate, options=dict(coding.options))
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.time_base = Fraction(1, _TICKS)
        stream.codec_context.thread_count = 1
        if bt709:
            stream.codec_context.colorspace = 1
        for time, picture in pictures:
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
                format="yuv420p", dst_colorspace=1 if bt709 else None, dst_color_range=1, threads=1
            )
            frame.pts, frame.time_base = round(time * _TICKS), Fraction(1, _TICKS)
            frame.duration = round(_TICKS / rate)
            container.mux(stream.encode(frame))
            count += 1
        container.mux(stream.encode(None))
    return count


# Times: which frames, and when -----------------------------------------------------------------


@dataclass(frozen=True)
class Track:
    """Which pictures of a clip are shown, and when.

    Attributes:
        indices: of pictures in the source.
        times: seconds at which each appears in the copy.
        seconds: how long the copy is.
        rate: frames a second; where times are uneven, their mean.
        source_in: second of the source with which the copy begins.
        speed: seconds of the source that pass in one of the copy.
    """

    indices: tuple[int, ...]
    times: tuple[float, ...]
    seconds: float
    rate: Fraction
    source_in: float = 0.0
    speed: float = 1.0

    @classmethod
    def of(cls, clip: Clip) -> Track:
        """The whole clip as it is."""
        rate = Fraction(len(clip.times) / clip.seconds).limit_denominator(1001)
        return cls(tuple(range(len(clip.times))), clip.times, clip.seconds, rate)


Timing: TypeAlias = Callable[[Track], Track]


def nearest(times: Sequence[float], wanted: Sequence[float]) -> list[int]:
    """Of each wanted second, the index of the nearest of ``times``, which rise; the earlier of two."""
    import numpy as np

    shown = np.asarray(times)
    return [int(i) for i in np.searchsorted((shown[1:] + shown[:-1]) / 2, np.asarray(wanted))]


def at_rate(track: Track, *, rate: int) -> Track:
    """Convert to another frame rate by nearest frame."""
    return _resampled(track, Fraction(rate), 1.0)


def at_speed(track: Track, *, speed: float) -> Track:
    """Play faster or slower at the same frame rate, by nearest frame."""
    return _resampled(track, track.rate, speed)


def trimmed(track: Track, *, start: float = 0.0, end: float = 0.0) -> Track:
    """Leave out shares of the length at the start and at the end; whole frames, at least one."""
    low, high = start * track.seconds, (1 - end) * track.seconds
    kept = [i for i, time in enumerate(track.times) if low - 1e-6 <= time < high - 1e-6]
    kept = kept or nearest(track.times, [(low + high) / 2])
    first = track.times[kept[0]]
    after = track.times[kept[-1] + 1] if kept[-1] + 1 < len(track.times) else track.seconds
    return Track(
        tuple(track.indices[i] for i in kept),
        tuple(track.times[i] - first for i in kept),
        after - first,
        track.rate,
        track.source_in + first * track.speed,
        track.speed,
    )


def _resampled(track: Track, rate: Fraction, speed: float) -> Track:
    count = max(1, round(track.seconds / speed * float(rate)))
    times = tuple(float(i / rate) for i in range(count))
    chosen = nearest(track.times, [time * speed for time in times])
    return Track(
        tuple(track.indices[i] for i in chosen),
        times,
        float(count / rate),
        rate,
        track.source_in,
        track.speed * speed,
    )


# Steps: what happens to the picture ------------------------------------------------------------


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


def _even(side: float) -> int:
    return max(_SMALLEST, 2 * int(side / 2 + 0.5 - 1e-9))


# The transforms --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Transform:
    """A way to make a copy.

    Attributes:
        name: short, unique, fit for a file name.
        family: what it changes: ``photometric``, ``rate``, ``trim``, ``speed``, ``bars``, ``flip``,
            ``crop``, ``rotate``, ``social`` (several at once) or ``hard``.
        steps: what happens to the picture, in order.
        times: what happens to time, in order.
        coding: how the copy is written.
    """

    name: str
    family: str
    steps: tuple[Step, ...] = ()
    times: tuple[Timing, ...] = ()
    coding: Coding = Coding()


_VERTICAL = 9 / 16
_WIDE_TO_SCOPE = (16 / 9) / 2.39
"""How much taller a canvas of 16:9 is than a picture of 2.39:1 in it."""
_HEVC = Coding(
    "libx265",
    (("preset", "veryfast"), ("crf", "28"), ("x265-params", "log-level=none:pools=none:frame-threads=1")),
)
_VP9 = Coding(
    "libvpx-vp9", (("crf", "36"), ("b", "0"), ("deadline", "realtime"), ("cpu-used", "6"), ("row-mt", "0"))
)
_AV1 = Coding("libsvtav1", (("preset", "10"), ("crf", "42"), ("svtav1-params", "lp=1")))
_MPEG4 = Coding("mpeg4", (("flags", "+qscale"), ("global_quality", str(6 * 118))))

TRANSFORMS: tuple[Transform, ...] = (
    Transform("h264-crf23", "photometric", coding=Coding.h264(23)),
    Transform("h264-crf30", "photometric", coding=Coding.h264(30)),
    Transform("h264-crf38", "photometric", coding=Coding.h264(38)),
    Transform("hevc", "photometric", coding=_HEVC),
    Transform("vp9", "photometric", coding=_VP9),
    Transform("av1", "photometric", coding=_AV1),
    Transform("mpeg4", "photometric", coding=_MPEG4),
    Transform("half", "photometric", (partial(scaled, factor=0.5),)),
    Transform("quarter", "photometric", (partial(scaled, factor=0.25),)),
    Transform("double", "photometric", (partial(scaled, factor=2.0, longest=2560),)),
    Transform("messenger", "photometric", (partial(scaled, shortest=480),), coding=Coding.h264(35)),
    Transform("brighter", "photometric", (partial(tone, lift=0.12),)),
    Transform("contrast", "photometric", (partial(tone, contrast=1.3),)),
    Transform("gamma", "photometric", (partial(tone, gamma=0.65),)),
    Transform("saturated", "photometric", (partial(tone, saturation=1.6),)),
    Transform("warm", "photometric", (partial(tone, tint=(1.12, 1.0, 0.82)),)),
    Transform("cool", "photometric", (partial(tone, tint=(0.84, 0.99, 1.14)),)),
    Transform("look", "photometric", (look,)),
    Transform("gray", "photometric", (partial(tone, saturation=0.0),)),
    Transform("blur", "photometric", (blurred,)),
    Transform("sharpen", "photometric", (sharpened,)),
    Transform("noise", "photometric", (noisy,)),
    Transform("logo", "photometric", (logo,)),
    Transform("caption", "photometric", (captioned,)),
    *(Transform(f"fps-{rate}", "rate", (), (partial(at_rate, rate=rate),)) for rate in (12, 24, 25, 30, 60)),
    Transform("trim-start-10", "trim", (), (partial(trimmed, start=0.10),)),
    Transform("trim-end-25", "trim", (), (partial(trimmed, end=0.25),)),
    Transform("trim-both", "trim", (), (partial(trimmed, start=0.10, end=0.25),)),
    Transform("trim-middle", "trim", (), (partial(trimmed, start=0.25, end=0.25),)),
    *(
        Transform(f"speed-{round(100 * speed)}", "speed", (), (partial(at_speed, speed=speed),))
        for speed in (0.8, 0.9, 1.1, 1.25)
    ),
    Transform("letterbox-239", "bars", (partial(boxed, stretch=_WIDE_TO_SCOPE),)),
    Transform("pillarbox-43", "bars", (partial(boxed, stretch=(16 / 9) / (4 / 3)),)),
    Transform("vertical", "bars", (partial(scaled, longest=720), partial(boxed, aspect=_VERTICAL))),
    Transform("flip", "flip", (flipped,)),
    Transform("crop-3", "crop", (partial(cropped, share=0.03, centred=True),)),
    Transform("crop-5", "crop", (partial(cropped, share=0.05, centred=True),)),
    Transform("crop-5-off", "crop", (partial(cropped, share=0.05),)),
    Transform("crop-10", "crop", (partial(cropped, share=0.10, centred=True),)),
    Transform("crop-10-off", "crop", (partial(cropped, share=0.10),)),
    Transform("rotate-1", "rotate", (partial(rotated, degrees=1.0),)),
    Transform("rotate-2", "rotate", (partial(rotated, degrees=2.0),)),
    Transform("social-flip", "social", (flipped, partial(cropped, share=0.05), grade), (), Coding.h264(28)),
    Transform("social-caption", "social", (partial(cropped, share=0.10), captioned), (), Coding.h264(32)),
    Transform(
        "social-scope",
        "social",
        (grade, partial(boxed, stretch=_WIDE_TO_SCOPE), partial(scaled, factor=0.5)),
        (),
        Coding.h264(28),
    ),
    Transform(
        "social-fast",
        "social",
        (partial(cropped, share=0.05),),
        (partial(trimmed, start=0.10, end=0.15), partial(at_speed, speed=1.1)),
        Coding.h264(28),
    ),
    Transform(
        "blurred-fill", "hard", (partial(scaled, longest=720), partial(boxed, aspect=_VERTICAL, blurry=True))
    ),
    Transform("matte-239", "hard", (partial(matted, share=1 - _WIDE_TO_SCOPE),)),
)
"""Every transform, by family."""


# Making copies ---------------------------------------------------------------------------------


def apply(transform: Transform, source: Path, target: Path, seed: int) -> dict[str, object]:
    """Make one copy, an mp4, and tell what was done.

    Returns:
        ``transform``, ``family``, ``source``, ``codec``, ``width``, ``height``, ``frames``,
        ``seconds``, ``rate``; ``source_in``, ``source_out`` (seconds of the source) and ``speed``, so
        that second t of the copy shows source_in + t * speed; and what each step says of itself,
        such as ``flip``, ``crop`` (left, top, width, height) or ``tone``.
    """
    return _copied(transform, read(source), target, seed, _digest(source))


def apply_all(
    source: Path, folder: Path, transforms: Sequence[Transform], seed: int
) -> Iterator[tuple[Transform, Path, dict[str, object]]]:
    """Make a copy ``{transform}.mp4`` for each transform, decoding the source once; see :func:`apply`."""
    clip, digest = read(source), _digest(source)
    for transform in transforms:
        target = folder / f"{transform.name}.mp4"
        yield transform, target, _copied(transform, clip, target, seed, digest)


def _copied(transform: Transform, clip: Clip, target: Path, seed: int, digest: str) -> dict[str, object]:
    import numpy as np

    key = hashlib.sha256(f"{digest} {transform.name} {seed}".encode()).digest()
    random = np.random.default_rng(list(key))
    track = Track.of(clip)
    for timing in transform.times:
        track = timing(track)
    size, drawn = clip.size, list[Drawn]()
    for step in transform.steps:
        drawn.append(step(random, size))
        size = drawn[-1].size
    width, height = size[0] // 2 * 2, size[1] // 2 * 2

    def painted() -> Iterator[tuple[float, Picture]]:
        for number, (index, time) in enumerate(zip(track.indices, track.times, strict=True)):
            picture = clip.pictures[index]
            for done in drawn:
                picture = done.paint(picture, number)
            yield time, np.ascontiguousarray(picture[:height, :width])

    count = write(target, painted(), (width, height), track.rate, transform.coding, clip.matrix)
    told: dict[str, object] = {
        "transform": transform.name,
        "family": transform.family,
        "source": str(clip.path),
        "seed": seed,
        "codec": transform.coding.codec,
        "options": dict(transform.coding.options),
        "width": width,
        "height": height,
        "frames": count,
        "seconds": round(track.seconds, 6),
        "rate": str(track.rate),
        "source_in": round(track.source_in, 6),
        "source_out": round(track.source_in + track.seconds * track.speed, 6),
        "speed": track.speed,
    }
    for done in drawn:
        told |= done.told
    return told


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
