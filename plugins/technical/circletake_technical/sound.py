"""Sound: whether there is any, how loud, and whether it clips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from circletake import About, Context, Finding, Measured, Needs, Score, TakeFacts

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HZ = 48_000
_WINDOW = _HZ // 20
_FLOOR = -120.0


@dataclass(frozen=True, slots=True)
class SoundSettings:
    """Settings of the sound scorer.

    Attributes:
        silence: level in dBFS below which a window of 50 ms is silent.
        full: absolute sample value from which a sample counts as clipped.
        clipped: share of clipped samples from which it is a defect.
    """

    silence: float = -60.0
    full: float = 0.999
    clipped: float = 0.001


class Sound:
    """Measured on a mono mix at 48 kHz: clipping of one channel alone may be missed."""

    about = About("sound", "presence, level, silence and clipping of the sound", "1", SoundSettings)

    def needs(self, settings: SoundSettings) -> Needs:
        """Mono sound, no picture."""
        return Needs(pixels=None, audio_hz=_HZ)

    def start(self, take: TakeFacts, settings: SoundSettings, ctx: Context) -> _Listening:
        """Begin a take."""
        return _Listening(settings)


class _Listening:
    def __init__(self, settings: SoundSettings) -> None:
        self._settings = settings
        self._rest = np.zeros(0, np.float32)
        self._powers: list[float] = []
        self._clipped = 0
        self._samples = 0

    def video(self, frames: NDArray[np.uint8], seconds: NDArray[np.float64]) -> None:
        """Sound only."""

    def audio(self, samples: NDArray[np.float32], start: float) -> None:
        self._samples += len(samples)
        self._clipped += int((np.abs(samples) >= self._settings.full).sum())
        joined = np.concatenate((self._rest, samples))
        whole = len(joined) // _WINDOW * _WINDOW
        self._powers.extend((joined[:whole].reshape(-1, _WINDOW).astype(np.float64) ** 2).mean(axis=1))
        self._rest = joined[whole:]

    def finish(self) -> Measured:
        if not self._samples:
            return Measured((Score("audio_present", 0.0, "0-1"),))
        if not self._powers:
            self._powers.append(float((self._rest.astype(np.float64) ** 2).mean()))
        powers = np.array(self._powers)
        level = _decibel(float(powers.mean()))
        silent = float(np.mean([_decibel(float(p)) < self._settings.silence for p in powers]))
        clipped = self._clipped / self._samples
        seconds = self._samples / _HZ
        findings = []
        if silent == 1.0:
            findings.append(
                Finding(
                    "silent",
                    0.0,
                    seconds,
                    level,
                    self._settings.silence,
                    "there is a sound track, but no sound",
                )
            )
        if clipped >= self._settings.clipped:
            text = f"{100 * clipped:.1f}% of the samples clip"
            findings.append(Finding("clipping", 0.0, seconds, clipped, self._settings.clipped, text))
        return Measured(
            (
                Score("audio_present", 1.0, "0-1"),
                Score("audio_level", level, "dBFS"),
                Score("audio_silence", silent, "0-1"),
                Score("audio_clipping", clipped, "0-1"),
            ),
            tuple(findings),
        )


def _decibel(power: float) -> float:
    return max(_FLOOR, 10 * float(np.log10(max(power, 1e-12))))
