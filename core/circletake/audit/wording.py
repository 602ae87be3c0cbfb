"""The few phrases that every form of the report shares."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from circletake.audit.summary import Signed, Summary
from circletake.model.audit import Audit
from circletake.model.case import OWN_KEY, FileCase, Traced
from circletake.model.manifest import Check, Signer
from circletake.model.text import counted

EVIDENCE = {
    "observed": "recorded",
    "signed": "from signed credentials",
    "declared": "declared",
    "embedded": "from unsigned file tags",
    "sidecar": "from files beside the clips",
    "filename": "from file names",
    "matched": "from matching pictures",
    "hashed": "kept back by the producer, with a digest",
    "omitted": "left out by the producer",
    "missing": "missing",
}
"""How a prompt came to be known, for people."""


OF_A_STILL = {
    "ai": "AI-made",
    "partly": "AI-made in part",
    "algorithm": "by an algorithm, no trained model",
    "camera": "camera, declared",
    "edited": "edited by people, declared",
    "drawn": "made by hand, declared",
    "unknown": "nobody says how it was made",
}
"""What a still is, for people."""


def stills_told(counts: Mapping[str, int]) -> str:
    """``2 AI-made · 1 camera, declared``: how many stills are what."""
    return " · ".join(f"{number} {OF_A_STILL[kind]}" for kind, number in counts.items())


def unprompted(traced: Traced, policy: str) -> str:
    """Why a generated stretch shows no prompt; empty where it shows one.

    Args:
        policy: what the release did with prompts; empty without a record.
    """
    use = traced.use
    if use.prompt:
        return ""
    if use.prompt_digest:
        return f"The producer kept the prompt back, and can prove it by its digest, {use.prompt_digest}."
    if use.prompt_evidence and policy == "hash":
        return "The producer kept the prompt back, and can prove it by its digest."
    if use.prompt_evidence and (policy == "omit" or traced.withheld):
        return "The producer left the prompt out, and has it."
    return "No prompt recorded."


def remedies(text: str) -> tuple[str, str]:
    """What anybody can do about a finding, and what only the producer can; the second may be empty."""
    anybody, _, producer = text.partition("; the producer: ")
    return anybody, producer


def producer_of(audit: Audit, summary: Summary) -> str:
    """Who must act where only the producer can: as the sealed list names its signer, else the only signer.

    Empty where nobody whose signature holds is named, or several are.
    """
    if audit.sealed and audit.release and audit.release.signer:
        return audit.release.signer
    return summary.signers[0].signer.name if len(summary.signers) == 1 else ""


PAPERS = {
    "record": "the release's own list of its files, their digests, models and prompts",
    "release.json.c2pa": "the seal of release.json: a signature over it",
    "sums": "digests of the files, to be checked without circletake; not sealed",
    "report": "a report that was made earlier and lies in the folder; not this page",
    "report.seal": "the seal of that earlier report",
    "sidecar": "a seal or statement that belongs to the file of the same name",
    "timeline": "the edit, for an editing program",
    "archive": "an archive",
    "image": "a picture without a statement of its own",
    "sound": "sound",
    "other": "not a video",
}
"""What the files that are no videos are, for people; by kind, or by path."""


def paper(case: FileCase, reports: Collection[str]) -> str:
    """What a file that is no video is, for people.

    Args:
        reports: paths of the reports beside it, which a file of the same name may seal.
    """
    sealed = case.path.removesuffix(".c2pa")
    kind = "report.seal" if case.path != sealed and sealed in reports else case.kind
    return PAPERS.get(case.path) or PAPERS.get(kind, kind)


GLOSSARY = (
    ("Content credentials", "a signed statement about a file, mostly inside it: who signed, how it was made"),
    ("Manifest", "one such statement; a file can carry several, one for each step of its making"),
    ("Ingredient", "what went into a file: a clip of a cut, a prompt, a picture"),
    ("Seal", "a signature over a whole file that lies beside it (a sidecar), in a file that ends in .c2pa"),
    ("release.json", "the release's own list: its files with their digests, models and prompts; sealed"),
    ("Digest, SHA-256", "a number made from all bytes of a file or text; when a byte changes, it does too"),
    ("Fingerprint", "the digest of a certificate, by which people can compare that it is the same one"),
    ("Trust list", "certificates that somebody has decided to rely on; no list comes with circletake"),
    ("Timestamp", "a third party's signed word on when a signature was made"),
    (
        "Soft binding",
        "a watermark or fingerprint by which a file is found again once credentials are gone",
    ),
    ("Take, cut", "a clip as it came from the generator or the camera; a film put together from takes"),
)
"""Words of the trade that a report cannot do without."""


def moment(seconds: float) -> str:
    """``1:12.4``: where in a video something is."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


EXPIRED = "its certificate has expired, and no list is asked about an expired one"

SELF_MADE_KEY = "a key they made themselves, nobody vouches for it"


def is_own(signed: Signed) -> bool:
    """Whether only the user's own authority vouches for a signer."""
    return signed.trust_list.startswith(OWN_KEY)


def vouched(signed: Signed, lists: tuple[str, ...]) -> str:
    """Who vouches for a signer, if anybody."""
    if is_own(signed):
        return f"{OWN_KEY}; nobody else vouches for it"
    if signed.trust_list:
        return f"on your list {signed.trust_list}"
    if signed.expired and lists:
        return EXPIRED
    made = f"{SELF_MADE_KEY}; " if signed.signer.self_made else ""
    return made + (
        f"on none of your lists of signers ({', '.join(lists)})"
        if lists
        else "you have no list of signers yet"
    )


