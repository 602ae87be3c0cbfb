"""Summing an audit up: who signed, how much is AI-made and by what, which prompts are there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from circletake.model.audit import Audit, FileAudit, Outcome, Severity
from circletake.model.case import Traced
from circletake.model.export import SoundUse
from circletake.model.manifest import Check, Credentials, Signer
from circletake.model.source_type import BY_MODEL, COMPOSITE

FILMED = frozenset(
    {"digitalCapture", "computationalCapture", "compositeCapture", "negativeFilm", "positiveFilm"}
)
DRAWN = frozenset({"digitalCreation", "digitalArt", "screenCapture", "virtualRecording"})
EDITED = frozenset({"humanEdits", "minorHumanEdits"})

KINDS = ("ai", "partly", "algorithm", "camera", "edited", "drawn", "black", "unknown")
"""What a stretch of picture is, in the order reports tell it."""

MACHINE = ("ai", "partly", "algorithm")
"""Those with a system, and usually a prompt, behind them."""


@dataclass(frozen=True, slots=True)
class Signed:
    """One signing certificate, and the videos and stills it signed.

    Attributes:
        files: their paths.
        noun: what those are: ``video``, ``still``, or ``file`` where there are both.
        trust_list: name of the list that vouches for it, empty where none does.
        expired: its certificate has, and no trusted timestamp stands for it, so that no list was asked.
    """

    signer: Signer
    files: tuple[str, ...]
    trust_list: str
    noun: str = "video"
    expired: bool = False

    @classmethod
    def of(cls, signer: Signer, said: Credentials, files: tuple[str, ...], noun: str = "video") -> Signed:
        """The signer of files with these credentials."""
        return cls(signer, files, said.trust_list, noun, said.expired)


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the picture one model made.

    Attributes:
        kind: one of :data:`KINDS`.
        model: its name, or what the stretch is declared to be.
        words: who says so.
        clips: different takes.
    """

    kind: str
    model: str
    words: str
    seconds: Fraction
    clips: int


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one rule that come from one cause, told once.

    Attributes:
        outcome: the first of them, the worst.
        places: all of them.
    """

    outcome: Outcome
    places: tuple[Outcome, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """The files they are about, each once; empty where they are about the release."""
        return tuple(dict.fromkeys(o.file for o in self.places if o.file))

    @property
    def seen(self) -> str:
        """What was seen: of several, what they have in common."""
        return self.outcome.seen if len(self.places) == 1 else self.outcome.cause or self.outcome.seen


@dataclass(frozen=True, slots=True)
class Summary:
    """The answers, ready for words.

    Attributes:
        videos: by verdict, how many.
        pictures: the same of stills that carry credentials.
        stills: those pictures, with what each is made of.
        main: the videos the shares are counted over: the cuts where there are any.
        seconds: length of those.
        prompts: by evidence, how many takes have one; ``missing``, ``omitted`` and ``hashed`` among them.
        untold: how many takes, or whole files, nobody says anything of.
        sounds: the song of the release, else sound that the main videos' own manifests declare.
        unasked: reasons why something was not checked, with the rules' titles.
    """

    videos: Counter[str]
    pictures: Counter[str]
    stills: tuple[FileAudit, ...]
    signers: tuple[Signed, ...]
    main: tuple[FileAudit, ...]
    seconds: Fraction
    shares: tuple[Share, ...]
    prompts: Counter[str]
    untold: int
    sounds: tuple[SoundUse, ...]
    findings: tuple[Group, ...]
    notes: tuple[Group, ...]
    unasked: tuple[tuple[str, tuple[str, ...]], ...]

    def of_kind(self, *kinds: str) -> Fraction:
        """Seconds of these kinds."""
        return sum((s.seconds for s in self.shares if s.kind in kinds), Fraction(0))


def summarise(audit: Audit) -> Summary:
    """Draw the answers from a finished audit."""
    videos = [f for f in audit.files if f.case.kind == "video"]
    pictures = [f for f in audit.files if f.case.signed_picture]
    cuts = [f for f in videos if f.case.recorded and f.case.recorded.kind == "cut"]
    main = tuple(cuts or [f for f in videos if len(f.uses) > 1] or videos)
    prompts = _prompts([*videos, *pictures], audit)
    untold = prompts.pop(_UNTOLD, 0)
    return Summary(
        videos=Counter(f.verdict for f in videos),
        pictures=Counter(f.verdict for f in pictures),
        stills=tuple(pictures),
        signers=tuple(_signers([*videos, *pictures])),
        main=main,
        seconds=sum((_length(f) for f in main), Fraction(0)),
        shares=tuple(_shares(main)),
        prompts=prompts,
        untold=untold,
        sounds=_sounds(audit, main),
        findings=_groups(o for o in audit.failed),
        notes=_groups(o for o in audit.outcomes.failed() if o.severity is Severity.NOTE),
        unasked=tuple(_unasked(audit)),
    )


def stills_by_kind(stills: Sequence[FileAudit]) -> dict[str, int]:
    """How many stills are what, in the order of :data:`KINDS`."""
    counts = Counter(kind_of(t) for f in stills for t in f.case.traced[:1])
    counts["unknown"] += sum(not f.case.traced for f in stills)
    return {kind: counts[kind] for kind in KINDS if counts[kind]}


def kind_of(traced: Traced) -> str:
    """What a stretch is: one of :data:`KINDS`.

    A named model or a prompt without a source type counts as AI-made; a rule says what lacks.
    """
    kind = traced.use.source_type
    if traced.use.is_black:
        return "black"
    if kind in BY_MODEL:
        return "partly" if kind == COMPOSITE else "ai"
    if kind == "algorithmicMedia":
        return "algorithm"
    if kind in FILMED or (not kind and traced.use.origin == "camera"):
        return "camera"
    if not kind and (traced.use.model or traced.use.prompt):
        return "ai"
    if kind in EDITED:
        return "edited"
    return "drawn" if kind in DRAWN else "unknown"


def span(traced: Traced) -> tuple[Fraction, Fraction]:
    """Seconds of the video where a stretch begins and ends."""
    return Fraction(traced.use.record_in or "0"), Fraction(traced.use.record_out or "0")


def _length(file: FileAudit) -> Fraction:
    recorded = file.case.recorded
    if recorded and recorded.seconds:
        return Fraction(recorded.seconds)
    if file.case.media and file.case.media.seconds:
        return Fraction(file.case.media.seconds).limit_denominator(90_000)
    return max((span(t)[1] for t in file.case.traced), default=Fraction(0))


def _sounds(audit: Audit, main: Sequence[FileAudit]) -> tuple[SoundUse, ...]:
    song = audit.release.sound if audit.release else None
    if song:
        return (song,)
    return tuple(dict.fromkeys(sound for file in main for sound in file.case.sounds))


def _signers(files: Sequence[FileAudit]) -> Iterator[Signed]:
    """Signers of files that verify: an altered file's signer vouches for nothing."""
    by_certificate: dict[str, list[FileAudit]] = {}
    for file in files:
        active = file.case.credentials.active
        if active and active.signer and file.verdict == "intact":
            by_certificate.setdefault(active.signer.sha256, []).append(file)
    for same in sorted(by_certificate.values(), key=lambda fs: (-len(fs), fs[0].case.path)):
        said = same[0].case.credentials
        if said.active and said.active.signer:
            kinds = {"still" if f.case.signed_picture else "video" for f in same}
            noun = kinds.pop() if len(kinds) == 1 else "file"
            yield Signed.of(said.active.signer, said, tuple(f.case.path for f in same), noun)


