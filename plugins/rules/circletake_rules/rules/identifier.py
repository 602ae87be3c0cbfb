"""Does a generated video have an identifier of its own?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, Check, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed
from circletake_rules.generated import machine_made

CARD = RuleCard(
    id="ai.id",
    title="a generated video has an identifier of its own",
    meaning="Its manifest bears no unique identifier, or another file bears the same one.",
    severity=Severity.NOTE,
    source="California B&P 22757.3(b)(D): a unique identifier; C2PA 2.4, manifest labels",
    remedy="ask the producer for the signed file",
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    active = file.credentials.active
    if active is None:
        yield not_checked("no credentials")
    elif not any(True for _ in machine_made(file)):
        yield not_checked("no stretch is said to be generated")
    elif file.credentials.integrity is Check.FAILED:
        yield not_checked("the file was altered; the identifier is of other bytes")
    elif "urn:" not in active.label:
        yield failed(f"“{active.label[:60]}” is no URN", "urn:c2pa:…")
    elif shared := _shared(case, file, active.label):
        yield failed(f"{shared} bears the same identifier, and other bytes", "one for each file")
    else:
        yield passed(active.label)


def _shared(case: AuditCase, file: FileCase, label: str) -> str:
    """A whole file with the same identifier and other bytes, if any."""
    return next(
        (
            other.path
            for other in case.videos
            if other.sha256 != file.sha256
            and other.credentials.integrity is Check.PASSED
            and other.credentials.active
            and other.credentials.active.label == label
        ),
        "",
    )


RULE = about_files(CARD, _question)
