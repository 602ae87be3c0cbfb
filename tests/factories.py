"""Small values and tiny clips for tests; arguments have defaults, so a test names only what it is about."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from circletake.model.alignment import Alignment
from circletake.model.cue import Cue, CueList, Gap
from circletake.model.event import Actor, Standing
from circletake.model.location import Location
from circletake.model.recipe import Evidence, Recipe, RecipeClaim
from circletake.model.slate import Slate
from circletake.model.take import MediaFacts, Origin, Take

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from circletake_registry.registry import Registry

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
"""A fixed moment, for tests that compare times."""

_FACTS = MediaFacts(
    container="mov,mp4,m4a,3gp,3g2,mj2",
    mime="video/mp4",
    codec="h264",
    width=64,
    height=48,
    rate=Fraction(12),
    frames=12,
    seconds=1.0,
    pixel_format="yuv420p",
    rotation=0,
    audio=None,
    picture_sha256="ab" * 32,
)

_ALIGNMENT = Alignment(
    distance=9.0,
    picture=0.98,
    worst=0.9,
    motion=0.95,
    places=0.8,
    moving=0.3,
    peak=0.98,
    liveliness=30.0,
    drift=0.001,
    offset=0.0,
    speed=1.0,
    overlap=1.0,
    extent=1.0,
    flipped=False,
    zoom=0.0,
    colour=2.0,
    texture=0.95,
    flat=0.0,
    frames=12,
)

_CODECS = {
    ".mp4": ("libx264", "yuv420p"),
    ".mov": ("libx264", "yuv420p"),
    ".m4v": ("libx264", "yuv420p"),
    ".mkv": ("libx264", "yuv420p"),
    ".webm": ("libvpx", "yuv420p"),
    ".avi": ("mpeg4", "yuv420p"),
    ".gif": ("gif", "rgb8"),
}


def media_facts(**over: Any) -> MediaFacts:
    """Facts of a one-second clip of 64x48 pixels."""
    return replace(_FACTS, **over)


def alignment(**over: Any) -> Alignment:
    """How a re-encoded copy lies on its take."""
    return replace(_ALIGNMENT, **over)


def cue(take_id: str = "id-1", record_in: int = 0, record_out: int = 48, **over: Any) -> Cue:
    """Two seconds of a film at 24 frames a second that show the start of a take, beyond doubt."""
    seen: dict[str, Any] = {
        "source_in": 0.0,
        "source_out": (record_out - record_in) / 24,
        "speed": 1.0,
        "flipped": False,
        "zoom": 0.0,
        "confidence": 0.97,
        "picture": 0.9989,
        "motion": 0.96,
        "distance": 9.0,
        "frames": 12,
    }
    return Cue(take_id, record_in, record_out, **(seen | over))


def cue_list(*rows: Cue | Gap, **over: Any) -> CueList:
    """What was found in a film that ends with the last of ``rows``."""
    facts: dict[str, Any] = {
        "film": "night-bus-v3.mp4",
        "sha256": sha256("film"),
        "rate": Fraction(24),
        "frames": max((row.record_out for row in rows), default=48),
        "cues": tuple(row for row in rows if isinstance(row, Cue)),
        "gaps": tuple(row for row in rows if isinstance(row, Gap)),
        "takes": 6,
        "waiting": 0,
        "width": 64,
        "height": 48,
    }
    return CueList(**(facts | over))


def claim(
    field: str = "prompt",
    value: str = "night bus, rain",
    evidence: Evidence = Evidence.DECLARED,
    source: str = "recipe set",
    by: str = "ana",
    **over: Any,
) -> RecipeClaim:
    """A claim that Ana made by hand."""
    return RecipeClaim(field, value, evidence, source, by, **over)


OBSERVED = tuple(
    claim(field, value, Evidence.OBSERVED, "runway", "")
    for field, value in {
        "generator": "runway",
        "provider": "Runway",
        "model": "gen4.5",
        "model_version": "4.5.0",
        "prompt": "night bus, rain \x1b[31m<b>é😀",
        "seed": "18446744073709551617",
        "source_type": "trainedAlgorithmicMedia",
    }.items()
)
"""A recipe that circletake saw itself, with a hostile prompt and a seed beyond 64 bits."""


def actor(name: str = "ana", person: bool = True) -> Actor:
    """A person, unless a script is asked for."""
    return Actor(name, person)


def sha256(word: object = "") -> str:
    """A digest of its own for each ``word``."""
    return hashlib.sha256(str(word).encode()).hexdigest()


def new_take(registry: Registry, word: object = "", **over: Any) -> Take:
    """Add a take without a file; other words are other bytes, ``over`` is as in ``takes.add``."""
    digest = over.pop("sha256", None) or sha256(word)
    return registry.takes.add(
        **{
            "sha256": digest,
            "size": 1000,
            "name": f"{word or 'take'}.mp4",
            "origin": Origin.GENERATED,
            "media": media_facts(),
            "claims": (),
            "location": Location(digest, f"/clips/{digest[:12]}.mp4", False, 1000, 1),
            **over,
        }
    )


def slate(
    path: Path | None = None,
    claims: Sequence[RecipeClaim] = (),
    number: int = 1,
    standing: Standing | None = None,
    **over: Any,
) -> Slate:
    """A take with its recipe, as the library would gather it; ``over`` as in :class:`Take`."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if path else sha256(number)
    take: dict[str, Any] = {
        "id": f"id-{number}",
        "sha256": digest,
        "size": path.stat().st_size if path else 1000,
        "shot": "SH010",
        "number": number,
        "name": path.name if path else f"take{number}.mp4",
        "origin": Origin.GENERATED,
        "media": media_facts(),
        "added": NOW,
    }
    return Slate(Take(**(take | over)), Recipe.of(claims), standing or Standing(), path=str(path or ""))


