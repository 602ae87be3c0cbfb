"""Takes are found in a film to the frame, whatever was done to them, and none is named that is not there."""

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circletake.fingerprint.locate import Locator
from circletake.fingerprint.looks import Look
from circletake.fingerprint.record import Thumbnails
from circletake.fingerprint.shots import LONGEST
from circletake.model.cue import Cue, Gap
from tests.scenes import Scene, fingerprinted

RATE = 24
FRAME = 1 / RATE
WIDTH, HEIGHT = 128, 85
A, B = Scene(1), Scene(2)
SIBLING = A.but(motion=5)
BEFORE, AFTER = Scene(11, seconds=1), Scene(12, seconds=1)
PART = A.but(start=0.75, seconds=1.5)
FROM_B = B.but(start=0.5, seconds=1.5)

Found = tuple[tuple[Cue, ...], tuple[Gap, ...], int]


@lru_cache(maxsize=64)
def _gray(scene: Scene) -> np.ndarray:
    """A scene as the film shows it to the locator."""
    return _luma(scene.frames(HEIGHT, RATE))


def _luma(frames: np.ndarray) -> np.ndarray:
    return np.asarray(np.rint(frames @ np.array([0.299, 0.587, 0.114])), np.uint8)


@lru_cache(maxsize=16)
def _look(scene: Scene) -> Look:
    return scene.look()


def _library(**more: Look) -> dict[str, Look]:
    return {"a": _look(A), "b": _look(B), "c": _look(Scene(3)), **more}


def _locate(film: np.ndarray, takes: Mapping[str, Look], run: int = 50) -> Found:
    def look(ids: Collection[str]) -> Mapping[str, Thumbnails]:
        return {take_id: takes[take_id].thumbnails for take_id in ids}

    locator = Locator({name: one.fingerprint for name, one in takes.items()}, look, RATE)
    seconds = np.arange(len(film)) / RATE
    for start in range(0, len(film), run):
        locator.video(film[start : start + run], seconds[start : start + run])
    return locator.finish()


def _film(*parts: Scene | np.ndarray) -> np.ndarray:
    return np.concatenate([_gray(part) if isinstance(part, Scene) else part for part in parts])


def _only(part: Scene | np.ndarray) -> Cue:
    """The one cue of a film in which a piece lies between two shots that no take shows."""
    film = _film(BEFORE, part, AFTER)
    (cue,), gaps, frames = _locate(film, _library())
    assert frames == len(film)
    assert [(gap.record_in, gap.record_out) for gap in gaps] == [(0, 24), (60, 84)]
    assert (cue.take_id, cue.record_in, cue.record_out) == ("a", 24, 60)
    assert cue.source_in == pytest.approx(0.75, abs=FRAME)
    assert cue.source_out == pytest.approx(0.75 + 1.5 * cue.speed, abs=FRAME)
    return cue


def _boxed(frames: np.ndarray) -> np.ndarray:
    small = np.stack([cv2.resize(frame, (98, 65), interpolation=cv2.INTER_AREA) for frame in frames])
    return np.pad(small, ((0, 0), (10, 10), (15, 15)))


def _upright(frames: np.ndarray) -> np.ndarray:
    """Wide bars beside the picture, and a line of text across both."""
    small = np.stack([cv2.resize(frame, (64, HEIGHT), interpolation=cv2.INTER_AREA) for frame in frames])
    boxed = np.pad(small, ((0, 0), (0, 0), (32, 32)))
    return np.stack(
        [cv2.putText(f, "the last bus left", (6, 78), 0, 0.4, 255, 1, cv2.LINE_AA) for f in boxed]
    )


def _covered(frames: np.ndarray) -> np.ndarray:
    """Bars over the picture's own top and bottom."""
    covered = frames.copy()
    covered[:, :10] = covered[:, -10:] = 0
    return covered


def _graded(frames: np.ndarray) -> np.ndarray:
    return np.asarray((frames / 255) ** 1.4 * 220 + 12, np.uint8)


def test_a_piece_of_a_take_is_found_to_the_frame() -> None:
    cue = _only(PART)
    assert cue.speed == pytest.approx(1, abs=0.01) and abs(cue.zoom) < 0.01 and not cue.flipped
    assert cue.confidence > 0.95 and cue.picture > 0.99 and cue.motion is not None and cue.motion > 0.98
    assert cue.matches
    for shown, source in cue.matches:
        assert 24 / RATE <= shown < 60 / RATE
        assert source == pytest.approx(0.75 + shown - 24 / RATE, abs=FRAME)


