"""Is what the signer wrote as C2PA asks for?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, Check, FileCase, RuleCard, Severity
from circletake_rules.asking import SIGNED, Answer, about_files, failed, not_checked, passed
from circletake_rules.codes import own_codes

CARD = RuleCard(
    id="c2pa.form",
    title="the manifest keeps to C2PA's form",
    meaning=(
        "What the signer wrote is not as C2PA asks for, so other tools may call the file invalid. "
        "Nothing was changed since: its signature and its hashes are whole."
    ),
    severity=Severity.WARNING,
    source="C2PA 2.4, validation of assertions",
    remedy="tell the producer, whose tool made the mistake; it is still the signer's own word",
)

_CODES = ("assertion.", "algorithm.deprecated")


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    said = file.credentials
    if not said.present:
        yield not_checked("no credentials")
    elif said.integrity is not Check.PASSED or said.signature is not Check.PASSED:
        yield not_checked("what the signer wrote is not known to be whole")
    elif codes := [code for code in own_codes(file) if code.startswith(_CODES)]:
        yield failed(f"its manifest is whole, but not well-formed ({', '.join(codes[:3])})")
    else:
        yield passed()


RULE = about_files(CARD, _question, SIGNED)
