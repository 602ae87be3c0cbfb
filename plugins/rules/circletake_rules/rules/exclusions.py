"""Does the signature leave out more of the file than usual?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="bytes.exclusions",
    title="the signature covers all it should",
    meaning="Parts of the file beyond the usual ones are outside the hash and could be changed unseen.",
    severity=Severity.NOTE,
    source="C2PA 2.4, bmff hash: default exclusions",
    remedy="compare the file with the producer's own copy",
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    if not file.credentials.present:
        yield not_checked("no credentials")
    elif file.exclusions:
        yield failed(f"not covered: {', '.join(file.exclusions[:6])}", "the default exclusions")
    else:
        yield passed()


RULE = about_files(CARD, _question)
