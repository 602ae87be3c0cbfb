"""Will YouTube label the upload for good?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, Check, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed
from circletake_rules.generated import FULLY, TRAINED

CARD = RuleCard(
    id="platform.youtube",
    title="no permanent YouTube label is predicted",
    meaning=(
        "Its credentials say that all of it was generated. YouTube labels such an upload, and that "
        "label cannot be appealed. The label is right where the credentials are; this is a forecast."
    ),
    severity=Severity.NOTE,
    source="YouTube's notice on C2PA and permanent labels, in effect since 2026-05-27",
    remedy=(
        "where it is true nothing; where it is not, set the recipe right and release again before the upload"
    ),
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    said = file.credentials
    if not said.present:
        yield not_checked("no credentials to draw a label from")
        return
    if Check.FAILED in (said.integrity, said.signature):
        yield not_checked("the credentials do not hold, so nobody can say what is made of them")
        return
    shown = (t for t in file.traced if not t.use.is_black)
    kinds = {t.use.source_type for t in shown if "source_type" not in t.from_record}
    if not kinds or kinds == {""}:
        yield passed("the credentials say nothing of how it was made")
    elif kinds == {FULLY}:
        yield failed("a permanent label: the credentials say that all of it was generated")
    elif kinds & TRAINED:
        yield passed("generated in part: the upload form decides")
    else:
        yield passed("not said to be made by a trained model")


RULE = about_files(CARD, _question)
