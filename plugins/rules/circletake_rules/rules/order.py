"""Were the pieces of the picture put in another order where no signature looks?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, Check, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="bytes.order",
    title="the picture's chunks are in order",
    meaning=(
        "A video lists where its pieces lie (chunk offsets). Here that list points backwards and the "
        "signature leaves it out: the picture can have been put in another order while the credentials "
        "still verify."
    ),
    severity=Severity.ERROR,
    source="ISO/IEC 14496-12 8.7.5 chunk offsets; C2PA 2.4, bmff hash exclusions",
    remedy="ask the producer for the released file",
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    said = file.credentials
    if file.layout is None:
        yield not_checked("no MP4 or MOV file that can be read")
    elif not said.present:
        yield not_checked("no credentials")
    elif not file.layout.backwards:
        yield passed()
    elif case.sealed and file.recorded and file.recorded.sha256 == file.sha256:
        yield passed("as they were when it was sealed")
    elif file.displaced:
        yield failed(
            f"{_offsets(file.layout.backwards)}, and the signature leaves them out", "rising offsets"
        )
    elif said.integrity is Check.PASSED:
        yield passed("they point backwards, and the signature covers that")
    else:
        yield not_checked("the file was altered, which c2pa.state tells")


def _offsets(number: int) -> str:
    return "a chunk offset points backwards" if number == 1 else f"{number} chunk offsets point backwards"


RULE = about_files(CARD, _question)
