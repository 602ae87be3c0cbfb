from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from circletake.errors import Cancelled
from circletake.media.frames import Tap, read_once
from circletake.media.probe import probe
from circletake.protocols import Needs
from tests.factories import damaged_at
from tests.scenes import Scene

Clip = Callable[..., Path]
INDEX_FIRST = {"movflags": "faststart"}


class Keeps:
    """A sink that keeps all it is given."""

    def __init__(self) -> None:
        self.runs: list[Any] = []
        self.times: list[float] = []
        self.samples = 0

    def video(self, frames: Any, seconds: Any) -> None:
        self.runs.append(frames)
        self.times.extend(seconds)

    def audio(self, samples: Any, start: float) -> None:
        self.samples += len(samples)

    @property
    def frames(self) -> Any:
        return np.concatenate(self.runs)


def _read(path: Path, *needs: Needs) -> list[Keeps]:
    sinks = [Keeps() for _ in needs]
    read_once(path, [Tap(n, s) for n, s in zip(needs, sinks, strict=True)])
    return sinks


def test_every_frame_comes_once_in_order_with_its_time(clip: Clip) -> None:
    (sink,) = _read(clip(seconds=4, rate=12), Needs())
    assert len(sink.frames) == 48
    assert sink.times == pytest.approx([n / 12 for n in range(48)], abs=1e-3)


def test_gray_is_the_luma_that_ffmpeg_makes(clip: Clip) -> None:
    path = clip()
    (sink,) = _read(path, Needs())
    with av.open(str(path)) as container:
        expected = np.stack([f.to_ndarray(format="gray") for f in container.decode(video=0)])
    assert np.abs(sink.frames.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".gif"])
def test_colours_are_those_that_ffmpeg_shows(clip: Clip, suffix: str) -> None:
    import av

    path = clip(f"take{suffix}")
    (sink,) = _read(path, Needs(pixels="rgb24"))
    with av.open(str(path)) as container:
        expected = np.stack([f.to_ndarray(format="rgb24") for f in container.decode(video=0)])
    assert np.abs(sink.frames.mean(axis=(0, 1, 2)) - expected.mean(axis=(0, 1, 2))).max() < 4


def test_a_grid_of_two_a_second_takes_two_a_second(clip: Clip) -> None:
    (sink,) = _read(clip(seconds=3, rate=12), Needs(fps=Fraction(2)))
    assert sink.times == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5], abs=0.1)


def test_the_longer_side_is_what_was_asked_and_nothing_is_enlarged(clip: Clip) -> None:
    small, own = _read(clip(size=(64, 48)), Needs(long_side=32), Needs(long_side=999))
    assert small.frames.shape[1:] == (24, 32)
    assert own.frames.shape[1:] == (48, 64)


@pytest.mark.parametrize("size", [(360, 240), (240, 360), (642, 482)], ids="{0[0]}x{0[1]}".format)
def test_a_far_smaller_picture_is_the_mean_of_what_its_pixels_cover(
    size: tuple[int, int], tmp_path: Path
) -> None:
    scene = Scene(aspect=size[0] / size[1], seconds=0.5)
    sinks = small, glanced, whole = Keeps(), Keeps(), Keeps()
    needs = Needs(long_side=32), Needs(long_side=32), Needs()
    taps = [Tap(n, s, glance=s is glanced) for n, s in zip(needs, sinks, strict=True)]
    read_once(scene.write(tmp_path / "take.mp4", size[1]), taps)
    height, width = small.frames.shape[1:]
    means = np.stack([cv2.resize(one, (width, height), interpolation=cv2.INTER_AREA) for one in whole.frames])
    for sink in (small, glanced):
        apart = sink.frames.astype(float) - means
        assert np.sqrt((apart**2).mean()) < 0.1 * means.std()
        assert abs(apart.mean()) < 0.5
    assert not np.array_equal(small.frames, glanced.frames)


def test_equal_needs_share_one_conversion(clip: Clip) -> None:
    one, other = _read(clip(), Needs(long_side=32), Needs(long_side=32))
    assert all(a is b for a, b in zip(one.runs, other.runs, strict=True))


def test_frames_cannot_be_written_into(clip: Clip) -> None:
    (sink,) = _read(clip(), Needs())
    with pytest.raises(ValueError, match="read-only"):
        sink.runs[0][0, 0, 0] = 1


def test_sound_comes_at_the_rate_asked_for_and_only_where_there_is_some(clip: Clip) -> None:
    loud, silent = (
        _read(clip(audio=with_sound), Needs(pixels=None, audio_hz=16000))[0] for with_sound in (True, False)
    )
    assert loud.samples == pytest.approx(16000, rel=0.15)
    assert silent.samples == 0


def test_one_sink_that_fails_does_not_stop_the_others(clip: Clip) -> None:
    class Breaks(Keeps):
        def video(self, frames: Any, seconds: Any) -> None:
            raise RuntimeError("no")

    bad, good = Tap(Needs(), Breaks()), Tap(Needs(), Keeps())
    read_once(clip(), [bad, good])
    assert isinstance(bad.failed, RuntimeError)
    assert good.failed is None and good.sink.times  # type: ignore[attr-defined]


def test_the_digest_of_the_picture_is_the_one_probe_gave(clip: Clip) -> None:
    path = clip(audio=True)
    assert read_once(path, []).picture_sha256 == probe(path).facts.picture_sha256


def test_what_comes_before_a_damage_is_served_and_the_damage_is_told(clip: Clip) -> None:
    path = clip("take.mkv", seconds=4)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    sink = Keeps()
    decoded = read_once(path, [Tap(Needs(), sink)])
    assert 0 < decoded.frames == len(sink.times) < 48


def test_a_file_whose_index_comes_first_and_that_was_cut_off_ends_early(clip: Clip, tmp_path: Path) -> None:
    path = tmp_path / "fast.mp4"
    with av.open(str(clip(seconds=4))) as given, av.open(str(path), "w", options=INDEX_FIRST) as made:
        stream = made.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(given.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                made.mux(packet)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 4])
    decoded = read_once(path, [])
    assert 0 < decoded.frames < 48
    assert decoded.problem.startswith("ends early, after ")


def test_a_damage_inside_is_told_with_its_seconds(clip: Clip) -> None:
    """Half a second is spoilt; the decoder swallows what rests on it, up to the next whole picture."""
    decoded = read_once(damaged_at(clip(seconds=4, pattern="noise"), 1.0), [])
    (damaged,) = decoded.damaged
    assert (round(damaged.start, 2), round(damaged.end, 2), damaged.read) == (1.0, 2.25, False)
    assert decoded.problem == "damaged, 1.00-2.25 s cannot be decoded"


def test_what_the_decoder_fills_in_is_told_and_no_problem(clip: Clip) -> None:
    decoded = read_once(damaged_at(clip(seconds=4, pattern="noise"), 1.0, half=True), [])
    assert (decoded.problem, [each.read for each in decoded.damaged]) == ("", [True])
    assert decoded.mended.startswith("damaged at 1.00-1.08 s, where the decoder filled in")


def test_a_video_that_is_whole_has_no_damage(clip: Clip) -> None:
    decoded = read_once(clip(seconds=2), [])
    assert (decoded.damaged, decoded.mended, decoded.problem) == ((), "", "")


def test_it_stops_when_asked(clip: Clip) -> None:
    with pytest.raises(Cancelled):
        read_once(clip(), [], cancelled=lambda: True)
