"""Did a person sign off that a visible label stands where it is first seen?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from circletake import About, AuditCase, Check, Outcome, RuleCard, Scope, Severity

CARD = RuleCard(
    id="label.visible",
    title="a person signed off the visible label",
    meaning=(
        "No rule can see a label in a picture, so a named person has to look. The sign-off is for another "
        "release, or has no date."
    ),
    severity=Severity.WARNING,
    source=(
        "EU AI Act Art. 50(4) and (5): a deepfake is disclosed visibly when first seen; "
        "GB 45438-2025: an explicit label"
    ),
    remedy=(
        'look at it, then write into circletake.toml: [plugins."label.visible"] with reviewer, on (a date) '
        "and release, and audit with --library"
    ),
    scope=Scope.RELEASE,
)


@dataclass(frozen=True, slots=True)
class SignOff:
    """A person's word that they saw the label.

    Attributes:
        reviewer: who looked.
        on: ISO date.
        release: name of the release they looked at.
    """

    reviewer: str = ""
    on: str = ""
    release: str = ""


class Visible:
    """The only rule that rests on somebody's word in the settings."""

    card = CARD
    about = About(CARD.id, CARD.title, "1", SignOff)

    def check(self, case: AuditCase, settings: SignOff) -> Iterator[Outcome]:
        """Passed with a sign-off for this release, not checked without any."""
        if not settings.reviewer.strip():
            yield self._told(Check.NOT_CHECKED, reason="nobody signed off that a visible label is there")
        elif not _is_date(settings.on):
            yield self._told(Check.FAILED, f"the sign-off of {settings.reviewer} has no date", "a date")
        elif case.release is None or case.release.name != settings.release:
            here = case.release.name if case.release else case.root
            yield self._told(
                Check.FAILED,
                f"{settings.reviewer} signed off “{settings.release}”, not “{here}”",
                "a sign-off of this release",
            )
        else:
            yield self._told(
                Check.PASSED, reason=f"signed off by {settings.reviewer} on {settings.on}; not verified here"
            )

    def _told(self, check: Check, seen: str = "", expected: str = "", reason: str = "") -> Outcome:
        return Outcome(CARD.id, check, "", expected, seen, reason, severity=CARD.severity, remedy=CARD.remedy)


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


RULE = Visible()
