"""Was every ingredient intact when it was put in?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, FileCase, RuleCard, Severity
from circletake_rules.asking import SIGNED, Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="ingredients.intact",
    title="every clip was intact when it was used",
    meaning=(
        "A clip had been altered before it was put into this video. The video itself still verifies: "
        "only what it keeps of the clip that went into it (its ingredient) tells."
    ),
    severity=Severity.ERROR,
    source="C2PA 2.4, ingredient validation results",
    remedy=(
        "ask the producer for a cut of the clip as it was signed; "
        "the producer: put the original clip in its place and export again"
    ),
)

_RESERVATIONS = (
    "untrusted",
    "expired",
    "outsideValidity",
    "ocsp",
    "timeStamp",
    "signingCredential.invalid",
    "cawg.",
)
"""Parts of codes that say something of who signed, and nothing of the bytes."""


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    said = file.credentials
    ingredients = [i for manifest in said.manifests for i in manifest.ingredients if i.role != "inputTo"]
    if not ingredients:
        yield not_checked("no ingredients")
        return
    clean = True
    for ingredient in ingredients:
        alterations = [code for code in ingredient.problems if not any(r in code for r in _RESERVATIONS)]
        if alterations:
            clean = False
            start, end = ingredient.placed[0] if ingredient.placed else (None, None)
            yield failed(
                f"{ingredient.title} was altered before it was used ({', '.join(alterations[:3])})",
                "a clip as its signer signed it",
                start=float(start) if start is not None else None,
                end=float(end) if end is not None else None,
            )
        elif ingredient.problems:
            clean = False
            yield failed(
                f"{ingredient.title}: {_plain(ingredient.problems)}",
                "a signer you know",
                severity=Severity.NOTE,
                cause=f"its clips: {_plain(ingredient.problems)}",
                remedy="nothing to mend: its bytes are those its own signer signed",
            )
    if clean:
        yield passed()


def _plain(problems: tuple[str, ...]) -> str:
    codes = " ".join(problems)
    if "signingCredential.invalid" in codes:
        return "signed with a certificate that is not well-formed for signing, not altered"
    return "signer expired, not altered" if "expired" in codes else "signed by somebody on none of your lists"


RULE = about_files(CARD, _question, SIGNED)
