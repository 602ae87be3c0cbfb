"""Can the file be read at all?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, Check, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, passed

SHORT = "ends early"
"""What is said of a file that stops before its own container says it should."""

CARD = RuleCard(
    id="file.readable",
    title="the file can be read",
    meaning="The file is cut short or broken, so nothing else about it can be told.",
    severity=Severity.ERROR,
    source="ISO/IEC 14496-12 and the other container formats",
    remedy="copy or download it again from its sender",
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    if file.unreadable == SHORT:
        yield failed(f"cut short: {_missing(file)}{_unlike(file)}", "the whole file")
    elif file.unreadable:
        yield failed(f"{file.unreadable}{_unlike(file)}")
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


def _unlike(file: FileCase) -> str:
    """The same defect as the credentials show it."""
    if file.credentials.integrity is not Check.FAILED:
        return ""
    return "; what is left is not what was signed"


RULE = about_files(CARD, _question, ("video", "archive", "other", "image"))
