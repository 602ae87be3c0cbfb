"""What a file is by its bytes, and which videos an archive hides."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from circletake.workflows import contents
from circletake.workflows.contents import can_be_signed, kind_by_bytes, kind_of, videos_inside

VIDEO = b"\x00\x00\x00\x18ftypisom" + b"\x00" * 600


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".gif"])
def test_a_video_is_known_whatever_its_name(clip: Callable[..., Path], suffix: str) -> None:
    path = clip(f"take{suffix}")
    assert kind_of(path.rename(path.with_suffix(".txt"))) == "video"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x00\x00\x00\x18ftypM4A ", "sound"),
        (b"\x00\x00\x00\x18ftypavif", "image"),
        (b"RIFF\x00\x00\x00\x00WAVE", "sound"),
        (b"\x00\x00\x00\x20jumb", "credentials"),
        (b"PK\x03\x04", "archive"),
        (b"\x1f\x8b\x08", "archive"),
        (b"FLV\x01", "video"),
        (b"\x00\x00\x00\x01\x67\x64", "video"),
        (b"DKIF\x00\x00", "video"),
        (b"\x00\x00\x00\x18ftypavis", "video"),
        ((b"G" + b"\x00" * 187) * 3, "video"),
        (b'{"a": 1}', "other"),
        (b"", "other"),
    ],
)
def test_first_bytes_tell(head: bytes, kind: str) -> None:
    assert kind_by_bytes(head) == kind


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_a_still_is_a_picture_and_an_animation_a_video(tmp_path: Path, form: str) -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "green", "blue")]
    still, moving = tmp_path / "still", tmp_path / "moving"
    frames[0].save(still, form)
    frames[0].save(moving, form, save_all=True, append_images=frames[1:], duration=40)
    assert (kind_of(still), kind_of(moving)) == ("image", "video")
    assert not can_be_signed(moving)


@given(st.binary(max_size=512))
def test_any_bytes_have_a_kind(head: bytes) -> None:
    assert kind_by_bytes(head) in {"video", "sound", "image", "archive", "credentials", "other"}


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_videos_are_found_in_archives_within_archives(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", notes=VIDEO, text=b"words").read_bytes()
    with tarfile.open(tmp_path / "outer.tar.gz", "w:gz") as archive:
        info = tarfile.TarInfo("deep/inner.dat")
        info.size = len(inner)
        archive.addfile(info, io.BytesIO(inner))
    (member,) = videos_inside(tmp_path / "outer.tar.gz")
    assert member.name == "deep/inner.dat!notes"
    assert member.sha256 == hashlib.sha256(VIDEO).hexdigest()


def test_what_cannot_be_looked_into_is_said(tmp_path: Path) -> None:
    for name, data in (
        ("rar", b"Rar!\x1a\x07\x00junk"),
        ("7z", b"7z\xbc\xaf\x27\x1cjunk"),
        ("zip", b"PK\x03\x04junk"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ValueError, match="cannot be read"):
            videos_inside(tmp_path / name)


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "UNPACKED", 1 << 20)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.mp4", VIDEO + b"\x00" * (8 << 20))
    with pytest.raises(ValueError, match="unpacks to more"):
        videos_inside(tmp_path / "bomb.zip")
    monkeypatch.setattr(contents, "MEMBERS", 2)
    with pytest.raises(ValueError, match="more than 2 files"):
        videos_inside(zipped(tmp_path / "many.zip", a=b"", b=b"", c=b""))
