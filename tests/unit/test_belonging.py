"""Which release a file names: what is written reads back, and nothing else does."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.model.belonging import MOST, Belonging, missing, new_id

ID = "5e" * 16


@given(st.integers(1, MOST), st.integers(0, MOST))
def test_what_is_written_reads_back(number: int, more: int) -> None:
    place = Belonging(new_id(), number, min(number + more, MOST))
    assert Belonging.read(place.to_json()) == place


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"id": ID, "file": 0, "files": 2},
        {"id": ID, "file": 3, "files": 2},
        {"id": ID, "file": True, "files": 2},
        {"id": ID, "file": 1.0, "files": 2},
        {"id": ID, "file": "1", "files": 2},
        {"id": ID, "file": 1, "files": MOST + 1},
        {"id": ID.upper(), "file": 1, "files": 2},
        {"id": f"{ID}\n", "file": 1, "files": 2},
        {"id": ["5e"], "file": 1, "files": 2},
    ],
)
def test_what_makes_no_sense_names_nothing(data: Any) -> None:
    assert Belonging.read(data) is None


@given(st.sets(st.integers(1, 60), min_size=1))
def test_numbers_in_words_are_those_that_are_missing(numbers: set[int]) -> None:
    gone = set(range(1, 61)) - numbers
    told = re.findall(r"(\d+)(?:-(\d+))?", missing(sorted(numbers), 60, most=60))
    assert {n for first, last in told for n in range(int(first), int(last or first) + 1)} == gone
    assert len(told) == sum(number - 1 not in gone for number in gone)


def test_numbers_are_told_in_runs_and_of_many_runs_the_first() -> None:
    assert missing([1, 2, 4, 5, 6, 8], 9) == "3, 7 and 9"
    assert missing([5, 6, 7], 8) == "1-4 and 8"
    assert missing(range(2, 200, 2), 199) == "1, 3, 5, 7, 9 and others"
