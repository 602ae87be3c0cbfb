"""Are as many takes used as the record counts?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, RuleCard, Scope, Severity
from circletake_rules.asking import Answer, about_release, failed, not_checked, passed

CARD = RuleCard(
    id="takes.used",
    title="the takes the record counts are the takes it lists",
    meaning="How many takes were made and chosen is evidence of human selection; here its numbers disagree.",
    severity=Severity.WARNING,
    source="release.json; US Copyright Office: selection and arrangement of generated material",
    remedy=(
        "ask the producer how many takes were used; the producer: make the release again: circletake release"
    ),
    scope=Scope.RELEASE,
)


def _question(case: AuditCase) -> Iterator[Answer]:
    if case.release is None:
        yield not_checked("no release.json")
        return
    chosen = case.release.chosen
    listed = {use.take_sha256 for file in case.release.files for use in file.uses if use.take_sha256}
    if not chosen.made and not chosen.used:
        yield not_checked("the record does not count takes")
    elif chosen.used != len(listed):
        yield failed(
            f"counts {chosen.used} takes used, lists {len(listed)}", "equal numbers", file="release.json"
        )
    elif chosen.made < chosen.used:
        yield failed(
            f"counts {chosen.used} takes used of {chosen.made} made",
            "no more than were made",
            file="release.json",
        )
    else:
        yield passed(f"{chosen.used} of {chosen.made} takes, as the producer recorded", file="release.json")


RULE = about_release(CARD, _question)
