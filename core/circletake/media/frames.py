"""Decode a take once and hand its frames and sound to everybody who wants them.

Luma is read where it lies in the decoder's own picture and shrunk by halves (each exact, so
OpenCV's quickest path), or, for who asks for a glance, a line now and then; that costs a
few hundredths of the decoding itself. Whoever has
equal :class:`~circletake.protocols.Needs` shares one conversion.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from circletake.errors import Cancelled, MediaError
from circletake.media.damage import Damaged, joined, spans
from circletake.media.opening import ends_early, open_media
from circletake.media.picture import Picture
from circletake.media.probe import picture_stream
from circletake.model.text import printable
from circletake.protocols import Needs

if TYPE_CHECKING:
    import numpy as np
    from av.audio.resampler import AudioResampler
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from numpy.typing import NDArray

RUN = 24
"""Frames handed over at once: large enough for numpy to be quick, small enough for memory."""

_BIG_RUN_BYTES = 48 * 2**20


class Sink(Protocol):
    """Who wants frames or sound; a :class:`circletake.protocols.Scoring` is one."""

    def video(self, frames: NDArray[np.uint8], seconds: NDArray[np.float64]) -> None:
        """Take a run of frames (n, h, w[, 3]) and the second of each."""

    def audio(self, samples: NDArray[np.float32], start: float) -> None:
        """Take a run of mono samples and the second of the first."""


@dataclass(slots=True)
class Tap:
    """One sink on the stream of frames.

    Attributes:
        failed: what the sink raised; it then gets nothing more and the others go on.
        glance: some lines of each frame will do for gray pictures far smaller, which is cheaper and noisier.
    """

    needs: Needs
    sink: Sink
    failed: Exception | None = None
    glance: bool = False

    def give(self, call: Callable[..., None], *arguments: object) -> None:
        """Call the sink unless it has failed before."""
        if self.failed is None:
            try:
                call(*arguments)
            except Cancelled:
                raise
            except Exception as error:  # a sink is a plugin and may fail in any way
                self.failed = error


@dataclass(frozen=True, slots=True)
class Decoded:
    """What the pass told of the take as a whole.

    Attributes:
        frames: frames that could be decoded.
        seconds: from the first frame to the end of the last.
        picture_sha256: of the coded video packets, as in the take's media facts.
        problem: why not everything could be decoded; empty when it could.
        damaged: where the decoder itself tells of damage, in order.
    """

    frames: int
    seconds: float
    picture_sha256: str
    problem: str = ""
    damaged: tuple[Damaged, ...] = ()

    @property
    def mended(self) -> str:
        """Where there is a picture that the decoder filled in, in words; empty where nowhere."""
        filled = [each for each in self.damaged if each.read]
        return f"damaged at {spans(filled)}, where the decoder filled in what is missing" if filled else ""


def read_once(path: Path, taps: Sequence[Tap], cancelled: Callable[[], bool] = lambda: False) -> Decoded:
    """Decode ``path`` from front to back on one thread and serve all taps.

    Times given to sinks count from the first frame. A damaged tail ends the pass: what came
    before it is served and :attr:`Decoded.problem` says so.

    Raises:
        MediaError: it cannot be opened, or not one frame can be decoded.
        Cancelled: ``cancelled`` answered yes.
    """
    with open_media(path) as container:
        pass_ = _Pass(container, path, taps)
        return pass_.run(cancelled)


class _Pass:
    def __init__(self, container: InputContainer, path: Path, taps: Sequence[Tap]) -> None:
        self._container = container
        self._path = path
        self._name = printable(path.name)
        self._stream = picture_stream(container, self._name)
        self._groups = _groups(taps)
        self._sounds = _sounds(taps) if container.streams.audio else []
        self._digest = hashlib.sha256()
        self._zero: float | None = None
        self._last = 0.0
        self._step = float(1 / self._stream.average_rate) if self._stream.average_rate else 0.04
        self._frames = 0
        self._problem = ""
        self._damaged: list[Damaged] = []
        self._failed: list[float] = []

    def run(self, cancelled: Callable[[], bool]) -> Decoded:
        import av.error

        streams: list[Any] = [self._stream]
        if self._sounds:
            streams.append(self._container.streams.audio[0])
        try:
            for packet in self._container.demux(streams):
                if packet.stream_index == self._stream.index:
                    if packet.size:
                        self._digest.update(packet)
                    self._see(packet)
                    if cancelled():
                        raise Cancelled(self._name)
                elif self._sounds:
                    self._hear(packet)
        except (av.error.FFmpegError, EOFError) as error:
            self._problem = self._problem or _damage(error, self._last)
        if not self._frames:
            raise MediaError(self._name, "no picture that can be read", "get another copy of it")
        for group in self._groups:
            group.flush()
        for sound in self._sounds:
            sound.flush()
        self._damaged += [Damaged(at, at + self._step, read=False) for at in self._failed]
        damaged = joined(self._damaged, self._zero or 0.0, self._step)
        if self._problem and ends_early(self._path):
            self._problem = f"ends early, after {self._last + self._step:.1f} s"
        elif unread := [each for each in damaged if not each.read]:
            self._problem = f"damaged, {spans(unread)} cannot be decoded"
        return Decoded(
            self._frames, self._last + self._step, self._digest.hexdigest(), self._problem, damaged
        )

    def _see(self, packet: Any) -> None:
        import av.error

        try:
            frames: list[VideoFrame] = packet.decode()
        except av.error.FFmpegError as error:
            self._problem = self._problem or _damage(error, self._last)
            if packet.pts is not None:
                heappush(self._failed, float(packet.pts * packet.time_base))
            return
        for frame in frames:
            time = frame.time
            if time is None:
                time = (self._zero or 0.0) + self._last + (self._step if self._frames else 0.0)
            if self._zero is None:
                self._zero = time
            if frame.is_corrupt:
                self._damaged.append(Damaged(time, time + self._step, read=True))
            self._resume(time)
            seconds = max(time - self._zero, self._last)
            if self._frames and seconds > self._last:
                self._step = seconds - self._last
            self._last = seconds
            self._frames += 1
            picture = None
            for group in self._groups:
                if group.wants(seconds):
                    picture = picture or Picture(frame)
                    group.take(picture, seconds)

    def _resume(self, time: float) -> None:
        """Nothing could be decoded since the frame before, where a packet of a time in between failed.

        Packets that follow are swallowed without a word until the decoder finds its feet again.
        """
        if not self._failed or self._failed[0] >= time:
            return
        since = (self._zero or 0.0) + self._last + (self._step if self._frames else 0.0)
        self._damaged.append(Damaged(min(since, self._failed[0]), time, read=False))
        while self._failed and self._failed[0] < time:
            heappop(self._failed)

    def _hear(self, packet: Any) -> None:
        import av.error

        try:
            frames = packet.decode()
        except av.error.FFmpegError as error:
            self._problem = self._problem or f"sound: {_damage(error, self._last)}"
            return
        for frame in frames:
            for sound in self._sounds:
                sound.take(frame, self._zero or 0.0)


@dataclass(slots=True)
class _Group:
    """Taps of equal needs, with the run of frames that is being gathered for them."""

    needs: Needs
    taps: list[Tap]
    glance: bool
    _frames: NDArray[np.uint8] | None = None
    _seconds: list[float] = field(default_factory=list)
    _slot: int = -1
    _rate: float = 0.0

    def __post_init__(self) -> None:
        if self.needs.fps != "native":
            self._rate = float(self.needs.fps)

    def wants(self, seconds: float) -> bool:
        """Whether a frame at this time is the first in a new slot of the time grid."""
        if not self._rate:
            return True
        slot = int(seconds * self._rate + 1e-6)
        if slot <= self._slot:
            return False
        self._slot = slot
        return True

    def take(self, picture: Picture, seconds: float) -> None:
        import numpy as np

        shown = (
            picture.rgb(self.needs.long_side)
            if self.needs.pixels == "rgb24"
            else picture.gray(self.needs.long_side, glance=self.glance)
        )
        if self._frames is not None and self._frames.shape[1:] != shown.shape:
            # The picture changed size on the way: what was gathered goes out first.
            self.flush()
            self._frames = None
        if self._frames is None:
            length = max(1, min(RUN, _BIG_RUN_BYTES // max(1, shown.nbytes)))
            self._frames = np.empty((length, *shown.shape), np.uint8)
        self._frames[len(self._seconds)] = shown
        self._seconds.append(seconds)
        if len(self._seconds) == len(self._frames):
            self.flush()

    def flush(self) -> None:
        import numpy as np

        if self._frames is None or not self._seconds:
            return
        frames = self._frames[: len(self._seconds)]
        frames.flags.writeable = False
        seconds = np.array(self._seconds)
        seconds.flags.writeable = False
        for tap in self.taps:
            tap.give(tap.sink.video, frames, seconds)
        # A sink may keep what it was given, so the next run gets memory of its own.
        self._frames = np.empty_like(self._frames)
        self._seconds = []


@dataclass(slots=True)
class _Sound:
    """Taps that hear at one rate, in mono."""

    hz: int
    taps: list[Tap]
    _resampler: AudioResampler | None = None
    _at: float | None = None

    def take(self, frame: Any, zero: float) -> None:
        import av

        if self._resampler is None:
            self._resampler = av.AudioResampler(format="fltp", layout="mono", rate=self.hz)
        if self._at is None:
            self._at = (frame.time or 0.0) - zero
        self._give(self._resampler.resample(frame))

    def flush(self) -> None:
        if self._resampler is not None:
            self._give(self._resampler.resample(None))

    def _give(self, frames: Sequence[Any]) -> None:
        for frame in frames:
            samples = frame.to_ndarray()[0]
            samples.flags.writeable = False
            for tap in self.taps:
                tap.give(tap.sink.audio, samples, self._at)
            self._at = (self._at or 0.0) + samples.shape[0] / self.hz


def _groups(taps: Sequence[Tap]) -> list[_Group]:
    groups: dict[tuple[object, ...], _Group] = {}
    for tap in taps:
        if tap.needs.pixels is not None:
            key = (tap.needs.long_side, tap.needs.fps, tap.needs.pixels, tap.glance)
            groups.setdefault(key, _Group(tap.needs, [], tap.glance)).taps.append(tap)
    return list(groups.values())


def _sounds(taps: Sequence[Tap]) -> list[_Sound]:
    sounds: dict[int, _Sound] = {}
    for tap in taps:
        if tap.needs.audio_hz:
            sounds.setdefault(tap.needs.audio_hz, _Sound(tap.needs.audio_hz, [])).taps.append(tap)
    return list(sounds.values())


def _damage(error: BaseException, last: float) -> str:
    reason = getattr(error, "strerror", None) or str(error)
    return f"damaged after {last:.1f} s ({printable(reason, 60)})"
