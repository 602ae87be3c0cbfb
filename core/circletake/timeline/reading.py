"""Reading a timeline of any kind; runs in a worker, since the file is a stranger's."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path, PurePosixPath

from circletake.model.timeline import Timeline
from circletake.timeline.laying import Unreadable

_LARGEST = 256 * 2**20
"""Bytes of the largest timeline that is read; a feature film's XML takes some 60 MB."""

_MEMBER = "content.otio"
_FOLDERS = {_MEMBER: "OTIOD", "Info.fcpxml": "FCPXML"}
"""What lies in a timeline that is a folder, and what its format is called."""

_SUFFIXES = ".xml, .fcpxml, .edl, .aaf, .otio, .otioz or .otiod"


@dataclass(frozen=True, slots=True)
class Reading:
    """A timeline to be read.

    Attributes:
        rate: frames a second of an EDL, which does not tell it.
        sequence: which one of several to read; empty for the longest.
    """

    path: str
    rate: Fraction | None = None
    sequence: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a timeline was not read."""

    reason: str


def read_timeline(task: Reading) -> Timeline | Refusal:
    """Read a timeline by what its bytes are, whatever it is called."""
    try:
        return _read(task)
    except Unreadable as error:
        return Refusal(str(error))
    except RecursionError:
        return Refusal("it is nested deeper than any timeline")
    except OSError as error:
        return Refusal(error.strerror or str(error))


def _read(task: Reading) -> Timeline:
    path = Path(task.path)
    if path.is_dir():
        for member, format in _FOLDERS.items():
            if (path / member).is_file():
                return replace(_by_bytes(replace(task, path=str(path / member))), format=format)
        raise Unreadable(f"it is a folder without {' or '.join(_FOLDERS)}")
    return _by_bytes(task)


def _by_bytes(task: Reading) -> Timeline:
    path = Path(task.path)
    if path.stat().st_size > _LARGEST and not zipfile.is_zipfile(path):
        raise Unreadable(f"it is larger than {_LARGEST >> 20} MB")
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        from circletake.timeline.foreign import read_aaf

        return read_aaf(path, task.sequence)
    if head.startswith(b"PK"):
        from circletake.timeline.foreign import read_otio

        return replace(read_otio(_bundled(path), task.sequence), format="OTIOZ")
    data = path.read_bytes()
    if _is_xml(head):
        if re.search(rb"<fcpxml\b", head.replace(b"\0", b"")):
            from circletake.timeline.fcpx import read_fcpx

            return read_fcpx(data, task.sequence)
        from circletake.timeline.fcp7 import read_fcp7

        return read_fcp7(data, task.sequence)
    text = _text(data)
    if text.lstrip("\ufeff \r\n\t").startswith(("{", "[")):
        from circletake.timeline.foreign import read_otio

        return read_otio(text, task.sequence)
    if "\0" in text:
        raise Unreadable(f"it is no timeline that can be read: {_SUFFIXES}")
    from circletake.timeline.edl import read_edl

    return read_edl(text, task.rate)


def _is_xml(head: bytes) -> bool:
    bare = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t")
    return bare.startswith(b"<")


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    # Marked as UTF-8 by a program that then wrote something else.
    return data.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def _bundled(path: Path) -> str:
    """The timeline of a bundle. Nothing is unpacked; one that would unpack outside its folder is refused."""
    try:
        with zipfile.ZipFile(path) as bundle:
            for member in bundle.infolist():
                name = member.filename.replace("\\", "/")
                if name.startswith("/") or ".." in PurePosixPath(name).parts or re.match(r"[A-Za-z]:", name):
                    raise Unreadable(f"its member {name[:120]!r} would lie outside the bundle")
            with bundle.open(_MEMBER) as file:
                data = file.read(_LARGEST + 1)
    except KeyError as error:
        raise Unreadable(f"it is an archive without {_MEMBER}") from error
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise Unreadable(f"it is no whole bundle: {error}") from error
    if len(data) > _LARGEST:
        raise Unreadable(f"its timeline is larger than {_LARGEST >> 20} MB")
    return _text(data)
