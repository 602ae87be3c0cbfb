"""A disclosure: what festivals, broadcasters and lawyers ask about the use of AI in a film.

Drawn from an audit alone. What nobody recorded stays blank, for a person to fill in: nothing is
guessed, and nothing here says that a rule of anybody is met.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from circletake.audit.answer import verdict_on
from circletake.audit.rights import Decision, Rights, decisions_said, rights_said
from circletake.audit.shots import Shot, shots_of
from circletake.audit.summary import MACHINE, Summary, stills_by_kind, summarise
from circletake.audit.wording import is_own
from circletake.model.audit import Audit
from circletake.model.export import Chosen, SoundUse
from circletake.model.selection import ShotChoice

TO_FILL = (
    "Contact for questions",
    "Real persons shown or imitated (face, voice), and their consent",
    "Third-party works, brands or personal data given to a model, and the right to do so",
    "Rights in music and sound",
    "Visible label: where it is shown, and who checked it",
    "Written approval of the commissioner, where one is required",
    "Human authorship: what people wrote, directed, edited or painted over",
)
"""What no file can tell.

Source: Netflix's guidance on generated material, the Academy, the US Copyright Office.
"""


@dataclass(frozen=True, slots=True)
class UsedModel:
    """A line of the usage register: one model under one set of terms.

    Attributes:
        kind: ``ai``, ``partly`` or ``algorithm``.
        words: who says that it made these pictures.
    """

    kind: str
    model: str
    rights: Rights
    seconds: Fraction
    shots: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The whole, ready to be shown.

    Attributes:
        title: of the release, or the name of its folder.
        record: sha256 of its ``release.json``; empty without one.
        at: when the audit was made.
        released: when the release was made, empty without a record.
        producer: who signed most of the videos; a claim unless ``vouched``.
        certificate: SHA-256 fingerprint of that signer.
        vouched: the list of the reader's that knows the signer, empty where none does.
        verdict: which of the videos are intact, in words.
        intact: whether all are, and the release's own list too.
        complete: no file names a release whose list is not there.
        sealed: whether the release's own record is sealed.
        findings: how many the audit has.
        over: paths of the videos and stills that the shot map covers.
        seconds: length of the videos.
        by_kind: seconds by what made them.
        stills: of the signed stills, how many are what.
        chosen: takes made and used, ``None`` where nobody recorded it.
        decisions: takes used, by who decided for them; ``""`` where nobody is recorded.
        selection: how the takes of each shot were chosen, where a library was asked.
        to_fill: questions that only a person can answer.
    """

    title: str
    record: str
    at: str
    released: str
    producer: str
    certificate: str
    vouched: str
    verdict: str
    intact: bool
    complete: bool
    sealed: bool
    findings: int
    over: tuple[str, ...]
    seconds: Fraction
    by_kind: Mapping[str, Fraction]
    stills: Mapping[str, int]
    register: tuple[UsedModel, ...]
    shots: tuple[Shot, ...]
    chosen: Chosen | None
    decisions: tuple[tuple[str, int], ...]
    sounds: tuple[SoundUse, ...]
    selection: tuple[ShotChoice, ...] = ()
    to_fill: tuple[str, ...] = TO_FILL


def build_disclosure(
    audit: Audit, known: Mapping[str, Rights] | None = None, selection: tuple[ShotChoice, ...] = ()
) -> Disclosure:
    """Draw the disclosure from a finished audit.

    Args:
        selection: what a library records of the choice in each shot.
        known: by sha256 of a take, what a library says of its terms; it goes before what the files say.
    """
    summary = summarise(audit)
    release = audit.release
    rights = rights_said(audit)
    for take, more in (known or {}).items():
        rights[take] = more.over(rights.get(take, Rights()))
    told_of = [*summary.main, *summary.stills]
    shots = tuple(shots_of(told_of, rights, release.prompt_policy if release else ""))
    signed = summary.signers[0] if summary.signers else None
    verdict = verdict_on(audit, summary)
    return Disclosure(
        title=release.name if release and release.name else audit.root,
        record=audit.record,
        at=audit.at,
        released=release.created if release else "",
        producer=signed.signer.name if signed else "",
        certificate=signed.signer.sha256 if signed else "",
        vouched=signed.trust_list if signed and not is_own(signed) else "",
        verdict=verdict.sentence,
        intact=verdict.kind == "intact",
        complete=verdict.kind != "incomplete",
        sealed=audit.sealed,
        findings=len(summary.findings),
        over=tuple(file.case.path for file in told_of),
        seconds=summary.seconds,
        by_kind=_by_kind(summary),
        stills=stills_by_kind(summary.stills),
        register=tuple(_register(shots)),
        shots=shots,
        chosen=release.chosen if release and release.chosen.made else None,
        decisions=_decisions(shots, decisions_said(audit)),
        sounds=summary.sounds,
        selection=selection,
    )


def _by_kind(summary: Summary) -> dict[str, Fraction]:
    return {kind: summary.of_kind(kind) for kind in dict.fromkeys(s.kind for s in summary.shares)}


def _register(shots: Sequence[Shot]) -> list[UsedModel]:
    lines: dict[tuple[str, str, Rights], list[Shot]] = {}
    for shot in shots:
        if shot.kind in MACHINE:
            terms = Rights(
                provider=shot.rights.provider,
                licence=shot.rights.licence,
                terms=shot.rights.terms,
                terms_date=shot.rights.terms_date,
            )
            lines.setdefault((shot.kind, shot.traced.use.model, terms), []).append(shot)
    used = [
        UsedModel(
            kind,
            model,
            rights,
            sum((s.record_out - s.record_in for s in same), Fraction(0)),
            len(same),
            tuple(dict.fromkeys(s.traced.words for s in same if s.traced.words not in ("", "nobody"))),
        )
        for (kind, model, rights), same in lines.items()
    ]
    return sorted(used, key=lambda u: (-u.seconds, u.model))


def _decisions(shots: Sequence[Shot], said: Mapping[str, Decision]) -> tuple[tuple[str, int], ...]:
    """How many takes each person decided for, as the takes' manifests record; scripts are told as such."""
    counts: dict[str, int] = {}
    for take in dict.fromkeys(
        s.traced.use.take_sha256 or f"{s.file} {s.number}" for s in shots if s.kind != "black"
    ):
        decision = said.get(take)
        who = "" if decision is None else decision.by if decision.person else f"{decision.by} (a script)"
        counts[who] = counts.get(who, 0) + 1
    return tuple(sorted(counts.items(), key=lambda row: (row[0] == "", -row[1], row[0])))
