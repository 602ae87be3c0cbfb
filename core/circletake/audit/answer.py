"""The first question, answered: is it intact, and if not, what is not?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from circletake.audit.summary import Summary
from circletake.audit.wording import MISSING, VERDICTS, sentence, standing, uncoded
from circletake.model.audit import Audit, FileAudit, Severity
from circletake.model.export import Release
from circletake.model.manifest import Check
from circletake.model.text import counted, printable

_WORDS = {
    "intact": "Intact",
    "altered": "Not intact",
    "unreadable": "Not intact",
    "unsigned": "Not signed",
    "incomplete": "Incomplete",
    "not checked": "Not checked",
    "no videos": "No videos",
}

_ORDER = list(Severity)
_RECORD = "release.json"
_SEAL = "release.json.c2pa"

_MOST_PARTS = 3
"""Releases without a list that the answer tells one by one."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reader wants to know first.

    Attributes:
        kind: the worst that is true of any video or signed still: ``intact``, ``altered``, ``unreadable``,
            ``unsigned``, ``not checked`` or ``no videos``; ``altered`` too where the release's own list was
            changed, or the folder holds other files than it lists; ``incomplete`` where all are intact and
            name a release whose list is not here.
        word: the same for people.
        told: how many are what, as a clause.
        against: what the bytes were compared with.
        wrong: files that are not what they should be, and why.
        videos: by verdict, how many; of a sealed release those that it lists, ``missing`` among them.
        stills: the same of stills that carry credentials.
        amiss: how many files are missing, there and not listed, or in one another's place, or how much of a
            release is here without its list, in words; empty where nothing is so.
        changed: what was done to the release's own list; see :func:`list_changed`.
    """

    kind: str
    word: str
    told: str
    against: str
    wrong: tuple[tuple[str, str], ...]
    videos: Counter[str]
    stills: Counter[str]
    amiss: str = ""
    changed: str = ""

    @property
    def sentence(self) -> str:
        """How many are what, and what was done to the release's own list, to stand alone."""
        text = self.told
        if self.changed:
            done = f"the release's own list ({_RECORD}) was {self.changed}"
            counts = standing(self.videos, self.stills)
            own = f"{counts} intact by credentials of their own, but {done}"
            text = own if self.of_the_list and counts else f"{text}; {done}"
        return f"{text[0].upper()}{text[1:]}"

    @property
    def of_the_list(self) -> bool:
        """Whether only the release's own list is not as it should be."""
        return bool(self.changed) and not self.amiss and [path for path, _ in self.wrong] == [_RECORD]


def verdict_on(audit: Audit, summary: Summary) -> Verdict:
    """Draw the answer from a finished audit."""
    judged = [f for f in audit.files if f.case.kind == "video" or f.case.signed_picture]
    # A list that is not sealed decides nothing, nor which files count.
    counts = [f for f in judged if f.case.recorded or not audit.sealed]
    videos = Counter(f.verdict for f in counts if f.case.kind == "video")
    stills = Counter(f.verdict for f in counts if f.case.signed_picture)
    found = {f.verdict for f in judged}
    kind = next((v for v in (*VERDICTS, "intact") if v in found), "no videos")
    changed, strangers, missing = list_changed(audit), _strangers(audit), audit.missing
    inside = sum(audit.within.values())
    other = sum(_unlike_summed(f, audit) for f in audit.files)
    replaced = any(_replaced(f, audit) for f in audit.files)
    if changed or strangers or inside or missing or replaced or (other and kind in ("intact", "no videos")):
        kind = "altered"
    elif audit.unlisted and kind == "intact":
        kind = "incomplete"
    elif audit.release is None and kind == "intact" and (audit.seal_holds or _in_its_place(audit)):
        kind = "not checked"
    gone = Counter(_kinds_of(missing, audit))
    for counted_over, what in ((videos, "video"), (stills, "still")):
        if gone[what]:
            counted_over[MISSING] = gone[what]
    told = [f for f in counts if f.verdict != "intact"]
    more = [f for f in strangers if f not in told]
    swapped = sum(_swapped(f, audit) for f in audit.files) if audit.sealed else 0
    amiss = _amiss(gone["other"], len(more) + inside, swapped, other, audit.sealed)
    if not changed:
        amiss = "; ".join(filter(None, [amiss, *_unlisted(audit)]))
    return Verdict(
        kind,
        _WORDS[kind],
        sentence(videos, stills, audit.sealed, amiss),
        _against(audit, changed),
        tuple(_wrong(audit, changed)),
        videos,
        stills,
        amiss,
        changed,
    )


