from functools import lru_cache

import numpy as np
import pytest

from circletake.fingerprint.guessing import Guess, guesses
from circletake.fingerprint.looks import Look
from tests.scenes import Scene

TAKE = Scene(1)


@lru_cache(maxsize=8)
def _look(scene: Scene) -> Look:
    return scene.look(64)


def _best(take: Look, piece: Look) -> Guess:
    return guesses(take, piece, piece=True)[0]


def test_a_zoomed_piece_is_guessed_where_it_was_cut_out() -> None:
    guess = _best(_look(TAKE), _look(TAKE.but(left=0.12, top=0.0, part=0.88, seconds=1)))
    assert guess.ours_wider and not guess.flipped
    assert (guess.view.left, guess.view.top) == pytest.approx((0.12, 0.0), abs=0.04)


def test_a_mirrored_piece_is_guessed_as_the_piece_is() -> None:
    piece = TAKE.but(left=0.12, top=0.0, part=0.88, seconds=1)
    plain, turned = (_best(_look(TAKE), _look(one)) for one in (piece, piece.but(mirror=True)))
    assert (plain.flipped, turned.flipped) == (False, True)
    assert plain.view == turned.view


@pytest.mark.parametrize("mirror", [False, True], ids=["plain", "mirrored"])
def test_what_is_guessed_of_the_narrower_take_holds_for_its_pictures(mirror: bool) -> None:
    """A take that shows less than the piece, at the left: its view lies at the left of the piece as laid."""
    part = _look(TAKE.but(left=0.0, top=0.06, part=0.88, seconds=2))
    guess = _best(part, _look(TAKE.but(mirror=mirror, seconds=2)))
    assert (guess.flipped, guess.ours_wider) == (mirror, False)
    assert guess.view.left == pytest.approx(0.0, abs=0.04)
    assert np.diag(guess.likeness(part)).mean() > 0.9
