from dataclasses import replace

import numpy as np
import pytest

from circletake.fingerprint.hashes import phash
from circletake.fingerprint.search import candidates, compare
from circletake.model.fingerprint import Fingerprint


def _film(seed: int = 0, count: int = 24) -> np.ndarray:
    """A picture that pans: uint8 (count, 64, 64)."""
    random = np.random.default_rng(seed)
    wide = random.integers(0, 256, (16, 16 + count), dtype=np.uint8)
    return np.stack([np.kron(wide[:, n : n + 16], np.ones((4, 4), np.uint8)) for n in range(count)])


def _print(frames: np.ndarray, colour: int = 128) -> Fingerprint:
    return Fingerprint(
        seconds=(np.arange(len(frames)) / 4).astype(np.float32),
        bits64=phash(frames[:, ::2, ::2], 8),
        bits256=phash(frames, 16),
        colour=np.full((len(frames), 12), colour, np.uint8),
        detail=np.full(len(frames), 50, np.uint8),
        crop=(0, 0, 1, 1),
    )


def test_a_take_lies_exactly_on_itself() -> None:
    found = compare(_print(_film()), _print(_film()))
    assert found is not None
    assert (found.distance, found.offset, found.overlap, found.flipped) == (0, 0, 1, False)


def test_a_trimmed_copy_is_found_where_it_starts() -> None:
    found = compare(_print(_film()), _print(_film()[6:]))
    assert found is not None
    assert (found.distance, found.offset) == (0, 1.5)


def test_a_mirrored_copy_is_found_and_told() -> None:
    found = compare(_print(_film()), _print(_film()[:, :, ::-1]))
    assert found is not None and found.flipped
    assert found.distance < 16


def test_other_films_stay_far_apart() -> None:
    found = compare(_print(_film(1)), _print(_film(2)))
    assert found is not None and found.distance > 80


def test_other_colours_on_the_same_motion_are_seen() -> None:
    red = replace(_print(_film()), colour=np.tile(np.array([200, 60, 60], np.uint8), (24, 4)))
    found = compare(_print(_film()), red)
    assert found is not None
    assert found.distance == 0 and found.colour == pytest.approx(70, abs=1)


def test_a_brighter_copy_has_the_same_colours() -> None:
    found = compare(_print(_film(), colour=100), _print(_film(), colour=160))
    assert found is not None and found.colour == 0


def test_candidates_are_pairs_that_share_frames_straight_or_mirrored() -> None:
    takes = {
        "a": _print(_film(1)),
        "b": _print(_film(2)),
        "a cut": _print(_film(1)[8:]),
        "b mirrored": _print(_film(2)[:, :, ::-1]),
    }
    assert sorted(candidates(takes)) == [("a", "a cut"), ("b", "b mirrored")]


def test_a_take_without_frames_pairs_with_nothing() -> None:
    full = _print(_film())
    empty = replace(
        full,
        seconds=full.seconds[:0],
        bits64=full.bits64[:0],
        bits256=full.bits256[:0],
        colour=full.colour[:0],
        detail=full.detail[:0],
    )
    assert compare(empty, full) is None
    assert candidates({"a": empty, "b": full}) == []
