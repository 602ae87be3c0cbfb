"""Matroska and WebM that break off are told by their own lengths, whole ones never suspected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.media.matroska import MAGIC
from circletake.media.opening import ends_early

Clip = Callable[..., Path]

HEAD = MAGIC + b"\x84\x42\x86\x81\x01"
SEGMENT, CLUSTER, BLOCK = b"\x18\x53\x80\x67", b"\x1f\x43\xb6\x75", b"\xa3"
OPEN = b"\x01\xff\xff\xff\xff\xff\xff\xff"


def _live(blocks: int, size: int = 20) -> bytes:
    """A stream as browsers record it: no length is known of anything but the blocks."""
    return HEAD + SEGMENT + OPEN + CLUSTER + OPEN + (BLOCK + bytes([0x80 | size]) + b"x" * size) * blocks


@pytest.mark.parametrize("suffix", ["mkv", "webm"])
def test_a_file_with_sound_that_breaks_off_ends_early_and_a_whole_one_does_not(
    clip: Clip, suffix: str
) -> None:
    path = clip(f"a.{suffix}", seconds=2, audio=True)
    assert not ends_early(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    assert ends_early(path)


@given(st.integers(0, 30), st.integers(0, 60))
def test_a_live_stream_ends_early_where_a_block_is_not_whole(
    tmp_path_factory: pytest.TempPathFactory, blocks: int, cut: int
) -> None:
    path = tmp_path_factory.mktemp("live") / "a.webm"
    whole = _live(blocks)
    kept = max(len(_live(0)), len(whole) - cut)
    path.write_bytes(whole[:kept])
    assert ends_early(path) is bool((kept - len(_live(0))) % 22)


@given(st.binary(max_size=80))
def test_bytes_of_any_kind_are_answered(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "a.mkv"
    path.write_bytes(MAGIC + data)
    assert ends_early(path) in (True, False)
