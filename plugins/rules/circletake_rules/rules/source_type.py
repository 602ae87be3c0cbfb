"""Is it said of every stretch how its picture was made?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, FileCase, RuleCard, Severity, Use
from circletake_rules.asking import Answer, about_files, not_checked, passed
from circletake_rules.generated import lacking

CARD = RuleCard(
    id="ai.source_type",
    title="every stretch says how it was made",
    meaning="No manifest, of the file or of an ingredient, says whether this was generated or filmed.",
    severity=Severity.WARNING,
    source="IPTC Digital Source Type; EU AI Act Art. 50(2); C2PA 2.4 actions",
    remedy=(
        "the producer can declare it and release again: "
        "circletake recipe set TAKE source_type=trainedAlgorithmicMedia"
    ),
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    if not file.traced:
        yield not_checked("nothing says what it was made of")
        return
    told = True
    for traced in file.traced:
        if not traced.use.source_type and not traced.use.is_black:
            told = False
            yield lacking(case, file, traced, _without(traced.use), "a digital source type")
    if told:
        yield passed()


def _without(use: Use) -> str:
    if use.model:
        return f"said to be made by {use.model}, but not marked as AI-made"
    if use.prompt:
        return "has a prompt, but is not marked as AI-made"
    return "nobody says how it was made"


RULE = about_files(CARD, _question)
