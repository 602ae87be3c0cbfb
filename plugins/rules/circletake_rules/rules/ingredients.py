"""Was every ingredient intact when it was put in?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, FileCase, IngredientSaid, RuleCard, Severity
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
    otherwise=("note where a clip is whole and only its signer or certificate is in doubt"),
)

_WHOSE = (
    "ask the producer whose footage it is, and by what right it was used: neither is checked, nor who that "
    "signer is"
)

_SAME = "make sure who that signer is: they signed the file itself too"

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
    signers = {manifest.label: manifest.signer for manifest in said.manifests}
    own = said.active.signer if said.active else None
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
            signer = signers.get(ingredient.manifest)
            same = bool(signer and own and signer.sha256 == own.sha256)
            reserved = _reserved(
                ingredient, signer.name if signer else "", ", who signed the file itself too" if same else ""
            )
            yield failed(
                f"{ingredient.title} went into it, {reserved}",
                "a signer you know",
                severity=Severity.NOTE,
                cause=f"its clips: {reserved}",
                remedy=_SAME if same else _WHOSE,
            )
    if clean:
        yield passed()


def _reserved(ingredient: IngredientSaid, signer: str, too: str) -> str:
    """What is said against who signed a clip whose bytes are unchanged."""
    codes = " ".join(ingredient.problems)
    by = f"signed by {signer or 'somebody'}{too}"
    if "signingCredential.invalid" in codes:
        return f"{by} with a certificate that is not well-formed for signing, not altered"
    if "expired" in codes:
        return f"{by}, whose certificate has expired, not altered"
    return f"{by}{' and' if too else ', who'} is on none of your lists; not altered"


RULE = about_files(CARD, _question, SIGNED)
