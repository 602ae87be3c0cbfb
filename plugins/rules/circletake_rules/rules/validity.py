"""Was the certificate valid when it signed?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from circletake import AuditCase, Check, FileCase, RuleCard, Severity, Signer
from circletake_rules.asking import SIGNED, Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="c2pa.time",
    title="the certificate was valid when it signed",
    meaning=(
        "The certificate has expired, or had not begun, and no trusted timestamp shows when it signed. "
        "Nothing was altered."
    ),
    severity=Severity.WARNING,
    source="C2PA 2.4, validation: signing certificate and RFC 3161 timestamps",
    remedy="ask the producer for a copy signed with a current certificate and a timestamp",
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    said = file.credentials
    if not said.present:
        yield not_checked("no credentials")
    elif said.time is Check.FAILED:
        signer = said.active.signer if said.active else None
        seen = f"{_outside(signer, case.at)}, not altered"
        yield failed(seen, "a valid certificate, or a trusted timestamp")
    elif said.time is Check.PASSED:
        yield passed()
    else:
        yield not_checked(said.unreadable or "the credentials did not say")


def _outside(signer: Signer | None, at: datetime | None) -> str:
    """On which side of its term the certificate is."""
    if signer and signer.not_before and at and at < signer.not_before:
        return f"not valid before {signer.not_before:%Y-%m-%d}"
    return f"expired on {signer.not_after:%Y-%m-%d}" if signer and signer.not_after else "expired"


RULE = about_files(CARD, _question, SIGNED)
