"""Does a manifest tell more than it should?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from circletake import AuditCase, FileCase, ManifestSaid, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="privacy.paths",
    title="no private details in manifests",
    meaning="A manifest holds a path of somebody's computer, an e-mail address or what looks like a key.",
    severity=Severity.WARNING,
    source="EU Code of Practice on marking: no private data in the mark",
    remedy="take it out of the recipe and export again",
)

_PRIVATE = {
    "a path of somebody's computer": re.compile(
        r"(?:/home/|/Users/|/root/|/mnt/|/Volumes/)[^\s\"'<>]+|\b[A-Za-z]:\\[^\s\"'<>]+"
    ),
    "an e-mail address": re.compile(r"[\w.+-]+@[\w-]+\.[A-Za-z]{2,}"),
    "what looks like a key": re.compile(
        r"\b(?:sk|pk|key|rk)-[A-Za-z0-9_-]{20,}|\bAKIA[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY"
        r"|\bgh[pousr]_[A-Za-z0-9]{30,}|\bhf_[A-Za-z0-9]{30,}"
    ),
}
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
        for what, pattern in _PRIVATE.items()
        if pattern.search(text)
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
        for text in _strings(value):
            yield label, text


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield str(key)
            yield from _strings(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _strings(each)


RULE = about_files(CARD, _question)
