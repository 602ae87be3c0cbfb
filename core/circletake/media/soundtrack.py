"""The sound of a cut: its song, or the clips' own sound, sample by sample."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

from circletake.errors import MediaError
from circletake.media.conform import zero_of
from circletake.media.opening import open_media
from circletake.model.text import printable

if TYPE_CHECKING:
    import av
    import numpy as np
    from av.container import InputContainer
    from numpy.typing import NDArray

    from circletake.model.cut import Cut

RATE = 48_000
_SLOWEST_TEMPO = Fraction(1, 2)
"""One ``atempo`` filter goes no slower; several are chained then."""

_SONGS = "wav,w64,aiff,mp3,flac,ogg,aac,mov,matroska"


@dataclass(frozen=True, slots=True)
class _Piece:
    """``samples`` of sound from ``start`` seconds into a clip or song; silence where it has none, or no path.

    Attributes:
        speed: seconds of the file that pass in one second of the piece; the pitch stays.
    """

    path: Path | None
    song: bool
    start: Fraction
    samples: int
    speed: Fraction = Fraction(1)


class Soundtrack:
    """Stereo sound at 48 kHz, exactly as long as the cut.

    With a song that is all there is, with its fades; without one each event brings its clip's
    own sound, and black is silent.
    """

    def __init__(self, cut: Cut, media: Mapping[str, Path]) -> None:
        self.samples = round(cut.seconds * RATE)
        self._song = cut.song
        if cut.song:
            pieces = [_Piece(Path(cut.song.path), True, cut.song.offset, self.samples)]
        else:
            pieces = list(_pieces(cut, media))
        self.present = any(
            _has_sound(*file) for file in dict.fromkeys((p.path, p.song) for p in pieces if p.path)
        )
        self._runs = self._all(pieces)
        self._left: list[NDArray[np.float32]] = []
        self._read = 0

    def read(self, count: int) -> NDArray[np.float32]:
        """The next ``count`` samples as float32 (2, count) in -1..1."""
        import numpy as np

        have = sum(run.shape[1] for run in self._left)
        while have < count:
            run = next(self._runs)
            self._left.append(run)
            have += run.shape[1]
        joined = np.concatenate(self._left, axis=1)
        taken, rest = joined[:, :count], joined[:, count:]
        self._left = [rest]
        faded = self._faded(taken)
        self._read += count
        return faded

    def close(self) -> None:
        """Let go of the file being read."""
        self._runs.close()

    def _faded(self, run: NDArray[np.float32]) -> NDArray[np.float32]:
        """The song at its volume, with what lies in its fades faded; neither fade takes more than half."""
        import numpy as np

        if self._song is None:
            return np.ascontiguousarray(run)
        rises, falls = (
            min(round(seconds * RATE), self.samples // 2)
            for seconds in (self._song.fade_in, self._song.fade_out)
        )
        at = np.arange(self._read, self._read + run.shape[1])
        gain = np.full(run.shape[1], float(self._song.volume))
        if rises and at[0] < rises:
            gain *= np.clip(at / rises, 0.0, 1.0)
        if falls and at[-1] >= self.samples - falls:
            gain *= np.clip((self.samples - at) / falls, 0.0, 1.0)
        return np.ascontiguousarray(run * gain.astype(np.float32))

    @staticmethod
    def _all(pieces: list[_Piece]) -> Generator[NDArray[np.float32], None, None]:
        for piece in pieces:
            yield from _samples(piece)


def _pieces(cut: Cut, media: Mapping[str, Path]) -> Iterator[_Piece]:
    """The sound of each event, and the silence of the black before it."""
    at = 0
    for placed in cut.placed:
        begins, ends = round(placed.record_in * RATE), round(placed.record_out * RATE)
        if begins > at:
            yield _Piece(None, False, Fraction(0), begins - at)
        event = placed.event
        yield _Piece(media[event.take_id], False, event.source_in, ends - begins, event.speed)
        at = ends


def song_seconds(path: Path) -> Fraction:
    """How long a song is.

    Raises:
        MediaError: it cannot be read, or has no sound.
    """
    if not _has_sound(path, True):
        return Fraction(0)
    with _open(path, True) as container:
        stream = container.streams.audio[0]
        if stream.duration is not None and stream.time_base is not None:
            return stream.duration * stream.time_base
        return Fraction(container.duration or 0, 1_000_000)


def _has_sound(path: Path, song: bool) -> bool:
    with _open(path, song) as container:
        if song and not container.streams.audio:
            raise MediaError(printable(path.name), "has no sound", "choose another song")
        return bool(container.streams.audio)


@contextmanager
def _open(path: Path, song: bool) -> Iterator[InputContainer]:
    """A clip as everywhere; a song in the formats that sound comes in, this one file alone."""
    import av.error

    if not song:
        with open_media(path) as container:
            yield container
        return
    options = {"protocol_whitelist": "file", "format_whitelist": _SONGS}
    try:
        opened = av.open(f"file:{path.absolute()}", options=options, metadata_errors="replace")
    except (av.error.FFmpegError, OSError) as error:
        reason = f"the song cannot be read: {error.strerror or 'unknown format'}"
        raise MediaError(printable(path.name), reason, "bring another copy") from error
    with opened:
        yield opened


def _silence(count: int) -> Iterator[NDArray[np.float32]]:
    """So many silent samples, a second at a time."""
    import numpy as np

    for at in range(0, count, RATE):
        yield np.zeros((2, min(RATE, count - at)), np.float32)


def _samples(piece: _Piece) -> Iterator[NDArray[np.float32]]:
    """Runs of the piece's sound that add up to its length, silence before and after it."""
    if piece.path is None:
        yield from _silence(piece.samples)
    elif piece.speed == 1:
        yield from _as_it_is(piece, piece.path)
    else:
        given = replace(piece, samples=round(piece.samples * piece.speed), speed=Fraction(1))
        done = 0
        for run in _at_speed(_as_it_is(given, piece.path), piece.speed):
            kept = run[:, : piece.samples - done]
            if kept.shape[1]:
                yield kept
            done += kept.shape[1]
        yield from _silence(piece.samples - done)


