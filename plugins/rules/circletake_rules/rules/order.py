"""Were the pieces of the picture put in another order where no signature looks?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, Check, FileCase, Layout, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="bytes.order",
    title="the picture's chunks are in order",
    meaning=(
        "A video lists where its pieces lie (chunk offsets). Here that list points backwards, twice at the "
        "same bytes or out of the media data, as nobody writes it, and the signature leaves it out: picture "
        "or sound was put in another order, or shown twice in the place of other, and the credentials still "
        "verify."
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
    elif not _how(file.layout):
        yield passed()
    elif case.sealed and file.recorded and file.recorded.sha256 == file.sha256:
        yield passed("as they were when it was sealed")
    elif file.displaced:
        yield failed(
            f"{_how(file.layout)}, and the signature leaves the offsets out", "chunks that follow one another"
        )
    elif said.integrity is Check.PASSED:
        yield passed(f"{_how(file.layout)}, and the signature covers the offsets")
    else:
        yield not_checked("the file was altered, which c2pa.state tells")


def _how(layout: Layout) -> str:
    """What of the chunks is not as muxers write them; empty where all is."""
    told = (
        (layout.backwards, "points backwards", "point backwards"),
        (layout.overlapping, "begins inside another", "begin inside others"),
        (layout.astray, "reaches outside the media data", "reach outside the media data"),
    )
    return ", ".join(
        f"a chunk {one}" if number == 1 else f"{number} chunks {several}"
        for number, one, several in told
        if number
    )


RULE = about_files(CARD, _question)
