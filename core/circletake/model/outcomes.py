"""Every answer of every rule, kept small: an audit asks some forty questions of each of many files."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from operator import attrgetter
from typing import overload

from circletake.model.audit import Outcome
from circletake.model.manifest import Check

_ANSWER = attrgetter(*(field.name for field in fields(Outcome) if field.name != "file"))


class Outcomes(Sequence[Outcome]):
    """Outcomes in the order they came; what is equal but for its file is kept once.

    Args:
        outcomes: the first of them.
    """

    def __init__(self, outcomes: Iterable[Outcome] = ()) -> None:
        self._answers: list[Outcome] = []
        self._files: list[str] = []
        self._numbers: dict[tuple[object, ...], int] = {}
        self._paths: dict[str, int] = {}
        self._of = (array("I"), array("I"))
        for outcome in outcomes:
            self.add(outcome)

    def add(self, outcome: Outcome) -> None:
        """Keep one more."""
        number = self._numbers.setdefault(_ANSWER(outcome), len(self._answers))
        if number == len(self._answers):
            self._answers.append(replace(outcome, file=""))
        path = self._paths.setdefault(outcome.file, len(self._files))
        if path == len(self._files):
            self._files.append(outcome.file)
        self._of[0].append(number)
        self._of[1].append(path)

    def answers(self) -> Sequence[Outcome]:
        """What was answered, of whatever file: each once, in the order it first came."""
        return self._answers

    def failed(self) -> Iterator[Outcome]:
        """Those that failed, notes among them."""
        wrong = {n for n, answer in enumerate(self._answers) if answer.check is Check.FAILED}
        for at, number in enumerate(self._of[0]):
            if number in wrong:
                yield self._at(at)

    @overload
    def __getitem__(self, at: int) -> Outcome: ...
    @overload
    def __getitem__(self, at: slice) -> list[Outcome]: ...
    def __getitem__(self, at: int | slice) -> Outcome | list[Outcome]:
        if isinstance(at, slice):
            return [self._at(each) for each in range(len(self))[at]]
        return self._at(range(len(self))[at])

    def __len__(self) -> int:
        return len(self._of[0])

    def _at(self, at: int) -> Outcome:
        return replace(self._answers[self._of[0][at]], file=self._files[self._of[1][at]])
