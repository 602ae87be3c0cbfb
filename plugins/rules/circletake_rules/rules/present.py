"""Does the video carry content credentials?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, FileCase, ReleasedFile, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed
from circletake_rules.lengths import shortened

CARD = RuleCard(
    id="c2pa.present",
    title="every video is signed",
    meaning="Nobody vouches for this file: it was never signed, or its credentials were removed.",
    severity=Severity.ERROR,
    source=(
        "C2PA 2.4; EU Code of Practice on marking 1.1.1: signed metadata; "
        "California B&P 22757.3(b): a disclosure in the file"
    ),
    remedy="ask the producer for the signed file; do not pass this one on",
    otherwise=(
        "note where the release's list does not have it, which is the finding; warning where its credentials "
        "lie at an address, which is not asked"
    ),
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    if address := file.credentials.elsewhere:
        yield failed(
            f"its credentials are not in it but at {address}; nothing is fetched, so they were not read",
            "content credentials in the file",
            severity=Severity.WARNING,
            remedy="ask the producer for the file with its credentials in it",
        )
    elif file.credentials.present:
        yield passed()
    elif file.unreadable or file.credentials.unreadable:
        yield not_checked("the file cannot be read")
    else:
        # In a release, a file nobody listed is told as that.
        stray = case.release is not None and file.recorded is None
        yield failed(_how(file), "content credentials", severity=Severity.NOTE if stray else None)


def _how(file: FileCase) -> str:
    recorded = file.recorded
    if recorded is None or not recorded.certificate:
        return "no credentials"
    if not recorded.picture_sha256 or file.media is None:
        return "no credentials, though the record says it was signed"
    if recorded.picture_sha256 == file.media.picture_sha256:
        return _same_picture(recorded, file, file.media.mime)
    if length := shortened(file):
        return f"trimmed: no credentials, and {length}"
    return "re-encoded or replaced: no credentials, and not the recorded picture data"


def _same_picture(recorded: ReleasedFile, file: FileCase, mime: str) -> str:
    """What was done to a file whose coded picture is the recorded one."""
    layout = file.layout.sha256 if file.layout else ""
    if mime != recorded.mime:
        return f"remuxed: the recorded picture, without credentials, in another container ({mime})"
    if layout and recorded.layout_sha256 and layout != recorded.layout_sha256:
        return "remuxed: the recorded picture, without credentials, in a container that was written anew"
    return "stripped: the picture is the recorded one, its credentials were removed"


RULE = about_files(CARD, _question)
