"""What a rule is made of: a card, a question, and answers.

A file rule is a card and a function that looks at one file::

    RULE = about_files(CARD, question)

    def question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
        yield passed() if file.credentials.present else failed("no credentials")

A release rule looks at the whole folder and names the file in its answers where one is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from circletake import About, AuditCase, Check, FileCase, NoSettings, Outcome, RuleCard, Severity


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question found; the rule's card gives the rest.

    Attributes:
        seen: what was found.
        expected: what should have been.
        reason: why it was not checked, or why it passed where that is not plain.
        start: seconds where it begins, ``None`` where no time applies.
        severity: the card's without one.
        remedy: the card's when empty.
        file: only for release rules; a file rule's answers are about its file.
        cause: what several findings come from; those of one rule and one cause are told as one.
    """

    check: Check
    seen: str = ""
    expected: str = ""
    reason: str = ""
    start: float | None = None
    end: float | None = None
    severity: Severity | None = None
    remedy: str = ""
    file: str = ""
    cause: str = ""


def passed(reason: str = "", *, file: str = "") -> Answer:
    """It holds."""
    return Answer(Check.PASSED, reason=reason, file=file)


def not_checked(reason: str, *, file: str = "") -> Answer:
    """It could not be asked, and why."""
    return Answer(Check.NOT_CHECKED, reason=reason, file=file)


def failed(
    seen: str,
    expected: str = "",
    *,
    start: float | None = None,
    end: float | None = None,
    severity: Severity | None = None,
    remedy: str = "",
    file: str = "",
    cause: str = "",
) -> Answer:
    """It does not hold: what was seen, what was expected."""
    return Answer(Check.FAILED, seen, expected, "", start, end, severity, remedy, file, cause)


FileQuestion = Callable[[AuditCase, FileCase], Iterable[Answer]]
ReleaseQuestion = Callable[[AuditCase], Iterable[Answer]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as the core knows it: see :class:`circletake.protocols.AuditRule`."""

    card: RuleCard
    ask: Callable[[AuditCase], Iterable[Answer]]

    @property
    def about(self) -> About[NoSettings]:
        """The card, in the words every plugin object has."""
        return About(self.card.id, self.card.title, "1", NoSettings)

    def check(self, case: AuditCase, settings: NoSettings) -> Iterator[Outcome]:
        """Every answer as an outcome of this rule."""
        for answer in self.ask(case):
            yield Outcome(
                rule=self.card.id,
                check=answer.check,
                file=case.file.path if case.file else answer.file,
                expected=answer.expected,
                seen=answer.seen,
                reason=answer.reason,
                start=answer.start,
                end=answer.end,
                severity=answer.severity or self.card.severity,
                remedy=answer.remedy or self.card.remedy,
                cause=answer.cause,
            )


SIGNED = ("video", "image")
"""What may carry credentials of its own. A picture without any is asked nothing: only video has to."""


def about_files(card: RuleCard, question: FileQuestion, kinds: Collection[str] = ("video",)) -> Rule:
    """A rule that looks at each file of these kinds."""

    def ask(case: AuditCase) -> Iterable[Answer]:
        file = case.file
        if file is None or file.kind not in kinds:
            return ()
        if kinds is SIGNED and file.kind == "image" and not file.credentials.present:
            return ()
        return question(case, file)

    return Rule(card, ask)


def about_release(card: RuleCard, question: ReleaseQuestion) -> Rule:
    """A rule that looks at the folder as a whole."""
    return Rule(card, question)
