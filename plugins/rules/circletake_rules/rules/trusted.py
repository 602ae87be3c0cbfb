"""Is the signer on a list the reader trusts?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, Check, FileCase, RuleCard, Severity
from circletake_rules.asking import SIGNED, Answer, about_files, failed, not_checked, passed
from circletake_rules.codes import own_codes

CARD = RuleCard(
    id="c2pa.trusted",
    title="the signer is on one of your lists of signers",
    meaning=(
        "The credentials are whole, but nobody on your lists vouches for who signed them. "
        "That is no sign of a fake; anybody can make a certificate with any name in it."
    ),
    severity=Severity.WARNING,
    source="C2PA 2.4, trust model and certificate profile; CAWG identity assertion 1.2",
    remedy=(
        "ask the producer, outside this folder, for the certificate's fingerprint; "
        "if it is the same: circletake trust add NAME PEM"
    ),
    otherwise=("note where only an identity that it names is one that your lists do not know"),
)

_INVALID = "signingCredential.invalid"


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    said = file.credentials
    if not said.present:
        yield not_checked("no credentials")
    elif said.trust is Check.PASSED:
        yield _malformed(_who(file), file) or _known(case, said.trust_list)
    elif Check.FAILED in (said.integrity, said.signature):
        yield not_checked("the file was altered; its signer no longer vouches for it")
    elif said.active is None and (said.unreadable or said.elsewhere or file.unreadable):
        yield not_checked("who signed it cannot be read")
    elif said.expired and case.lists:
        yield not_checked("the certificate has expired by today; no list is asked about an expired one")
    else:
        who, lists = _who(file), ", ".join(case.lists) or "you have none yet"
        yield _malformed(f"unknown signer: {who}", file) or failed(
            f"unknown signer: {who}", f"a signer on one of your lists of signers: {lists}"
        )
    yield from _identity(file)


def _who(file: FileCase) -> str:
    signer = file.credentials.active.signer if file.credentials.active else None
    who = signer.name if signer and signer.name else "a certificate without a name"
    return who + (f", SHA256 {signer.sha256}" if signer and signer.sha256 else "")


def _malformed(who: str, file: FileCase) -> Answer | None:
    """A certificate that is none for signing content, whoever vouches for it; the bytes may be whole."""
    if _INVALID not in own_codes(file):
        return None
    return failed(
        f"{who}; the certificate is not well-formed for signing ({_INVALID})",
        "a certificate as C2PA's profile asks for",
        remedy=(
            "nothing was altered, but no list can vouch for such a certificate: "
            "ask the producer for a file signed with another"
        ),
    )


def _identity(file: FileCase) -> Iterator[Answer]:
    """What failed of a named identity (CAWG): who somebody says they are, beside who signed."""
    codes = [code for code in own_codes(file) if code.startswith("cawg.")]
    broken = [code for code in codes if "untrusted" not in code]
    if broken:
        yield failed(
            f"its identity assertion does not hold ({', '.join(broken[:3])})",
            "an identity assertion that verifies, or none",
            remedy="the bytes are those that were signed; rely on no name but the signer's",
        )
    elif codes:
        yield failed(
            f"it names an identity that nobody on your lists vouches for ({codes[0]})",
            severity=Severity.NOTE,
            remedy="rely on no name but the signer's",
        )


def _known(case: AuditCase, label: str) -> Answer:
    """On which list; for another moment than now as far as that can be told."""
    if case.moment is None:
        return passed(label)
    day = f"{case.moment:%Y-%m-%d}"
    if any(each.label == label and each.date > day for each in case.dated):
        return not_checked(f"{label} knows the signer, but was published after {day}")
    return passed(f"{label}, as it is today; whether it knew the signer on {day} is not told")


RULE = about_files(CARD, _question, SIGNED)
