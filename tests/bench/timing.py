"""Which frames of a clip a copy shows, and when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from tests.bench.coding import Clip


@dataclass(frozen=True)
class Track:
    """Which pictures of a clip are shown, and when.

    Attributes:
        indices: of pictures in the source.
        times: seconds at which each appears in the copy.
        seconds: how long the copy is.
        rate: frames a second; where times are uneven, their mean.
        source_in: second of the source with which the copy begins.
        speed: seconds of the source that pass in one of the copy.
    """

    indices: tuple[int, ...]
    times: tuple[float, ...]
    seconds: float
    rate: Fraction
    source_in: float = 0.0
    speed: float = 1.0

    @classmethod
    def of(cls, clip: Clip) -> Track:
        """The whole clip as it is."""
        rate = Fraction(len(clip.times) / clip.seconds).limit_denominator(1001)
        return cls(tuple(range(len(clip.times))), clip.times, clip.seconds, rate)


Timing: TypeAlias = Callable[[Track], Track]


def nearest(times: Sequence[float], wanted: Sequence[float]) -> list[int]:
    """Of each wanted second, the index of the nearest of ``times``, which rise; the earlier of two."""
    import numpy as np

    shown = np.asarray(times)
    return [int(i) for i in np.searchsorted((shown[1:] + shown[:-1]) / 2, np.asarray(wanted))]


def at_rate(track: Track, *, rate: int) -> Track:
    """Convert to another frame rate by nearest frame."""
    return _resampled(track, Fraction(rate), 1.0)


def at_speed(track: Track, *, speed: float) -> Track:
    """Play faster or slower at the same frame rate, by nearest frame."""
    return _resampled(track, track.rate, speed)


def trimmed(track: Track, *, start: float = 0.0, end: float = 0.0) -> Track:
    """Leave out shares of the length at the start and at the end; whole frames, at least one."""
    low, high = start * track.seconds, (1 - end) * track.seconds
    kept = [i for i, time in enumerate(track.times) if low - 1e-6 <= time < high - 1e-6]
    kept = kept or nearest(track.times, [(low + high) / 2])
    first = track.times[kept[0]]
    after = track.times[kept[-1] + 1] if kept[-1] + 1 < len(track.times) else track.seconds
    return Track(
        tuple(track.indices[i] for i in kept),
        tuple(track.times[i] - first for i in kept),
        after - first,
        track.rate,
        track.source_in + first * track.speed,
        track.speed,
    )


def _resampled(track: Track, rate: Fraction, speed: float) -> Track:
    count = max(1, round(track.seconds / speed * float(rate)))
    times = tuple(float(i / rate) for i in range(count))
    chosen = nearest(track.times, [time * speed for time in times])
    return Track(
        tuple(track.indices[i] for i in chosen),
        times,
        float(count / rate),
        rate,
        track.source_in,
        track.speed * speed,
    )
