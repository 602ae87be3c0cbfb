"""The first question, answered: is it intact, and if not, what is not?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from circletake.audit.summary import Summary
from circletake.audit.wording import VERDICTS, sentence
from circletake.model.audit import Audit, FileAudit, Severity
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
_RECORD = "release.json"
_SEAL = "release.json.c2pa"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reader wants to know first.

    Attributes:
        kind: the worst that is true of any video or signed still: ``intact``, ``altered``, ``unreadable``,
            ``unsigned``, ``not checked`` or ``no videos``; ``altered`` too where the release's own list was
            changed, or the folder holds other files than it lists.
        word: the same for people.
        sentence: how many are what.
        against: what the bytes were held against.
        wrong: files that are not what they should be, and why.
        videos: by verdict, how many; of a sealed release those that it lists.
        amiss: how many files are missing, or there and not listed, in words; empty where none are.
    """

    kind: str
    word: str
    sentence: str
    against: str
    wrong: tuple[tuple[str, str], ...]
    videos: Counter[str]
    amiss: str = ""


def verdict_on(audit: Audit, summary: Summary) -> Verdict:
    """Draw the answer from a finished audit."""
    judged = [f for f in audit.files if f.case.kind == "video" or f.case.signed_picture]
    # A list that is not sealed decides nothing, nor which files count.
    counted = [f for f in judged if f.case.recorded or not audit.sealed]
    videos = Counter(f.verdict for f in counted if f.case.kind == "video")
    stills = Counter(f.verdict for f in counted if f.case.signed_picture)
    found = {f.verdict for f in judged}
    kind = next((v for v in (*VERDICTS, "intact") if v in found), "no videos")
    changed, strangers, missing = list_changed(audit), _strangers(audit), audit.missing
    if changed or strangers or missing or any(_replaced(f, audit) for f in audit.files):
        kind = "altered"
    told = [f for f in counted if f.verdict != "intact"]
    more = [f for f in strangers if f not in told]
    amiss = ", ".join(
        f"{len(each)} {what}" for each, what in ((missing, "missing"), (more, "not listed")) if each
    )
    return Verdict(
        kind,
        _WORDS[kind],
        sentence(videos, stills, amiss),
        _against(audit, changed),
        tuple(_wrong(audit, changed)),
        videos,
        amiss,
    )


def list_changed(audit: Audit) -> str:
    """What was done to the release's own list; empty where it is as sealed, or never was."""
    record = next((f.case for f in audit.files if f.case.kind == "record"), None)
    seal = audit.seal
    if audit.sealed or seal is None:
        return ""
    if seal.integrity is Check.FAILED:
        return "changed after it was sealed"
    if seal.signature is Check.FAILED:
        return "sealed with a signature that does not verify"
    if Check.PASSED is seal.integrity is seal.signature:
        return ""
    if not seal.present and _SEAL in audit.listed_only:
        return "stripped of its seal"
    if record and record.summed not in ("", record.sha256):
        return "changed since SHA256SUMS was written"
    listed = ((f.case.recorded, f.case.summed) for f in audit.files)
    odd = any(recorded and summed not in ("", recorded.sha256) for recorded, summed in listed)
    return "changed, or SHA256SUMS was: they disagree" if odd else ""


def _strangers(audit: Audit) -> tuple[FileAudit, ...]:
    """Files that no list accounts for; papers about the release are told for themselves."""
    if audit.release is None:
        return ()
    papers = ("report", "sidecar")
    return tuple(
        f
        for f in audit.files
        if not (f.case.recorded or f.case.belongs or f.case.litter or f.case.kind in papers)
    )


def _replaced(file: FileAudit, audit: Audit) -> bool:
    """Whether a file is no longer what was released: other bytes than the sealed ones, or unsigned now."""
    recorded = file.case.recorded
    if recorded is None:
        return False
    stripped = file.verdict == "unsigned" and bool(recorded.certificate)
    return stripped or (audit.sealed and recorded.sha256 != file.case.sha256)


def _wrong(audit: Audit, changed: str) -> Iterator[tuple[str, str]]:
    strangers = {f.case.path for f in _strangers(audit)}
    for file in audit.files:
        judged = file.case.kind == "video" or file.case.signed_picture
        bad = judged and file.verdict != "intact"
        if bad or file.case.path in strangers or _replaced(file, audit):
            found = (o for o in file.findings if o.rule != "c2pa.trusted")
            first = min(found, key=lambda o: _ORDER.index(o.severity), default=None)
            why = "not in the release's list" if file.case.path in strangers else "not the released bytes"
            yield file.case.path, first.seen if first else file.verdict if bad else why
    for path in audit.missing:
        yield path, "missing"
    if changed:
        yield _RECORD, f"the release's own list: {changed}"


def _against(audit: Audit, changed: str) -> str:
    if audit.release is None and not changed:
        return "There is no release.json to hold the bytes against; what follows is what the credentials say."
    if audit.sealed:
        return "Every listed file that is here was held against the sealed list, byte for byte."
    why = f"The release's own list was {changed}" if changed else "The release's list is not sealed"
    return f"{why}, so it proves nothing; what follows is what the credentials say."
