"""Does the video carry content credentials?"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from circletake import AuditCase, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="c2pa.present",
    title="every video is signed",
    meaning="Nobody vouches for this file: it was never signed, or its credentials were removed.",
    severity=Severity.ERROR,
    source="C2PA 2.4; EU Code of Practice on marking 1.1.1; California B&P 22757.3(b)",
    remedy="ask the producer for the signed file; do not pass this one on",
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    if file.credentials.present:
        yield passed()
    elif file.unreadable or file.credentials.unreadable:
        yield not_checked("the file cannot be read")
    else:
        # In a release, a file nobody listed is told as that.
        stray = case.release is not None and file.recorded is None
        yield failed(_how(file), "content credentials", severity=Severity.NOTE if stray else None)


_TOLERANCE = 0.25
"""Seconds that encoding again may take from the length of a clip."""


def _how(file: FileCase) -> str:
    recorded = file.recorded
    if recorded is None or not recorded.certificate:
        return "no credentials"
    if recorded.picture_sha256 and file.media:
        if recorded.picture_sha256 == file.media.picture_sha256:
            return "stripped: the picture is the recorded one, its credentials were removed"
        length = float(Fraction(recorded.seconds or 0))
        shorter = file.media.seconds < length - _TOLERANCE
        trimmed = f"; {file.media.seconds:.1f} of {length:.1f} s are here" if shorter else ""
        return f"re-encoded or replaced: no credentials, and not the recorded picture data{trimmed}"
    return "no credentials, though the record says it was signed"


RULE = about_files(CARD, _question)