def _at_speed(runs: Iterator[NDArray[np.float32]], speed: Fraction) -> Iterator[NDArray[np.float32]]:
    """The same sound slower or faster at its pitch, give or take a few samples."""
    import av.filter
    import numpy as np

    graph = av.filter.Graph()
    last = graph.add_abuffer(format="fltp", sample_rate=RATE, layout="stereo", time_base=Fraction(1, RATE))
    left = speed
    while left != 1:
        step = max(left, _SLOWEST_TEMPO)
        node = graph.add("atempo", f"{float(step):.9f}")
        last.link_to(node)
        last, left = node, left / step
    planar = graph.add("aformat", f"sample_fmts=fltp:sample_rates={RATE}:channel_layouts=stereo")
    last.link_to(planar)
    sink = graph.add("abuffersink")
    planar.link_to(sink)
    graph.configure()
    given = 0
    for run in runs:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(run), format="fltp", layout="stereo")
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), given
        given += run.shape[1]
        graph.push(frame)
        yield from _ready(graph)
    graph.push(None)
    yield from _ready(graph)


def _ready(graph: av.filter.Graph) -> Iterator[NDArray[np.float32]]:
    """What a graph of sound has finished."""
    import av.error

    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        yield cast("NDArray[np.float32]", cast("av.AudioFrame", frame).to_ndarray())


def _as_it_is(piece: _Piece, path: Path) -> Iterator[NDArray[np.float32]]:
    import av.error

    done = 0
    try:
        with closing(_decoded(piece, path)) as runs:
            for at, run in runs:
                start = at - done
                if start > 0:
                    gap = min(start, piece.samples - done)
                    yield from _silence(gap)
                    done += gap
                late = max(0, -start)
                kept = run[:, late : late + piece.samples - done]
                if kept.shape[1]:
                    yield kept
                    done += kept.shape[1]
                if done >= piece.samples:
                    return
    except av.error.FFmpegError as error:
        name = printable(path.name)
        raise MediaError(
            name, f"its sound cannot be decoded: {error.strerror}", "bring another copy"
        ) from error
    yield from _silence(piece.samples - done)


def _decoded(piece: _Piece, path: Path) -> Generator[tuple[int, NDArray[np.float32]], None, None]:
    """Runs of stereo samples, each with the place of its first one, counted from the piece's start."""
    import av

    with _open(path, piece.song) as container:
        if not container.streams.audio:
            return
        stream = container.streams.audio[0]
        pictures = [] if piece.song else container.streams.video
        zero = zero_of(pictures[0]) if pictures else Fraction(0)
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=RATE)
        place: int | None = None
        for frame in container.decode(stream):
            if place is None:
                seconds = (frame.pts or 0) * (frame.time_base or Fraction(1)) - zero - piece.start
                place = round(seconds * RATE)
            for resampled in resampler.resample(frame):
                run = cast("NDArray[np.float32]", resampled.to_ndarray())
                if place + run.shape[1] > 0:
                    yield place, run
                place += run.shape[1]
        for resampled in resampler.resample(None):
            run = cast("NDArray[np.float32]", resampled.to_ndarray())
            yield place or 0, run
