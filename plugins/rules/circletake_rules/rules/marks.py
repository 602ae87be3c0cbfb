"""Are the marks that came with the sources still there?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from circletake import AuditCase, Credentials, FileCase, ManifestSaid, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="marks.kept",
    title="marks that came with the sources are kept",
    meaning=(
        "A source had credentials of its own, and they are not in this file: whoever signed it "
        "replaced them instead of adding to them."
    ),
    severity=Severity.WARNING,
    source="EU Code of Practice on marking 1.2: marks in the inputs stay; C2PA 2.4, ingredients",
    remedy=(
        "ask the producer for one that keeps them; "
        "the producer: sign again from the source as it came, with its credentials"
    ),
)

_TAKE = "org.circletake.take"


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    said = file.credentials
    if not said.present:
        yield not_checked("no credentials")
        return
    kept, lost = 0, []
    for manifest in said.manifests:
        wanted = _came_signed(manifest)
        for ingredient in manifest.ingredients:
            if not ingredient.manifest:
                continue
            wanted = False
            if said.named(ingredient.manifest):
                kept += 1
            else:
                lost.append(f"{ingredient.title or 'an ingredient'}: its credentials are named and not there")
        if wanted:
            lost.append(f"{_whose(said, manifest)}was read from signed credentials that are no longer in it")
    for seen in dict.fromkeys(lost):
        yield failed(seen, "the source's own credentials as an ingredient")
    if not lost and kept:
        yield passed(f"{kept} kept")
    elif not lost:
        yield not_checked("no source is said to have come with marks")


def _came_signed(manifest: ManifestSaid) -> bool:
    """Whether our own record says that the recipe was learnt from a signed source."""
    record = manifest.assertions.get(_TAKE)
    learnt = record.get("recipe") if isinstance(record, Mapping) else None
    fields = learnt.values() if isinstance(learnt, Mapping) else ()
    return any(isinstance(field, Mapping) and field.get("evidence") == "signed" for field in fields)


def _whose(said: Credentials, manifest: ManifestSaid) -> str:
    whole = manifest is said.active or not manifest.title
    return "its recipe " if whole else f"the recipe of {manifest.title} "


RULE = about_files(CARD, _question)
