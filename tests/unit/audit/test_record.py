"""Reading a stranger's release.json and SHA256SUMS."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circletake.audit.record import LARGEST, read_release, read_sums, stays_inside
from circletake.errors import BadInput
from circletake.model.export import Chosen, Release, ReleasedFile, SoundUse, Use

USE = Use("0", "7/2", "0", "7/2", "SH010/1", "b" * 64)
RELEASE = Release(
    "R",
    "2026-05-04",
    "circletake",
    "full",
    "Lumen",
    "AA",
    (ReleasedFile("clips/a.mp4", "take", "a" * 64, 10, seconds="7/2", uses=(USE,)),),
    Chosen(3, 1, ("Ana",), 0),
    SoundUse("s.wav", "c" * 64, "human-made", "Ana"),
)


def changed(**over: Any) -> bytes:
    document = RELEASE.to_json()
    for path, value in over.items():
        part: Any = document
        *way, last = path.split("__")
        for key in way:
            part = part[int(key)] if key.isdigit() else part[key]
        part[int(last) if last.isdigit() else last] = value
    return json.dumps(document).encode()


def test_a_record_reads_back_as_it_was_written() -> None:
    assert read_release(changed()) == RELEASE


@pytest.mark.parametrize(
    "over",
    [
        {"schema": "circletake.release/99"},
        {"name": 7},
        {"files": {"a": 1}},
        {"files__0__path": "../x.mp4"},
        {"files__0__path": "/etc/passwd"},
        {"files__0__path": "clips\\..\\x.mp4"},
        {"files__0__path": "C:/x.mp4"},
        {"files__0__path": ""},
        {"files__0__sha256": "short"},
        {"files__0__size": "10"},
        {"files__0__size": True},
        {"files__0__seconds": "1/0"},
        {"files__0__uses__0__record_in": "soon"},
        {"files__0__uses__0__prompt": ["a"]},
        {"files__0__uses__0__unknown": "a"},
        {"chosen__people": [1]},
        {"chosen": None},
        {"sound__origin": {}},
    ],
)
def test_a_record_of_wrong_types_or_with_wild_paths_is_refused(over: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=r"release\.json"):
        read_release(changed(**over))


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"null", b"[]", b'"a"', b"[" * 100_000, b"{}", b" " * (LARGEST + 1), b"NaN"]
)
def test_what_is_no_record_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(BadInput):
        read_release(data)


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda c: st.lists(c) | st.dictionaries(st.text(), c),
    )
)
def test_any_json_is_a_record_or_refused(value: object) -> None:
    with pytest.raises(BadInput):
        read_release(json.dumps(value).encode())


@given(st.text())
def test_a_path_that_stays_inside_never_climbs(path: str) -> None:
    if stays_inside(path):
        assert not path.startswith("/")
        assert ".." not in path.replace("\\", "/").split("/")


def test_sums_read_what_sha256sum_writes_and_skip_the_rest() -> None:
    data = f"{'a' * 64}  clips/a b.mp4\n{'B' * 64} *bin.mp4\nnonsense\n{'c' * 64}  ../up.mp4\n".encode()
    assert read_sums(data) == {"clips/a b.mp4": "a" * 64, "bin.mp4": "b" * 64}


@given(st.binary(max_size=500))
def test_any_bytes_can_be_read_as_sums(data: bytes) -> None:
    assert all(stays_inside(path) for path in read_sums(data))
