"""Showing frames to a scorer without decoding anything, and what it must hold to."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from circletake.model.score import Measured
from circletake.model.take import MediaFacts
from circletake.plugins.context import CallContext
from circletake.protocols import Needs, Scorer, Scoring, TakeFacts
from circletake.testing.contract import PluginContract

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RUN = 16
_TONE = 4.0
"""Seconds of sound a contract shows."""


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
    run: int = RUN,
) -> Measured:
    """What ``scorer`` says of these frames, handed over in short runs as the core does.

    Args:
        frames: uint8 (n, height, width) or (n, height, width, 3), as the scorer needs them.
        seconds: time of each frame.
        settings: the scorer's settings; its defaults without.
        sound: mono samples in -1..1.
        run: frames that are handed over together.
    """
    given = scorer.about.settings() if settings is None else settings
    scoring = _started(scorer, frames, seconds, given)
    _show(scoring, frames, seconds, run)
    if sound is not None:
        scoring.audio(sound, 0.0)
    return scoring.finish()


def frames_for(
    needs: Needs, count: int = 48, level: int | None = None, upright: bool = False
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """:func:`moving_frames` of the size, rate and colours a scorer needs; none where it wants no picture."""
    import numpy as np

    long_side = needs.long_side or 96
    size = (long_side, max(2, long_side * 9 // 16))
    rate = 12.0 if needs.fps == "native" else float(needs.fps)
    frames, seconds = moving_frames(count, size[::-1] if upright else size, rate, level)
    if needs.pixels is None:
        return frames[:0], seconds[:0]
    if needs.pixels == "rgb24":
        frames = np.stack([frames, np.roll(frames, 3, axis=2), 255 - frames], axis=-1)
    return frames, seconds


class ScorerContract(PluginContract):
    """Inherit and name the ``module``; frames and sound are made to each scorer's own needs."""

    hook = "circletake_scorers"

    def scored(self, item: Any, run: int = RUN, silent: bool = False, **how: Any) -> Measured:
        """What it says of a moving picture; ``how`` as in :func:`frames_for`."""
        settings = self.settings_for(item)
        needs = item.needs(settings)
        frames, seconds = frames_for(needs, **how)
        sound = None if silent else _tone(needs)
        return run_scorer(item, frames, seconds, settings, sound, run)

    def test_it_needs_something_that_can_be_had(self, item: Any) -> None:
        needs = item.needs(self.settings_for(item))
        assert needs.pixels in ("gray", "rgb24", None), f"pixels {needs.pixels!r}"
        assert needs.pixels or needs.audio_hz, "it wants neither picture nor sound"
        assert needs.long_side is None or needs.long_side >= 2, f"long side {needs.long_side}"
        assert needs.fps == "native" or needs.fps > 0, f"{needs.fps} samples a second"
        assert needs.audio_hz is None or needs.audio_hz > 0, f"{needs.audio_hz} Hz"

    def test_it_gives_plain_numbers_within_the_take(self, item: Any) -> None:
        for how in ({}, {"upright": True}, {"level": 0}, {"level": 128}):
            measured = self.scored(item, **how)
            for score in measured.scores:
                assert score.metric, "a score without a name"
                assert type(score.value) in (int, float), f"{score.metric} is a {type(score.value).__name__}"
                assert math.isfinite(score.value), f"{score.metric} is {score.value} of {how}"
            names = [score.metric for score in measured.scores]
            assert len(set(names)) == len(names), f"one metric twice: {names}"
            for finding in measured.findings:
                assert finding.kind, "a finding without a kind"
                assert 0 <= finding.start <= finding.end, (
                    f"{finding.kind} from {finding.start} to {finding.end}"
                )

    def test_it_says_the_same_again(self, item: Any) -> None:
        first, again = self.scored(item), self.scored(item)
        assert first == again, f"asked again it says {again}, not {first}"

    def test_how_frames_are_handed_over_does_not_matter(self, item: Any) -> None:
        _alike(self.scored(item), self.scored(item, run=5), "in runs of 5")
        _alike(self.scored(item), self.scored(item, run=1), "one by one")

    def test_two_takes_at_once_do_not_mix(self, item: Any) -> None:
        settings = self.settings_for(item)
        needs = item.needs(settings)
        frames, seconds = frames_for(needs)
        dark, _ = frames_for(needs, level=3)
        alone = run_scorer(item, frames, seconds, settings, _tone(needs))
        one, other = (_started(item, shown, seconds, settings) for shown in (frames, dark))
        for start in range(0, len(frames), RUN):
            for scoring, shown in ((one, frames), (other, dark)):
                _show(scoring, shown[start : start + RUN], seconds[start : start + RUN])
        tone = _tone(needs)
        if tone is not None:
            one.audio(tone, 0.0)
        other.finish()
        _alike(alone, one.finish(), "beside another take")

    def test_a_take_of_one_frame_is_scored(self, item: Any) -> None:
        self.scored(item, count=1)

    def test_a_silent_take_is_scored(self, item: Any) -> None:
        self.scored(item, silent=True)


def _started(
    scorer: Scorer[Any], frames: NDArray[np.uint8], seconds: NDArray[np.float64], settings: Any
) -> Scoring:
    rate = Fraction(round(1 / float(seconds[1] - seconds[0]), 3)) if len(seconds) > 1 else Fraction(1)
    facts = MediaFacts(
        container="mov,mp4,m4a,3gp,3g2,mj2",
        mime="video/mp4",
        codec="h264",
        width=int(frames.shape[2]),
        height=int(frames.shape[1]),
        rate=rate,
        frames=len(frames),
        seconds=float(seconds[-1] + 1 / rate) if len(seconds) else _TONE,
        pixel_format="yuv420p",
        rotation=0,
        audio=None,
        picture_sha256="0" * 64,
    )
    return scorer.start(TakeFacts("0" * 64, facts), settings, CallContext(scorer.about.name))


def _show(scoring: Scoring, frames: NDArray[np.uint8], seconds: NDArray[np.float64], run: int = RUN) -> None:
    for start in range(0, len(frames), run):
        shown = frames[start : start + run]
        shown.setflags(write=False)
        scoring.video(shown, seconds[start : start + run])


def _tone(needs: Needs) -> NDArray[np.float32] | None:
    """A quiet tone, where sound is wanted."""
    import numpy as np

    if not needs.audio_hz:
        return None
    return (0.1 * np.sin(np.arange(round(_TONE * needs.audio_hz)) * 2 * np.pi * 440 / needs.audio_hz)).astype(
        np.float32
    )


def _alike(expected: Measured, measured: Measured, how: str) -> None:
    """Scores that differ by rounding alone, and the same findings."""
    there = {score.metric: score.value for score in measured.scores}
    assert there.keys() == {score.metric for score in expected.scores}, f"other metrics {how}"
    for score in expected.scores:
        near = math.isclose(score.value, there[score.metric], rel_tol=1e-4, abs_tol=1e-6)
        assert near, f"{score.metric} is {there[score.metric]} {how}, else {score.value}"
    kinds = [[finding.kind for finding in each.findings] for each in (expected, measured)]
    assert kinds[0] == kinds[1], f"other findings {how}: {kinds[1]}, else {kinds[0]}"
