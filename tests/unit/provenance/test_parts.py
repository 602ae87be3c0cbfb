"""What counts as metadata in a picture: what is well formed and known to be, and nothing else."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.provenance import parts
from circletake.provenance.container import embedded_manifest
from circletake.provenance.parts import PNG, parts_of

SCAN = b"\xff\xda\x00\x02" + b"\1" * 40
GIF = b"GIF89a" + b"\1\0\1\0\0\0\0"
STORE = b"\0\0\0\x40jumb\0\0\0\x20jumdc2pa" + bytes.fromhex("00110010800000aa00389b71")


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(data) + 2).to_bytes(2) + data


def boxed(number: int, sequence: int, data: bytes) -> bytes:
    """A segment of a box in a JPEG."""
    return segment(0xEB, b"JP" + number.to_bytes(2) + sequence.to_bytes(4) + data)


def kinds(path: Path, data: bytes, start: int) -> list[str]:
    """Of the parts from ``start`` on but for the last, the picture's own data."""
    path.write_bytes(data)
    found = parts_of(path)
    assert [part.start for part in found] == [0, *(part.end for part in found[:-1])]
    assert found[-1].end == len(data)
    return [part.kind for part in found if part.start >= start][:-1]


@pytest.mark.parametrize(
    ("piece", "kind"),
    [
        (segment(0xE0, b"JFIF\0" + bytes(9)), "picture"),
        (segment(0xE1, b"Exif\0\0" + bytes(40)), "picture"),
        (segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"), "metadata"),
        (segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + bytes(40)), "metadata"),
        (segment(0xE2, b"ICC_PROFILE\0" + bytes(40)), "picture"),
        (segment(0xED, b"Photoshop 3.0\0"), "metadata"),
        (segment(0xEE, b"Adobe\0\x64\0\0\0\0\1"), "picture"),
        (segment(0xFE, b"a comment"), "metadata"),
        (segment(0xDB, bytes(65)), "picture"),
        (boxed(1, 1, STORE + bytes(40)), "manifest"),
        (boxed(1, 1, STORE.replace(b"jumdc2pa", b"jumdjson") + bytes(40)), "picture"),
        (segment(0xEB, b"HDR_RI ver=11"), "picture"),
    ],
)
def test_of_a_jpeg_only_texts_are_metadata(tmp_path: Path, piece: bytes, kind: str) -> None:
    assert kinds(tmp_path / "a.jpg", b"\xff\xd8" + piece + SCAN, 2) == [kind]


def test_segments_of_another_box_do_not_pass_for_the_manifest(tmp_path: Path) -> None:
    more = b"\0\0\0\x40jumb" + bytes(50)
    data = b"\xff\xd8" + boxed(1, 1, STORE + bytes(40)) + boxed(2, 2, more) + boxed(1, 2, more)
    assert kinds(tmp_path / "a.jpg", data + SCAN, 2) == ["manifest", "picture", "manifest"]


def test_a_store_in_a_jpeg_is_found_behind_filling_and_another_box(tmp_path: Path) -> None:
    path, head = tmp_path / "a.jpg", b"\0\0\0\x40jumb"
    other = boxed(1, 1, head + bytes(50))
    data = b"\xff\xd8\xff\xff" + other + boxed(2, 1, STORE + bytes(40)) + boxed(2, 2, head + b"more")
    path.write_bytes(data + SCAN)
    assert embedded_manifest(path) == STORE + bytes(40) + b"more"


def test_a_store_whose_mark_was_altered_still_counts_as_credentials(tmp_path: Path) -> None:
    """Else an altered picture would be told as one that never carried any."""
    path, altered = tmp_path / "a.jpg", STORE.replace(b"jumdc2pa", b"jumdd2pa")
    path.write_bytes(b"\xff\xd8" + boxed(2, 1, altered + bytes(40)) + SCAN)
    assert embedded_manifest(path) == altered + bytes(40)


def test_filling_before_a_marker_is_no_marker(tmp_path: Path) -> None:
    """Read as one, its length would hide the rest of the picture in a comment."""
    data = b"\xff\xd8\xff\xff" + segment(0xFE, b"a comment") + segment(0xDB, bytes(65))
    assert kinds(tmp_path / "a.jpg", data + SCAN, 2) == ["picture", "picture", "metadata", "picture"]


