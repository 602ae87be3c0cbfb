"""True copies of a clip, made by recorded transforms: what a perceptual fingerprint should see through.

A :class:`Transform` is three things in a row: *times* choose frames and when they are shown
(:mod:`~tests.bench.timing`), *steps* change the picture (:mod:`~tests.bench.framing`,
:mod:`~tests.bench.painting`), a :class:`~tests.bench.coding.Coding` writes it. What a step leaves
open (where a crop lies, how a grade leans) is drawn from the bytes of the clip, the name of the
transform and a seed: the same three give the same copy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.bench.coding import Clip, Coding, Picture, read, write
from tests.bench.framing import Drawn, Step, boxed, cropped, flipped, matted, rotated, scaled
from tests.bench.painting import blurred, captioned, grade, logo, look, noisy, sharpened, tone
from tests.bench.timing import Timing, Track, at_rate, at_speed, trimmed


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
    coding: Coding = field(default_factory=Coding)


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
