from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circletake.fingerprint.comparing import compare, lay
from circletake.fingerprint.judging import band
from circletake.fingerprint.looks import Look
from circletake.fingerprint.making import Fingerprinter
from circletake.fingerprint.placing import place
from circletake.fingerprint.search import candidates
from circletake.fingerprint.shelf import Shelf
from circletake.model.alignment import Alignment
from circletake.model.stack import Band
from tests.scenes import Scene, fingerprinted

SCENE = Scene()


@lru_cache(maxsize=32)
def _look(scene: Scene, height: int = 96) -> Look:
    return scene.look(height)


def _found(other: Scene, height: int = 96) -> Alignment:
    found = compare(_look(SCENE), _look(other, height))
    assert found is not None
    return found


def test_a_take_lies_exactly_on_itself() -> None:
    found = _found(SCENE)
    assert (found.distance, found.offset, found.speed, found.flipped, found.zoom) == (0, 0, 1, False, 0)
    assert found.overlap == pytest.approx(1) and found.picture == pytest.approx(1)


def test_a_smaller_copy_is_the_same_picture() -> None:
    found = _found(SCENE, height=48)
    assert found.picture > 0.99 and found.distance < 12 and abs(found.zoom) < 0.01


def test_a_trimmed_copy_is_found_where_it_starts_between_samples_too() -> None:
    assert _found(SCENE.but(start=0.75, seconds=2)).offset == pytest.approx(0.75, abs=0.02)
    assert _found(SCENE.but(start=0.7, seconds=2)).offset == pytest.approx(0.7, abs=0.03)


def test_the_longer_take_starts_before_the_trimmed_one() -> None:
    found = compare(_look(SCENE.but(start=0.75, seconds=2)), _look(SCENE))
    assert found is not None and found.offset == pytest.approx(-0.75, abs=0.03)


def test_a_mirrored_copy_is_found_and_told() -> None:
    found = _found(SCENE.but(mirror=True))
    assert found.flipped and found.picture > 0.99 and found.motion > 0.99


def test_a_faster_copy_is_found_with_its_speed() -> None:
    assert _found(SCENE.but(speed=1.25, seconds=2.4)).speed == pytest.approx(1.25, abs=0.02)


def test_a_crop_is_told_by_how_much_from_either_side() -> None:
    cropped = SCENE.but(left=0.08, top=0.02, part=0.9)
    assert _found(cropped).zoom == pytest.approx(0.1, abs=0.02)
    turned = compare(_look(cropped), _look(SCENE))
    assert turned is not None and turned.zoom == pytest.approx(-0.1, abs=0.02)
    assert turned.picture > 0.98


def test_a_caption_counts_for_nothing() -> None:
    found = _found(SCENE.but(caption=True))
    assert found.picture > 0.98 and found.distance < 32 and found.colour < 10


def test_other_colours_on_the_same_motion_are_seen() -> None:
    found = _found(SCENE.but(hue=True))
    assert found.motion > 0.95 and found.colour > 30 > 5 > _found(SCENE).colour


def test_a_sibling_from_the_same_still_parts_by_motion() -> None:
    found = compare(_look(SCENE), _look(SCENE.but(motion=5)))
    assert found is None or found.motion < 0.6


def test_unrelated_takes_have_nothing_in_common_or_lie_badly() -> None:
    for seed in range(2, 8):
        found = compare(_look(SCENE), _look(SCENE.but(seed=seed)))
        assert found is None or (found.picture < 0.75 and found.distance > 64)


def test_a_take_without_frames_is_compared_with_nothing() -> None:
    empty = Look(*Fingerprinter(1.0).finish())
    assert compare(empty, _look(SCENE)) is None
    assert lay(_look(SCENE), empty) is None


def test_a_flat_take_is_told_as_flat() -> None:
    dark = Look(*fingerprinted(np.full((16, 48, 72, 3), 30, np.uint8), 8))
    found = compare(dark, dark)
    assert found is None or found.flat == 1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_grey_copy_is_a_copy_from_either_side(seed: int) -> None:
    frames = SCENE.but(seed=seed).frames(96, 8)
    light = np.rint(frames @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)
    coloured, grey = _look(SCENE.but(seed=seed)), Look(*fingerprinted(np.stack([light] * 3, axis=-1), 8))
    for one, other in ((coloured, grey), (grey, coloured)):
        found = compare(one, other)
        assert found is not None and band(found) is Band.DUPLICATE


@settings(max_examples=25, deadline=None)
@given(
    st.builds(
        SCENE.but,
        motion=st.sampled_from((None, 5)),
        part=st.sampled_from((1.0, 0.9)),
        start=st.sampled_from((0.0, 0.7)),
        seconds=st.sampled_from((2.0, 3.0)),
        speed=st.sampled_from((1.0, 1.25)),
        mirror=st.booleans(),
        hue=st.booleans(),
    ),
    st.sampled_from((48, 96)),
)
def test_what_two_takes_are_to_one_another_does_not_depend_on_the_order(other: Scene, height: int) -> None:
    one, two = _look(SCENE), _look(other, height)
    there, back = compare(one, two), compare(two, one)
    if there is None or back is None:
        assert there is back
        return
    assert back == there.reversed or there == back.reversed
    assert band(there) is band(back)


@pytest.mark.parametrize("shape", [1e-30, 0.001, 0.02, 128, 187.5, 1e30])
def test_a_take_of_any_shape_can_be_compared(shape: float) -> None:
    """3000 x 16 pixels are a video, too."""
    take = _look(SCENE)
    ribbon = Look(replace(take.fingerprint, aspect=shape), take.thumbnails)
    found = compare(take, ribbon)
    assert found is not None and found.picture > 0.99
    assert place(take, ribbon) and place(ribbon, take)
    assert candidates({"take": take.fingerprint, "ribbon": ribbon.fingerprint}) == [("ribbon", "take")]
    asked = take.spectra[:8]
    assert set(Shelf({"take": take.fingerprint}).likely(asked, shape, 8).takes) == {"take"}


@settings(max_examples=25, deadline=None)
@given(
    gaps=st.lists(st.sampled_from([0.0, 0.125, 7.0, 1e6]), min_size=2, max_size=12),
    shape=st.sampled_from([1e-3, 0.5, 1.0, 1.78, 1e3]),
    start=st.sampled_from([-100.0, 0.0, 1e7]),
)
def test_whatever_a_file_claims_it_is_compared(gaps: list[float], shape: float, start: float) -> None:
    take = _look(SCENE)
    count = len(gaps)
    print_, pictures = take.fingerprint, take.thumbnails
    claimed = replace(
        print_,
        seconds=(start + np.cumsum(gaps)).astype(np.float32),
        aspect=shape,
        **{name: getattr(print_, name)[:count] for name in ("bits64", "bits256", "low", "detail")},
    )
    other = Look(claimed, replace(pictures, luma=pictures.luma[:count], chroma=pictures.chroma[:count]))
    for one, two in ((take, other), (other, take), (other, other)):
        found = compare(one, two)
        assert found is None or np.isfinite([found.distance, found.picture, found.offset, found.speed]).all()