@pytest.mark.parametrize(
    "how", [_boxed, _upright, _covered, _graded], ids=["boxed", "titled", "letterboxed", "graded"]
)
def test_bars_and_a_grade_change_nothing(how: Callable[[np.ndarray], np.ndarray]) -> None:
    cue = _only(how(_gray(PART)))
    assert cue.speed == pytest.approx(1, abs=0.02) and cue.confidence > 0.9


def test_a_caption_changes_nothing() -> None:
    assert _only(PART.but(caption=True)).confidence > 0.9


def test_a_mirrored_piece_is_found_and_told() -> None:
    assert _only(PART.but(mirror=True)).flipped


def test_a_zoom_is_found_and_told() -> None:
    assert _only(PART.but(part=0.85, left=0.1, top=0.05)).zoom == pytest.approx(0.15, abs=0.02)


def test_another_speed_is_found_and_told() -> None:
    assert _only(PART.but(speed=1.25)).speed == pytest.approx(1.25, abs=0.02)


def test_mirrored_zoomed_and_captioned_at_once() -> None:
    cue = _only(PART.but(mirror=True, caption=True, part=0.88, left=0.06, top=0.06))
    assert cue.flipped and cue.zoom == pytest.approx(0.12, abs=0.02)


def test_a_take_of_another_shape_fills_the_frame_with_its_middle() -> None:
    upright = np.ascontiguousarray(_gray(PART)[:, :, 32:-32])
    (cue,), _, _ = _locate(upright, _library())
    assert (cue.take_id, cue.record_in, cue.record_out) == ("a", 0, 36)
    assert cue.source_in == pytest.approx(0.75, abs=FRAME) and cue.zoom == pytest.approx(0.5, abs=0.03)


def test_nothing_is_named_when_the_take_is_not_in_the_library() -> None:
    cues, (gap,), frames = _locate(_gray(PART), {"b": _look(B), "c": _look(Scene(3))})
    assert (cues, frames) == ((), 36)
    assert (gap.record_in, gap.record_out) == (0, 36)


def test_a_sibling_is_not_taken_for_the_take_and_the_gap_tells_the_nearest() -> None:
    cues, (gap,), _ = _locate(_gray(SIBLING.but(seconds=1.5)), _library())
    assert cues == () and (gap.record_in, gap.record_out) == (0, 36)
    assert gap.nearest == "a" and gap.why


def test_each_of_two_siblings_is_named_where_it_is() -> None:
    film = _film(PART, SIBLING.but(start=0.5, seconds=1.25))
    cues, gaps, _ = _locate(film, _library(sibling=_look(SIBLING)))
    assert [(c.take_id, c.record_in, c.record_out) for c in cues] == [("a", 0, 36), ("sibling", 36, 66)]
    assert gaps == ()


def test_neighbouring_pieces_are_parted_where_the_film_cuts() -> None:
    (first, second), gaps, _ = _locate(_film(PART, FROM_B), _library())
    assert (first.take_id, first.record_in, first.record_out) == ("a", 0, 36)
    assert (second.take_id, second.record_in, second.record_out) == ("b", 36, 72)
    assert second.source_in == pytest.approx(0.5, abs=FRAME) and gaps == ()


def test_neighbouring_pieces_are_parted_within_the_dissolve_between_them() -> None:
    ours, theirs = _gray(PART).astype(float), _gray(FROM_B).astype(float)
    share = (np.arange(6) + 1)[:, None, None] / 7
    mixed = ours[-6:] * (1 - share) + theirs[:6] * share
    film = np.concatenate([ours[:-6], mixed, theirs[6:]]).round().astype(np.uint8)
    (first, second), gaps, _ = _locate(film, _library())
    assert (first.take_id, second.take_id) == ("a", "b") and gaps == ()
    assert (first.record_in, second.record_out) == (0, 66)
    assert 30 <= first.record_out == second.record_in <= 36
    into_b = 0.5 + (second.record_in - 30) / RATE
    assert second.source_in == pytest.approx(into_b, abs=FRAME)


