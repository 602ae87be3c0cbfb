"""Which system made each generated stretch?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, not_checked, passed
from circletake_rules.generated import TOLD_THERE, about, lacking, machine_made

CARD = RuleCard(
    id="ai.system",
    title="every generated stretch names its model",
    meaning="It is generated, but nobody says by what.",
    severity=Severity.WARNING,
    source=(
        "California B&P 22757.3(b)(B): a latent disclosure names the system and its version; "
        "IPTC 2025.1 AISystemUsed"
    ),
    remedy=(
        "ask the producer which model made it; "
        "the producer: circletake recipe set TAKE model=NAME, then release again"
    ),
    otherwise=TOLD_THERE,
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    asked = False
    for traced in machine_made(file):
        asked = True
        if traced.use.model:
            yield passed(about(file, traced, traced.use.model))
        else:
            yield lacking(case, file, traced, "no model named", "a model and its version")
    if not asked:
        yield not_checked("no stretch is said to be generated")


RULE = about_files(CARD, _question)
