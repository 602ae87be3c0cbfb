"""Reading ``release.json`` and ``SHA256SUMS``: papers that lie in a folder anybody may have written."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path, PurePosixPath

from circletake.errors import BadInput
from circletake.model.export import SCHEMA, Release, ReleasedFile

LARGEST = 32 * 1024 * 1024
"""Bytes of a record that are read at most; 700 clips with long prompts stay under 4 MB."""

MOST_PARTS = 200_000
"""Objects and lists that a record may hold: a few bytes each in the file, hundreds once read."""

_DIGEST = re.compile(r"[0-9a-f]{64}")

# Not all that Fraction takes: one read from "1e999999999" would never come back.
_SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,18}|/[1-9][0-9]{0,11})?")


def read_release(data: bytes) -> Release:
    """The record in ``data``, every field of the type the schema says.

    Raises:
        BadInput: too large, not JSON, a key given twice, another schema, a wrong type, or a path
            that leaves the folder.
    """
    if len(data) > LARGEST:
        raise BadInput("release.json", f"larger than {LARGEST // 1024 // 1024} MB", "ask its sender")
    if _parts(data) > MOST_PARTS:
        raise BadInput("release.json", f"holds more than {MOST_PARTS} entries", "ask its sender")
    try:
        document = json.loads(
            data.decode("utf-8"), object_pairs_hook=_each_once, parse_constant=_no_such_number
        )
        release = Release.from_json(document)
        _check_types(release)
        for file in release.files:
            _check_file(file)
    except RecursionError:
        raise BadInput("release.json", "nested too deeply", "ask its sender") from None
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadInput("release.json", f"not a release record ({error})", "ask its sender") from error
    return release


def is_foreign(record: Path) -> bool:
    """Whether a ``release.json`` is another program's: whole JSON that nowhere names a record of ours.

    What is no JSON, or is too large to look through, may have been ours.
    """
    try:
        with record.open("rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST or _parts(data) > MOST_PARTS or SCHEMA.partition("/")[0].encode() in data:
            return False
        json.loads(data.decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return True


def read_sums(data: bytes) -> dict[str, str]:
    """Digests by path of a ``SHA256SUMS`` file; lines that are none are skipped.

    The format is that of ``sha256sum``: digest, two spaces (or space and star), path.
    """
    sums: dict[str, str] = {}
    for line in data[:LARGEST].decode("utf-8", "replace").splitlines():
        digest, _, path = line.partition(" ")
        if _DIGEST.fullmatch(digest.lower()) and path[:1] in (" ", "*") and stays_inside(path[1:]):
            sums[path[1:]] = digest.lower()
    return sums


def stays_inside(path: str) -> bool:
    """Whether ``path`` is a plain relative path that cannot leave its folder on any system."""
    if not path or "\x00" in path or "\\" in path or re.match(r"[A-Za-z]:", path):
        return False
    parts = PurePosixPath(path)
    return not parts.is_absolute() and ".." not in parts.parts


def _parts(data: bytes) -> int:
    return data.count(b"{") + data.count(b"[")


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object whose keys differ: of two equal ones, one reader takes the first, another the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_such_number(word: str) -> float:
    raise ValueError(f"{word} is no number of JSON")


def _check_file(file: ReleasedFile) -> None:
    if not stays_inside(file.path):
        raise ValueError(f"a path that leaves the folder: {file.path[:80]!r}")
    if not _DIGEST.fullmatch(file.sha256):
        raise ValueError(f"{file.path[:80]!r} has no sha256")
    for text in (file.seconds, *(t for use in file.uses for t in (use.record_in, use.record_out))):
        if text and not _SECONDS.fullmatch(text):
            raise ValueError(f"{text[:40]!r} is no time")


def _check_types(value: object) -> None:
    """Hold every field of a dataclass against its annotation: the schema is the dataclass."""
    if isinstance(value, tuple):
        for each in value:
            _check_types(each)
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return
    for field in dataclasses.fields(value):
        given = getattr(value, field.name)
        wanted = {"str": str, "int": int, "tuple[str, ...]": tuple}.get(str(field.type))
        if wanted and type(given) is not wanted:
            raise TypeError(f"{field.name} is not {wanted.__name__}")
        if str(field.type) == "tuple[str, ...]" and not all(isinstance(text, str) for text in given):
            raise TypeError(f"{field.name} holds more than text")
        _check_types(given)
