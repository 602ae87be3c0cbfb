"""Is it said who made the sound?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, RuleCard, Scope, Severity
from circletake_rules.asking import Answer, about_release, failed, not_checked, passed

CARD = RuleCard(
    id="sound.declared",
    title="the song is declared",
    meaning="Nobody says whether the song was made by people or generated.",
    severity=Severity.WARNING,
    source="EU AI Act Art. 50(2): audio too; platform disclosure forms",
    remedy=(
        "ask the producer where the sound is from; "
        "the producer: circletake cut new NAME --song FILE --song-origin human, then release again"
    ),
    scope=Scope.RELEASE,
)


def _question(case: AuditCase) -> Iterator[Answer]:
    if case.release is None:
        yield not_checked("no release.json")
        return
    sound = case.release.sound
    if sound is None:
        yield not_checked("the record names no song")
    elif sound.origin in ("", "undeclared"):
        yield failed(f"{sound.name}: undeclared", "human-made or AI-made, and who says so")
    else:
        by = f" by {sound.declared_by}" if sound.declared_by else ""
        yield passed(f"{sound.name}: declared {sound.origin}{by}; not verified")


RULE = about_release(CARD, _question)
