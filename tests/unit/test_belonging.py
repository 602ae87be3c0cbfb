"""Which release a file names: what is written reads back, and nothing else does."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.model.belonging import MOST, Belonging, counting, new_id

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
def test_numbers_in_words_are_those_numbers(numbers: set[int]) -> None:
    told = re.findall(r"(\d+)(?:-(\d+))?", counting(numbers, most=60))
    assert {n for first, last in told for n in range(int(first), int(last or first) + 1)} == numbers
    assert len(told) == sum(number - 1 not in numbers for number in numbers)


def test_numbers_are_told_in_runs_and_of_many_runs_the_first() -> None:
    assert counting([9, 3, 7]) == "3, 7 and 9"
    assert counting([1, 2, 3, 4, 8]) == "1-4 and 8"
    assert counting(range(1, 200, 2)) == "1, 3, 5, 7, 9 and others"
