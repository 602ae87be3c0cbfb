"""Is the signer on a list the reader trusts?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, Check, FileCase, RuleCard, Severity
from circletake_rules.asking import SIGNED, Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="c2pa.trusted",
    title="you know the signer",
    meaning=(
        "The credentials are whole, but nobody on your lists vouches for who signed them. "
        "That is no sign of a fake; anybody can make a certificate with any name in it."
    ),
    severity=Severity.WARNING,
    source="C2PA 2.4, trust model",
    remedy=(
        "ask the producer, outside this folder, for the certificate's fingerprint; "
        "if it is the same: circletake trust add NAME PEM"
    ),
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    said = file.credentials
    if not said.present:
        yield not_checked("no credentials")
    elif said.trust is Check.PASSED:
        yield _known(case, said.trust_list)
    elif Check.FAILED in (said.integrity, said.signature):
        yield not_checked("the file was altered; its signer no longer vouches for it")
    elif (file.unreadable or file.tail) and said.active is None:
        yield not_checked("the file cannot be read")
    elif "signingCredential.expired" in said.problems and case.lists:
        yield not_checked("the certificate has expired by today; no list is asked about an expired one")
    else:
        signer = said.active.signer if said.active else None
        who = signer.name if signer and signer.name else "a certificate without a name"
        mark = f", SHA256 {signer.sha256}" if signer and signer.sha256 else ""
        lists = ", ".join(case.lists) or "you have none yet"
        yield failed(f"unknown signer: {who}{mark}", f"a signer on one of your lists of signers: {lists}")


def _known(case: AuditCase, label: str) -> Answer:
    """On which list; for another moment than now as far as that can be told."""
    if case.moment is None:
        return passed(label)
    day = f"{case.moment:%Y-%m-%d}"
    if any(each.label == label and each.date > day for each in case.dated):
        return not_checked(f"{label} knows the signer, but was published after {day}")
    return passed(f"{label}, as it is today; whether it knew the signer on {day} is not told")


RULE = about_files(CARD, _question, SIGNED)
