"""Can the file be read at all?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, passed

CARD = RuleCard(
    id="file.readable",
    title="the file can be read",
    meaning="The file is cut short or broken, so nothing else about it can be told.",
    severity=Severity.ERROR,
    source="ISO/IEC 14496-12 and the other container formats",
    remedy="copy or download it again from its sender",
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    problem = file.unreadable or file.credentials.unreadable
    yield failed(problem) if problem else passed()


RULE = about_files(CARD, _question, ("video", "archive", "other"))