VERDICTS = ("altered", "unreadable", "unsigned", "not checked")
"""What a video can be when it is not intact, worst first."""

MISSING = "missing"
"""Stands among verdicts for a file that is listed and not here."""

_STATES = {
    "intact": ("is intact", "are intact"),
    "altered": ("was altered", "were altered"),
    "unreadable": ("cannot be read", "cannot be read"),
    "unsigned": ("is not signed", "are not signed"),
    "not checked": ("was not checked", "were not checked"),
    MISSING: ("is missing", "are missing"),
}
"""A verdict of one, and of several."""


def headline(verdicts: Mapping[str, int], what: str) -> str:
    """``56 of 56 videos``; where not all are intact, what each is, so that it adds up.

    Args:
        verdicts: how many, by verdict.
    """
    total = sum(verdicts.values())
    good = verdicts.get("intact", 0)
    return f"{good} of {counted(total, what)}" if good == total else tally(verdicts, what)


def tally(verdicts: Mapping[str, int], what: str) -> str:
    """``of 56 videos listed, 54 are intact, 1 was altered, 1 is missing``; all of one kind are told at once.

    Args:
        verdicts: how many, by verdict.
        what: one of them, e.g. ``video``; with what sets them apart, e.g. ``video listed``.
    """
    noun, _, more = what.partition(" ")
    total = sum(verdicts.values())
    told = [(verdicts[each], words) for each, words in _STATES.items() if verdicts.get(each)]
    if total == 1 and told:
        return f"the {what} {told[0][1][0]}"
    whole = f"{counted(total, noun)} {more}".rstrip()
    if len(told) == 1:
        return f"all {whole} {told[0][1][1]}"
    return f"of {whole}, " + ", ".join(f"{number} {words[number != 1]}" for number, words in told)


def sentence(videos: Counter[str], stills: Counter[str], listed: bool = False, amiss: str = "") -> str:
    """How many are what, as a clause: ``all 56 videos are intact``.

    Args:
        videos: how many, by verdict.
        stills: the same of stills that carry credentials.
        listed: those counted are the ones that a release's own list names.
        amiss: what else is wrong, e.g. ``1 file here is not listed``; empty where nothing is.
    """
    told = [(each, what) for each, what in ((videos, "video"), (stills, "still")) if each.total()]
    whole = not amiss and all(set(+each) == {"intact"} for each, _ in told)
    if whole and len(told) == 2:
        return " and ".join(counted(each.total(), what) for each, what in told) + ", all intact"
    which = " listed" if listed and not whole else ""
    return (
        "; ".join(filter(None, [*(tally(each, what + which) for each, what in told), amiss])) or "no videos"
    )


def standing(videos: Counter[str], stills: Counter[str]) -> str:
    """``55 of 56 videos and 1 of 1 still``: how many are intact, for ``are intact`` to follow."""
    told = ((each, what) for each, what in ((videos, "video"), (stills, "still")) if each.total())
    return " and ".join(f"{each['intact']} of {counted(each.total(), what)}" for each, what in told)


_CODES = re.compile(r" \((?:assertion|ingredient|claimSignature|signingCredential|timeStamp)\.[\w., ]*\)$")
"""Codes of the C2PA library behind what was seen, which the finding itself tells."""


def uncoded(text: str) -> str:
    """What was seen, without the codes of the C2PA library behind it."""
    return _CODES.sub("", text)


def held(file: FileCase) -> str:
    """What its own credentials say of a file's bytes, as a sentence; empty where it carries none."""
    said = file.credentials
    if not said.present:
        return ""
    match said.integrity, said.signature:
        case Check.PASSED, Check.PASSED if file.recorded and file.recorded.sha256 != file.sha256:
            return "Its signature fits, but these are not the bytes that the release's own list names."
        case Check.PASSED, Check.PASSED if file.displaced and not file.recorded:
            return "Its signature fits, but leaves out where its pieces lie, and these lie elsewhere."
        case Check.PASSED, Check.PASSED:
            return "Unchanged since it was signed."
        case Check.FAILED, Check.PASSED:
            return (
                "Changed since it was signed: the signature is genuine, but made for other bytes than these."
            )
        case _, Check.FAILED:
            return "The signature itself is not genuine."
    return "Whether it is as it was signed was not checked."


_MEANT = {
    "signingCredential.untrusted": "a signer, of it or of what went into it, is on none of the lists",
    "expired": "a certificate has expired",
    "outsideValidity": "a certificate was not valid at the time",
    "timeStamp": "a timestamp that nobody on the lists vouches for",
    "mismatch": "not the bytes that were signed",
    "claimSignature": "the signature does not verify",
    "assertion.action": "what it says was done to it is not in C2PA's form",
    "cawg.": "an identity that nobody on the lists vouches for",
}
"""Parts of validation codes, and what they mean, for people."""


def meaning(codes: Sequence[str]) -> str:
    """What validation codes mean, in words; empty where no word for them is known."""
    asked = [
        code
        for code in codes
        if not (code == "signingCredential.untrusted" and "signingCredential.expired" in codes)
    ]
    meant = (next((words for part, words in _MEANT.items() if part in code), "") for code in asked)
    return "; ".join(dict.fromkeys(filter(None, meant)))


def who_vouches(trust_list: str, signer: Signer | None, *, expired: bool = False) -> str:
    """Who vouches for a signer, in a word or two, to a reader who has other lists than the page's maker."""
    if trust_list and not trust_list.startswith(OWN_KEY):
        return "on a list"
    if expired and not trust_list:
        return "expired"
    return "self-made key" if signer and signer.self_made else "own key" if trust_list else "on no list"
