"""Does a manifest tell more than it should?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from circletake import AuditCase, FileCase, ManifestSaid, RuleCard, Severity
from circletake_rules.asking import SIGNED, Answer, about_files, failed, not_checked, passed
from circletake_rules.private import private_kinds, texts_in

CARD = RuleCard(
    id="privacy.paths",
    title="no private details in manifests",
    meaning=(
        "A manifest (a signed statement in the file, which travels with every copy) holds a path of "
        "somebody's computer, an e-mail address, the name of a machine or what looks like a key."
    ),
    severity=Severity.WARNING,
    source="EU Code of Practice on marking: no private data in the mark",
    remedy=(
        "tell the producer, and do not pass it on; the producer: take it out of the recipe and export again"
    ),
)

_MOST = 20_000


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    said = file.credentials
    if not said.present:
        yield not_checked("no credentials")
        return
    found = {
        what: place
        for manifest in said.manifests
        for place, text in islice(_texts(manifest), _MOST)
        for what in private_kinds(text)
    }
    for what, place in found.items():
        yield failed(f"{what} in {place}", "none")
    if not found:
        yield passed()


def _texts(manifest: ManifestSaid) -> Iterator[tuple[str, str]]:
    yield "the title", manifest.title
    yield "the claim generator", manifest.generator
    for ingredient in manifest.ingredients:
        yield "an ingredient's title", ingredient.title
        yield "a prompt", ingredient.text or ""
    for label, value in manifest.assertions.items():
        for text in texts_in(value):
            yield label, text


RULE = about_files(CARD, _question, SIGNED)
