"""The first question, answered: is it intact, and if not, what is not?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from circletake.audit.summary import Summary
from circletake.audit.wording import VERDICTS, sentence, standing
from circletake.model.audit import Audit, FileAudit, Severity
from circletake.model.export import Release
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

_CODES = re.compile(r" \((?:assertion|ingredient|claimSignature|signingCredential)\.[\w., ]*\)$")
"""Codes of the C2PA library behind what was seen, which the finding itself tells."""

_OURS = "circletake"
"""How the name of the software that signed begins, where it was ours."""


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
        changed: what was done to the release's own list; see :func:`list_changed`.
    """

    kind: str
    word: str
    sentence: str
    against: str
    wrong: tuple[tuple[str, str], ...]
    videos: Counter[str]
    amiss: str = ""
    changed: str = ""

    @property
    def of_the_list(self) -> bool:
        """Whether only the release's own list is not as it should be."""
        return bool(self.changed) and not self.amiss and [path for path, _ in self.wrong] == [_RECORD]


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
    verdict = Verdict(
        kind,
        _WORDS[kind],
        sentence(videos, stills, amiss),
        _against(audit, changed),
        tuple(_wrong(audit, changed)),
        videos,
        amiss,
        changed,
    )
    return replace(verdict, sentence=_with_list(verdict, standing(videos, stills))) if changed else verdict


def _with_list(verdict: Verdict, counts: str) -> str:
    """The sentence, with what was done to the release's own list."""
    told = f"the release's own list ({_RECORD}) was {verdict.changed}"
    if verdict.of_the_list and counts:
        return f"{counts} intact by credentials of their own, but {told}"
    return f"{verdict.sentence}; {told}"


def list_changed(audit: Audit) -> str:
    """What was done to the release's own list; empty where it is as sealed, or nobody ever sealed one.

    Whoever alters files can take the seal away and write SHA256SUMS anew, but what circletake signed was
    released with a sealed list: where a list without a seal says that it was signed, or lies beside videos
    that circletake signed, its seal is gone.
    """
    record = next((f.case for f in audit.files if f.case.kind == "record"), None)
    seal = audit.seal
    if audit.sealed:
        return "sealed by somebody who did not sign its files" if _sealed_by_another(audit) else ""
    if record is None and seal is None:
        # A report may be mailed with one film and no list; a seal is of no use without what it seals.
        return "taken away" if any(f.case.path == _SEAL for f in audit.files) else ""
    if seal is not None and seal.integrity is Check.FAILED:
        return "changed after it was sealed"
    if seal is not None and seal.signature is Check.FAILED:
        return "sealed with a signature that does not verify"
    if seal is not None and seal.present:
        return "sealed with something that cannot be read"
    if audit.release is None:
        return "written so that it cannot be read"
    if _SEAL in audit.listed_only:
        return "stripped of its seal"
    if record and record.summed not in ("", record.sha256):
        return "changed since SHA256SUMS was written"
    listed = ((f.case.recorded, f.case.summed) for f in audit.files)
    if any(recorded and summed not in ("", recorded.sha256) for recorded, summed in listed):
        return "changed, or SHA256SUMS was: they disagree"
    return "stripped of its seal, or written by somebody else" if _was_signed(audit, audit.release) else ""


def _was_signed(audit: Audit, release: Release) -> bool:
    """Whether a list is of an export that signed, which always seals: by its own words, or its files'."""
    manifests = (f.case.credentials.active for f in audit.files if f.case.recorded)
    return bool(
        release.certificate
        or any(file.certificate for file in release.files)
        or any(said and said.generator.startswith(_OURS) for said in manifests)
    )


def _sealed_by_another(audit: Audit) -> bool:
    """Whether the seal is of another certificate than the list names, or than its intact files bear."""
    seal = audit.seal.active.signer if audit.seal and audit.seal.active else None
    if seal is None or audit.release is None:
        return False
    listed = [f.case for f in audit.files if f.case.recorded and f.verdict == "intact"]
    signers = [f.credentials.active.signer for f in listed if f.credentials.active]
    named = {audit.release.certificate, *(signer.sha256 for signer in signers if signer)}
    return not named <= {"", seal.sha256}


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
            seen = _CODES.sub("", first.seen) if first else ""
            yield file.case.path, seen or (file.verdict if bad else why)
    for path in audit.missing:
        yield path, "missing"
    if changed:
        yield _RECORD, f"the release's own list: {changed}"


def _against(audit: Audit, changed: str) -> str:
    if changed:
        return (
            "So that list proves nothing: nobody can say from it which files belong here. What follows is "
            "what each file's own credentials say."
        )
    if audit.release is None:
        return (
            f"There is no {_RECORD}, a release's own list, to hold the bytes against; what follows is what "
            "each file's own credentials say."
        )
    if audit.sealed:
        return (
            "Every listed file that is here was held, byte for byte, against the release's own list "
            f"({_RECORD}), which its signer sealed: signed as a whole."
        )
    return (
        "The release's own list is not sealed and does not say that it ever was, so it proves nothing; what "
        "follows is what each file's own credentials say."
    )
