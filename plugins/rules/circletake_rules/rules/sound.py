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
    source="EU AI Act Art. 50(2): generated sound is marked too; platform disclosure forms",
    remedy=(
        "ask the producer where the sound is from; "
        "the producer: circletake cut new NAME --song FILE --song-origin human, then release again"
    ),
    scope=Scope.RELEASE,
)

_FINISHED = (
    "the producer can declare it and sign the film again: circletake finish FILM --declare sound human"
)


def _question(case: AuditCase) -> Iterator[Answer]:
    song = case.release.sound if case.release else None
    named = [("", song)] if song else [(file.path, each) for file in case.videos for each in file.sounds]
    if not named:
        yield not_checked("the record names no song" if case.release else "nothing names a sound")
    for path, sound in named:
        if sound.origin in ("", "undeclared"):
            remedy = "" if song else _FINISHED
            expected = "human-made or AI-made, and who says so"
            yield failed(f"{sound.name}: undeclared", expected, remedy=remedy, file=path)
        else:
            by = f" by {sound.declared_by}" if sound.declared_by else ""
            yield passed(f"{sound.name}: declared {sound.origin}{by}; not verified", file=path)


RULE = about_release(CARD, _question)
