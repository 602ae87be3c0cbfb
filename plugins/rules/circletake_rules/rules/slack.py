"""Is there anything in the places C2PA does not look at?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, Check, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="bytes.slack",
    title="no bytes hide in free boxes",
    meaning=(
        "Bytes lie in places of the file that count as empty (free boxes) or after its end, where its "
        "signature does not look. They can be added without breaking it."
    ),
    severity=Severity.WARNING,
    source="ISO/IEC 14496-12 free space box; C2PA 2.4 default hash exclusions",
    remedy="compare the file with the producer's own copy",
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    # A tail that breaks the hash is no secret: c2pa.state tells of it.
    # Nor is known, then, whether the hash that does not match leaves empty boxes out.
    told = file.credentials.integrity is not Check.PASSED
    hidden = max(0, file.slack - file.tail) if told else file.slack
    if file.unreadable:
        yield not_checked("the file cannot be read")
    elif not file.credentials.present:
        yield not_checked("no credentials")
    elif not hidden:
        yield passed()
    elif case.sealed and file.recorded and file.recorded.sha256 == file.sha256:
        yield passed(f"{hidden} bytes, there when it was sealed")
    elif told:
        yield failed(f"{hidden} bytes in boxes that should be empty", "nothing there")
    else:
        yield failed(f"{hidden} bytes outside the signature's reach", "nothing there")


RULE = about_files(CARD, _question)
