"""The first question, answered: is it intact, and if not, what is not?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from circletake.audit.summary import Summary
from circletake.audit.wording import VERDICTS, sentence
from circletake.model.audit import Audit, Severity
from circletake.model.manifest import Check

_WORDS = {
    "intact": "Intact",
    "altered": "Not intact",
    "unreadable": "Not intact",
    "unsigned": "Not signed",
    "not checked": "Not checked",
    "no videos": "No videos",
}

_ORDER = list(Severity)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reader wants to know first.

    Attributes:
        kind: the worst that is true of any video: ``intact``, ``altered``, ``unreadable``, ``unsigned``,
            ``not checked`` or ``no videos``; ``altered`` too where the release's own list was changed.
        word: the same for people.
        sentence: how many videos are what.
        against: what the bytes were held against.
        wrong: files that are not what they should be, and why.
    """

    kind: str
    word: str
    sentence: str
    against: str
    wrong: tuple[tuple[str, str], ...]


def verdict_on(audit: Audit, summary: Summary) -> Verdict:
    """Draw the answer from a finished audit."""
    kind = next((v for v in VERDICTS if summary.videos[v]), "intact" if summary.videos["intact"] else "")
    changed = list_changed(audit)
    # A file without credentials in the place of a signed one is no longer what was released.
    replaced = any(
        f.verdict == "unsigned" and f.case.recorded and f.case.recorded.certificate for f in audit.files
    )
    if changed or (kind == "unsigned" and replaced):
        kind = "altered"
    kind = kind or "no videos"
    return Verdict(
        kind, _WORDS[kind], sentence(summary), _against(audit, changed), tuple(_wrong(audit, changed))
    )


def list_changed(audit: Audit) -> str:
    """What was done to the release's own list; empty where it is as sealed, or never was."""
    seal = audit.seal
    if audit.release is None or audit.sealed or seal is None or not seal.present:
        return ""
    if seal.integrity is Check.FAILED:
        return "changed after it was sealed"
    return "sealed with a signature that does not verify" if seal.signature is Check.FAILED else ""


def _wrong(audit: Audit, changed: str) -> Iterator[tuple[str, str]]:
    for file in audit.files:
        if file.case.kind == "video" and file.verdict != "intact":
            found = (o for o in file.findings if o.rule != "c2pa.trusted")
            first = min(found, key=lambda o: _ORDER.index(o.severity), default=None)
            yield file.case.path, first.seen if first else file.verdict
    if changed:
        yield "release.json", f"the release's own list: {changed}"


def _against(audit: Audit, changed: str) -> str:
    if audit.release is None:
        return "There is no release.json to hold the bytes against; what follows is what the credentials say."
    if audit.sealed:
        return "Every file was held against the sealed list of the release, byte for byte."
    why = f"The release's own list was {changed}" if changed else "The release's list is not sealed"
    return f"{why}, so it proves nothing; what follows is what the credentials say."
