"""The few phrases that every form of the report shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from circletake.audit.summary import Signed, Summary
from circletake.model.audit import Audit
from circletake.model.case import OWN_KEY
from circletake.model.export import Use
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


def unprompted(use: Use, policy: str) -> str:
    """Why a generated stretch shows no prompt; empty where it shows one.

    Args:
        policy: what the release did with prompts; empty without a record.
    """
    if use.prompt:
        return ""
    if use.prompt_digest:
        return f"The producer kept the prompt back, and can prove it by its digest, {use.prompt_digest}."
    if use.prompt_evidence and policy == "hash":
        return "The producer kept the prompt back, and can prove it by its digest."
    if use.prompt_evidence and policy == "omit":
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
    "report": "a report",
    "sidecar": "a seal or statement that belongs to the file of the same name",
    "timeline": "the edit, for an editing program",
    "archive": "an archive",
    "image": "a picture without a statement of its own",
    "sound": "sound",
    "other": "not a video",
}
"""What the files that are no videos are, for people; by kind, or by path."""

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
    made = f"{SELF_MADE_KEY}; " if signed.signer.self_made else ""
    return made + (
        f"on none of your lists of signers ({', '.join(lists)})"
        if lists
        else "you have no list of signers yet"
    )


VERDICTS = ("altered", "unreadable", "unsigned", "not checked")
"""What a video can be when it is not intact, worst first."""


def trouble(verdicts: Mapping[str, int]) -> str:
    """``2 altered, 1 unsigned``; empty when all are intact."""
    return ", ".join(f"{verdicts[v]} {v}" for v in VERDICTS if verdicts.get(v))


def headline(verdicts: Mapping[str, int], what: str) -> str:
    """``56 of 56 videos``; before it what the others are: ``1 altered, 55 of 56 videos``.

    Args:
        verdicts: how many, by verdict.
    """
    rest = trouble(verdicts)
    total = counted(sum(verdicts.values()), what)
    return (f"{rest}, " if rest else "") + f"{verdicts.get('intact', 0)} of {total}"


def sentence(videos: Counter[str], stills: Counter[str], amiss: str = "") -> str:
    """The same as the first line of a page.

    Args:
        videos: how many, by verdict.
        stills: the same of stills that carry credentials.
        amiss: what else is wrong, e.g. ``1 missing``; empty where nothing is.
    """
    told = [(each, what) for each, what in ((videos, "video"), (stills, "still")) if each.total()]
    if rest := ", ".join(filter(None, (trouble(videos + stills), amiss))):
        counts = standing(videos, stills)
        return f"{rest[0].upper()}{rest[1:]}" + (f"; {counts} intact" if counts else "")
    if len(told) == 2:
        return " and ".join(counted(each.total(), what) for each, what in told) + ", all intact"
    for each, what in told:
        total = each.total()
        return f"The {what} is intact" if total == 1 else f"All {total} {what}s are intact"
    return "No videos"


def standing(videos: Counter[str], stills: Counter[str]) -> str:
    """``55 of 56 videos and 1 of 1 still``: how many are intact, for ``are intact`` to follow."""
    told = ((each, what) for each, what in ((videos, "video"), (stills, "still")) if each.total())
    return " and ".join(f"{each['intact']} of {counted(each.total(), what)}" for each, what in told)
