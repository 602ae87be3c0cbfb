"""How a file ends: whole, cut short, or with bytes behind it that are no part of a video."""

from __future__ import annotations

from pathlib import Path

import pytest

from circletake.media.opening import added_after, ends_early
from tests.factories import tiny_clip

TAILS = [b"x", b"more", b"hello world, this is text", b"\xff" * 64, bytes(40), b"\0\0\0\x01mdat"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return tiny_clip(tmp_path_factory.mktemp("whole") / "a.mp4").read_bytes()


def test_a_whole_file_has_nothing_behind_it(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(whole)
    assert (ends_early(path), added_after(path)) == (False, 0)


@pytest.mark.parametrize("tail", TAILS)
def test_bytes_behind_the_last_box_are_counted_and_cut_nothing_short(
    tail: bytes, whole: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(whole + tail)
    assert (ends_early(path), added_after(path)) == (False, len(tail))


def test_a_box_that_goes_on_behind_the_end_is_what_a_file_cut_short_looks_like(
    whole: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(whole + b"\0\0\0\x20mdat")
    assert (ends_early(path), added_after(path)) == (True, 0)


@pytest.mark.parametrize("missing", [1, 5, 200])
def test_a_file_that_lacks_its_last_bytes_is_cut_short(missing: int, whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(whole[:-missing])
    assert (ends_early(path), added_after(path)) == (True, 0)


def test_a_file_cut_in_the_head_of_a_box_it_needs_is_cut_short(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    second = int.from_bytes(whole[:4])
    path.write_bytes(whole[: second + 5])
    assert (ends_early(path), added_after(path)) == (True, 0)


def test_what_is_no_mp4_has_no_boxes_to_tell_by(tmp_path: Path) -> None:
    path = tmp_path / "a.avi"
    path.write_bytes(b"RIFF1234AVI LIST" + bytes(50))
    assert (ends_early(path), added_after(path)) == (False, 0)
