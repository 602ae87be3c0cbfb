"""Is it byte for byte the file that was released?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, Check, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="bytes.exact",
    title="bytes equal the sealed list",
    meaning=(
        "The file is not the one that was released. Its own signature may still fit: it leaves out bytes of "
        "a video that are neither picture nor sound (the boxes ftyp, free and skip)."
    ),
    severity=Severity.ERROR,
    source="release.json, sealed; C2PA 2.4 default hash exclusions",
    remedy="ask the producer for the released file",
    otherwise=("warning where the list is another signer's or another release's"),
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    if case.stray and case.stray.changed and file.whole and file.path in case.stray.listed:
        yield failed(
            f"whole by its own signature, and not what release.json, {case.stray.whose}, says",
            f"sha256 {case.stray.listed[file.path][:12]}…",
            severity=Severity.WARNING,
            remedy="ask the producer which of the two is theirs, this file or that list",
            cause=f"whole by their own signatures, and not what release.json, {case.stray.whose}, says",
        )
    elif case.release is None:
        yield not_checked(case.unlisted)
    elif file.recorded is None:
        yield not_checked("not in the record")
    elif file.recorded.sha256 == file.sha256:
        yield passed() if case.sealed else not_checked("equal to release.json, but its seal does not hold")
    elif _told_already(file):
        yield not_checked("other bytes than the released ones, as its own credentials tell")
    else:
        yield failed(
            f"other bytes than the released ones (sha256 {file.sha256[:12]}…)",
            f"sha256 {file.recorded.sha256[:12]}…",
            cause="other bytes than the released ones",
        )


def _told_already(file: FileCase) -> bool:
    """One defect, one finding: the credentials themselves tell that these are other bytes."""
    said = file.credentials
    if file.kind != "video":
        return False
    unread = bool(file.unreadable or said.unreadable)
    return not said.present or unread or Check.FAILED in (said.integrity, said.signature)


RULE = about_files(
    CARD, _question, ("video", "archive", "timeline", "sidecar", "image", "sound", "other", "report")
)
