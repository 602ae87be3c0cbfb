"""Do the container's tags tell more than they should?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed
from circletake_rules.private import private_kinds

CARD = RuleCard(
    id="privacy.tags",
    title="no private details in the file's tags",
    meaning=(
        "A tag of the file, outside any signed statement, holds a path of somebody's computer, an e-mail "
        "address, the name of a machine, a place on the map or what looks like a key."
    ),
    severity=Severity.WARNING,
    source="EU Code of Practice on marking: no private data in the mark; workflows that ComfyUI embeds",
    remedy=(
        "tell the producer, and do not pass it on; "
        "the producer: release it with circletake, which writes no such tags"
    ),
)

_PLACE = "location"


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    if file.media is None:
        yield not_checked("the container cannot be read")
        return
    found: dict[str, str] = {}
    for tag, text in file.tags.items():
        for what in private_kinds(text):
            found.setdefault(what, tag)
        if _PLACE in tag.split(".") or tag.startswith(f"{_PLACE}-"):
            found.setdefault("where it was filmed", tag)
    for what, tag in found.items():
        yield failed(f"{what} in the tag {tag}", "none")
    if not found:
        yield passed()


RULE = about_files(CARD, _question)
