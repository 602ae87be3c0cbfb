from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circletake.errors import LibraryError
from circletake.fingerprint.making import Fingerprinter, grid
from circletake.fingerprint.record import (
    Thumbnails,
    pack,
    pack_thumbnails,
    unpack,
    unpack_both,
    unpack_thumbnails,
)
from tests.scenes import Scene, fingerprinted


def _made(count: int = 8) -> Any:
    return fingerprinted(Scene().frames()[:count], 8)


PACKED = pack(_made()[0])


def test_a_packed_fingerprint_comes_back() -> None:
    before, _ = _made()
    after = unpack(pack(before))
    assert after.crop == pytest.approx(before.crop) and after.aspect == pytest.approx(before.aspect)
    for name in ("seconds", "bits64", "bits256", "low", "detail"):
        assert (getattr(after, name) == getattr(before, name)).all()
        assert getattr(after, name).dtype == getattr(before, name).dtype


@pytest.mark.parametrize("count", [1, 8, 17])
def test_packed_thumbnails_come_back_nearly_as_they_were(count: int) -> None:
    _, before = _made(count)
    after = unpack_thumbnails(pack_thumbnails(before))
    for one, other in ((after.luma, before.luma), (after.chroma, before.chroma)):
        assert one.shape == other.shape
        assert np.abs(one.astype(int) - other).mean() < 3


@pytest.mark.parametrize("damage", [b"", b"xx", lambda data: data[:-1], lambda data: b"ABCD" + data[4:]])
def test_a_damaged_record_is_named(damage: Any) -> None:
    data = pack(_made()[0])
    with pytest.raises(LibraryError, match="damaged"):
        unpack(damage(data) if callable(damage) else damage)


@pytest.mark.parametrize(
    "damage", [b"", b"xx", lambda data: data[:40], lambda data: data[:8] + b"\0" * (len(data) - 8)]
)
def test_damaged_thumbnails_are_named(damage: Any) -> None:
    data = pack_thumbnails(_made()[1])
    with pytest.raises(LibraryError, match="damaged"):
        unpack_thumbnails(damage(data) if callable(damage) else damage)


@settings(max_examples=50)
@given(st.integers(0, 2**16), st.binary(min_size=1, max_size=40))
def test_whatever_is_written_over_a_record_it_is_damaged_or_times_rise(at: int, bad: bytes) -> None:
    data = bytearray(PACKED)
    place = at % len(data)
    data[place : place + len(bad)] = bad
    try:
        after = unpack(bytes(data[: len(PACKED)]))
    except LibraryError as error:
        assert "damaged" in str(error)
    else:
        assert np.isfinite(after.seconds).all() and (np.diff(after.seconds) >= 0).all()
        assert 0 < after.aspect < np.inf


def test_hashes_and_thumbnails_of_other_samples_do_not_belong_together() -> None:
    (few, _), (_, many) = _made(8), _made(9)
    with pytest.raises(LibraryError, match="damaged"):
        unpack_both(pack(few), pack_thumbnails(many))


def test_thumbnails_of_fewer_frames_than_promised_are_damaged() -> None:
    data = bytearray(pack_thumbnails(_made()[1]))
    data[0] = 200
    with pytest.raises(LibraryError, match="damaged"):
        unpack_thumbnails(bytes(data))


def test_a_take_without_frames_has_an_empty_record() -> None:
    fingerprint, thumbnails = Fingerprinter(1.0).finish()
    assert len(unpack(pack(fingerprint)).seconds) == 0
    assert isinstance(unpack_thumbnails(pack_thumbnails(thumbnails)), Thumbnails)


def test_takes_are_sampled_eight_times_a_second_short_ones_more_and_long_ones_less_densely() -> None:
    assert grid(10) == grid(0) == 8
    assert float(grid(0.5)) * 0.5 >= 8
    assert float(grid(3600)) * 3600 == pytest.approx(480, rel=0.01)
