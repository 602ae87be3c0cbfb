"""The layout of a file stays through signing and stripping, and changes when it is written anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from circletake.provenance.layout import layout_of
from tests.factories import tiny_clip
from tests.releases import Made, unsigned_copy
from tests.tampering import reordered, stripped, with_free_box


def clip(made: Made) -> Path:
    return next((made.folder / "clips").iterdir())


def test_signing_and_stripping_leave_the_layout_alone(made: Made) -> None:
    before = {layout_of(Path(slate.path)) for slate in made.slates}
    after = {layout_of(path) for path in (made.folder / "clips").iterdir()}
    assert before == after and len(before) == 3
    signed = layout_of(clip(made))
    stripped(clip(made))
    assert layout_of(clip(made)) == signed


def test_free_space_is_no_part_of_the_layout(made: Made) -> None:
    before = layout_of(clip(made))
    with_free_box(clip(made))
    assert layout_of(clip(made)) == before


def test_a_file_written_anew_has_another_layout_though_its_picture_is_the_same(made: Made) -> None:
    before = layout_of(clip(made))
    again = layout_of(unsigned_copy(clip(made), made.folder / "again.mp4"))
    assert before and again and before.sha256 != again.sha256


def test_chunks_in_another_order_are_counted_and_change_no_digest(tmp_path: Path) -> None:
    path = tiny_clip(tmp_path / "a.mp4", audio=True)
    before = layout_of(path)
    reordered(path)
    after = layout_of(path)
    assert before and after
    assert (before.backwards, after.backwards > 0) == (0, True)
    assert before.sha256 == after.sha256


@pytest.mark.parametrize("kind", [b"skip", b"free", b"ftyp", b"uuid"])
def test_pictures_in_a_box_that_signatures_pass_over_are_counted(tmp_path: Path, kind: bytes) -> None:
    path = tiny_clip(tmp_path / "a.mp4")
    plain = layout_of(path)
    data = bytearray(path.read_bytes())
    at = data.rindex(b"mdat")
    data[at : at + 4] = kind
    path.write_bytes(data)
    hidden = layout_of(path)
    assert plain and plain.astray == 0
    assert hidden and hidden.astray > 0


@pytest.mark.parametrize("suffix", [".webm", ".avi", ".gif"])
def test_other_formats_have_no_layout(tmp_path: Path, suffix: str) -> None:
    assert layout_of(tiny_clip(tmp_path / f"a{suffix}")) is None


def test_a_damaged_or_missing_file_is_no_error(tmp_path: Path, made: Made) -> None:
    assert layout_of(tmp_path / "nowhere.mp4") is None
    data = clip(made).read_bytes()
    for length in (0, 7, 8, 40, len(data) // 2, len(data) - 1):
        clip(made).write_bytes(data[:length])
        layout_of(clip(made))


def test_the_first_piece_of_a_stream_is_known_as_that(shared: Path) -> None:
    fixtures = shared / "data" / "c2pa" / "contentauth__c2pa-rs" / "sdk" / "tests" / "fixtures"
    opening, whole = layout_of(fixtures / "dashinit.mp4"), layout_of(fixtures / "video1.mp4")
    assert opening and whole
    assert (opening.opening, whole.opening) == (True, False)
