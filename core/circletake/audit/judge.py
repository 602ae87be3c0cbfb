"""Judging: every rule asked of every file, and one verdict for each video."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from circletake.audit.profiles import weighed
from circletake.model.audit import Audit, FileAudit, Outcome, Profile, Scope, Severity
from circletake.model.case import AuditCase, FileCase
from circletake.model.manifest import Check
from circletake.model.outcomes import Outcomes
from circletake.model.text import printable
from circletake.protocols import AuditRule

OUTSIDE = ("watermark", "likeness", "music rights", "visible label")
"""What no rule looks at; said in every report."""


def judge(
    case: AuditCase,
    rules: Sequence[tuple[AuditRule[Any], Any]],
    *,
    blame: Callable[[AuditRule[Any], Exception], None] = lambda rule, error: None,
    at: datetime | None = None,
    profile: Profile | None = None,
) -> Audit:
    """Ask every rule and draw the verdicts.

    A rule that raises is itself "not checked"; the others go on.

    Args:
        rules: each with its settings.
        blame: told of a rule that failed.
        at: the time written into the audit; now without one.
        profile: how much each answer matters; as the cards say without one.
    """
    if profile is not None:
        rules = [each for each in rules if each[0].card.id not in profile.left_out]
    cards = {rule.card.id: rule.card for rule, _ in rules}
    outcomes = Outcomes()
    by_scope = {Scope.RELEASE: [case], Scope.FILE: [replace(case, file=file) for file in case.files]}
    for rule, settings in rules:
        try:
            answers = [o for each in by_scope[rule.card.scope] for o in rule.check(each, settings)]
        except Exception as error:  # a rule may fail in any way; it costs its own answer only
            blame(rule, error)
            reason = f"the rule itself failed: {printable(str(error), 120) or type(error).__name__}"
            answers = [Outcome(rule.about.name, Check.NOT_CHECKED, reason=reason)]
        for outcome in answers:
            outcomes.add(weighed(outcome, cards.get(outcome.rule), profile) if profile else outcome)
    by_file: dict[str, list[Outcome]] = {}
    for outcome in outcomes.failed():
        if outcome.severity is not Severity.NOTE:
            by_file.setdefault(outcome.file, []).append(outcome)
    files = tuple(_judged(file, case, by_file.get(file.path, ())) for file in case.files)
    return Audit(
        root=case.root,
        files=files,
        outcomes=outcomes,
        release=case.release,
        cards=cards,
        not_checked=tuple(_outside(case)),
        at=(at or datetime.now(UTC)).isoformat(timespec="seconds"),
        seal=case.seal,
        sealed=case.sealed,
        lists=case.lists,
        clocks=case.clocks,
        profile=profile,
        moment=case.moment.isoformat(timespec="seconds") if case.moment else "",
        listed_only=case.listed_only,
        parts=case.parts,
        stray=case.stray,
        alone=case.alone,
        within=case.within,
    )


def _outside(case: AuditCase) -> Iterator[str]:
    yield from OUTSIDE
    yield from (f.path for f in case.files if f.kind == "report" and not seal_holds(f))
    if case.moment:
        yield f"which signers your lists knew on {case.moment:%Y-%m-%d}"


def verdict_of(file: FileCase, sealed: bool) -> str:
    """``intact``, ``altered``, ``unsigned``, ``unreadable`` or ``not checked`` for one file.

    Credentials that verify are not enough where a sealed record gives the sha256: some bytes of
    a video are outside every C2PA hash. Of some formats, whoever signs can leave out any.

    What is known to be other than it was is ``altered``, however badly it then plays, unless it ends early.
    """
    said = file.credentials
    listed = file.recorded if sealed else None
    if file.kind != "video" and not file.signed_picture:
        return "not checked"
    if said.unreadable and file.tail and not file.unreadable:
        return "altered"
    changed = Check.FAILED in (said.integrity, said.signature)
    if file.unreadable or said.unreadable:
        # Only of a file that was looked at are there bytes to compare.
        other = bool(listed and file.sha256 and file.size >= listed.size and listed.sha256 != file.sha256)
        return "altered" if (changed or other) and not file.cut_short else "unreadable"
    if not said.present:
        return "unsigned"
    if changed or (listed.sha256 != file.sha256 if listed else file.displaced):
        return "altered"
    if Check.NOT_CHECKED in (said.integrity, said.signature) or (
        (file.uncovered or file.untold) and not listed
    ):
        return "not checked"
    return "intact"


def seal_holds(paper: FileCase) -> bool:
    """Whether a report is what somebody sealed, no matter who."""
    seal = paper.credentials
    return seal.present and seal.integrity is Check.PASSED and seal.signature is Check.PASSED


def _judged(file: FileCase, case: AuditCase, outcomes: Sequence[Outcome]) -> FileAudit:
    return FileAudit(
        case=file,
        verdict=verdict_of(file, case.sealed),
        findings=tuple(outcomes),
    )
