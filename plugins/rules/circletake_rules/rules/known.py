"""Is every file in the folder one the record knows?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, FileCase, RuleCard, Scope, Severity
from circletake_rules.asking import Answer, about_release, failed, not_checked, passed

CARD = RuleCard(
    id="files.known",
    title="every file is accounted for",
    meaning="The folder holds a file the record does not list, or lists under another name.",
    severity=Severity.ERROR,
    source="release.json, sealed",
    remedy="take it out of the folder, or ask the producer what it is",
    scope=Scope.RELEASE,
)

_OWN = ("record", "sums", "report")
_LITTER = (".DS_Store", "Thumbs.db", "desktop.ini")


def _question(case: AuditCase) -> Iterator[Answer]:
    if case.release is None:
        yield not_checked(case.release_problem or "no release.json lists what belongs here")
        return
    strangers = [f for f in case.files if not _belongs(f)]
    for file in strangers:
        if file.recorded_path:
            yield failed(
                f"{file.recorded_path} under another name",
                f"the name {file.recorded_path}",
                severity=Severity.WARNING,
                remedy="give it its name back",
                file=file.path,
            )
        elif file.kind == "video" and file.credentials.present:
            yield failed(f"a foreign clip, signed by {_signer(file)}, that nobody listed", file=file.path)
        elif file.kind == "video":
            yield failed("an unsigned video that nobody listed", file=file.path)
        else:
            litter = file.path.rsplit("/", 1)[-1] in _LITTER
            severity = Severity.NOTE if litter else Severity.WARNING
            yield failed("not in the record", severity=severity, file=file.path)
    if not strangers:
        yield passed()


def _belongs(file: FileCase) -> bool:
    if file.recorded and not file.recorded_path:
        return True
    return "/" not in file.path and (file.kind in _OWN or file.path == "release.json.c2pa")


def _signer(file: FileCase) -> str:
    active = file.credentials.active
    return active.signer.name if active and active.signer else "somebody unnamed"


RULE = about_release(CARD, _question)
