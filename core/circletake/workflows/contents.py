"""What a file is by its first bytes, whatever its name says, and which videos an archive hides."""

from __future__ import annotations

import hashlib
import io
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from circletake.audit import sealing
from circletake.model.text import printable

HEAD = 512
"""Bytes that are enough to tell."""

MEMBERS = 2000
"""Members of an archive that are looked at."""

UNPACKED = 8 * 2**30
"""Bytes that are unpacked of one archive at most."""

NESTED = 2
"""Archives within archives that are opened."""

_NESTED_SIZE = 256 * 2**20

_APPLE_DOUBLE = b"\x00\x05\x16\x07\x00\x02\x00\x00"
"""Magic and version of the files (RFC 1740) that macOS writes beside each file of a disk not its own."""

_SOUND_BRANDS = {b"M4A ", b"M4B ", b"M4P "}
_IMAGE_BRANDS = {b"heic", b"heix", b"mif1", b"avif"}
_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"pnot", b"styp", b"moof", b"sidx"}
_VIDEO_MAGIC = (
    b"\x1a\x45\xdf\xa3",
    b"GIF87a",
    b"GIF89a",
    b"FLV\x01",
    b"\x00\x00\x01\xba",
    b"\x00\x00\x01\xb3",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
    b".RMF",
    b"\x00\x00\x00\x01",
    b"DKIF",
    b"YUV4MPEG2",
    b"\x06\x0e\x2b\x34\x02\x05\x01\x01",
)
_IMAGE_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")
_SOUND_MAGIC = (b"ID3", b"fLaC", b"\xff\xfb", b"\xff\xf3", b"\xff\xf1", b"\xff\xf9")


@dataclass(frozen=True, slots=True)
class Member:
    """A video inside an archive.

    Attributes:
        name: as the archive has it; members of nested archives after a ``!``.
        sha256: empty where it was too large to unpack.
    """

    name: str
    sha256: str


