"""Is the manifest this file's own?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, Check, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="manifest.own",
    title="the manifest is the file's own",
    meaning="The credentials of another file were put into this one; they tell another clip's story.",
    severity=Severity.ERROR,
    source="C2PA 2.4, unique manifest labels; release.json",
    remedy="ask the producer for the signed file",
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    active = file.credentials.active
    if active is None:
        yield not_checked("no credentials")
        return
    if file.credentials.integrity is not Check.FAILED:
        yield passed()
        return
    owners = [
        f.path
        for f in case.videos
        if f.path != file.path
        and f.credentials.active
        and f.credentials.active.label == active.label
        and f.credentials.integrity is Check.PASSED
    ]
    if owners:
        yield failed(f"swapped: this is the manifest of {owners[0]}", "a manifest made for this file")
    elif file.recorded and active.title and active.title != file.recorded.path.rsplit("/", 1)[-1]:
        yield failed(f"swapped: this manifest was made for {active.title}", f"one for {file.recorded.path}")
    else:
        yield passed()


RULE = about_files(CARD, _question)
