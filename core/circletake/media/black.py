"""Which frames of a film show nothing: dark all over, and flat."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.media.opening import open_media
from circletake.media.picture import Picture
from circletake.media.probe import picture_stream
from circletake.media.stills import frames_of
from circletake.model.text import printable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SIDE = 64
_DARK, _FLAT = 32, 4
"""The most that a black picture's brightest channel may be in the mean, and spread, of 0-255: graders lift
blacks and codecs add noise, and a night scene is not flat."""


def black_frames(path: Path, rate: Fraction, spans: Sequence[tuple[int, int]]) -> frozenset[int]:
    """The frames inside ``spans`` that are black, counted from 0; one that cannot be read is not.

    Args:
        rate: frames a second, by which frames are counted.
        spans: first frame, and the frame after the last; the film is decoded no further than the last.

    Raises:
        MediaError: the file cannot be opened.
    """
    last = max((end for _, end in spans), default=0)
    found = set()
    with open_media(path) as container:
        stream = picture_stream(container, printable(path.name))
        for seconds, frame in frames_of(container, stream):
            at = round(seconds * rate)
            if at >= last:
                break
            if any(start <= at < end for start, end in spans) and _is_black(Picture(frame).rgb(_SIDE)):
                found.add(at)
    return frozenset(found)


def _is_black(picture: NDArray[np.uint8]) -> bool:
    channels = picture.reshape(-1, 3)
    return bool(channels.mean(axis=0).max() <= _DARK and channels.std(axis=0).max() <= _FLAT)
