"""Showing frames to a scorer without decoding anything."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from circletake.model.score import Measured
from circletake.model.take import MediaFacts
from circletake.plugins.context import CallContext
from circletake.protocols import Scorer, TakeFacts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RUN = 16


def moving_frames(
    count: int = 48, size: tuple[int, int] = (64, 36), rate: float = 12.0, level: int | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Gray frames of a drifting pattern, or flat ones of one ``level``.

    Args:
        size: width and height in pixels.
        rate: frames a second.

    Returns:
        frames, uint8 (count, height, width), and the second of each.
    """
    import numpy as np

    width, height = size
    seconds = np.arange(count) / rate
    if level is not None:
        return np.full((count, height, width), level, np.uint8), seconds
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    drift = np.arange(count)[:, None, None]
    waves = np.sin((x + drift) / 5.0) + np.cos((y - drift / 2) / 7.0)
    return ((waves + 2) * 63).astype(np.uint8), seconds


def run_scorer(
    scorer: Scorer[Any],
    frames: NDArray[np.uint8],
    seconds: NDArray[np.float64],
    settings: Any = None,
    sound: NDArray[np.float32] | None = None,
) -> Measured:
    """What ``scorer`` says of these frames, handed over in short runs as the core does.

    Args:
        frames: uint8 (n, height, width) or (n, height, width, 3), as the scorer needs them.
        seconds: time of each frame.
        settings: the scorer's settings; its defaults without.
        sound: mono samples in -1..1.
    """
    rate = Fraction(round(1 / float(seconds[1] - seconds[0]), 3)) if len(seconds) > 1 else Fraction(1)
    facts = MediaFacts(
        container="mov,mp4,m4a,3gp,3g2,mj2",
        mime="video/mp4",
        codec="h264",
        width=int(frames.shape[2]),
        height=int(frames.shape[1]),
        rate=rate,
        frames=len(frames),
        seconds=float(seconds[-1] + 1 / rate),
        pixel_format="yuv420p",
        rotation=0,
        audio=None,
        picture_sha256="0" * 64,
    )
    given = scorer.about.settings() if settings is None else settings
    scoring = scorer.start(TakeFacts("0" * 64, facts), given, CallContext(scorer.about.name))
    for start in range(0, len(frames), RUN):
        shown = frames[start : start + RUN]
        shown.setflags(write=False)
        scoring.video(shown, seconds[start : start + RUN])
    if sound is not None:
        scoring.audio(sound, 0.0)
    return scoring.finish()
