"""Who offers the system that made each generated stretch?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, not_checked, passed
from circletake_rules.generated import about, lacking, machine_made

CARD = RuleCard(
    id="ai.provider",
    title="every generated stretch names a provider",
    meaning="It is generated, and nobody says who offers the system that made it.",
    severity=Severity.NOTE,
    source="California B&P 22757.3(b)(A): a latent disclosure names the provider",
    remedy=(
        "ask the producer who offers the system; "
        "the producer: circletake recipe set TAKE provider=NAME, then release again"
    ),
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    asked = False
    for traced in machine_made(file):
        asked = True
        if traced.provider:
            who = (
                f"{traced.provider}, who signed it"
                if traced.provider == traced.signed_by
                else traced.provider
            )
            yield passed(about(file, traced, who))
        else:
            yield lacking(case, file, traced, "no provider named", "who offers the system")
    if not asked:
        yield not_checked("no stretch is said to be generated")


RULE = about_files(CARD, _question)