def half_black(path: Path, black: range, frames: int) -> Path:
    """A film of noise at 12 frames a second, with a stretch of lifted black, as a grade leaves it."""
    import av
    import numpy as np

    noise = np.random.default_rng(1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(frames):
            picture = noise.integers(0, 255, (6, 8, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
            if number in black:
                picture = np.full((48, 64, 3), 12, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def tiny_clip(
    path: Path,
    seconds: float = 1,
    size: tuple[int, int] = (64, 48),
    rate: int = 12,
    pattern: str = "testsrc",
    seed: int = 0,
    audio: bool = False,
    tags: Mapping[str, str] | None = None,
    aspect: Fraction | None = None,
) -> Path:
    """Write a small clip; the suffix of ``path`` chooses container and codec.

    Args:
        pattern: ``testsrc`` (shapes that move), ``black``, ``frozen``, ``flicker``, ``noise``,
            ``cut`` (another picture from the middle on).
        seed: other seeds give other pictures of the same pattern.
        audio: a quiet tone beside the picture.
        tags: container tags.
        aspect: of a pixel, width to height.
    """
    import av
    import numpy as np

    suffix = path.suffix.lower()
    codec, pixels = _CODECS[suffix]
    options = {"movflags": "+use_metadata_tags"} if suffix in {".mp4", ".mov", ".m4v"} else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", options=options) as container:
        container.metadata.update(tags or {})
        video = container.add_stream(codec, rate=rate)
        assert isinstance(video, av.VideoStream)
        video.width, video.height, video.pix_fmt = size[0], size[1], pixels
        video.codec_context.thread_count = 1
        if aspect is not None:
            video.codec_context.sample_aspect_ratio = aspect
        if codec == "libx264":
            video.options = {"preset": "ultrafast"}
        tone: av.AudioStream | None = None
        if audio:
            tone = container.add_stream("libopus" if suffix == ".webm" else "aac", rate=48000)
            tone.layout = "mono"
        count = max(1, round(seconds * rate))
        for index in range(count):
            picture = av.VideoFrame.from_ndarray(_picture(pattern, index, count, size, seed), format="rgb24")
            container.mux(video.encode(picture.reformat(format=pixels)))
        container.mux(video.encode(None))
        if tone is not None:
            for start in range(0, round(seconds * 48000), 960):
                wave = 0.1 * np.sin(2 * np.pi * 440 * np.arange(start, start + 960) / 48000)
                sound = av.AudioFrame.from_ndarray(
                    np.ascontiguousarray(wave[None, :] * 32767).astype(np.int16), format="s16", layout="mono"
                )
                sound.sample_rate, sound.pts = 48000, start
                container.mux(tone.encode(sound))
            container.mux(tone.encode(None))
    return path


def damaged_at(path: Path, moment: float, *, half: bool = False) -> Path:
    """``path`` with the packets of its picture shown from ``moment`` on spoilt, for half a second.

    Args:
        half: spoil the second half of the first packet alone; without it all of them, whole.
    """
    import av

    with av.open(str(path)) as given:
        packets = [
            (float(each.pts * each.time_base), each.pos, each.size)
            for each in given.demux(given.streams.video[0])
            if each.pts is not None and each.pos is not None
        ]
    data = bytearray(path.read_bytes())
    hit = [(at, length) for seconds, at, length in packets if moment <= seconds < moment + 0.5]
    for at, length in hit[:1] if half else hit:
        first = at + length // 2 if half else at
        data[first : at + length] = bytes(0xA5 ^ (n & 0xFF) for n in range(at + length - first))
    path.write_bytes(data)
    return path


def _picture(pattern: str, index: int, count: int, size: tuple[int, int], seed: int) -> NDArray[np.uint8]:
    """One frame, uint8 (height, width, 3)."""
    import numpy as np

    width, height = size
    if pattern == "black":
        return np.zeros((height, width, 3), np.uint8)
    if pattern == "noise":
        return np.random.default_rng((seed, index)).integers(0, 256, (height, width, 3), dtype=np.uint8)
    if pattern == "frozen":
        index = 0
    if pattern == "cut" and index >= count // 2:
        seed += 1000
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    picture = np.empty((height, width, 3))
    for channel in range(3):
        fx, fy, phase = random.uniform(2, 9), random.uniform(2, 9), random.uniform(0, 6.28)
        picture[..., channel] = 128 + 60 * np.sin(fx * x * 3 + fy * y * 3 + phase)
    left = int((random.uniform() + index / max(count, 24)) * width) % width
    top = int(random.uniform(0.1, 0.6) * height)
    picture[top : top + height // 4, left : left + width // 5] = random.uniform(0, 255, 3)
    if pattern == "flicker":
        picture *= 1.0 if index % 2 else 0.35
    return np.clip(picture, 0, 255).astype(np.uint8)
