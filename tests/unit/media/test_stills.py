"""Single frames: the nearest to each moment, whatever the order, as far as the file goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from circletake.errors import MediaError
from circletake.media.frames import Tap, read_once
from circletake.media.stills import stills
from circletake.model.still import Still
from circletake.protocols import Needs

Clip = Callable[..., Path]


class Keep:
    def __init__(self) -> None:
        self.frames: list[NDArray[np.uint8]] = []

    def video(self, frames: NDArray[np.uint8], seconds: NDArray[np.float64]) -> None:
        self.frames.extend(frames)

    def audio(self, samples: NDArray[np.float32], start: float) -> None:
        pass


def pixels(still: Still) -> NDArray[np.uint8]:
    shown = cv2.imdecode(np.frombuffer(still.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    return np.asarray(shown[..., ::-1], np.uint8)


def nearest(still: Still, frames: list[NDArray[np.uint8]]) -> int:
    shown = pixels(still).astype(float)
    return int(np.argmin([np.abs(shown - frame).mean() for frame in frames]))


def test_each_moment_shows_the_frame_nearest_to_it_in_the_order_asked_for(clip: Clip) -> None:
    path = clip(seconds=2, rate=12)
    all_ = Keep()
    read_once(path, [Tap(Needs(long_side=None, pixels="rgb24"), all_)])
    found = stills(path, [1.0, 0.0, 0.46, 0.44, 99.0], 640)
    assert [nearest(still, all_.frames) for still in found] == [12, 0, 6, 5, 23]


def test_a_still_is_as_small_as_asked_for_and_tells_its_size(clip: Clip) -> None:
    (still,) = stills(clip(size=(64, 48)), [0.5], 32)
    assert (still.width, still.height) == (32, 24)
    assert pixels(still).shape == (24, 32, 3)


def test_no_moments_are_no_stills(clip: Clip) -> None:
    assert stills(clip(), [], 64) == []


def test_behind_the_point_where_a_file_breaks_off_the_last_frame_stands(clip: Clip) -> None:
    path = clip("cut.mkv", seconds=4, size=(320, 240), pattern="noise")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    early, late = stills(path, [0.0, 3.9], 64)
    assert early.jpeg != late.jpeg


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.mp4").write_text("#EXTM3U\nhttp://example.org/a.ts\n")
    with pytest.raises(MediaError, match="playlist"):
        stills(tmp_path / "list.mp4", [0.0], 64)
