"""Are the bytes those that were signed?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, Check, FileCase, RuleCard, Severity
from circletake_rules.asking import SIGNED, Answer, about_files, failed, not_checked, passed
from circletake_rules.lengths import shortened

CARD = RuleCard(
    id="c2pa.state",
    title="nothing was altered after signing",
    meaning="The file is not what its signer signed.",
    severity=Severity.ERROR,
    source="C2PA 2.4, validation: hard bindings and assertion hashes",
    remedy="ask the producer for the signed file",
    otherwise=("note where the file ends early, which is the finding"),
)

MEDIA = "picture, sound or how they are stored was changed after signing"

_WHAT = (
    ("hashedURI", "the manifest's own words were changed"),
    ("ingredient", "an ingredient inside the manifest was changed"),
    ("Hash", MEDIA),
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    said = file.credentials
    if not said.present:
        yield not_checked("no credentials")
    elif said.integrity is Check.FAILED:
        # One defect, one finding: of a file that was cut short, file.readable tells this too.
        severity = Severity.NOTE if file.cut_short else None
        yield failed(_what(file), "the bytes that were signed", severity=severity)
    elif said.integrity is Check.PASSED:
        yield passed()
    elif said.unreadable and file.tail and not file.unreadable:
        yield failed(
            f"{_added(file)}; its credentials cannot be read like this", "the bytes that were signed"
        )
    else:
        away = "the credentials are elsewhere" if said.elsewhere else ""
        yield not_checked(said.unreadable or file.unreadable or away or "the credentials did not say")


def _what(file: FileCase) -> str:
    problems = file.credentials.problems
    codes = [code for code in problems if "mismatch" in code or "invalid" in code.lower()]
    words = next((text for part, text in _WHAT if any(part in code for code in codes)), "")
    if words == MEDIA and file.layout and file.layout.backwards:
        words = "the chunk offsets were put in another order"
    elif words == MEDIA and file.tail:
        words = _added(file)
    elif words == MEDIA and (length := shortened(file)):
        words = f"trimmed: {length}"
    shown = ", ".join(dict.fromkeys(codes[:3]))
    unread = "; not all of it can be read" if file.unreadable and not file.cut_short else ""
    return f"{words or 'altered after signing'}{unread}{f' ({shown})' if shown else ''}"


def _added(file: FileCase) -> str:
    added = "1 byte was" if file.tail == 1 else f"{file.tail} bytes were"
    return f"{added} added after the end of the video"


RULE = about_files(CARD, _question, SIGNED)
