"""Does a generated video have an identifier of its own?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from circletake import AuditCase, Check, FileCase, RuleCard, Scope, Severity
from circletake_rules.asking import Answer, about_release, failed, not_checked, passed
from circletake_rules.generated import machine_made

CARD = RuleCard(
    id="ai.id",
    title="a generated video has an identifier of its own",
    meaning=(
        "Its manifest (the signed statement in the file) bears no unique identifier, or another file "
        "bears the same one."
    ),
    severity=Severity.NOTE,
    source=(
        "California B&P 22757.3(b)(D): a latent disclosure has a unique identifier; C2PA 2.4, manifest labels"
    ),
    remedy="ask the producer for the signed file",
    scope=Scope.RELEASE,
)


def _question(case: AuditCase) -> Iterator[Answer]:
    bearers: dict[str, dict[str, str]] = {}
    for file in case.videos:
        active = file.credentials.active
        if active and file.credentials.integrity is not Check.FAILED:
            bearers.setdefault(active.label, {}).setdefault(file.sha256, file.path)
    for file in case.videos:
        yield replace(_answer(file, bearers), file=file.path)


def _answer(file: FileCase, bearers: Mapping[str, Mapping[str, str]]) -> Answer:
    """What is to be said of one video.

    Args:
        bearers: by identifier, the path of each different file that bears it, by sha256.
    """
    active = file.credentials.active
    if active is None:
        return not_checked("no credentials")
    if not any(True for _ in machine_made(file)):
        return not_checked("no stretch is said to be generated")
    if file.credentials.integrity is Check.FAILED:
        return not_checked("the file was altered; the identifier is of other bytes")
    if "urn:" not in active.label:
        return failed(f"“{active.label[:60]}” is no URN", "urn:c2pa:…")
    bears_it_too = bearers[active.label].items()
    if other := next((path for digest, path in bears_it_too if digest != file.sha256), ""):
        return failed(f"{other} bears the same identifier, and other bytes", "one for each file")
    return passed(active.label)


RULE = about_release(CARD, _question)
