"""What a file's container says of its picture and sound, without decoding more than one frame."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import MediaError
from circletake.media.opening import (
    MAX_PIXELS,
    VIDEO_SUFFIXES,
    all_there,
    ends_early,
    in_fragments,
    open_media,
)
from circletake.model.case import ENDS_EARLY
from circletake.model.take import AudioFacts, MediaFacts
from circletake.model.text import printable

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

__all__ = ["VIDEO_SUFFIXES", "Probed", "open_media", "picture_sha256", "probe"]

_MAX_TAG = 4 * 2**20
_FASTEST = 240
"""Frames a second; matroska without a rate of its own is given its time base where a rate should be."""

_SHORT = 0.5
"""Seconds by which a matroska file may miss its stated length before it counts as cut short."""

_CUT_SHORT = (ENDS_EARLY, "download it again")
_BAD_INDEX = ("its index lists pictures that are not there", "get another copy of it")


@dataclass(frozen=True, slots=True)
class Probed:
    """A file's media facts and its container tags, keys in lower case, values untrusted.

    Attributes:
        short: how the file lacks picture that its container promises, and what to do; the facts are of
            what is there.
    """

    facts: MediaFacts
    tags: dict[str, str]
    short: str = ""


@dataclass(frozen=True, slots=True)
class _Walk:
    """What one pass over the coded packets told; an edit list hides those that are not ``shown``.

    Attributes:
        end: time of the last picture's end in the file; it may start later than 0.
    """

    sha256: str
    packets: int
    shown: int
    seconds: float
    end: float
    first: VideoFrame | None


def probe(path: Path, *, whole: bool = True, picture: bool = True) -> Probed:
    """Read the facts of a media file: one pass over its packets, one frame decoded.

    Args:
        whole: refuse a file that is cut short, rather than tell what there is of it.
        picture: decode a frame and digest all that is coded. Without, the tables of the container tell, in a
            tenth of the time: the size is as coded, ``rotation`` is 0, ``aspect`` 1, and
            ``pixel_format`` and ``picture_sha256`` are empty.

    Raises:
        MediaError: empty, cut short, a playlist, foreign, without picture or some of it, or too large.
    """
    name = printable(path.name)
    with open_media(path, decoders=picture) as container:
        short = _CUT_SHORT if ends_early(path) else None
        if short and whole:
            raise MediaError(name, *short)
        stream = picture_stream(container, name)
        indexed = None if picture or in_fragments(path) else _indexed(container, stream)
        walk = indexed or _walk(container, stream, look=picture, picture=picture)
        if not short and _misses_packets(container, stream, walk):
            short = _BAD_INDEX if all_there(path) else _CUT_SHORT
        if short and whole:
            raise MediaError(name, *short)
        if not walk.shown or (picture and walk.first is None):
            raise MediaError(name, "no picture that can be read", "get another copy of it")
        shown = walk.first or stream.codec_context
        rotation = -round(walk.first.rotation) % 360 if walk.first else 0
        sideways = rotation in (90, 270)
        width, height = shown.width, shown.height
        facts = MediaFacts(
            container=container.format.name,
            mime=_mime(container, path),
            codec=stream.codec_context.name,
            width=height if sideways else width,
            height=width if sideways else height,
            rate=_rate(stream, walk),
            frames=walk.shown,
            seconds=walk.seconds,
            pixel_format=walk.first.format.name if walk.first else "",
            rotation=rotation,
            audio=_sound(container),
            picture_sha256=walk.sha256,
            aspect=_aspect(stream, sideways),
        )
        return Probed(facts, _tags(container, stream), "; ".join(short or ()))


def picture_sha256(path: Path) -> str:
    """Digest of the coded video packets: the same whatever container they are wrapped in.

    Raises:
        MediaError: as :func:`probe`.
    """
    with open_media(path) as container:
        return _walk(container, picture_stream(container, printable(path.name)), look=False).sha256


def picture_stream(container: InputContainer, name: str) -> VideoStream:
    """The first real video stream, on one decoder thread; cover pictures do not count.

    Raises:
        MediaError: there is none, or its frames are larger than any film's.
    """
    for stream in container.streams.video:
        if stream.disposition.name and "attached_pic" in stream.disposition.name:
            continue
        context = stream.codec_context
        if context is None or not context.width or not context.height:
            continue
        if context.width * context.height > MAX_PIXELS:
            raise MediaError(
                name, f"frames of {context.width}x{context.height} are too large", "make a smaller copy of it"
            )
        # A process per core: more threads would cost CPU and win nothing.
        context.thread_type = "NONE"
        context.thread_count = 1
        return stream
    raise MediaError(name, "no picture", "name a file that has one")


def _walk(container: InputContainer, stream: VideoStream, look: bool, picture: bool = True) -> _Walk:
    import av.error

    digest = hashlib.sha256()
    packets = shown = 0
    start: int | None = None
    end = 0
    longest = 0
    first: VideoFrame | None = None
    try:
        for packet in container.demux(stream):
            size = packet.size
            if size and picture:
                digest.update(packet)
            if look and first is None:
                with contextlib.suppress(av.error.FFmpegError):
                    first = next(iter(packet.decode()), None)
            if not size:
                continue
            packets += 1
            if packet.is_discard:
                continue
            shown += 1
            at = packet.pts
            if at is not None:
                lasts = packet.duration or 0
                start = at if start is None else min(start, at)
                longest = max(longest, lasts)
                end = max(end, at + lasts)
    except av.error.FFmpegError:
        # What could be read is reported; the caller compares it with what was promised.
        pass
    base = stream.time_base or Fraction(1, 1)
    ticks = end - (start or 0)
    if shown > 1 and longest == 0:
        ticks = ticks * shown // (shown - 1)
    seconds = float(ticks * base)
    if stream.duration and not longest:
        seconds = float(stream.duration * base)
    return _Walk(
        digest.hexdigest() if picture else "",
        packets,
        shown,
        seconds,
        float((start or 0) * base) + seconds,
        first,
    )


def _indexed(container: InputContainer, stream: VideoStream) -> _Walk | None:
    """What a walk would tell, from an MP4's table of samples, by which players find each picture.

    The length that stands in its head is believed only where the table bears it out: it is one number,
    and whoever signs a file can write another.

    Returns:
        ``None`` where there is no such table, or where it does not hold as many as are promised.
    """
    base = stream.time_base
    if not container.format.name.startswith("mov") or not base or len(stream.index_entries) != stream.frames:
        return None
    shown = [entry.timestamp for entry in stream.index_entries if not entry.is_discard]
    if len(shown) < 2:
        return None
    step = Fraction(max(shown) - min(shown), len(shown) - 1) * base
    seconds, said = float(step * len(shown)), float((stream.duration or 0) * base)
    if abs(said - seconds) <= step:
        seconds = said
    return _Walk("", stream.frames, len(shown), seconds, seconds, None)


def _misses_packets(container: InputContainer, stream: VideoStream, walk: _Walk) -> bool:
    """Whether the container promised more picture than it holds."""
    if walk.packets < stream.frames:
        return True
    if not container.format.name.startswith("matroska") or container.streams.audio:
        return False
    promised = float(container.duration or 0) / 1e6
    return promised - walk.end > max(_SHORT, walk.seconds / 10)


def _rate(stream: VideoStream, walk: _Walk) -> Fraction | None:
    rate = stream.average_rate or stream.guessed_rate
    if rate and rate <= _FASTEST:
        return Fraction(rate)
    if walk.seconds > 0 and walk.shown > 1:
        return Fraction(walk.shown / walk.seconds).limit_denominator(1001)
    return None


def _aspect(stream: VideoStream, sideways: bool) -> Fraction:
    """Of a pixel as shown; what no film has counts as square."""
    aspect = stream.codec_context.sample_aspect_ratio or Fraction(1)
    if not Fraction(1, 4) <= aspect <= 4:
        return Fraction(1)
    return 1 / aspect if sideways else Fraction(aspect)


def _mime(container: InputContainer, path: Path) -> str:
    name = container.format.name
    if name.startswith("mov"):
        quicktime = container.metadata.get("major_brand", "").startswith("qt")
        return "video/quicktime" if quicktime else "video/mp4"
    if name.startswith("matroska"):
        with path.open("rb") as file:
            return "video/webm" if b"webm" in file.read(64) else "video/x-matroska"
    return {"avi": "video/x-msvideo", "gif": "image/gif"}.get(name, "application/octet-stream")


def _sound(container: InputContainer) -> AudioFacts | None:
    for stream in container.streams.audio:
        context = stream.codec_context
        if context is not None and context.sample_rate:
            return AudioFacts(context.name, context.sample_rate, context.channels)
    return None


def _tags(container: InputContainer, stream: VideoStream) -> dict[str, str]:
    tags: dict[str, str] = {}
    for source in (stream.metadata, container.metadata):
        for key, value in source.items():
            tags[key.lower()] = value[:_MAX_TAG]
    return tags
