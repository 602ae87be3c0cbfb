"""What is found in a cut is judged fairly."""

from dataclasses import replace
from pathlib import Path

import pytest

from circletake.model.cue import Cue
from tests.bench.cuts import Piece
from tests.bench.cutting import errors, matched

PIECE = Piece(24, 72, Path("a"), 1.0, 3.0, 1.0, flip=False, zoom=1.0)
NEXT = Piece(72, 96, Path("b"), 0.0, 2.0, 2.0, flip=False, zoom=1.0)
CUE = Cue("a", 24, 72, 1.0, 3.0, 1.0, False, 0.0, 1.0, 1.0, None, 0.0, 8)
OWNERS = {Path("a"): "a", Path("b"): "b"}
SAME = {"a": "a", "a again": "a", "b": "b"}


@pytest.mark.parametrize(
    ("cue", "hit", "right"),
    [
        (CUE, True, 48),
        (replace(CUE, take_id="a again"), True, 48),
        (replace(CUE, take_id="b"), False, 0),
        (replace(CUE, record_out=50), True, 26),
        (replace(CUE, record_out=40), False, 16),
        (replace(CUE, record_in=200, record_out=240), False, 0),
    ],
)
def test_a_cue_hits_with_the_right_take_and_half_of_what_both_cover(cue: Cue, hit: bool, right: int) -> None:
    (found,) = matched([cue], [PIECE, NEXT], OWNERS, SAME)
    assert (found.piece is not None, found.right) == (hit, right)


def test_a_piece_is_hit_once_by_the_cue_that_covers_it_best() -> None:
    found = matched([replace(CUE, record_out=60), CUE], [PIECE], OWNERS, SAME)
    assert [one.piece is not None for one in found] == [False, True]


def test_a_late_record_in_with_the_right_source_is_one_error() -> None:
    late = replace(CUE, record_in=26, source_in=1.0 + 2 / 24, source_out=3.25)
    (found,) = matched([late], [PIECE], OWNERS, SAME)
    assert errors(found) == pytest.approx((2, 0, 0, 6))


def test_source_errors_follow_the_speed_of_the_piece() -> None:
    cue = replace(CUE, take_id="b", record_in=78, record_out=96, source_in=0.5, source_out=2.0)
    (found,) = matched([cue], [NEXT], OWNERS, SAME)
    assert errors(found) == pytest.approx((6, 0, 0, 0))
