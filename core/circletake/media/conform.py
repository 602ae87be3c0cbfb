"""The picture of a stretch of any clip, brought to one size and one rate, frame by frame."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import MediaError
from circletake.media.fitting import Canvas, Fitting
from circletake.media.probe import open_media, picture_stream
from circletake.model.cut import Fit
from circletake.model.text import printable

if TYPE_CHECKING:
    import av
    from av.container import InputContainer
    from av.video.stream import VideoStream

_SEEK_FROM = Fraction(2)


def conformed(
    path: Path,
    source_in: Fraction,
    frames: int,
    canvas: Canvas,
    cancelled: Callable[[], None] = lambda: None,
    *,
    speed: Fraction = Fraction(1),
    fit: Fit = Fit.LETTERBOX,
) -> Iterator[av.VideoFrame]:
    """Yield exactly ``frames`` pictures of a clip, from ``source_in`` seconds on.

    Each frame of the canvas shows the clip's last frame that begins no later than half a canvas
    frame after it, as FFmpeg's ``fps`` filter has it, so a variable, higher or lower rate comes
    out even. The picture is turned as its container says, fitted, and converted to BT.709,
    limited range, ``yuv420p``.

    Args:
        cancelled: raises when the work is to stop.
        speed: seconds of the clip that pass in one second of the canvas.

    Raises:
        MediaError: the clip cannot be decoded, or ends before the stretch does.
    """
    import av.error

    name = printable(path.name)
    pace = canvas.rate / speed
    fitting: Fitting | None = None
    count = 0
    shown: av.VideoFrame | None = None
    fitted: av.VideoFrame | None = None
    try:
        with closing(_timed_frames(path, source_in)) as decoded:
            for at, frame, aspect in decoded:
                fitting = fitting or Fitting(canvas, aspect, fit)
                index = floor((at - source_in) * pace + Fraction(1, 2))
                while shown is not None and count < min(index, frames):
                    cancelled()
                    fitted = fitted or fitting.fit(shown)
                    yield fitted
                    count += 1
                if count == frames:
                    return
                shown, fitted = frame, None
    except av.error.FFmpegError as error:
        raise MediaError(name, f"cannot be decoded: {error.strerror}", "download it again") from error
    if shown is None or fitting is None:
        raise MediaError(name, f"has no picture at {float(source_in):.2f} s", "choose another range")
    while count < frames:
        cancelled()
        fitted = fitted or fitting.fit(shown)
        yield fitted
        count += 1


def zero_of(stream: VideoStream) -> Fraction:
    """The time stamp, in seconds, at which a clip's own clock reads zero."""
    base = stream.time_base or Fraction(1)
    return stream.start_time * base if stream.start_time is not None else Fraction(0)


def _timed_frames(
    path: Path, source_in: Fraction
) -> Generator[tuple[Fraction, av.VideoFrame, Fraction], None, None]:
    """Frames with their seconds and pixel aspect, from one that is shown before ``source_in``."""
    with open_media(path) as container:
        stream = picture_stream(container, printable(path.name))
        stream.codec_context.thread_count = 0
        stream.codec_context.thread_type = "AUTO"
        aspect = stream.codec_context.sample_aspect_ratio or Fraction(1)
        zero = zero_of(stream)
        _check_length(path, container, stream, source_in)
        decoded = _from_keyframe(container, stream, zero + source_in) if source_in > _SEEK_FROM else None
        for frame in decoded or _clocked(container, stream):
            assert frame.pts is not None and frame.time_base is not None
            yield frame.pts * frame.time_base - zero, frame, aspect


def _check_length(path: Path, container: InputContainer, stream: VideoStream, source_in: Fraction) -> None:
    if stream.duration is not None and stream.time_base is not None:
        seconds = stream.duration * stream.time_base
    elif container.duration is not None:
        seconds = Fraction(container.duration, 1_000_000)
    else:
        return
    if source_in >= seconds + 1:
        raise MediaError(
            printable(path.name),
            f"is {float(seconds):.2f} s long, {float(source_in):.2f} s was asked",
            "mend the cut",
        )


def _from_keyframe(
    container: InputContainer, stream: VideoStream, target: Fraction
) -> Iterator[av.VideoFrame] | None:
    """Decode from the key frame before ``target``; ``None``, rewound, where the index misleads."""
    import itertools

    import av

    assert stream.time_base is not None
    try:
        container.seek(int(target / stream.time_base), stream=stream, backward=True)
        frames = _clocked(container, stream)
        first = next(frames)
        if first.pts is not None and first.pts * stream.time_base <= target:
            return itertools.chain([first], frames)
    except (av.error.FFmpegError, StopIteration):
        pass
    container.seek(0, backward=True)
    return None


def _clocked(container: InputContainer, stream: VideoStream) -> Iterator[av.VideoFrame]:
    """Decoded frames, each with a time stamp; where the container has none they are counted."""
    rate = stream.average_rate or Fraction(24)
    base = stream.time_base or 1 / rate
    following = stream.start_time or 0
    for frame in container.decode(stream):
        if frame.pts is None:
            frame.pts = following
            frame.time_base = base
        following = frame.pts + round(1 / rate / base)
        yield frame
