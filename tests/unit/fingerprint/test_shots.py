from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circletake.fingerprint.shots import LONGEST, Piece, Shots
from tests.scenes import Scene

RATE = 24


@lru_cache(maxsize=8)
def _gray(seed: int) -> np.ndarray:
    frames = Scene(seed, seconds=2).frames(32, RATE)
    return np.asarray(np.rint(frames @ np.array([0.299, 0.587, 0.114])), np.uint8)


def _pieces(film: np.ndarray, runs: list[int] | None = None) -> list[Piece]:
    """What a film falls into, shown in runs of these lengths over and over."""
    shots = Shots()
    found: list[Piece] = []
    start = turn = 0
    while start < len(film):
        stop = start + (runs[turn % len(runs)] if runs else len(film))
        found += shots.add(film[start:stop], np.arange(len(film))[start:stop] / RATE)
        start, turn = stop, turn + 1
    found += shots.finish()
    assert shots.frames == len(film)
    return found


def _lengths(film: np.ndarray) -> list[int]:
    return [len(piece.frames) for piece in _pieces(film)]


def _together(pieces: list[Piece], film: np.ndarray) -> None:
    """Every frame is in one piece, in order, with its time."""
    ends = [piece.first + len(piece.frames) for piece in pieces]
    assert [piece.first for piece in pieces] == [0, *ends[:-1]]
    assert (np.concatenate([piece.frames for piece in pieces]) == film).all()
    assert np.concatenate([piece.seconds for piece in pieces]) == pytest.approx(np.arange(len(film)) / RATE)
    assert all(len(piece.changes) == len(piece.frames) for piece in pieces)


def test_a_film_is_cut_where_it_cuts() -> None:
    film = np.concatenate([_gray(1)[:20], _gray(2)[:30], _gray(3)[:12]])
    pieces = _pieces(film)
    assert [len(piece.frames) for piece in pieces] == [20, 30, 12]
    _together(pieces, film)


def test_bars_that_shots_share_make_them_no_more_alike() -> None:
    # Three like scenes in the middle of a wide frame: all but the bars changes at a cut.
    like = [
        np.clip(180 + (_gray(seed)[:20].astype(float) - _gray(seed).mean()) / 3, 40, 255)
        for seed in (1, 2, 3)
    ]
    film = np.concatenate(like).astype(np.uint8)
    barred = np.zeros((len(film), film.shape[1], 3 * film.shape[2]), np.uint8)
    barred[:, :, film.shape[2] : 2 * film.shape[2]] = film
    assert _lengths(film) == _lengths(barred) == [20, 20, 20]


def test_black_frames_hold_together() -> None:
    assert _lengths(np.zeros((20, 32, 48), np.uint8)) == [20]


def test_a_cut_is_found_close_to_the_end() -> None:
    assert _lengths(np.concatenate([_gray(1)[:20], _gray(2)[:3]])) == [20, 3]


def test_motion_is_no_cut() -> None:
    assert _lengths(_gray(1)) == [48]


def test_a_change_of_light_is_no_cut() -> None:
    light = np.where(np.arange(48) < 20, 1.0, 0.6)[:, None, None]
    assert _lengths((_gray(1) * light).astype(np.uint8)) == [48]


def test_a_film_that_changes_its_size_goes_on_in_the_first_one() -> None:
    shots = Shots()
    found = [
        *shots.add(_gray(1)[:20], np.arange(20) / RATE),
        *shots.add(_gray(1)[20:, ::2, ::2], np.arange(20, 48) / RATE),
        *shots.finish(),
    ]
    assert sum(len(piece.frames) for piece in found) == 48
    assert {piece.frames.shape[1:] for piece in found} == {_gray(1).shape[1:]}


def test_a_long_shot_goes_on_in_the_next_piece() -> None:
    there, back = _gray(1), _gray(1)[::-1]
    film = np.concatenate([there, back] * 6)[: LONGEST + 40]
    pieces = _pieces(film)
    assert [len(piece.frames) for piece in pieces] == [LONGEST, 40]
    _together(pieces, film)


def test_a_film_without_frames_has_no_pieces() -> None:
    assert list(Shots().finish()) == []
    assert list(Shots().add(np.zeros((0, 8, 8), np.uint8), np.zeros(0))) == []


def test_a_part_keeps_its_place_in_the_film() -> None:
    _, piece = _pieces(np.concatenate([_gray(1)[:20], _gray(2)[:30]]))
    part = piece.part(5, 12)
    assert part.first == 25 and len(part.frames) == 7
    assert part.seconds[0] == pytest.approx(25 / RATE)
    assert (part.frames == _gray(2)[5:12]).all()


SHOTS = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 20), st.integers(1, 28)), max_size=6)


@settings(max_examples=60, deadline=None)
@given(shots=SHOTS, noise=st.integers(0, 12), runs=st.lists(st.integers(1, 40), min_size=1, max_size=5))
def test_every_frame_is_given_exactly_once_whatever_the_runs(
    shots: list[tuple[int, int, int]], noise: int, runs: list[int]
) -> None:
    parts = [_gray(seed)[start : start + count] for seed, start, count in shots]
    # Frames of nothing but noise: everything and nothing is a cut.
    random = np.random.default_rng(noise)
    parts.append(random.integers(0, 256, (noise, *_gray(1).shape[1:]), dtype=np.uint8))
    film = np.concatenate(parts)
    pieces = _pieces(film, runs)
    if not len(film):
        assert pieces == []
        return
    _together(pieces, film)
    assert all(0 < len(piece.frames) <= LONGEST for piece in pieces)
    assert [piece.first for piece in pieces] == [piece.first for piece in _pieces(film)]
