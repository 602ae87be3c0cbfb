"""What a library held at a moment of a take."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from circletake.model.registered import Registered, Stated

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
TENTHS = st.lists(st.integers(0, 60), min_size=1, max_size=6, unique=True).map(sorted)


def later(tenths: int) -> datetime:
    return BEGAN + timedelta(milliseconds=100 * tenths)


@given(TENTHS, st.integers(0, 6))
def test_what_held_in_any_part_of_a_second_held_in_it(since: list[int], second: int) -> None:
    values = tuple(Stated(str(each), later(each), "declared") for each in since)
    take = Registered("SH010/1", {"prompt": values})
    begins, ends = 10 * second, 10 * second + 10
    in_force = {
        each for each, until in zip(since, [*since[1:], 1000], strict=True) if each < ends and until >= begins
    }
    found = {int(each.value) for each in take.at("prompt", later(10 * second))}
    assert found == (in_force or set(since))


def test_where_no_moment_is_known_all_that_ever_held_counts() -> None:
    values = Stated("rain", BEGAN, "observed"), Stated("snow", None, "declared")
    take = Registered("SH010/1", {"prompt": values})
    assert (take.at("prompt", None), take.at("seed", None)) == (values, ())
