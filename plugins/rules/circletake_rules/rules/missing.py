"""Is every file the record lists there?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, RuleCard, Scope, Severity
from circletake_rules.asking import Answer, about_release, failed, not_checked, passed

CARD = RuleCard(
    id="files.missing",
    title="no file is missing",
    meaning=("The release's own list (release.json), or SHA256SUMS, names a file that is not in the folder."),
    severity=Severity.ERROR,
    source="release.json, sealed, and SHA256SUMS",
    remedy="ask the producer for it",
    scope=Scope.RELEASE,
)


def _question(case: AuditCase) -> Iterator[Answer]:
    if case.release is None and not case.listed_only:
        yield not_checked(case.unlisted)
        return
    here = {f.recorded_path or f.path for f in case.files}
    recorded = [f.path for f in case.release.files] if case.release else []
    gone = [path for path in recorded if path not in here]
    gone += [path for path in case.listed_only if path not in here and path not in recorded]
    for path in gone:
        yield failed("listed, but missing", "a file of this name", file=path)
    if not gone:
        yield passed()


RULE = about_release(CARD, _question)
