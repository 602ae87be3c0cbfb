"""Made-up scenes in which things move: rich enough to be told apart, at any size, crop, time and speed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from circletake.fingerprint.looks import Look

RATE = 12


@dataclass(frozen=True)
class Scene:
    """What is rendered.

    Attributes:
        seed: other seeds are other scenes.
        motion: seed of what moves; another one makes a sibling from the same still.
        aspect: width by height of the scene itself.
        left, top, part: what of it is shown, as fractions of its sides.
        start, seconds, speed: which time of it is shown, and how fast.
        hue: the upper half in other colours.
        caption: white letters over the lower part.
    """

    seed: int = 1
    motion: int | None = None
    aspect: float = 1.5
    left: float = 0.0
    top: float = 0.0
    part: float = 1.0
    start: float = 0.0
    seconds: float = 3.0
    speed: float = 1.0
    mirror: bool = False
    moving: bool = True
    hue: bool = False
    caption: bool = False

    def but(self, **over: Any) -> Scene:
        """The same with something else."""
        return replace(self, **over)

    def frames(self, height: int = 96, rate: float = RATE) -> NDArray[np.uint8]:
        """uint8 (n, height, width, 3)."""
        width = round(height * self.aspect)
        y, x = (np.mgrid[0:height, 0:width] + 0.5) / np.array([height, width])[:, None, None]
        if self.mirror:
            x = 1 - x
        x, y = (self.left + x * self.part) * self.aspect, self.top + y * self.part
        times = [self.start + n / rate * self.speed for n in range(round(self.seconds * rate))]
        return np.stack([self._frame(x, y, t if self.moving else 0.0, height, width) for t in times])

    def _frame(self, x: Any, y: Any, t: float, height: int, width: int) -> NDArray[np.uint8]:
        random = np.random.default_rng(self.seed)
        shade = np.full(x.shape, 110.0)
        for _ in range(10):
            fx, fy, phase = random.uniform(-14, 14), random.uniform(-14, 14), random.uniform(0, 6.28)
            shade += random.uniform(5, 13) * np.sin(fx * x + fy * y + phase)
        picture = np.repeat(shade[..., None], 3, axis=2)
        for channel in range(3):
            fx, fy, phase = random.uniform(-5, 5), random.uniform(-5, 5), random.uniform(0, 6.28)
            picture[..., channel] += 40 * np.sin(fx * x + fy * y + phase)
        paths = np.random.default_rng(self.seed if self.motion is None else 1000 + self.motion)
        for _ in range(6):
            where = random.uniform(0.1, 0.9, 2) * (self.aspect, 1.0)
            reach, pace, begin = (paths.uniform(*span, 2) for span in ((0.1, 0.4), (0.8, 2.4), (0.0, 6.28)))
            # All begin where the still shows them.
            moved = where + reach * (np.sin(pace * t + begin) - np.sin(begin))
            size, colour = random.uniform(0.07, 0.16), random.uniform(0, 255, 3)
            inside = np.clip((size - np.hypot(x - moved[0], y - moved[1])) / 0.02 + 0.5, 0, 1)[..., None]
            picture = picture * (1 - inside) + inside * colour
        if self.hue:
            # The same light, the opposite colour, in half of the picture: no grade does that.
            upper = picture[: height // 2]
            picture[: height // 2] = 2 * (upper @ np.array([0.299, 0.587, 0.114]))[..., None] - upper
        if self.caption:
            line = picture[round(height * 0.84) : round(height * 0.92), width // 4 : -width // 4]
            line[:, np.arange(line.shape[1]) * 40 // line.shape[1] % 3 > 0] = 245
        return np.asarray(np.clip(picture, 0, 255), np.uint8)

    def look(self, height: int = 96, rate: float = 8) -> Look:
        """The scene as the analysis would have made it ready to be compared."""
        from circletake.fingerprint.looks import Look

        return Look(*fingerprinted(self.frames(height, rate), rate))

    def write(self, path: Path, height: int = 96, quality: int = 20) -> Path:
        """A clip of it; the suffix chooses the container."""
        import av

        frames = self.frames(height)
        path.parent.mkdir(parents=True, exist_ok=True)
        with av.open(str(path), "w") as container:
            video = container.add_stream("libx264", rate=RATE)
            assert isinstance(video, av.VideoStream)
            video.width, video.height, video.pix_fmt = frames.shape[2], frames.shape[1], "yuv420p"
            video.codec_context.thread_count = 1
            video.options = {"preset": "ultrafast", "crf": str(quality)}
            for frame in frames:
                picture = av.VideoFrame.from_ndarray(frame, format="rgb24").reformat(format="yuv420p")
                container.mux(video.encode(picture))
            container.mux(video.encode(None))
        return path


def fingerprinted(frames: NDArray[np.uint8], rate: float) -> tuple[Any, Any]:
    """The fingerprint and thumbnails of frames (n, h, w, 3)."""
    from circletake.fingerprint.making import Fingerprinter

    maker = Fingerprinter(len(frames) / rate)
    times = np.arange(len(frames)) / rate
    (_, luma), (_, colour) = maker.sinks
    if len(frames):
        luma.video(np.rint(frames @ np.array([0.299, 0.587, 0.114])).astype(np.uint8), times)
        colour.video(frames, times)
    return maker.finish()
