"""The sound of a cut: its song, or the clips' own sound, sample by sample."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

from circletake.errors import MediaError
from circletake.media.conform import zero_of
from circletake.media.opening import open_media
from circletake.model.text import printable

if TYPE_CHECKING:
    import numpy as np
    from av.container import InputContainer
    from numpy.typing import NDArray

    from circletake.model.cut import Cut

RATE = 48_000
_FADE_SECONDS = 0.5
_SONGS = "wav,w64,aiff,mp3,flac,ogg,aac,mov,matroska"


@dataclass(frozen=True, slots=True)
class _Piece:
    """``samples`` of sound from ``start`` seconds into a clip or song; silence where it has none."""

    path: Path
    song: bool
    start: Fraction
    samples: int


class Soundtrack:
    """Stereo sound at 48 kHz, exactly as long as the cut.

    With a song that is all there is, faded out at the end where the cut ends before it;
    without one each event brings its clip's own sound.
    """

    def __init__(self, cut: Cut, media: Mapping[str, Path]) -> None:
        self.samples = round(cut.seconds * RATE)
        self._fade = 0
        if cut.song:
            pieces = [_Piece(Path(cut.song.path), True, cut.song.offset, self.samples)]
            self._fade = min(round(_FADE_SECONDS * RATE), self.samples // 4)
        else:
            pieces = [
                _Piece(
                    media[placed.event.take_id],
                    False,
                    placed.event.source_in,
                    round(placed.record_out * RATE) - round(placed.record_in * RATE),
                )
                for placed in cut.placed
            ]
        self.present = any(_has_sound(*file) for file in dict.fromkeys((p.path, p.song) for p in pieces))
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
        import numpy as np

        begins = self.samples - self._fade
        if not self._fade or self._read + run.shape[1] <= begins:
            return np.ascontiguousarray(run)
        at = np.arange(self._read, self._read + run.shape[1])
        gain = np.clip((self.samples - at) / self._fade, 0.0, 1.0).astype(np.float32)
        return np.ascontiguousarray(run * gain)

    @staticmethod
    def _all(pieces: list[_Piece]) -> Generator[NDArray[np.float32], None, None]:
        for piece in pieces:
            yield from _samples(piece)


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


def _samples(piece: _Piece) -> Iterator[NDArray[np.float32]]:
    """Runs of the piece's sound that add up to its length, silence before and after it."""
    import av.error
    import numpy as np

    def silence(count: int) -> NDArray[np.float32]:
        return np.zeros((2, count), np.float32)

    done = 0
    try:
        with closing(_decoded(piece)) as runs:
            for at, run in runs:
                start = at - done
                if start > 0:
                    gap = min(start, piece.samples - done)
                    yield silence(gap)
                    done += gap
                late = max(0, -start)
                kept = run[:, late : late + piece.samples - done]
                if kept.shape[1]:
                    yield kept
                    done += kept.shape[1]
                if done >= piece.samples:
                    return
    except av.error.FFmpegError as error:
        name = printable(piece.path.name)
        raise MediaError(
            name, f"its sound cannot be decoded: {error.strerror}", "bring another copy"
        ) from error
    while done < piece.samples:
        count = min(RATE, piece.samples - done)
        yield silence(count)
        done += count


def _decoded(piece: _Piece) -> Generator[tuple[int, NDArray[np.float32]], None, None]:
    """Runs of stereo samples, each with the place of its first one, counted from the piece's start."""
    import av

    with _open(piece.path, piece.song) as container:
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
