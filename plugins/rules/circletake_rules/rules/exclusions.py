"""Does the signature leave out more of the file than it should?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, FileCase, RuleCard, Severity
from circletake_rules.asking import SIGNED, Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="bytes.exclusions",
    title="the signature covers all it should",
    meaning=(
        "A signature covers a file but for a few places that C2PA names. This one leaves out more: what "
        "lies there can be changed, and it still verifies. Where that is part of what is seen or heard, or "
        "tells how to show it, nothing vouches for it."
    ),
    severity=Severity.NOTE,
    source="C2PA 2.4: default exclusions of a bmff hash; a data or boxes hash leaves out its manifest alone",
    remedy="compare the file with the producer's own copy",
    otherwise=(
        "error where what it leaves out is seen or heard, or tells how to show it; warning where nobody can "
        "tell what it leaves out"
    ),
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    if not file.credentials.present:
        yield not_checked("no credentials")
    elif (
        (file.uncovered or file.untold)
        and case.sealed
        and file.recorded
        and file.recorded.sha256 == file.sha256
    ):
        left = file.uncovered or "what nobody knows"
        yield passed(f"it leaves out {left}; the file is as it was when the release was sealed")
    elif file.uncovered:
        yield failed(
            f"the signature leaves out {file.uncovered}: anybody can change that, and it still verifies",
            "a signature over all of it",
            severity=Severity.ERROR,
            remedy="do not rely on this file; compare it with the producer's own copy",
        )
    elif file.untold:
        yield failed(
            f"what the signature leaves out is not known: {file.untold}",
            "a signature over all of it",
            severity=Severity.WARNING,
        )
    elif file.exclusions:
        yield failed(f"not covered: {', '.join(file.exclusions[:6])}", "the default exclusions")
    else:
        yield passed()


RULE = about_files(CARD, _question, SIGNED)