@pytest.mark.parametrize("marker", [0x00, 0x01, 0x02, 0xBF, 0xD0, 0xD7, 0xD8, 0xD9, 0xDA])
def test_behind_a_marker_without_a_length_all_is_picture(tmp_path: Path, marker: int) -> None:
    data = b"\xff\xd8" + segment(0xDB, bytes(65)) + bytes([0xFF, marker]) + segment(0xFE, b"a comment")
    assert kinds(tmp_path / "a.jpg", data + SCAN, 2) == ["picture"]


@pytest.mark.parametrize("length", [b"\0\0", b"\0\1", b"\xff\xff"])
def test_a_segment_whose_length_makes_no_sense_is_picture(tmp_path: Path, length: bytes) -> None:
    data = b"\xff\xd8" + segment(0xDB, bytes(65)) + b"\xff\xfe" + length + bytes(50)
    assert kinds(tmp_path / "a.jpg", data, 2) == ["picture"]


@pytest.mark.parametrize(
    ("piece", "kind"),
    [
        (b"\x21\xfe\x03abc\0", "metadata"),
        (b"\x21\xfe\0", "metadata"),
        (b"\x21\xff\0", "picture"),
        (b"\x21\xf9\x04\0\0\0\0\0", "picture"),
        (b"\x21\xff\x0bNETSCAPE2.0\x03\1\0\0\0", "picture"),
        (b"\x21\xff\x0bC2PA_GIF\1\0\0\x01x\0", "manifest"),
        (b"\x21\xfe\x0bC2PA_GIF\1\0\0\0", "metadata"),
    ],
)
def test_an_extension_of_a_gif_ends_where_its_blocks_do(tmp_path: Path, piece: bytes, kind: str) -> None:
    assert kinds(tmp_path / "a.gif", GIF + piece + b"\x2c" + bytes(30), len(GIF)) == [kind]


@pytest.mark.parametrize("cut", [b"\x21\xfe\x03abc", b"\x21\xfe\x09abc", b"\x21\xfe", b"\x21"])
def test_an_extension_that_is_cut_short_is_picture(tmp_path: Path, cut: bytes) -> None:
    assert kinds(tmp_path / "a.gif", GIF + cut, len(GIF)) == []


def test_a_gif_of_very_many_blocks_is_not_gone_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "BLOCKS_AT_MOST", 5)
    path = tmp_path / "a.gif"
    path.write_bytes(GIF + b"\x21\xfe" + b"\1a" * 6 + b"\0")
    assert [part.kind for part in parts_of(path)] == ["picture", "untold"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (b"tEXt", "metadata"),
        (b"iTXt", "metadata"),
        (b"eXIf", "picture"),
        (b"caBX", "manifest"),
        (b"gAMA", "picture"),
    ],
)
def test_of_a_png_only_texts_are_metadata(tmp_path: Path, name: bytes, kind: str) -> None:
    chunk = b"\0\0\0\4" + name + b"text" + zlib.crc32(name + b"text").to_bytes(4)
    assert kinds(tmp_path / "a.png", PNG + chunk + b"\0\0\0\0IEND\0\0\0\0", len(PNG)) == [kind]


@pytest.mark.parametrize(
    ("name", "kind"),
    [(b"C2PA", "manifest"), (b"XMP ", "metadata"), (b"JUNK", "picture"), (b"EXIF", "picture")],
)
def test_of_a_riff_file_junk_is_picture_for_its_index_may_point_there(
    tmp_path: Path, name: bytes, kind: str
) -> None:
    data = b"RIFF\0\0\0\0AVI " + name + b"\3\0\0\0abc\0" + b"LIST"
    assert kinds(tmp_path / "a.avi", data, 12) == [kind]


@given(
    st.sampled_from([b"\xff\xd8\xff", PNG, GIF, b"RIFF\0\0\0\0AVI ", b"\0\0\0\x08ftyp", b"GIF", b"RIFF"]),
    st.binary(max_size=300),
)
def test_whatever_a_file_holds_its_parts_are_the_whole_of_it(head: bytes, rest: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        kinds(Path(folder) / "a", head + rest, 0)
