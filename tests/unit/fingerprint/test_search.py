from dataclasses import replace
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circletake.fingerprint.search import candidates
from circletake.model.fingerprint import Fingerprint
from tests.scenes import Scene, fingerprinted

SCENE = Scene(seconds=2)
COPIES = {
    "straight": SCENE,
    "mirrored": SCENE.but(mirror=True),
    "cropped": SCENE.but(left=0.1, top=0.0, part=0.9),
    "trimmed": SCENE.but(start=0.5, seconds=1.5),
    "captioned": SCENE.but(caption=True),
}


@lru_cache(maxsize=64)
def _print(scene: Scene, height: int = 96) -> Fingerprint:
    return scene.look(height).fingerprint


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_is_found(how: str) -> None:
    takes = {"take": _print(SCENE), "copy": _print(COPIES[how], 64), "other": _print(SCENE.but(seed=2))}
    assert candidates(takes) == [("copy", "take")]


def test_a_copy_of_another_shape_is_found() -> None:
    frames = SCENE.frames()
    width = frames.shape[2]
    square = fingerprinted(frames[:, :, width // 6 : -width // 6], 12)[0]
    assert candidates({"take": _print(SCENE), "square": square}) == [("square", "take")]


@settings(max_examples=15, deadline=None)
@given(fresh=st.sets(st.sampled_from([*COPIES, "take", "2", "3", "sibling", "nothing"])))
def test_fresh_takes_give_exactly_the_pairs_of_a_full_run_that_touch_them(fresh: set[str]) -> None:
    takes = {name: _print(scene) for name, scene in COPIES.items()}
    takes |= {"take": _print(SCENE), "2": _print(SCENE.but(seed=2)), "3": _print(SCENE.but(seed=3))}
    takes["sibling"] = _print(SCENE.but(motion=4))
    takes["none"] = _empty()
    everything = candidates(takes)
    assert candidates(takes, fresh) == [pair for pair in everything if fresh & set(pair)]


def test_a_take_without_frames_pairs_with_nothing() -> None:
    assert candidates({"a": _empty(), "b": _print(SCENE)}) == []
    assert candidates({"b": _print(SCENE)}) == candidates({}) == []


def _empty() -> Fingerprint:
    full = _print(SCENE)
    return replace(
        full,
        seconds=full.seconds[:0],
        bits64=full.bits64[:0],
        bits256=full.bits256[:0],
        low=full.low[:0],
        detail=full.detail[:0],
    )
