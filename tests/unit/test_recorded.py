"""What a manifest records of a cut or a film is read back as it was, and no nonsense gets through."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.model.cue import Cue, Gap
from circletake.model.recorded import CUT, FILM, recorded_in
from circletake.workflows.leaving.recalling import _settled
from tests.factories import cue

SHA = "ab" * 32
NONSENSE = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.sampled_from(["1/2", "3", SHA, "0"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["takes", "events", "record", "source", "take", "others", "black", "sounds", "song", "rate"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(NONSENSE, st.sampled_from([CUT, FILM]))
def test_whatever_a_stranger_records_is_read_or_left_out(record: Any, label: str) -> None:
    said = recorded_in({label: record})
    if said is None:
        assert not isinstance(record, dict)
        return
    assert all(start < end for start, end in (*said.black, *(each.record for each in said.takes)))
    assert all(len(each.take) == 64 for each in said.takes)


def test_a_film_is_read_back_with_what_lies_over_its_takes() -> None:
    record = {
        "rate": "24",
        "start": "01:00:00:00",
        "film": SHA,
        "takes": [{"take": SHA, "label": "SH010/1", "record": ["0", "1"], "source": ["2", "1"]}],
        "others": [
            {"record": ["1", "2"], "what": "over the picture: Title", "source_type": "humanEdits", "by": "A"},
            {"record": ["2", "3"], "what": "x.mov", "source_type": "undeclared", "by": ""},
        ],
    }
    said = recorded_in({FILM: record})
    assert said is not None
    assert (said.rate, said.film, said.takes[0].source) == (Fraction(24), SHA, (Fraction(2), Fraction(1)))
    assert [(each.what, each.source_type, each.over) for each in said.others] == [
        ("Title", "humanEdits", True),
        ("x.mov", "", False),
    ]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8), st.integers(0, 50))
def test_rows_that_lie_over_one_another_are_laid_out_once(spans: list[tuple[int, int]], frames: int) -> None:
    rows: list[Cue | Gap] = [
        cue(record_in=a, record_out=b, source_in=a / 24, source_out=b / 24) if number % 2 else Gap(a, b)
        for number, (a, b) in enumerate(sorted(spans))
    ]
    told = list(_settled(rows, frames, Fraction(24)))
    assert [frame for row in told for frame in range(row.record_in, row.record_out)] == list(range(frames))
    for each in (row for row in told if isinstance(row, Cue)):
        shown = (each.source_in, each.source_out)
        assert shown == pytest.approx((each.record_in / 24, each.record_out / 24))
