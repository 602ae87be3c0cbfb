"""The gate: no video leaves unsigned, whatever it is called and wherever it hides."""

from __future__ import annotations

import base64
import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from circletake.errors import SigningError
from circletake.files import sha256_of
from circletake.workflows.leaving.gate import refuse_unsigned


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


HIDING: dict[str, Callable[[bytes], bytes]] = {
    "cut.mp4": lambda video: video,
    "notes.txt": lambda video: video,
    "no_suffix": lambda video: video,
    "package.otioz": lambda video: zipped(a=b"text", b=video),
    "nested.zip": lambda video: zipped(inner=zipped(x=video)),
    "package.tar.gz": lambda video: tarred("a/b.bin", video),
    "picture.png": lambda video: b"\x89PNG\r\n\x1a\n" + bytes(64) + zipped(x=video),
    "video.gz": gzip.compress,
    "sheet.html": lambda video: b"<video src='DATA:video/mp4;base64," + base64.b64encode(video) + b"'>",
}


APPENDED: dict[str, bytes] = {
    "poster.png": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "poster.jpg": b"\xff\xd8\xff\xe0" + bytes(40) + b"\xff\xd9",
    "seal.c2pa": b"\0\0\0\x10jumb" + bytes(8),
    "song.mp3": b"ID3\x03" + bytes(6),
    "script.pdf": b"%PDF-1.4\n" + b"x" * ((1 << 20) - 11),
}


@pytest.mark.parametrize("name", APPENDED)
@pytest.mark.parametrize("suffix", ["mp4", "mov", "webm", "mkv", "avi"])
def test_a_video_that_hangs_on_another_file_is_refused(
    clip: Callable[..., Path], tmp_path: Path, name: str, suffix: str
) -> None:
    staged = tmp_path / "staged"
    staged.mkdir()
    (staged / name).write_bytes(APPENDED[name])
    refuse_unsigned(staged, set())
    (staged / name).write_bytes(APPENDED[name] + clip(f"in/a.{suffix}").read_bytes())
    with pytest.raises(SigningError, match="hidden in it"):
        refuse_unsigned(staged, set())


def test_a_video_in_base64_without_its_type_is_refused(clip: Callable[..., Path], tmp_path: Path) -> None:
    staged = tmp_path / "staged"
    staged.mkdir()
    (staged / "data.json").write_bytes(b'{"x": "' + base64.b64encode(clip("in/a.mp4").read_bytes()) + b'"}')
    with pytest.raises(SigningError, match="hidden in it"):
        refuse_unsigned(staged, set())


@pytest.mark.parametrize("name", HIDING)
@pytest.mark.parametrize("suffix", ["mp4", "webm", "gif"])
def test_an_unsigned_video_is_refused(
    clip: Callable[..., Path], tmp_path: Path, name: str, suffix: str
) -> None:
    video = clip(f"in/a.{suffix}").read_bytes()
    staged = tmp_path / "staged"
    (staged / "deep" / "er").mkdir(parents=True)
    (staged / "deep" / "er" / name).write_bytes(HIDING[name](video))
    with pytest.raises(SigningError, match="deep/er"):
        refuse_unsigned(staged, set())


def test_signed_videos_pass_by_their_bytes_in_archives_too(clip: Callable[..., Path], tmp_path: Path) -> None:
    video = clip("in/a.mp4")
    staged = tmp_path / "staged"
    staged.mkdir()
    (staged / "a.mp4").write_bytes(video.read_bytes())
    (staged / "pack.otioz").write_bytes(zipped(clip=video.read_bytes()))
    (staged / "cues.csv").write_text("a,b\n")
    (staged / "timeline.otio").write_text("{}")
    refuse_unsigned(staged, {sha256_of(video)})
    with (staged / "a.mp4").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(SigningError, match=r"a\.mp4"):
        refuse_unsigned(staged, {sha256_of(video)})


def test_links_and_locked_archives_are_refused(tmp_path: Path) -> None:
    staged = tmp_path / "staged"
    staged.mkdir()
    (staged / "link").symlink_to("/etc/hostname")
    with pytest.raises(SigningError, match="link"):
        refuse_unsigned(staged, set())
    (staged / "link").unlink()
    (staged / "a.7z").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(100))
    with pytest.raises(SigningError, match="looked into"):
        refuse_unsigned(staged, set())
