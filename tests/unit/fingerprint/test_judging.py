import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from circletake.fingerprint.judging import Bounds, band, judge
from circletake.model.alignment import Alignment
from circletake.model.stack import Band
from tests.factories import alignment, media_facts

BOUNDS = Bounds()
KEEPER = media_facts(picture_sha256="a", width=1920, height=1080, seconds=5.0)
COPY = media_facts(picture_sha256="b", width=1920, height=1080, seconds=5.0)


@pytest.mark.parametrize(
    ("over", "wanted"),
    [
        ({}, Band.DUPLICATE),
        ({"flipped": True}, Band.NEAR),
        ({"zoom": 0.1}, Band.NEAR),
        ({"zoom": -0.1}, Band.NEAR),
        ({"speed": 1.25}, Band.NEAR),
        ({"colour": BOUNDS.colour + 1}, Band.VARIANT),
        ({"texture": BOUNDS.texture - 0.1}, Band.VARIANT),
        ({"motion": 0.6, "places": 0.1}, Band.VARIANT),
        ({"flat": 0.9}, Band.VARIANT),
        ({"picture": BOUNDS.picture, "distance": BOUNDS.bits + 1}, Band.VARIANT),
        ({"picture": BOUNDS.picture, "distance": 2 * BOUNDS.shown_bits + 1}, None),
        ({"picture": BOUNDS.plain_picture, "distance": 200}, Band.DUPLICATE),
        ({"picture": 0.5, "motion": 0.2, "distance": 90}, None),
        ({"picture": 0.6, "motion": 0.95, "places": 0.9, "distance": 60}, Band.VARIANT),
        ({"picture": 0.6, "motion": 0.95, "places": 0.5, "distance": 60}, None),
        ({"picture": 0.4, "motion": 0.95, "places": 0.9, "distance": 60}, None),
    ],
)
def test_bands_follow_the_numbers(over: dict[str, float], wanted: Band | None) -> None:
    assert band(alignment(**over)) is wanted
    assert band(alignment(**over).reversed) is wanted


def test_takes_that_begin_together_need_to_move_more_alike() -> None:
    between = (BOUNDS.motion + BOUNDS.close_motion) / 2
    assert band(alignment(motion=between)) is Band.VARIANT
    trimmed = band(alignment(motion=between, offset=0.5))
    assert trimmed is not None and trimmed.folds
    assert band(alignment(motion=between, offset=0.5, drift=2 * BOUNDS.drift)) is Band.VARIANT


@pytest.mark.parametrize("over", [{"zoom": 0.05}, {"zoom": -0.05}, {"flipped": True}])
def test_a_crop_of_a_sibling_is_no_better_than_the_sibling(over: dict[str, float]) -> None:
    between = (BOUNDS.motion + BOUNDS.close_motion) / 2
    assert band(alignment(motion=between, **over)) is Band.VARIANT


@pytest.mark.parametrize(
    ("over", "folds"),
    [
        ({"picture": 0.999, "peak": 0.95}, True),
        ({"picture": 0.999, "peak": 0.1}, False),
        ({"picture": 0.999, "peak": 0.1, "liveliness": 0.1}, True),
        ({"picture": 0.95, "peak": 0.95}, False),
    ],
)
def test_takes_that_hardly_move_are_judged_by_the_picture_and_where_it_changes_most(
    over: dict[str, float], folds: bool
) -> None:
    found = band(alignment(moving=0.01, **over))
    assert found is not None and found.folds is folds


def _why(**over: object) -> str:
    media = {"width", "height", "seconds", "picture_sha256"} & over.keys()
    other = media_facts(
        **{"picture_sha256": "b", "width": 1920, "height": 1080, "seconds": 5.0}
        | {k: over.pop(k) for k in media}
    )
    found = judge(alignment(**over), KEEPER, other)
    assert found is not None
    return found.reason


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({}, "same picture, re-encoded, 9 of 256 bits"),
        ({"width": 960, "height": 540}, "same picture, re-encoded at half the size, 9 of 256 bits"),
        ({"width": 3840, "height": 2160}, "same picture, re-encoded at twice the size, 9 of 256 bits"),
        ({"width": 1080, "height": 1080}, "same picture, re-encoded at 1080x1080, 9 of 256 bits"),
        ({"flipped": True}, "same picture, mirrored, re-encoded, 9 of 256 bits"),
        ({"zoom": 0.1}, "same picture, cropped by 10%, re-encoded, 9 of 256 bits"),
        ({"zoom": -0.1}, "same picture, shows 10% more around it, re-encoded, 9 of 256 bits"),
        ({"speed": 1.25, "seconds": 4.0}, "same picture, played at 1.25x, re-encoded, 9 of 256 bits"),
        (
            {"offset": 0.4, "seconds": 4.6},
            "same picture, starts 0.4 s later, re-encoded, 9 of 256 bits",
        ),
        ({"seconds": 4.0}, "same picture, ends 1.0 s earlier, re-encoded, 9 of 256 bits"),
        (
            {"seconds": 6.0},
            "same picture, ends 1.0 s later, re-encoded, longer than the keeper, 9 of 256 bits",
        ),
        ({"colour": 60}, "same motion, other colours, 9 of 256 bits"),
        ({"texture": 0.4}, "same motion, painted smooth, 9 of 256 bits"),
        ({"motion": 0.3}, "same picture, other motion, 9 of 256 bits"),
        ({"flat": 0.9}, "alike, but too dark or too plain to be sure, 9 of 256 bits"),
        ({"moving": 0, "peak": 0.6}, "alike, but too still to tell a copy from a sibling, 9 of 256 bits"),
        ({"picture": 0.8, "distance": 50}, "same motion, other picture, 50 of 256 bits"),
    ],
)
def test_the_reason_says_what_differs_and_by_how_much(over: dict[str, object], words: str) -> None:
    assert _why(**over) == words


def test_seen_from_the_other_side_everything_is_turned_round() -> None:
    found = alignment(offset=0.5, zoom=0.1)
    there, back = judge(found, KEEPER, COPY), judge(found.reversed, COPY, KEEPER)
    assert there is not None and back is not None
    assert "cropped by 10%, starts 0.5 s later" in there.reason
    assert "shows 10% more around it, starts 0.5 s earlier" in back.reason
    assert (there.band, there.offset, back.offset) == (back.band, 0.5, -0.5)


def test_reversing_twice_changes_nothing() -> None:
    found = alignment(offset=0.5, speed=1.25, zoom=0.1)
    assert found.reversed.reversed == found
    assert found.reversed.offset == pytest.approx(-0.4) and found.reversed.speed == 0.8


def test_no_pair_has_no_likeness() -> None:
    assert judge(alignment(picture=0.1, motion=0.1, distance=120), KEEPER, COPY) is None


@given(
    st.builds(
        alignment,
        picture=st.floats(0.7, 1),
        motion=st.floats(0.4, 1),
        places=st.floats(0.3, 1),
        moving=st.floats(0, 0.3),
        peak=st.floats(0.4, 1),
        drift=st.floats(0, 0.02),
        offset=st.floats(-0.5, 0.5),
        speed=st.floats(0.6, 1),
        zoom=st.floats(-0.6, 0.6),
    )
)
@example(alignment(speed=0.9802))
def test_a_pair_is_judged_alike_from_both_sides(seen: Alignment) -> None:
    assert band(seen) is band(seen.reversed)
