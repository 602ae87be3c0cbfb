"""What only a release's record says of a stretch, laid over what the manifests say of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from fractions import Fraction

from circletake.model.case import Traced
from circletake.model.export import ReleasedFile, Use

_APART = Fraction(1, 2)
"""Seconds that one stretch may begin apart in the record and in the manifest."""


class Recorded:
    """The uses that the record lists of one video.

    Args:
        name: of the record, for people: ``the sealed record``.
    """

    def __init__(self, file: ReleasedFile, name: str) -> None:
        self._file = file
        self._name = name
        seen = [(number, use) for number, use in enumerate(file.uses) if not use.is_black]
        by_take: dict[str, list[tuple[int, Use]]] = {}
        for row in seen:
            by_take.setdefault(row[1].take_sha256, []).append(row)
        self._all = _Line(seen)
        self._by_take = {take: _Line(rows) for take, rows in by_take.items()}

    def alone(self) -> tuple[Traced, ...]:
        """All of them, where no manifest says anything."""
        words = f"{self._name} alone; no credentials say it"
        return tuple(
            Traced(use, words, tuple(f.name for f in fields(Use) if getattr(use, f.name)))
            for use in self._file.uses
        )

    def filled(self, traced: Traced) -> Traced:
        """``traced`` with what only the record knows of the same stretch."""
        use = traced.use
        if use.is_black:
            return traced
        same = self._same(use)
        if same is None:
            return traced
        silent = {
            f.name: getattr(same, f.name)
            for f in fields(Use)
            if f.name != "prompt_evidence" and not getattr(use, f.name) and getattr(same, f.name)
        }
        if "prompt" in silent:
            silent["prompt_evidence"] = same.prompt_evidence
        words = f"{self._name} alone" if "model" in silent else traced.words
        return replace(traced, use=replace(use, **silent), words=words, from_record=tuple(silent))

    def _same(self, use: Use) -> Use | None:
        """The use that begins nearest, of the same take where both name one."""
        begins = Fraction(use.record_in)
        lines = (
            [self._by_take.get(take) for take in (use.take_sha256, "")] if use.take_sha256 else [self._all]
        )
        near = min(
            (row for line in lines if line for row in line.near(begins)), default=None, key=lambda r: r[:2]
        )
        return near[2] if near and near[0] <= _APART else None


class _Line:
    """Uses by where they begin; of those that begin together, the first of the record."""

    def __init__(self, rows: Iterable[tuple[int, Use]]) -> None:
        firsts: dict[Fraction, tuple[int, Use]] = {}
        for number, use in rows:
            firsts.setdefault(Fraction(use.record_in or "0"), (number, use))
        self._begin = sorted(firsts)
        self._rows = [firsts[begin] for begin in self._begin]

    def near(self, at: Fraction) -> Iterator[tuple[Fraction, int, Use]]:
        """The last before a moment and the first from it on: how far off, its number, the use."""
        place = bisect_left(self._begin, at)
        for index in range(max(place - 1, 0), min(place + 1, len(self._rows))):
            number, use = self._rows[index]
            yield abs(self._begin[index] - at), number, use
