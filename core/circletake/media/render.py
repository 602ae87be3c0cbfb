"""Writing video: a clip remuxed without touching its picture, or a cut rendered to one file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

from circletake.errors import BadInput, MediaError
from circletake.files import sync_file, sync_folder
from circletake.media.codecs import CODECS, H264, Codec
from circletake.media.conform import conformed
from circletake.media.fitting import BT709, Canvas, black
from circletake.media.probe import open_media, picture_sha256, picture_stream
from circletake.media.soundtrack import RATE, Soundtrack
from circletake.media.untagged import copy_untagged

if TYPE_CHECKING:
    import av
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.video.stream import VideoStream

    from circletake.model.cut import Cut
    from circletake.model.take import MediaFacts

REMUXED = {
    "video/mp4": "mp4",
    "video/x-m4v": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-matroska": "matroska",
    "video/matroska": "matroska",
}
"""Media types that are written anew without re-encoding, and the muxer for each."""

GIFS = ("image/gif", "video/gif")
"""FFmpeg's packets of them hold the comments too, so what they show is compared."""

COPIED = ("video/x-msvideo", "video/avi", "video/msvideo", *GIFS)
"""Media types of which pieces are copied: rewriting them would change the picture's packets."""

_LIMITED = 1


def needs_encoding(facts: MediaFacts) -> str:
    """Why a clip cannot leave without re-encoding; empty where it can.

    Args:
        facts: of the clip, as the library has them.
    """
    if facts.mime in REMUXED or facts.mime in COPIED:
        return ""
    return f"{facts.mime or facts.container} cannot carry content credentials"


def remux(source: Path, destination: Path, mime: str = "video/mp4") -> None:
    """Write a clip's picture and sound anew, without re-encoding and without its tags.

    Tags of the container may hold prompts, local paths and names; what is to be said of the
    clip is said in its manifest. The coded picture is compared before and after; of a GIF, what it shows.

    Args:
        mime: media type of ``source``, which ``destination`` will have too.

    Raises:
        MediaError: the clip cannot be rewritten unchanged; nothing was written.
    """
    import av

    if mime not in REMUXED and mime not in COPIED:
        raise MediaError(source.name, f"{mime} cannot be remuxed", "render it instead")
    with _whole(destination) as staged:
        try:
            if mime in COPIED:
                copy_untagged(source, staged)
            else:
                _copy_packets(source, staged, REMUXED[mime])
        except (av.error.FFmpegError, ValueError) as error:
            raise MediaError(source.name, f"cannot be remuxed: {error}", "render it instead") from error
        seen = _shown_sha256 if mime in GIFS else picture_sha256
        if seen(staged) != seen(source):
            raise MediaError(source.name, "its picture would change by remuxing", "render it instead")


def render(
    cut: Cut,
    media: Mapping[str, Path],
    destination: Path,
    *,
    progress: Callable[[float], object] = lambda fraction: None,
    cancelled: Callable[[], None] = lambda: None,
    quick: bool = False,
    codec: str = "h264",
) -> None:
    """Render a cut to one file in BT.709, by itself an MP4: H.264 (CRF 18, ``yuv420p``) and AAC at 48 kHz.

    Every clip is fitted to the cut's size and rate; the file has exactly the frames of
    ``cut.placed`` and of the black between them. Sound is the song, or each clip's own;
    without either there is no track.

    Args:
        media: by take id, where its file is.
        progress: told the fraction done, 0-1.
        cancelled: raises when the work is to stop; nothing is left behind then.
        quick: fast rather than good, for a preview.
        codec: ``h264``, or ``prores`` or ``dnxhr`` for a MOV with uncompressed sound. Pictures are
            fitted in 8 bits, 4:2:0, whatever they are stored in.

    Raises:
        BadInput: the cut is empty or of an impossible size.
        MediaError: a clip or the song cannot be read.
    """
    import av

    if not cut.events:
        raise BadInput(cut.name, "the cut has no events", "circletake cut add")
    if cut.width < 2 or cut.height < 2 or cut.width % 2 or cut.height % 2:
        raise BadInput(cut.name, f"{cut.width}x{cut.height} is not a size H.264 can have", "use even numbers")
    how = CODECS[codec]
    total = int(cut.seconds * cut.rate)
    with closing(Soundtrack(cut, media)) as sound, _whole(destination) as staged:
        with av.open(str(staged), "w", format=how.muxer, options={"movflags": "+faststart"}) as output:
            if quick:
                output.metadata["comment"] = "circletake preview; not signed, not for release"
            video = _video_stream(output, cut, how, quick)
            audio = _audio_stream(output, how) if sound.present else None
            heard = 0
            for index, frame in enumerate(_pictures(cut, media, cancelled, quick)):
                if frame.format.name != how.pixels:
                    frame = frame.reformat(format=how.pixels)
                frame.pts = index
                frame.time_base = 1 / cut.rate
                frame.pict_type = 0  # the encoder chooses, not the source
                output.mux(video.encode(frame))
                if audio and (index % 12 == 11 or index == total - 1):
                    until = round((index + 1) / cut.rate * RATE)
                    _write_sound(output, audio, sound, heard, until - heard)
                    heard = until
                progress((index + 1) / total)
            output.mux(video.encode(None))
            if audio:
                output.mux(audio.encode(None))
        _check_frames(staged, total)