def kind_by_bytes(head: bytes) -> str:
    """``video``, ``sound``, ``image``, ``archive``, ``credentials`` or ``other``.

    Args:
        head: the first :data:`HEAD` bytes.

    Source: the magic numbers of ISO 14496-12, EBML, RIFF, GIF, MPEG, ASF, H.264 Annex B, IVF,
    YUV4MPEG2, MXF, PKZIP, ustar, JUMBF; the animation marks of PNG and WebP.
    """
    box = head[4:8]
    if box == b"ftyp":
        brand = head[8:12]
        return "sound" if brand in _SOUND_BRANDS else "image" if brand in _IMAGE_BRANDS else "video"
    if box == b"jumb":
        return "credentials"
    if box in _BOXES or head.startswith(_VIDEO_MAGIC) or _is_transport_stream(head):
        return "video"
    if _is_animation(head):
        return "video"
    if head[:4] == b"RIFF":
        return {b"AVI ": "video", b"WAVE": "sound"}.get(head[8:12], "image")
    if head[:4] == b"OggS":
        return "video" if b"theora" in head or b"video" in head else "sound"
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06") or head[257:262] == b"ustar":
        return "archive"
    if head.startswith(
        (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x28\xb5\x2f\xfd")
    ):
        return "archive"
    if head.startswith(_IMAGE_MAGIC):
        return "image"
    return "sound" if head.startswith(_SOUND_MAGIC) else "other"


def _is_animation(head: bytes) -> bool:
    """A moving PNG, WebP or AVIF."""
    if head.startswith(b"\x89PNG"):
        return b"acTL" in head
    if head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X":
        return bool(int.from_bytes(head[20:21]) & 2)
    return head[4:12] in (b"ftypavis", b"ftypmsf1")


def kind_of(path: Path) -> str:
    """:func:`kind_by_bytes` of a file."""
    with path.open("rb") as file:
        return kind_by_bytes(file.read(HEAD))


def paper_head(path: Path) -> str:
    """The beginning of a text, in which a paper of ours says what it is."""
    with path.open("rb") as file:
        return file.read(4 * sealing.HEAD).decode("utf-8", "replace")[: sealing.HEAD]


def is_apple_double(path: Path) -> bool:
    """Whether ``._clip.mp4`` is no clip but what macOS knows of the clip beside it."""
    with path.open("rb") as file:
        return path.name.startswith("._") and file.read(len(_APPLE_DOUBLE)) == _APPLE_DOUBLE


def can_be_signed(path: Path) -> bool:
    """Whether a video is of a format that circletake reads; others carry no credentials it knows."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    foreign = head.startswith(_VIDEO_MAGIC[3:]) or _is_transport_stream(head) or head[:4] == b"OggS"
    return not (foreign or _is_animation(head))


def videos_inside(path: Path) -> tuple[Member, ...]:
    """Videos in a zip or tar archive, archives in it included; nothing is written to disk.

    Raises:
        ValueError: the archive is broken, encrypted, of a kind that cannot be opened, or too large,
            or holds a link or a path that leads out of the folder it is unpacked into.
    """
    with path.open("rb") as file:
        return tuple(_inside(file, "", 0, _Budget()))


class _Budget:
    """Bytes and members that may still be unpacked."""

    def __init__(self) -> None:
        self.bytes = UNPACKED
        self.members = MEMBERS

    def spend(self, size: int) -> None:
        self.bytes -= size
        if self.bytes < 0:
            raise ValueError("unpacks to more than 8 GiB")

    def member(self) -> None:
        self.members -= 1
        if self.members < 0:
            raise ValueError(f"holds more than {MEMBERS} files")


def _inside(file: IO[bytes], prefix: str, depth: int, budget: _Budget) -> Iterator[Member]:
    try:
        for name, opened in _members(file, budget):
            with opened:
                budget.member()
                yield from _member(opened, f"{prefix}{name}", depth, budget)
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        EOFError,
        RuntimeError,
        NotImplementedError,
        OSError,
    ) as error:
        raise ValueError(f"the archive cannot be read ({type(error).__name__})") from error


def _member(opened: IO[bytes], name: str, depth: int, budget: _Budget) -> Iterator[Member]:
    head = opened.read(HEAD)
    kind = kind_by_bytes(head)
    if kind == "video":
        digest = hashlib.sha256(head)
        while block := opened.read(1 << 20):
            budget.spend(len(block))
            digest.update(block)
        yield Member(name, digest.hexdigest())
    elif kind == "archive":
        if depth >= NESTED:
            raise ValueError("archives are nested too deeply")
        body = head + opened.read(_NESTED_SIZE)
        budget.spend(len(body))
        if len(body) > _NESTED_SIZE:
            raise ValueError("a nested archive is too large")
        yield from _inside(io.BytesIO(body), f"{name}!", depth + 1, budget)


def _members(file: IO[bytes], budget: _Budget) -> Iterator[tuple[str, IO[bytes]]]:
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                _refuse(info.filename, link=stat.S_ISLNK(info.external_attr >> 16))
                if not info.is_dir():
                    yield info.filename, archive.open(info)
        return
    file.seek(0)
    with tarfile.open(fileobj=file) as archive:
        for entry in archive:
            _refuse(entry.name, link=entry.issym() or entry.islnk())
            before = budget.bytes
            extracted = archive.extractfile(entry) if entry.isfile() else None
            if extracted is not None:
                yield entry.name, extracted
            # Stepping over the rest of a packed member unpacks it too.
            budget.spend(max(0, entry.size - (before - budget.bytes)))


def _refuse(name: str, *, link: bool) -> None:
    """Refuse what could make unpacking write or read elsewhere; circletake unpacks nothing, people do."""
    shown = printable(name, 80)
    if link:
        raise ValueError(f"holds a link, {shown}")
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or parts[0][1:2] == ":":
        raise ValueError(f"holds a path that leads out of it, {shown}")


def _is_transport_stream(head: bytes) -> bool:
    return len(head) > 376 and head[0] == head[188] == head[376] == 0x47
