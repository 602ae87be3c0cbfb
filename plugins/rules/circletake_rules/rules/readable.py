"""Can the file be read at all?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, Check, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, passed

CARD = RuleCard(
    id="file.readable",
    title="the file can be read",
    meaning="The file is cut short or broken, so nothing else about it can be told.",
    severity=Severity.ERROR,
    source="ISO/IEC 14496-12 and the other container formats",
    remedy="ask its sender for another copy",
    otherwise=("note where the file was altered, which is the finding"),
)

_AGAIN = "copy or download it again from its sender"


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    said = file.credentials
    if file.cut_short:
        unlike = "; what is left is not what was signed" if said.integrity is Check.FAILED else ""
        yield failed(f"cut short: {_missing(file)}{unlike}", "the whole file", remedy=_AGAIN)
    elif file.unreadable and Check.FAILED in (said.integrity, said.signature):
        # One defect, one finding: c2pa.state or c2pa.signature tells that it was altered.
        yield failed(file.unreadable, severity=Severity.NOTE, remedy="ask the producer for the signed file")
    elif file.unreadable:
        yield failed(file.unreadable)
    elif file.credentials.unreadable and not file.tail:
        yield failed(f"its credentials cannot be read: {file.credentials.unreadable}")
    else:
        yield passed()


def _missing(file: FileCase) -> str:
    """How much of it is not there, where a record tells."""
    released = file.recorded.size if file.recorded else 0
    if released > file.size:
        return f"it ends early, {released - file.size} of {released} bytes are missing"
    return "it ends early"


RULE = about_files(CARD, _question, ("video", "archive", "other", "image"))
