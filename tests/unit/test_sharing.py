"""Sharing changes no value; it only keeps equal parts once."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from circletake.workflows.auditing.sharing import Sharing
from tests.cases import credentials, recorded, use, video

PLAIN = some.recursive(
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats(allow_nan=False)
    | some.text()
    | some.fractions()
    | some.datetimes(timezones=some.timezones()),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner) | some.tuples(inner, inner),
    max_leaves=12,
)


@given(some.lists(PLAIN, max_size=4))
def test_what_comes_back_is_what_went_in(values: list[Any]) -> None:
    sharing = Sharing()
    assert repr([sharing.of(each) for each in values]) == repr(values)


def test_copies_of_a_case_become_one_object() -> None:
    case = video(traced=(use(),), recorded=recorded(), tags={"encoder": "Lavf"})
    sharing = Sharing()
    one, two = (sharing.of(pickle.loads(pickle.dumps(case))) for _ in range(2))
    assert one == two == case
    assert one is two


def test_what_differs_stays_apart_and_shares_the_rest() -> None:
    sharing = Sharing()
    one, two = (sharing.of(pickle.loads(pickle.dumps(video(path=path)))) for path in ("a", "b"))
    assert (one.path, two.path) == ("a", "b")
    assert one.credentials is two.credentials
    assert one.credentials == credentials()


def test_equal_numbers_and_moments_of_different_kinds_are_not_mixed_up() -> None:
    sharing = Sharing()
    values = (1, 1.0, True, Fraction(1), datetime(2026, 1, 1, tzinfo=UTC))
    later = datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    assert repr(sharing.of((*values, later))) == repr((*values, later))
