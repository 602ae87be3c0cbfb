from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import circletake_technical
from circletake import Measured
from circletake.testing import ScorerContract, run_scorer

RATE = 24.0
SIZE = (72, 128)


def _texture(seed: int = 0, scale: int = 4) -> np.ndarray:
    import cv2

    big = np.random.default_rng(seed).integers(40, 216, (300 // scale, 300 // scale), dtype=np.uint8)
    smooth: np.ndarray = cv2.GaussianBlur(
        cv2.resize(big, (300, 300), interpolation=cv2.INTER_CUBIC), (0, 0), 2
    )
    return smooth


def _window(picture: np.ndarray, x: float, y: float, zoom: float = 1.0) -> np.ndarray:
    import cv2

    height, width = SIZE
    matrix = np.array([[zoom, 0, -x * zoom], [0, zoom, -y * zoom]], np.float32)
    moved: np.ndarray = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_LINEAR)
    return moved


def _noisy(frames: np.ndarray, sigma: float = 0.6) -> np.ndarray:
    noise = np.random.default_rng(5).normal(0, sigma, frames.shape)
    return np.clip(np.rint(frames + noise), 0, 255).astype(np.uint8)


def hold(count: int = 72) -> np.ndarray:
    return np.stack([_window(_texture(), 20, 20)] * count)


def pan(count: int = 72) -> np.ndarray:
    return np.stack([_window(_texture(), 10 + n, 20) for n in range(count)])


def slow_zoom(count: int = 120) -> np.ndarray:
    """Two percent in five seconds."""
    return np.stack([_window(_texture(), 20, 20, 1 + 0.02 * n / count) for n in range(count)])


def fade(count: int = 72) -> np.ndarray:
    return (hold(count) * np.linspace(0, 1, count)[:, None, None]).astype(np.uint8)


def black(count: int = 72) -> np.ndarray:
    return np.clip(np.random.default_rng(1).normal(4, 3, (count, *SIZE)), 0, 255).astype(np.uint8)


def strobe(count: int = 72) -> np.ndarray:
    frames = pan(count).astype(float)
    frames[::2] *= 0.6
    return frames.astype(np.uint8)


def cut(count: int = 72) -> np.ndarray:
    second = np.stack([_window(_texture(9), 10 + n, 20) for n in range(count // 2)])
    return np.concatenate((pan(count // 2), second))


def flash(count: int = 72) -> np.ndarray:
    frames = pan(count)
    frames[count // 2] = 255
    return frames


def night(count: int = 72) -> np.ndarray:
    lights = np.where(_window(_texture(3), 30, 30) > 160, 120, 0)
    dark: np.ndarray = (pan(count) // 12 + lights).astype(np.uint8)
    return dark


def _score(frames: np.ndarray) -> dict[str, Measured]:
    times = np.arange(len(frames)) / RATE
    return {
        s.about.name: run_scorer(s, frames.copy(), times) for s in circletake_technical.circletake_scorers()
    }


def _findings(frames: np.ndarray) -> list[tuple[str, float, float]]:
    found = [f for measured in _score(frames).values() for f in measured.findings]
    return [(f.kind, round(f.start, 1), round(f.end, 1)) for f in found]


@pytest.mark.parametrize("clean", [pan, slow_zoom, fade, night])
def test_what_is_no_defect_gives_no_finding(clean: Callable[[], np.ndarray]) -> None:
    assert _findings(_noisy(clean())) == []


@pytest.mark.parametrize(
    ("defect", "finding"),
    [
        (hold, ("frozen", 0.0, 3.0)),
        (black, ("black", 0.0, 3.0)),
        (cut, ("unexpected_cut", 1.5, 1.5)),
    ],
)
def test_one_defect_is_one_finding(
    defect: Callable[[], np.ndarray], finding: tuple[str, float, float]
) -> None:
    assert _findings(defect()) == [finding]


def test_a_strobe_is_one_flicker_and_no_series_of_cuts() -> None:
    ((kind, start, end),) = _findings(strobe())
    assert kind == "flicker"
    assert start <= 0.1 and end >= 2.9


def test_a_single_flash_is_no_cut() -> None:
    assert "unexpected_cut" not in [kind for kind, *_ in _findings(flash())]


def test_a_freeze_in_the_middle_has_its_range() -> None:
    moving = pan(60)
    frames = np.concatenate((moving[:36], np.repeat(moving[36:37], 36, axis=0), moving[37:]))
    assert _findings(frames) == [("frozen", 1.5, 3.0)]


def test_a_still_take_of_nine_frames_is_frozen_as_a_whole() -> None:
    assert _findings(hold(9)) == [("frozen", 0.0, 0.4)]


def test_a_low_rate_stored_at_a_higher_one_is_not_frozen() -> None:
    assert _findings(pan()[np.repeat(np.arange(0, 72, 3), 3)]) == []


def test_codec_noise_does_not_hide_a_freeze() -> None:
    frames = hold()
    noisy = (
        frames
        + np.random.default_rng(2).integers(0, 2, frames.shape) * (np.arange(72) % 5 == 0)[:, None, None]
    )
    measured = _score(noisy.astype(np.uint8))["frozen"]
    assert measured.scores[0].value <= 1.0


def _value(frames: np.ndarray, scorer: str, metric: str) -> float:
    return next(s.value for s in _score(frames)[scorer].scores if s.metric == metric)


def test_temporal_flickering_is_vbenchs_formula_on_what_was_shown() -> None:
    frames = pan()
    mean = np.abs(np.diff(frames.astype(int), axis=0)).mean()
    assert _value(frames, "flicker", "temporal_flickering") == pytest.approx((255 - mean) / 255)


def test_motion_is_told_in_widths_a_second() -> None:
    assert _value(pan(), "motion", "motion_magnitude") == pytest.approx(RATE / SIZE[1], rel=0.15)
    assert _value(hold(), "motion", "motion_magnitude") < 0.01


def test_even_motion_is_more_even_than_jerky_motion() -> None:
    jerky = pan()[np.repeat(np.arange(0, 72, 9), 9)]
    assert _value(pan(), "motion", "flow_evenness") > 0.8 > _value(jerky, "motion", "flow_evenness")


def test_a_blurred_take_is_less_sharp() -> None:
    import cv2

    blurred = np.stack([cv2.GaussianBlur(f, (0, 0), 3) for f in pan()])
    assert _value(blurred, "sharpness", "sharpness") < _value(pan(), "sharpness", "sharpness") / 2


def test_exposure_tells_mean_and_clipping() -> None:
    frames = np.full((24, *SIZE), 100, np.uint8)
    frames[:, :, :64] = 255
    assert _value(frames, "exposure", "luma_mean") == pytest.approx(178, abs=3)
    assert _value(frames, "exposure", "clipped_high") == pytest.approx(0.5, abs=0.02)
    assert _value(frames, "exposure", "clipped_low") == 0


def test_steps_on_the_coding_grid_are_blocky() -> None:
    blocks = np.kron(
        np.random.default_rng(4).integers(90, 110, (9, 16), dtype=np.uint8), np.ones((8, 8), np.uint8)
    )
    blocky = (pan() // 8 + blocks).astype(np.uint8)
    assert _value(blocky, "blockiness", "blockiness") > 1 > _value(pan(), "blockiness", "blockiness")


def _heard(samples: Any) -> Measured:
    from circletake_technical.sound import Sound

    frames = hold(2)
    return run_scorer(Sound(), frames, np.arange(2) / RATE, sound=samples)


def test_sound_is_silent_clipping_or_fine() -> None:
    tone = 0.3 * np.sin(np.arange(96000) / 20).astype(np.float32)
    assert _heard(tone).findings == ()
    assert [f.kind for f in _heard(tone * 0).findings] == ["silent"]
    assert [f.kind for f in _heard(np.clip(tone * 9, -1, 1)).findings] == ["clipping"]
    level = next(s.value for s in _heard(tone).scores if s.metric == "audio_level")
    assert level == pytest.approx(20 * np.log10(0.3 / np.sqrt(2)), abs=0.1)


def test_a_take_without_sound_has_no_finding() -> None:
    assert [(s.metric, s.value) for s in _heard(None).scores] == [("audio_present", 0.0)]


class TestContract(ScorerContract):
    module = "circletake_technical"
