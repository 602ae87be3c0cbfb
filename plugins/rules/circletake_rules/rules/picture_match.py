"""Whose picture does a video without credentials show?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="picture.match",
    title="an unsigned video is recognised by its picture",
    meaning="It has no credentials of its own; its picture is that of a take in your library.",
    severity=Severity.NOTE,
    source="the library's fingerprints",
    remedy="use the signed export of that take instead",
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    if file.credentials.present:
        return
    if not case.library:
        yield not_checked("no library to compare its picture with")
    elif file.match:
        yield failed(
            f"no credentials; the picture is {file.match.take} ({file.match.distance:.0f} of 256 bits differ)"
        )
    else:
        yield passed("no take of the library shows this picture")


RULE = about_files(CARD, _question)
