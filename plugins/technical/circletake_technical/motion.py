"""Motion: how much moves and how evenly, from DIS optical flow (Kroeger et al., 2016)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from circletake import About, Context, Measured, Needs, Score, TakeFacts
from circletake_technical.watching import EVERY_FRAME_SMALL, Watching

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WIDTH = 96
_STILL = 0.02
"""Widths a second of flow that codec noise alone can give; evenness is not judged below it."""


@dataclass(frozen=True, slots=True)
class MotionSettings:
    """Settings of the motion scorer.

    Attributes:
        fps: pairs of frames looked at, a second.
    """

    fps: float = 8.0


class Motion:
    """``motion_magnitude``: mean length of the flow. ``flow_evenness``: 1 when speed never changes.

    Evenness compares the flow of neighbouring pairs; it is not VBench's motion smoothness,
    which asks a trained interpolator.
    """

    about = About("motion", "magnitude and evenness of optical flow", "1", MotionSettings)

    def needs(self, settings: MotionSettings) -> Needs:
        """Every frame, small."""
        return EVERY_FRAME_SMALL

    def start(self, take: TakeFacts, settings: MotionSettings, ctx: Context) -> _Flow:
        """Begin a take."""
        return _Flow(settings.fps)


class _Flow(Watching):
    def __init__(self, fps: float) -> None:
        import cv2

        super().__init__()
        self._step = 1 / fps
        vision: Any = cv2
        self._dis = vision.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._last: tuple[float, Any] | None = None
        self._flow: NDArray[np.float32] | None = None
        self._length = 0.0
        self._speeds: list[float] = []
        self._turns: list[tuple[float, float]] = []

    def video(self, frames: NDArray[np.uint8], seconds: NDArray[np.float64]) -> None:
        for frame, at in zip(frames, seconds, strict=True):
            if self._last is None or at - self._last[0] >= self._step - 1e-3:
                self._follow(frame, float(at))

    def finish(self) -> Measured:
        speed = float(np.mean(self._speeds)) if self._speeds else 0.0
        scores = [Score("motion_magnitude", speed, "widths/s")]
        weights = np.array([length for _, length in self._turns])
        if speed > _STILL and weights.sum() > 0:
            changes = np.array([change for change, _ in self._turns])
            scores.append(Score("flow_evenness", float(1 - min(1.0, changes.sum() / weights.sum())), "0-1"))
        return Measured(tuple(scores))

    def _follow(self, frame: NDArray[np.uint8], at: float) -> None:
        import cv2

        scale = _WIDTH / max(frame.shape)
        size = (max(16, round(frame.shape[1] * scale)), max(16, round(frame.shape[0] * scale)))
        small = cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR)
        if self._last is not None and self._last[1].shape == small.shape:
            lapse = max(at - self._last[0], 1e-3)
            flow = self._dis.calc(self._last[1], small, None) / np.float32(_WIDTH * lapse)
            length = float(cv2.magnitude(flow[..., 0], flow[..., 1]).mean())
            self._speeds.append(length)
            if self._flow is not None:
                change = flow - self._flow
                turned = float(cv2.magnitude(change[..., 0], change[..., 1]).mean())
                self._turns.append((turned, length + self._length))
            self._flow, self._length = flow, length
        self._last = (at, small)
