"""What a library holds of a take that a file names, and what it held before it was mended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

_SECOND = timedelta(seconds=1)
"""Manifests are dated to the second."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A value that was in force of one field of a take, until the next one was.

    Attributes:
        since: when it came in force (UTC); ``None`` where nobody says.
        words: who says so, for people: ``observed by runway``.
        digests: of a prompt, those that it left as where it was kept back.
    """

    value: str
    since: datetime | None
    words: str
    digests: frozenset[str] = frozenset()

    def is_said(self, value: str) -> bool:
        """Whether ``value``, as a manifest has it, is this one."""
        return value in self.digests or value.strip() == self.value.strip()


@dataclass(frozen=True, slots=True)
class Registered:
    """A take as a library has it.

    Attributes:
        label: e.g. ``SH020/3``.
        held: of ``prompt``, ``model`` and ``seed`` the values in force one after another, the last one now.
    """

    label: str
    held: Mapping[str, tuple[Stated, ...]]

    def at(self, field: str, moment: datetime | None) -> tuple[Stated, ...]:
        """What was in force in the second of a moment; all that ever was, where none is known or was yet."""
        values = self.held.get(field, ())
        if moment is None:
            return values
        begun = [each for each in values if each.since and each.since < moment + _SECOND]
        earlier = sum(each.since < moment for each in begun if each.since)
        return tuple(begun[max(earlier - 1, 0) :] or values)
