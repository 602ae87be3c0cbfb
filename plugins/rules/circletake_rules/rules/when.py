"""Is it said when it was made or changed?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from circletake import AuditCase, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed
from circletake_rules.generated import machine_made

CARD = RuleCard(
    id="ai.when",
    title="a generated video says when it was made or changed",
    meaning="It is generated, and no manifest states a time and date, or states one that is none.",
    severity=Severity.NOTE,
    source="California B&P 22757.3(b)(C): a latent disclosure says when it was made or altered",
    remedy=(
        "ask the producer when it was made; "
        "the producer: sign with software that dates its actions, as circletake does"
    ),
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    made = [traced.when for traced in machine_made(file)]
    active = file.credentials.active
    if active is None or not made:
        yield not_checked("no credentials" if active is None else "no stretch is said to be generated")
        return
    stated = [*(action.when for action in active.actions), *made]
    if active.signer and active.signer.signed_at:
        stated.append(active.signer.signed_at.isoformat())
    wrong = [text for text in stated if text and not _is_moment(text)]
    if wrong:
        yield failed(f"“{wrong[0][:40]}” is no time and date", "a time as 2026-05-04T10:00:00Z")
    elif not any(stated):
        yield failed("no manifest says when", "a time and date")
    else:
        yield passed(max(text for text in stated if text))


def _is_moment(text: str) -> bool:
    try:
        return "T" in text.upper() and datetime.fromisoformat(text) is not None
    except ValueError:
        return False


RULE = about_files(CARD, _question)
