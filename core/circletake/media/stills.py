"""Single frames of a file, for showing: decoded once from the front, and no further than the last."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import MediaError
from circletake.media.opening import open_media
from circletake.media.picture import Picture
from circletake.media.probe import picture_stream
from circletake.media.sprites import jpeg
from circletake.model.still import Still
from circletake.model.text import printable

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

QUALITY = 74
"""Of the JPEG; enough to compare two pictures by eye."""


def stills(path: Path, seconds: Sequence[float], long_side: int) -> list[Still]:
    """The frame nearest to each of ``seconds``, at most ``long_side`` pixels long, in the order asked for.

    Seconds count from the first frame, as in :func:`circletake.media.frames.read_once`. What
    lies behind the end, or behind the point where the file breaks off, shows the last frame.

    Raises:
        MediaError: the file cannot be opened, or not one frame can be decoded.
    """
    order = sorted(range(len(seconds)), key=lambda index: seconds[index])
    found: dict[int, Still] = {}
    with open_media(path) as container:
        stream = picture_stream(container, printable(path.name))
        before, since = None, 0.0
        for at, frame in frames_of(container, stream):
            while order and seconds[order[0]] <= at:
                wanted = order.pop(0)
                earlier = before is not None and seconds[wanted] - since < at - seconds[wanted]
                found[wanted] = _still(before if before is not None and earlier else frame, long_side)
            if not order:
                break
            before, since = frame, at
        for wanted in order:
            if before is None:
                raise MediaError(
                    printable(path.name), "no picture that can be read", "get another copy of it"
                )
            found[wanted] = _still(before, long_side)
    return [found[index] for index in range(len(seconds))]


def frames_of(container: InputContainer, stream: VideoStream) -> Iterator[tuple[float, VideoFrame]]:
    """Frames with their seconds, as far as the file goes; what is damaged is left out."""
    import av.error

    zero: float | None = None
    last = 0.0
    step = float(1 / stream.average_rate) if stream.average_rate else 0.04
    with contextlib.suppress(av.error.FFmpegError, EOFError):
        for packet in container.demux(stream):
            frames: list[VideoFrame] = []
            with contextlib.suppress(av.error.FFmpegError):
                frames = packet.decode()
            for frame in frames:
                time = frame.time
                if time is None:
                    time = (zero or 0.0) + last + (step if zero is not None else 0.0)
                zero = time if zero is None else zero
                last = max(time - zero, last)
                yield last, frame


def _still(frame: VideoFrame, long_side: int) -> Still:
    picture = Picture(frame).rgb(long_side)
    return Still(jpeg(picture, QUALITY), picture.shape[1], picture.shape[0])
