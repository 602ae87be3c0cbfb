"""Clips decoded into pictures, and pictures written as clips, on one thread each.

Pixels are square and upright here: aspect ratios and turns in a source's tags are not looked at.
No sound is written.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import av
    from numpy.typing import NDArray

Picture: TypeAlias = "NDArray[Any]"
"""uint8 (height, width, 3), RGB."""

Size: TypeAlias = tuple[int, int]
"""Width and height in pixels."""

LONGEST = 12.0
"""Of a longer clip only so many seconds are used."""

_TICKS = 60_000
"""A second in the time base of what is written; MPEG-4 allows no finer one than 65,535."""


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