def _kinds_of(missing: Iterable[str], audit: Audit) -> Iterator[str]:
    """What files that are missing were, as a sealed list has it: ``video``, ``still`` or ``other``."""
    kinds = {"take": "video", "cut": "video", "still": "still"}
    listed = {f.path: f.kind for f in audit.release.files} if audit.release and audit.sealed else {}
    return (kinds.get(listed.get(path, ""), "other") for path in missing)


def _amiss(missing: int, strangers: int, swapped: int, other: int, sealed: bool) -> str:
    gone = counted(missing, "other listed file" if sealed else "listed file")
    told = [f"{gone} {'is' if missing == 1 else 'are'} missing"] if missing else []
    here = f"{counted(strangers, 'file')} here {'is' if strangers == 1 else 'are'} not listed"
    names = f"{counted(swapped, 'file')} here {'holds' if swapped == 1 else 'hold'} what another should"
    sums = f"{counted(other, 'file')} here {'is' if other == 1 else 'are'} not what SHA256SUMS lists"
    found = ((here, strangers), (names, swapped), (sums, other))
    return "; ".join([*told, *(words for words, many in found if many)])


def _unlisted(audit: Audit) -> Iterator[str]:
    """How much is here of releases whose list is not."""
    for part in audit.unlisted[:_MOST_PARTS]:
        yield f"{part.told} {'is' if len(part.numbers) == 1 else 'are'} here, and not its list"
    if more := len(audit.unlisted) - _MOST_PARTS:
        yield from [f"so are files of {counted(more, 'more release')}"] * (more > 0)


def list_changed(audit: Audit) -> str:
    """What was done to the release's own list; empty where it is as sealed, or nobody ever sealed one.

    Whoever alters files can take the seal away and write SHA256SUMS anew, but what circletake signed was
    released with a sealed list: where a list without a seal says that it was signed, or lies beside videos
    that circletake signed, its seal is gone.
    """
    record = next((f.case for f in audit.files if f.case.kind == "record"), None)
    seal = audit.seal
    if audit.stray is not None:
        return audit.stray.changed
    if audit.sealed:
        return "sealed by somebody who did not sign its files" if _sealed_by_another(audit) else ""
    if record is None and seal is None:
        # A report may be mailed with one film and no list; a seal is of no use without what it seals.
        return "taken away" if any(f.case.path == _SEAL for f in audit.files) else ""
    if seal is not None and seal.integrity is Check.FAILED:
        return "changed after it was sealed"
    if seal is not None and seal.signature is Check.FAILED:
        return "sealed with a signature that does not verify"
    if seal is not None and seal.present and not audit.seal_holds:
        return "sealed with something that cannot be read"
    if audit.release is None:
        # A sealed list of another version was not changed; it cannot be compared with.
        return "" if audit.seal_holds else "written so that it cannot be read"
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
    return bool(
        release.certificate
        or any(file.certificate for file in release.files)
        or any(f.case.recorded and f.case.by_circletake for f in audit.files)
    )


def _in_its_place(audit: Audit) -> bool:
    """Whether another program's ``release.json`` lies where that of files circletake signed may have lain."""
    foreign = audit.stray is not None and audit.stray.kind == "foreign"
    return foreign and any(f.case.by_circletake for f in audit.files)


