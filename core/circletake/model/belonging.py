"""Which release a signed file says it belongs to, so that what is left of one tells how much it was.

A manifest cannot hold the digests of files that are signed after it. A random id can stand in all of
them and in the release's own list, with a number for each; it says nothing to whoever has no other.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LABEL = "org.circletake.release"
"""Label of our own assertion in every video that was signed for a release."""

MOST = 1_000_000
"""Signed files that a release may say it has."""

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Belonging:
    """The place of a signed file in its release.

    Attributes:
        release: random id, 32 hex digits; ``id`` in ``release.json``.
        number: the file's own, counted from 1 in the order of ``release.json``.
        of: signed videos of that release.
    """

    release: str
    number: int
    of: int

    def to_json(self) -> dict[str, Any]:
        """The assertion's data."""
        return {"id": self.release, "file": self.number, "files": self.of}

    @classmethod
    def read(cls, data: Any) -> Belonging | None:
        """What an assertion says; ``None`` where that makes no sense, since anybody may have written it."""
        if not isinstance(data, Mapping):
            return None
        release, number, of = (data.get(key) for key in ("id", "file", "files"))
        if not isinstance(release, str) or not is_id(release):
            return None
        if type(number) is not int or type(of) is not int or not 1 <= number <= of <= MOST:
            return None
        return cls(release, number, of)


def is_id(text: str) -> bool:
    """Whether ``text`` is written like the id of a release."""
    return _ID.fullmatch(text) is not None


def new_id() -> str:
    """A release's id: 128 random bits, which tell nothing of it."""
    return secrets.token_hex(16)


def missing(numbers: Sequence[int], of: int, most: int = 6) -> str:
    """Which numbers of files are not there, in words: ``1-4, 7 and 9``; of many runs the first few.

    Args:
        numbers: those that are there, each once and in order.
        of: the last number that there is.
        most: runs that are told.
    """
    edges = zip((0, *numbers), (*numbers, of + 1), strict=True)
    runs = [(before + 1, after - 1) for before, after in edges if after - before > 1]
    told = [str(first) if first == last else f"{first}-{last}" for first, last in runs]
    if len(told) > most:
        told = [*told[: most - 1], "others"]
    return " and ".join(filter(None, (", ".join(told[:-1]), told[-1]))) if told else ""
