"""Which system made each generated stretch?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed
from circletake_rules.generated import machine_made, names

CARD = RuleCard(
    id="ai.system",
    title="every generated stretch names its model",
    meaning="It is generated, but nobody says by what.",
    severity=Severity.WARNING,
    source="California B&P 22757.3(b)(B): system name and version; IPTC 2025.1 AISystemUsed",
    remedy="say it and export again: circletake recipe set TAKE model ...",
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    asked = False
    for traced, start, end in machine_made(file):
        asked = True
        if not traced.use.model:
            yield failed(f"{names(traced)}: no model named", "a model and its version", start=start, end=end)
        else:
            yield passed(f"{names(traced)}: {traced.use.model}")
    if not asked:
        yield not_checked("no stretch is said to be generated")


RULE = about_files(CARD, _question)