def _sealed_by_another(audit: Audit) -> bool:
    """Whether the seal is of another certificate than the list names, or than its intact files bear."""
    seal = audit.seal.active.signer if audit.seal and audit.seal.active else None
    if seal is None or audit.release is None:
        return False
    files = [f.case for f in audit.files if f.case.recorded]
    same = [f for f in files if f.recorded and f.recorded.sha256 == f.sha256 and f.whole]
    # Of files that are what the list says, it may be another's; those that are not, somebody signed again.
    listed = [f.credentials for f in same or files]
    signers = [s.active.signer for s in listed if s.active and s.integrity is Check.PASSED]
    named = {audit.release.certificate, *(signer.sha256 for signer in signers if signer)}
    return not named <= {"", seal.sha256}


def _sealer(audit: Audit) -> str:
    seal = audit.seal.active.signer if audit.seal and audit.seal.active else None
    return printable(seal.name, 60) if seal and seal.name else "a certificate without a name"


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
    """Whether a file is not what was released: other bytes than the sealed ones, another's, or unsigned."""
    recorded = file.case.recorded
    if recorded is None:
        return False
    stripped = file.verdict == "unsigned" and bool(recorded.certificate)
    return stripped or (audit.sealed and (recorded.sha256 != file.case.sha256 or _swapped(file, audit)))


def _unlike_summed(file: FileAudit, audit: Audit) -> bool:
    """Whether a file that no other list is of is not the one that SHA256SUMS lists."""
    alone = audit.release is None and audit.stray is None and not file.case.unreadable
    return alone and file.case.summed not in ("", file.case.sha256)


def _swapped(file: FileAudit, audit: Audit) -> bool:
    """Whether a file bears the name of one listed file and holds the bytes of another."""
    names = {each.path for each in audit.release.files} if audit.release else set()
    return bool(file.case.recorded_path) and file.case.path in names


def _wrong(audit: Audit, changed: str) -> Iterator[tuple[str, str]]:
    strangers = {f.case.path for f in _strangers(audit)}
    for file in audit.files:
        judged = file.case.kind == "video" or file.case.signed_picture
        bad = judged and file.verdict != "intact"
        if bad or file.case.path in strangers or _replaced(file, audit) or _unlike_summed(file, audit):
            found = (o for o in file.findings if o.rule != "c2pa.trusted")
            first = min(found, key=lambda o: _ORDER.index(o.severity), default=None)
            why = "not in the release's list" if file.case.path in strangers else "not the released bytes"
            seen = uncoded(first.seen) if first else ""
            yield file.case.path, seen or (file.verdict if bad else why)
    for folder, many in audit.within.items():
        yield folder, f"{counted(many, 'file')} that {'is' if many == 1 else 'are'} not in the release's list"
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
    if audit.stray is not None:
        return (
            f"The {_RECORD} here is {printable(audit.stray.told, 240)}, so no bytes were compared with it; "
            "what follows is what each file's own credentials say."
        )
    if audit.release is None and audit.seal_holds:
        return (
            f"The release's own list ({_RECORD}) is sealed, but cannot be read here, so no bytes were "
            "compared with it; what follows is what each file's own credentials say."
        )
    if audit.release is None:
        return (
            f"There is no {_RECORD}, a release's own list, to compare the bytes with; what follows is what "
            "each file's own credentials say."
        )
    if audit.sealed:
        here = [f.case for f in audit.files if f.case.recorded]
        other = sum(case.recorded is not None and case.recorded.sha256 != case.sha256 for case in here)
        match = f"all but {other} match" if other else "all match"
        all_listed = not (other or audit.missing or audit.within or _strangers(audit))
        which = "Every file was" if all_listed else "The listed files that are here were"
        return (
            f"{which} compared, byte for byte, with the release's own list ({_RECORD}): {match}. "
            f"That list is sealed by {_sealer(audit)} and unchanged since."
        )
    return (
        "The release's own list is not sealed and does not say that it ever was, so it proves nothing; what "
        "follows is what each file's own credentials say."
    )
