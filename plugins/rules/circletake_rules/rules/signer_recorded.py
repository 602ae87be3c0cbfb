"""Did the recorded signer sign this file?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="signer.recorded",
    title="signed by the recorded signer",
    meaning="Somebody else signed this file: it may have been altered and signed again.",
    severity=Severity.ERROR,
    source="release.json, sealed",
    remedy="ask the producer for the released file",
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    signer = file.credentials.active.signer if file.credentials.active else None
    if file.recorded is None or not file.recorded.certificate:
        yield not_checked("no record of who signed it")
    elif signer is None:
        yield not_checked("no signer")
    elif signer.sha256 == file.recorded.certificate:
        yield passed()
    else:
        yield failed(f"signed by {signer.name} {signer.sha256}", f"certificate {file.recorded.certificate}")


RULE = about_files(CARD, _question)