def _pictures(
    cut: Cut, media: Mapping[str, Path], cancelled: Callable[[], None], quick: bool
) -> Iterator[av.VideoFrame]:
    canvas = Canvas(cut.width, cut.height, cut.rate, quick)
    at = Fraction(0)
    for placed in cut.placed:
        if placed.record_in > at:
            nothing = black(canvas)
            for _ in range(int((placed.record_in - at) * cut.rate)):
                cancelled()
                yield nothing
        event = placed.event
        frames = int((placed.record_out - placed.record_in) * cut.rate)
        path, fit = media[event.take_id], cut.fit_of(event)
        yield from conformed(path, event.source_in, frames, canvas, cancelled, speed=event.speed, fit=fit)
        at = placed.record_out


def _video_stream(output: OutputContainer, cut: Cut, how: Codec, quick: bool) -> VideoStream:
    options = {"crf": "26", "preset": "ultrafast"} if quick and how is H264 else dict(how.options)
    stream = cast("VideoStream", output.add_stream(how.encoder, rate=cut.rate, options=options))
    stream.width, stream.height, stream.pix_fmt = cut.width, cut.height, how.pixels
    stream.time_base = 1 / cut.rate
    context = stream.codec_context
    context.time_base = 1 / cut.rate
    context.color_primaries = context.color_trc = context.colorspace = BT709
    context.color_range = _LIMITED
    context.thread_type = "FRAME"
    return stream


def _audio_stream(output: OutputContainer, how: Codec) -> AudioStream:
    options = {"b": how.bitrate} if how.bitrate else {}
    added = output.add_stream(how.sound, rate=RATE, layout="stereo", options=options)
    return cast("AudioStream", added)


def _write_sound(output: OutputContainer, audio: AudioStream, sound: Soundtrack, at: int, count: int) -> None:
    import av

    if count <= 0:
        return
    frame = av.AudioFrame.from_ndarray(sound.read(count), format="fltp", layout="stereo")
    frame.sample_rate = RATE
    frame.time_base = Fraction(1, RATE)
    frame.pts = at
    output.mux(audio.encode(frame))


def _shown_sha256(path: Path) -> str:
    found = hashlib.sha256()
    with open_media(path) as container:
        for frame in container.decode(picture_stream(container, path.name)):
            found.update(str(frame.time).encode() + frame.to_ndarray(format="rgba").tobytes())
    return found.hexdigest()


def _copy_packets(source: Path, staged: Path, muxer: str) -> None:
    import av

    options = {"movflags": "+faststart"} if muxer in ("mp4", "mov") else {}
    with open_media(source) as given, av.open(str(staged), "w", format=muxer, options=options) as output:
        streams = [picture_stream(given, source.name), *given.streams.audio[:1]]
        copies = {stream.index: output.add_stream_from_template(stream, opaque=True) for stream in streams}
        for copy in copies.values():
            copy.metadata.clear()
        for packet in given.demux(*streams):
            # The last one of each stream is empty; Matroska has no decoding times for the first.
            if packet.size:
                packet.stream = copies[packet.stream.index]
                output.mux(packet)


def _check_frames(path: Path, expected: int) -> None:
    with open_media(path) as container:
        frames = container.streams.video[0].frames
    if frames != expected:
        raise MediaError(path.name, f"{frames} frames were written, not {expected}", "report this as a bug")


@contextmanager
def _whole(destination: Path) -> Iterator[Path]:
    """A file to write into; it takes the destination's place only once it is complete and on disk."""
    staged = destination.with_name(f".{destination.name}.part")
    try:
        yield staged
        sync_file(staged)
        staged.replace(destination)
        sync_folder(destination.parent)
    finally:
        staged.unlink(missing_ok=True)
