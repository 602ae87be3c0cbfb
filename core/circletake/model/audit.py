"""An audit: what a rule asks, what it said, and the verdict of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from circletake.model.case import FileCase
from circletake.model.manifest import Check, Credentials

if TYPE_CHECKING:
    from circletake.model.export import Release, Use
    from circletake.model.outcomes import Outcomes
    from circletake.model.parts import Part, Stray


class Severity(StrEnum):
    """How much a failed rule matters."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Scope(StrEnum):
    """What a rule looks at."""

    FILE = "file"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class RuleCard:
    """A rule, told to people.

    Attributes:
        id: e.g. ``bytes.exact``.
        title: a few words.
        meaning: what it means when it fails.
        source: where the rule comes from.
        remedy: how to mend it.
        otherwise: when it matters more or less than ``severity``, to follow on it: ``error where ...; note
            where ...``; empty where it never does.
    """

    id: str
    title: str
    meaning: str
    severity: Severity
    source: str
    remedy: str
    scope: Scope = Scope.FILE
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Mapped:
    """How a profile reads one rule.

    Attributes:
        severity: how much a failure matters there.
        why: the passage it is evidence for.
        source: where that passage was taken from.
        date: ISO date of the source.
    """

    severity: Severity
    why: str
    source: str
    date: str


@dataclass(frozen=True, slots=True)
class Profile:
    """Which rules matter to somebody, and how much. Passing is evidence for something, never proof of it.

    Attributes:
        title: starts with "evidence for".
        rules: by rule id; a rule it does not name keeps its errors, and its warnings become notes.
        whole: rules it does not name keep the severity of their cards.
        left_out: rules it does not ask at all.
    """

    name: str
    title: str
    rules: Mapping[str, Mapped]
    whole: bool = False
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule said. "Not checked" is an answer, with its reason.

    Attributes:
        file: path relative to what was audited; empty for the whole release.
        start: seconds where the finding starts, ``None`` where no time applies.
        severity: the card's, unless the rule knows better.
        cause: what several findings of a rule come from, in words; they are told as one. Empty: as ``seen``.
    """

    rule: str
    check: Check
    file: str = ""
    expected: str = ""
    seen: str = ""
    reason: str = ""
    start: float | None = None
    end: float | None = None
    severity: Severity = Severity.ERROR
    remedy: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class FileAudit:
    """The answers a person wants about one video, drawn from its case and outcomes.

    Attributes:
        verdict: ``intact``, ``altered``, ``unsigned``, ``unreadable``, ``not checked``.
        findings: what rules found of it; notes are told of the audit as a whole.
    """

    case: FileCase
    verdict: str
    findings: tuple[Outcome, ...]

    @property
    def uses(self) -> tuple[Use, ...]:
        """What it is made of, as its credentials and the sealed record say."""
        return tuple(traced.use for traced in self.case.traced)


@dataclass(frozen=True, slots=True)
class Audit:
    """A finished audit.

    Attributes:
        profile: what was asked, and how much each answer matters.
        lists: names of the lists of signers it was made with.
        clocks: names of the lists of timestampers.
        moment: certificates were judged as of then; empty for as of ``at``.
        listed_only: paths in SHA256SUMS that are not in the folder.
        parts: what is here of the releases that files name.
        stray: what ``release.json`` is where it is not the list of these files; ``release`` is ``None`` then.
        alone: a single file was named, and nothing beside it was looked at.
        within: folders below this release that have lists of their own, with how many files lie in each.
    """

    root: str
    files: tuple[FileAudit, ...]
    outcomes: Outcomes
    release: Release | None
    cards: Mapping[str, RuleCard]
    not_checked: tuple[str, ...]
    at: str
    seal: Credentials | None = None
    sealed: bool = False
    lists: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()
    profile: Profile | None = None
    moment: str = ""
    listed_only: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    stray: Stray | None = None
    alone: bool = False
    within: Mapping[str, int] = field(default_factory=dict)

    @property
    def unlisted(self) -> tuple[Part, ...]:
        """Parts of releases whose list is not here, where a whole folder was looked at."""
        if self.release is not None or self.alone or (self.seal_holds and self.stray is None):
            return ()
        return self.parts

    @property
    def seal_holds(self) -> bool:
        """Whether ``release.json`` is what somebody sealed, no matter who and whether it can be read."""
        return self.seal is not None and Check.PASSED is self.seal.integrity is self.seal.signature

    @property
    def missing(self) -> tuple[str, ...]:
        """Files that the record or SHA256SUMS lists and the folder lacks; one under another name is there."""
        here = {f.case.recorded_path or f.case.path for f in self.files}
        recorded = [f.path for f in self.release.files] if self.release else []
        return tuple(path for path in dict.fromkeys([*recorded, *self.listed_only]) if path not in here)

    @property
    def record(self) -> str:
        """The sha256 of the ``release.json`` that is there; empty without one, or of another program's."""
        foreign = self.stray is not None and self.stray.kind == "foreign"
        return "" if foreign else next((f.case.sha256 for f in self.files if f.case.kind == "record"), "")

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Failed outcomes that count as findings, worst first, and first what is about the whole release."""
        order = list(Severity)
        rows = [o for o in self.outcomes.failed() if o.severity is not Severity.NOTE]
        return tuple(sorted(rows, key=lambda o: (order.index(o.severity), o.file != "")))

    @property
    def exit_code(self) -> int:
        """0 without findings, 1 with."""
        return 1 if self.failed else 0
