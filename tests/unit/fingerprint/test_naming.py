import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.fingerprint.naming import LEAST, weigh
from circletake.model.alignment import Alignment
from tests.factories import alignment

shares = st.floats(0, 1)
numbers = st.builds(
    alignment,
    picture=st.floats(-1, 1),
    motion=st.floats(-1, 1),
    peak=st.floats(-1, 1),
    moving=st.sampled_from([0.001, 0.3]),
    liveliness=st.floats(0, 60),
    distance=st.floats(0, 256),
    flat=shares,
)


def test_a_copy_is_named_beyond_doubt() -> None:
    assert weigh(alignment(picture=0.99, motion=0.97)).confidence > 0.95
    assert weigh(alignment(picture=0.99, motion=0.97)).why == ""


@pytest.mark.parametrize(
    ("over", "why"),
    [
        ({"picture": 0.99, "flat": 0.9}, "too dark or too plain to tell"),
        ({"picture": 0.93, "distance": 120}, "pictures differ"),
        ({"picture": 0.5}, "pictures differ"),
        ({"picture": 0.99, "motion": 0.2}, "same picture, other motion"),
        ({"picture": 0.99, "moving": 0.001, "peak": 0.1, "liveliness": 20}, "same picture, other motion"),
    ],
)
def test_what_speaks_against_a_take_is_told(over: dict[str, float], why: str) -> None:
    found = weigh(alignment(**over))
    assert not found.named and found.why == why and found.confidence < LEAST


@pytest.mark.parametrize(
    "over",
    [
        {"picture": 0.99, "motion": 0.95, "distance": 120},
        {"picture": 0.99, "moving": 0.001, "motion": 0.0, "peak": 0.9},
        {"picture": 0.99, "moving": 0.001, "motion": 0.0, "peak": 0.0, "liveliness": 1.0},
    ],
    ids=["few bits last but the picture is right", "still, alike where it changes", "nothing changes at all"],
)
def test_a_take_is_named_on_other_evidence(over: dict[str, float]) -> None:
    assert weigh(alignment(**over)).named


def test_where_nothing_changes_a_take_is_named_with_less_confidence() -> None:
    frozen = weigh(alignment(picture=0.99, moving=0.001, peak=0.0, liveliness=1.0))
    assert LEAST <= frozen.confidence < 0.75


def test_another_take_that_fits_nearly_as_well_makes_it_less_sure() -> None:
    sure = weigh(alignment(picture=0.99, motion=0.97))
    assert sure.against(0.5) == sure
    doubted = sure.against(0.0)
    assert doubted.confidence < sure.confidence and doubted.named


@given(found=numbers)
def test_a_take_is_named_exactly_where_the_confidence_suffices(found: Alignment) -> None:
    naming = weigh(found)
    assert 0 <= naming.confidence <= 1
    assert naming.named is (naming.confidence >= LEAST) is (not naming.why)


@given(picture=st.tuples(shares, shares), motion=st.tuples(shares, shares))
def test_what_fits_better_is_never_less_sure(
    picture: tuple[float, float], motion: tuple[float, float]
) -> None:
    worse = weigh(alignment(picture=min(picture), motion=min(motion)))
    better = weigh(alignment(picture=max(picture), motion=max(motion)))
    assert worse.confidence <= better.confidence
