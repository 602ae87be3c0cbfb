"""The picture of a stretch of any clip, brought to one size and one rate, frame by frame."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import MediaError
from circletake.media.probe import open_media, picture_stream
from circletake.model.text import printable

if TYPE_CHECKING:
    import av
    from av.container import InputContainer
    from av.video.stream import VideoStream

BT709 = 1
_LIMITED = 1
_FULL = 2
_MATRIX = {1: "bt709", 4: "fcc", 5: "bt601", 6: "bt601", 7: "smpte240m", 9: "bt2020", 10: "bt2020"}
_SEEK_FROM = Fraction(2)
_TURNS: dict[int, list[tuple[str, str]]] = {
    0: [],
    1: [("transpose", "cclock")],
    2: [("hflip", ""), ("vflip", "")],
    3: [("transpose", "clock")],
}
"""Filters for a picture to be turned counter-clockwise by so many right angles."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """The picture every clip is brought to: pixels and exact frames per second."""

    width: int
    height: int
    rate: Fraction


def conformed(
    path: Path,
    source_in: Fraction,
    frames: int,
    canvas: Canvas,
    cancelled: Callable[[], None] = lambda: None,
) -> Iterator[av.VideoFrame]:
    """Yield exactly ``frames`` pictures of a clip, from ``source_in`` seconds on.

    Each frame of the canvas shows the clip's last frame that begins no later than half a canvas
    frame after it, as FFmpeg's ``fps`` filter has it, so a variable, higher or lower rate comes
    out even. The picture is
    turned as its container says, fitted inside the canvas with black around it, and
    converted to BT.709, limited range, ``yuv420p``.

    Args:
        cancelled: raises when the work is to stop.

    Raises:
        MediaError: the clip cannot be decoded, or ends before the stretch does.
    """
    import av.error

    name = printable(path.name)
    fitting: _Fitting | None = None
    count = 0
    shown: av.VideoFrame | None = None
    fitted: av.VideoFrame | None = None
    try:
        with closing(_timed_frames(path, source_in)) as decoded:
            for at, frame, aspect in decoded:
                fitting = fitting or _Fitting(canvas, aspect)
                index = floor((at - source_in) * canvas.rate + Fraction(1, 2))
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


class _Fitting:
    """Scales and pads frames; the filter graph is rebuilt when a clip changes its format."""

    def __init__(self, canvas: Canvas, aspect: Fraction) -> None:
        self._canvas = canvas
        self._aspect = aspect
        self._key: tuple[object, ...] = ()
        self._graph: av.filter.Graph | None = None

    def fit(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame on the canvas. Frames that already fit come back as they are."""
        key = _look(frame)
        if key != self._key:
            self._key = key
            self._graph = self._build(frame)
        if self._graph is None:
            return frame
        frame.pts = None
        self._graph.vpush(frame)
        return self._graph.vpull()

    def _build(self, frame: av.VideoFrame) -> av.filter.Graph | None:
        import av.filter

        turned = round(frame.rotation / 90) % 4
        width, height = _inside(
            self._canvas, frame.width * self._aspect, Fraction(frame.height), turned % 2 == 1
        )
        matrix = _matrix(frame)
        full = frame.color_range == _FULL or frame.format.name.startswith("yuvj")
        if (
            (frame.width, frame.height) == (self._canvas.width, self._canvas.height)
            and (width, height) == (self._canvas.width, self._canvas.height)
            and not turned
            and frame.format.name == "yuv420p"
            and matrix == "bt709"
            and not full
        ):
            return None
        levels = "full" if full else "limited"
        scale = f"w={width}:h={height}:flags=bicubic:in_color_matrix={matrix}:in_range={levels}"
        steps = [
            *_TURNS[turned],
            ("scale", f"{scale}:out_color_matrix=bt709:out_range=limited"),
            ("format", "yuv420p"),
            ("pad", f"w={self._canvas.width}:h={self._canvas.height}:x=-1:y=-1:color=black"),
            ("setsar", "1"),
        ]
        graph = av.filter.Graph()
        last = graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
        )
        for name, arguments in steps:
            node = graph.add(name, arguments or None)
            last.link_to(node)
            last = node
        sink = graph.add("buffersink")
        last.link_to(sink)
        graph.configure()
        return graph


def _look(frame: av.VideoFrame) -> tuple[object, ...]:
    return (
        frame.width,
        frame.height,
        frame.format.name,
        frame.rotation,
        frame.colorspace,
        frame.color_range,
    )


def _matrix(frame: av.VideoFrame) -> str:
    """The frame's colour matrix; untagged pictures are read by size, as players do (mpv's rule)."""
    untagged = "bt709" if frame.width >= 1280 or frame.height > 576 else "bt601"
    return _MATRIX.get(int(frame.colorspace), untagged)


def _inside(canvas: Canvas, width: Fraction, height: Fraction, on_its_side: bool) -> tuple[int, int]:
    """The largest even size of this shape that fits the canvas."""
    shown_width, shown_height = (height, width) if on_its_side else (width, height)
    scale = min(canvas.width / shown_width, canvas.height / shown_height)

    def even(length: Fraction, limit: int) -> int:
        return max(2, min(limit, 2 * round(length * scale / 2)))

    return even(shown_width, canvas.width), even(shown_height, canvas.height)