def test_two_pieces_of_one_take_stay_two_where_time_jumps() -> None:
    cues, gaps, _ = _locate(_film(A.but(seconds=1), A.but(start=2, seconds=1)), _library())
    assert [(cue.record_in, cue.record_out) for cue in cues] == [(0, 24), (24, 48)]
    assert [cue.source_in for cue in cues] == [pytest.approx(0, abs=FRAME), pytest.approx(2, abs=FRAME)]
    assert gaps == ()


def test_a_shot_longer_than_a_piece_may_be_is_one_cue() -> None:
    frames = Scene(21, seconds=(LONGEST + 20) / RATE).frames(32, RATE)
    long = Look(*fingerprinted(frames[::3], 8))
    film = np.stack([cv2.resize(frame, (WIDTH, HEIGHT)) for frame in _luma(frames)[6:]])
    (cue, last), gaps, _ = _locate(_film(film, PART), _library(long=long))
    assert (cue.take_id, cue.record_in, cue.record_out) == ("long", 0, len(film))
    assert cue.source_in == pytest.approx(6 / RATE, abs=FRAME)
    assert cue.speed == pytest.approx(1, abs=0.01)
    assert (last.take_id, gaps) == ("a", ())


def test_a_film_without_frames_has_neither_cues_nor_gaps() -> None:
    assert _locate(np.zeros((0, HEIGHT, WIDTH), np.uint8), _library()) == ((), (), 0)


@pytest.mark.parametrize("count", [1, 4])
def test_a_film_of_a_few_frames_is_too_short_to_tell(count: int) -> None:
    cues, (gap,), _ = _locate(_gray(PART)[:count], _library())
    assert cues == () and (gap.record_in, gap.record_out) == (0, count)
    assert gap.why == "too short to tell"


def test_black_is_a_gap() -> None:
    cues, gaps, _ = _locate(np.full((24, HEIGHT, WIDTH), 16, np.uint8), _library())
    assert cues == () and [(gap.record_in, gap.record_out) for gap in gaps] == [(0, 24)]


def test_a_take_without_frames_is_passed_over() -> None:
    empty = Look(*fingerprinted(np.zeros((0, 8, 8, 3), np.uint8), 8))
    (cue,), _, _ = _locate(_gray(PART), _library(empty=empty))
    assert cue.take_id == "a"


def test_what_is_found_does_not_depend_on_the_runs_it_comes_in() -> None:
    film = _film(BEFORE, PART, FROM_B)
    assert _locate(film, _library(), run=1) == _locate(film, _library(), run=len(film))


PIECES = st.tuples(
    st.sampled_from([A, B, SIBLING, Scene(11), None]), st.integers(0, 50), st.integers(1, 22), st.booleans()
)


@settings(max_examples=8, deadline=None)
@given(pieces=st.lists(PIECES, min_size=1, max_size=4), run=st.integers(1, 80))
def test_cues_and_gaps_cover_the_film_without_overlap(
    pieces: list[tuple[Scene | None, int, int, bool]], run: int
) -> None:
    parts = []
    for scene, start, count, mirror in pieces:
        shown = _gray(scene) if scene else np.full((72, HEIGHT, WIDTH), 16, np.uint8)
        parts.append(shown[start : start + count, :, :: -1 if mirror else 1])
    film = np.concatenate(parts)
    cues, gaps, frames = _locate(film, _library(), run)
    assert frames == len(film)
    both: list[Cue | Gap] = sorted([*cues, *gaps], key=lambda row: row.record_in)
    assert [row.record_in for row in both] == [0, *(row.record_out for row in both[:-1])]
    assert both[-1].record_out == frames
    assert all(row.record_in < row.record_out for row in both)
    for cue in cues:
        length = _library()[cue.take_id].fingerprint.length
        assert 0 <= cue.source_in <= cue.source_out <= length and 0.5 <= cue.confidence <= 1


def test_a_shot_too_short_to_be_cut_off_hides_nothing_that_lies_between_other_bars() -> None:
    small = np.stack([cv2.resize(f, (56, HEIGHT), interpolation=cv2.INTER_AREA) for f in _gray(PART)])
    film = _film(_gray(Scene(21, seconds=2))[:3], np.pad(small, ((0, 0), (0, 0), (36, 36))), AFTER)
    cues, _, _ = _locate(film, _library())
    assert [(cue.take_id, cue.record_in, cue.record_out) for cue in cues] == [("a", 3, 39)]
