"""Was the certificate valid when it signed?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, Check, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="c2pa.time",
    title="the certificate was valid when it signed",
    meaning="The certificate has expired and no trusted timestamp shows when it signed. Nothing was altered.",
    severity=Severity.WARNING,
    source="C2PA 2.4, validation: signing certificate and RFC 3161 timestamps",
    remedy="ask the signer to sign again with a current certificate and a timestamp",
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    said = file.credentials
    if not said.present:
        yield not_checked("no credentials")
    elif said.time is Check.FAILED:
        signer = said.active.signer if said.active else None
        end = f" on {signer.not_after:%Y-%m-%d}" if signer and signer.not_after else ""
        yield failed(f"expired{end}, not altered", "a valid certificate, or a trusted timestamp")
    elif said.time is Check.PASSED:
        yield passed()
    else:
        yield not_checked(said.unreadable or "the credentials did not say")


RULE = about_files(CARD, _question)
