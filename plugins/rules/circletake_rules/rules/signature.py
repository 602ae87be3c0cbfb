"""Does the signature itself verify?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, Check, FileCase, RuleCard, Severity
from circletake_rules.asking import SIGNED, Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="c2pa.signature",
    title="the signature verifies",
    meaning=(
        "What was signed (the claim) was changed after it was signed, or never signed with this certificate."
    ),
    severity=Severity.ERROR,
    source="C2PA 2.4, validation: claim signature",
    remedy="ask the producer for the signed file",
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    said = file.credentials
    if not said.present:
        yield not_checked("no credentials")
    elif said.signature is Check.FAILED:
        codes = ", ".join(code for code in said.problems if code.startswith("claimSignature"))
        seen = "the signature does not verify" + (f" ({codes})" if codes else "")
        yield failed(seen, "a signature of this claim")
    elif said.signature is Check.PASSED:
        yield passed()
    else:
        yield not_checked(said.unreadable or "the credentials did not say")


RULE = about_files(CARD, _question, SIGNED)
