"""Is every file in the folder one the record knows?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, FileCase, Release, RuleCard, Scope, Severity
from circletake_rules.asking import Answer, about_release, failed, not_checked, passed

CARD = RuleCard(
    id="files.known",
    title="every file is accounted for",
    meaning=(
        "The folder holds a file that the release's own list (release.json) does not name, or has under "
        "another name."
    ),
    severity=Severity.ERROR,
    source="release.json, sealed",
    remedy="take it out of the folder, or ask the producer what it is",
    scope=Scope.RELEASE,
    otherwise=(
        "warning where it is a listed file under another name, a copy of one, or no video; "
        "note where a file manager left it"
    ),
)


def _question(case: AuditCase) -> Iterator[Answer]:
    for folder, many in case.within.items():
        lie = "file with a list of its own lies" if many == 1 else "files with a list of their own lie"
        yield failed(
            f"{many} {lie} there, and none of them is on this one",
            remedy="take it out, and audit it for itself where it is a release of its own",
            file=folder,
            cause="files with lists of their own lie in it, and none of them is on this one",
        )
    if case.release is None:
        yield not_checked(case.unlisted)
        return
    strangers = [f for f in case.files if not f.belongs]
    for file in strangers:
        seen, severity = _stranger(case.release, file)
        remedy = "give it its name back" if file.recorded_path else ""
        yield failed(seen, severity=severity, remedy=remedy, file=file.path)
    if not strangers and not case.within:
        yield passed()


def _stranger(release: Release, file: FileCase) -> tuple[str, Severity]:
    copied = next((f.path for f in release.files if f.sha256 == file.sha256), "")
    if file.recorded_path and file.path in (each.path for each in release.files):
        return f"the bytes of {file.recorded_path} under this name", Severity.ERROR
    if file.recorded_path:
        return f"{file.recorded_path} under another name", Severity.WARNING
    if copied:
        return f"a copy of {copied}, under a name nobody listed", Severity.WARNING
    if file.unreadable:
        return "not in the record, and cannot be read", Severity.ERROR
    if file.kind == "video" and file.credentials.present:
        named = file.belonging
        of = ""
        if named and named.release != release.id:
            of = f", file {named.number} of {named.of} of another release"
        return f"a foreign clip, signed by {_signer(file)}{of}, that nobody listed", Severity.ERROR
    if file.kind == "video":
        return "an unsigned video that nobody listed", Severity.ERROR
    return "not in the record", Severity.NOTE if file.litter else Severity.WARNING


def _signer(file: FileCase) -> str:
    active = file.credentials.active
    return active.signer.name if active and active.signer else "somebody unnamed"


RULE = about_release(CARD, _question)
