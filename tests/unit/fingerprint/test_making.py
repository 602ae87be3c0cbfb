import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circletake.fingerprint.making import MOST_SAMPLES, Fingerprinter
from circletake.model.fingerprint import THUMBNAIL, Fingerprint
from tests.scenes import Scene, fingerprinted

FRAMES = Scene(seconds=1.5).frames(48, 8)


def _same(one: Fingerprint, other: Fingerprint) -> bool:
    names = ("seconds", "bits64", "bits256", "low", "detail")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


@settings(max_examples=15, deadline=None)
@given(cuts=st.sets(st.integers(1, len(FRAMES) - 1)))
def test_runs_of_any_length_make_the_same_fingerprint(cuts: set[int]) -> None:
    maker = Fingerprinter(1.5)
    for (_, sink), frames in zip(maker.sinks, (FRAMES[..., 1], FRAMES), strict=True):
        times = np.arange(len(FRAMES)) / 8
        for run, seconds in zip(np.split(frames, sorted(cuts)), np.split(times, sorted(cuts)), strict=True):
            sink.video(run, seconds)
    whole = Fingerprinter(1.5)
    for (_, sink), frames in zip(whole.sinks, (FRAMES[..., 1], FRAMES), strict=True):
        sink.video(frames, np.arange(len(FRAMES)) / 8)
    assert _same(maker.finish()[0], whole.finish()[0])


def test_a_sample_is_kept_for_every_frame_with_its_time_and_shape() -> None:
    print_, thumbnails = fingerprinted(FRAMES, 8)
    assert print_.seconds == pytest.approx(np.arange(12) / 8)
    assert print_.length == pytest.approx(1.5) and print_.aspect == pytest.approx(1.5)
    assert thumbnails.luma.shape == (12, THUMBNAIL, THUMBNAIL)
    assert len(thumbnails.chroma) == 12


def test_a_file_that_claims_to_be_shorter_than_it_is_is_sampled_no_more_densely_than_a_long_one() -> None:
    frames = np.tile(FRAMES, (300, 1, 1, 1))
    maker = Fingerprinter(1.0)
    for (_, sink), shown in zip(maker.sinks, (frames[..., 1], frames), strict=True):
        sink.video(shown, np.arange(len(frames)) / 8)
    print_, thumbnails = maker.finish()
    assert MOST_SAMPLES <= len(print_.seconds) < 2 * MOST_SAMPLES
    assert len(thumbnails.luma) == len(thumbnails.chroma) == len(print_.seconds)
    assert print_.length == pytest.approx(len(frames) / 8, rel=0.01)


def test_a_smaller_copy_has_nearly_the_same_hashes() -> None:
    large, small = fingerprinted(Scene(seconds=1.5).frames(96, 8), 8)[0], fingerprinted(FRAMES, 8)[0]
    apart = np.unpackbits(large.bits64 ^ small.bits64, axis=1).sum(axis=1)
    assert apart.mean() < 3
    assert np.abs(large.low.astype(int) - small.low).mean() < 4


def test_a_take_that_changes_its_size_is_hashed_as_one() -> None:
    maker = Fingerprinter(1.5)
    (_, luma), (_, colour) = maker.sinks
    times = np.arange(12) / 8
    for sink, frames in ((luma, FRAMES[..., 1]), (colour, FRAMES)):
        sink.video(frames[:6], times[:6])
        sink.video(frames[6:, ::2, ::2], times[6:])
    print_, thumbnails = maker.finish()
    assert len(print_.seconds) == len(thumbnails.luma) == len(thumbnails.chroma) == 12
    assert print_.aspect == pytest.approx(1.5)


def test_a_flat_take_has_no_detail_and_numbers_all_the_same() -> None:
    print_, _ = fingerprinted(np.full((4, 48, 72, 3), 90, np.uint8), 8)
    assert print_.detail.tolist() == [0] * 4
    assert print_.low.shape == (4, 64)


def test_what_is_heard_changes_nothing() -> None:
    maker = Fingerprinter(1.0)
    for _, sink in maker.sinks:
        sink.audio(np.ones((1, 480), np.float32), 0.0)
    assert len(maker.finish()[0].seconds) == 0
