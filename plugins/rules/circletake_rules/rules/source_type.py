"""Is it said of every stretch how its picture was made?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import READABLE_TYPES, AuditCase, FileCase, RuleCard, Severity, Use
from circletake_rules.asking import Answer, about_files, not_checked, passed
from circletake_rules.generated import TOLD_THERE, lacking

CARD = RuleCard(
    id="ai.source_type",
    title="every stretch says how it was made",
    meaning=(
        "No signed statement, of the file or of a clip that went into it, says whether this was "
        "generated or filmed in a word that IPTC, the standards body of the press, knows."
    ),
    severity=Severity.WARNING,
    source=(
        "IPTC Digital Source Type; EU AI Act Art. 50(2): what is generated is marked so that machines can "
        "tell; C2PA 2.4 actions"
    ),
    remedy=(
        "ask the producer whether it was generated or filmed; "
        "the producer: circletake recipe set TAKE source_type=trainedAlgorithmicMedia if it was generated, "
        "=digitalCapture if filmed, then release again"
    ),
    otherwise=TOLD_THERE,
)

_FILMED = (
    "ask the producer to say so in the credentials; "
    "the producer: circletake recipe set TAKE source_type=digitalCapture, then release again"
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    if not file.traced:
        yield not_checked("nothing says what it was made of")
        return
    told = True
    for traced in file.traced:
        if traced.use.source_type not in READABLE_TYPES and not traced.use.is_black:
            told = False
            said, remedy = _without(traced.use)
            yield lacking(case, file, traced, said, "generated, filmed, or another word of IPTC", remedy)
    if told:
        yield passed()


def _without(use: Use) -> tuple[str, str]:
    """What lacks, and what to do where the card's remedy does not fit."""
    if use.source_type:
        return f"“{use.source_type}” is no digital source type of IPTC", ""
    if use.model:
        return f"said to be made by {use.model}, but not marked as AI-made", ""
    if use.prompt:
        return "has a prompt, but is not marked as AI-made", ""
    if use.origin == "camera":
        return "said to be camera footage, but not marked as such", _FILMED
    return "nobody says how it was made", ""


RULE = about_files(CARD, _question)