def _shares(files: Sequence[FileAudit]) -> list[Share]:
    seconds: Counter[tuple[str, str, str]] = Counter()
    clips: dict[tuple[str, str, str], set[str]] = {}
    for file in files:
        for traced in file.case.traced:
            start, end = span(traced)
            kind = kind_of(traced)
            key = (kind, traced.use.model, traced.words)
            seconds[key] += end - start  # type: ignore[assignment]  # exact, so Fraction
            clips.setdefault(key, set()).add(traced.use.take_sha256 or traced.use.take or file.case.path)
    shares = [
        Share(kind, model, words, Fraction(s), len(clips[kind, model, words]))
        for (kind, model, words), s in seconds.items()
    ]
    return sorted(shares, key=lambda s: (KINDS.index(s.kind), -s.seconds, s.model, s.words))


_UNTOLD = "untold"
"""Stands among prompts for takes of which nobody says whether they need one."""


def _prompts(files: Sequence[FileAudit], audit: Audit) -> Counter[str]:
    """Each take counts once, however often it is used."""
    policy = audit.release.prompt_policy if audit.release else ""
    withheld = {"omit": "omitted", "hash": "hashed"}.get(policy, "")
    by_take: dict[str, str] = {}
    for file in files:
        manifests = file.case.credentials.manifests
        redacted = any(action.name == "c2pa.redacted" for said in manifests for action in said.actions)
        if not file.case.traced:
            by_take[file.case.path] = _UNTOLD
        for traced in file.case.traced:
            take = traced.use.take_sha256 or f"{file.case.path} {traced.use.record_in}"
            if kind_of(traced) == "unknown":
                by_take.setdefault(take, _UNTOLD)
            elif kind_of(traced) not in MACHINE:
                continue
            elif traced.use.prompt:
                by_take[take] = traced.use.prompt_evidence or "signed"
            elif kind_of(traced) == "algorithm" and not traced.use.prompt_evidence:
                continue
            elif traced.use.prompt_digest:
                _settle(by_take, take, "hashed")
            else:
                kept = (withheld or redacted or traced.withheld) and traced.use.prompt_evidence
                _settle(by_take, take, (withheld or "omitted") if kept else "missing")
    return Counter(by_take.values())


def _settle(by_take: dict[str, str], take: str, word: str) -> None:
    """What the first file that says anything of a take says counts."""
    if by_take.get(take, _UNTOLD) == _UNTOLD:
        by_take[take] = word


def _groups(outcomes: Iterator[Outcome]) -> tuple[Group, ...]:
    groups: dict[tuple[object, ...], list[Outcome]] = {}
    for outcome in outcomes:
        # Without a cause, findings with a time are about one place each and stand alone.
        alone = (outcome.file, outcome.start) if outcome.start is not None else ()
        same = (outcome.cause,) if outcome.cause else (outcome.seen, outcome.expected, *alone)
        groups.setdefault((outcome.rule, bool(outcome.cause), *same), []).append(outcome)
    return tuple(Group(same[0], tuple(same)) for same in groups.values())


def _unasked(audit: Audit) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Rules that were answered for no file at all, with their reasons."""
    answers = audit.outcomes.answers()
    asked = {answer.rule for answer in answers if answer.check is not Check.NOT_CHECKED}
    reasons: dict[str, dict[str, None]] = {}
    for outcome in answers:
        if outcome.rule not in asked:
            reasons.setdefault(outcome.rule, {})[outcome.reason] = None
    for rule, why in sorted(reasons.items()):
        yield (audit.cards[rule].title if rule in audit.cards else rule), tuple(why)
