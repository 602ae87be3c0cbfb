"""Does a trusted timestamp show when it was signed?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, Check, FileCase, RuleCard, Severity
from circletake_rules.asking import SIGNED, Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="c2pa.timestamp",
    title="a trusted timestamp shows when it was signed",
    meaning=(
        "Once the signer's certificate has expired, nobody can show that it was signed before. "
        "Nothing is wrong with the file today."
    ),
    severity=Severity.NOTE,
    source="C2PA 2.4, RFC 3161 timestamps; EU Code of Practice on marking 1.1.1: signed and time-stamped",
    remedy="ask the producer for a timestamp if its date matters; the producer: see docs/signing.md",
)

_ADD = "add the timestamper's authorities, got from itself: circletake trust add NAME PEM --timestampers"


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    said = file.credentials
    signer = said.active.signer if said.active else None
    if not said.present or signer is None:
        yield not_checked("no credentials" if not said.present else "no signer")
    elif Check.FAILED in (said.integrity, said.signature):
        yield not_checked("the file was altered; its timestamp is of other bytes")
    elif signer.signed_at:
        told = f"; {said.timestamp.told}" if said.timestamp else ""
        yield passed(f"{signer.signed_at:%Y-%m-%d %H:%M} UTC{told}")
    elif said.timestamp:
        yield failed(said.timestamp.told, _expected(case), remedy=_ADD)
    elif "timeStamp.untrusted" in said.problems:
        yield failed(
            "a timestamp of an authority on none of your lists of timestampers",
            _expected(case),
            remedy=_ADD,
        )
    else:
        end = f"; the certificate ends on {signer.not_after:%Y-%m-%d}" if signer.not_after else ""
        yield failed(f"no timestamp{end}", "an RFC 3161 timestamp")


def _expected(case: AuditCase) -> str:
    lists = ", ".join(case.clocks) or "you have none yet"
    return f"a timestamper on one of your lists of timestampers: {lists}"


RULE = about_files(CARD, _question, SIGNED)
