"""A short song for the demo, written by arithmetic: four chords, a bass, a pluck, a soft drum."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE = 48_000
BEAT = 0.5
"""Seconds: 120 beats a minute, so that a cut on whole seconds falls on the beat."""

_CHORDS = ((57, 60, 64), (53, 57, 60), (48, 55, 64), (55, 59, 62))
"""A minor, F, C, G as MIDI notes; two seconds each."""


def write_song(path: Path, seconds: float) -> None:
    """Write a stereo 16-bit WAV of about ``seconds``; the same every time."""
    import numpy as np

    count = int(seconds * RATE)
    left, right = np.zeros(count), np.zeros(count)
    for beat in range(int(seconds / BEAT)):
        at = int(beat * BEAT * RATE)
        chord = _CHORDS[beat // 4 % len(_CHORDS)]
        note = chord[beat % 3] + (12 if beat % 4 == 3 else 0)
        _add(left, at, 0.20 * _pluck(note, 0.9))
        _add(right, at + RATE // 50, 0.20 * _pluck(note, 0.9))
        if beat % 4 == 0:
            pad = sum(0.05 * _pad(each, 4 * BEAT) for each in chord) + 0.18 * _pad(chord[0] - 24, 4 * BEAT)
            _add(left, at, pad)
            _add(right, at, pad)
        drum = 0.35 * _kick() if beat % 2 == 0 else 0.06 * _hat(beat)
        _add(left, at, drum)
        _add(right, at, drum)
    sound = np.stack([left, right], axis=1)
    fade = min(RATE, count)
    sound[-fade:] *= np.linspace(1, 0, fade)[:, None]
    samples = (np.tanh(sound) * 30_000).astype("<i2")
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.tobytes())


def _add(track: NDArray[np.float64], at: int, sound: NDArray[np.float64]) -> None:
    end = min(len(track), at + len(sound))
    if end > at:
        track[at:end] += sound[: end - at]


def _time(seconds: float) -> NDArray[np.float64]:
    import numpy as np

    return np.arange(int(seconds * RATE)) / RATE


def _hertz(note: int) -> float:
    return float(440.0 * 2 ** ((note - 69) / 12))


def _pluck(note: int, seconds: float) -> NDArray[np.float64]:
    import numpy as np

    t = _time(seconds)
    tone = sum(np.sin(2 * np.pi * _hertz(note) * k * t) / k**2 for k in (1, 2, 3))
    return np.asarray(tone * np.exp(-5 * t))


def _pad(note: int, seconds: float) -> NDArray[np.float64]:
    import numpy as np

    t = _time(seconds)
    swell = np.sin(np.pi * t / seconds)
    return np.asarray(np.sin(2 * np.pi * _hertz(note) * t) * swell)


def _kick() -> NDArray[np.float64]:
    import numpy as np

    t = _time(0.25)
    return np.asarray(np.sin(2 * np.pi * (45 * t + 12 * (1 - np.exp(-30 * t)) / 3)) * np.exp(-12 * t))


def _hat(seed: int) -> NDArray[np.float64]:
    import numpy as np

    t = _time(0.08)
    return np.asarray(np.random.default_rng(seed).standard_normal(len(t)) * np.exp(-60 * t))
