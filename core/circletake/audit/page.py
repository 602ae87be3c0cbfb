"""The report as one HTML file: the verdict first, then each answer with what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from circletake.audit.amounts import amounts_of
from circletake.audit.answer import verdict_on
from circletake.audit.sealing import REPORT_MARK
from circletake.audit.sheet import render
from circletake.audit.strip import Marker, Markers, Strip, bar_of, strips_of
from circletake.audit.summary import (
    MACHINE,
    Group,
    Share,
    Signed,
    Summary,
    kind_of,
    span,
    stills_by_kind,
    summarise,
)
from circletake.audit.wording import (
    EVIDENCE,
    EXPIRED,
    GLOSSARY,
    SELF_MADE_KEY,
    held,
    is_own,
    meaning,
    paper,
    producer_of,
    remedies,
    stills_told,
    uncoded,
    unprompted,
    who_vouches,
)
from circletake.model.audit import Audit, FileAudit, Outcome, Severity
from circletake.model.case import OWN_KEY, Traced
from circletake.model.text import counted

OWN = "the same as that of whoever made this report; nobody else vouches for it"
"""Said of the own key on a page, which is handed on: "yours" would be the reader's."""

_MOST = 60
"""Lines of a list that are shown at once."""

_SHORT = 220
"""Characters of a prompt that is shown at once; of a longer one the beginning is."""


def html_report(audit: Audit, *, sealed_by: str = "", seal: str = "") -> str:
    """The whole page.

    Args:
        sealed_by: who will seal the page, empty where nobody does.
        seal: name of the file that will hold the seal.
    """
    summary = summarise(audit)
    shown = (traced for still in summary.stills for traced in still.case.traced[:1])
    of_stills = (Share(kind_of(each), each.use.model, "", Fraction(0), 1) for each in shown)
    markers = Markers([*summary.shares, *of_stills])
    amounts = amounts_of(summary)
    videos = [_video(file, markers, audit) for file in audit.files if file.case.kind == "video"]
    stills = [_video(file, markers, audit) for file in summary.stills]
    lists = tuple(name for name in audit.lists if not name.startswith(OWN_KEY))
    reports = {f.case.path for f in audit.files if f.case.kind == "report"}
    cuts = [f for f in summary.main if len(f.uses) > 1]
    verdict = verdict_on(audit, summary)
    videos.sort(key=lambda v: (v.file.verdict == "intact", -len(v.rows), v.file.case.path))
    return render(
        "report.html",
        mark=REPORT_MARK,
        record=audit.record,
        release=audit.release.name if audit.release else "",
        audit=audit,
        summary=summary,
        sealed_by=sealed_by,
        seal=seal,
        name=audit.release.name if audit.release and audit.release.name else audit.root,
        verdict=verdict,
        cuts=cuts,
        whole_cuts=[f.case.path for f in cuts if f.verdict == "intact"] if verdict.kind != "intact" else [],
        asked=_asked([*videos, *stills]),
        signers=[(signed, _vouched(signed, lists)) for signed in summary.signers],
        bar=bar_of(summary.shares, markers, summary.seconds),
        amounts=amounts,
        shares=[
            (markers.of(each.kind, each.model), each, time, percent)
            for each, time, percent in zip(summary.shares, amounts.times(), amounts.percents(), strict=False)
        ],
        prompts=[(summary.prompts[key], words) for key, words in EVIDENCE.items() if summary.prompts[key]],
        prompted=sum(n for key, n in summary.prompts.items() if key not in ("missing", "omitted", "hashed")),
        clips_asked=_counted_prompts(summary, [*videos, *stills]),
        stated=_stated({each.use.model_evidence for each in _generated(summary.main)}),
        as_signed=sum(f.verdict == "altered" and any(map(_speaks, f.case.traced)) for f in summary.main),
        errors=sum(_is_error(group) for group in summary.findings),
        videos=[v for v in videos if not v.plain],
        clips=[v for v in videos if v.plain],
        stills=stills,
        stills_told=stills_told(stills_by_kind(summary.stills)),
        stills_made=sum(stills_by_kind(summary.stills).get(kind, 0) for kind in ("ai", "partly")),
        others=[f for f in audit.files if f.case.kind != "video" and not f.case.signed_picture],
        notes=sorted(summary.notes, key=_asked_for),
        topics=_topics(summary.notes),
        lists=lists,
        producer=producer_of(audit, summary),
        below=lambda text: _without(text, [each.signer.sha256 for each in summary.signers]),
        paper=lambda case: paper(case, reports),
        held=held,
        meaning=meaning,
        who_vouches=who_vouches,
        uncoded=uncoded,
        sums=any(f.case.kind == "sums" for f in audit.files),
        glossary=GLOSSARY,
        is_own=is_own,
        remedies=remedies,
        short=_SHORT,
        most=_MOST,
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One use, told under its strip.

    Attributes:
        evidence: how its prompt is known; empty without one.
        unprompted: why it has no prompt; empty where it has one, or needs none.
    """

    marker: Marker
    start: Fraction
    end: Fraction
    traced: Traced
    evidence: str
    unprompted: str

    @property
    def kind(self) -> str:
        """What the stretch is: one of :data:`circletake.audit.summary.KINDS`."""
        return kind_of(self.traced)


@dataclass(frozen=True, slots=True)
class Video:
    """One video, or one still, as the page shows it."""

    file: FileAudit
    length: Fraction
    strips: tuple[Strip, ...]
    rows: tuple[Row, ...]
    failed: tuple[Outcome, ...]

    @property
    def plain(self) -> bool:
        """An intact clip of one take without a finding of its own: a line is enough for it."""
        return self.file.verdict == "intact" and len(self.rows) == 1 and not self.failed


def _video(file: FileAudit, markers: Markers, audit: Audit) -> Video:
    spans = [span(t) for t in file.case.traced]
    media = file.case.media.seconds if file.case.media else 0.0
    length = max([Fraction(media).limit_denominator(90_000), *(end for _, end in spans)])
    policy = audit.release.prompt_policy if audit.release else ""
    rows = tuple(
        Row(
            markers.of(kind_of(traced), traced.use.model),
            start,
            end,
            traced,
            EVIDENCE.get(traced.use.prompt_evidence, "") if traced.use.prompt else "",
            unprompted(traced, policy) if kind_of(traced) in MACHINE else "",
        )
        for (start, end), traced in zip(spans, file.case.traced, strict=True)
    )
    # An unknown signer is told once, under who signed.
    told = (o for o in file.findings if o.rule != "c2pa.trusted")
    failed = tuple(sorted(told, key=lambda o: list(Severity).index(o.severity)))
    troubles = [(o.start, o.end, f"{o.rule}: {o.seen}") for o in failed if o.start is not None]
    strips = strips_of([(r.marker, r.start, r.end, r.traced) for r in rows], length, troubles)
    return Video(file, length, strips, rows, failed)


def _vouched(signed: Signed, lists: tuple[str, ...]) -> str:
    """Who vouches for a signer, said to a reader who has other lists than the page's maker."""
    if is_own(signed):
        return f"a {'self-made ' if signed.signer.self_made else ''}key, {OWN}"
    if signed.trust_list:
        return f"on the list {signed.trust_list} of whoever made this report"
    if signed.expired and lists:
        return EXPIRED
    if signed.signer.self_made:
        return SELF_MADE_KEY
    if lists:
        return f"on none of the signers' lists of whoever made this report ({', '.join(lists)})"
    return "whoever made this report keeps no trust lists"


def _without(text: str, fingerprints: Sequence[str]) -> str:
    """``text`` without fingerprints that the page tells under who signed."""
    for each in fingerprints:
        text = text.replace(f", SHA256 {each}", "") if each else text
    return text


_TOPICS = {
    "model.terms": "licences",
    "model.": "models",
    "label.": "label",
    "ai.disclosure": "AI disclosure",
    "ai.provider": "provider",
    "ai.": "how it was made",
    "sound.": "sound",
    "privacy.": "privacy",
    "platform.": "platform",
    "ingredients.": "whose clips",
}
"""What others ask a producer about, first to last: how its rules' names begin, and a word for it."""


def _asked_for(group: Group) -> int:
    """Rights and disclosure first."""
    return next((n for n, rule in enumerate(_TOPICS) if group.outcome.rule.startswith(rule)), len(_TOPICS))


def _topics(notes: Sequence[Group]) -> str:
    """``8 notes, on licences, AI disclosure and others``: how many, and what they are about."""
    words = [*_TOPICS.values(), ""]
    about = [words[_asked_for(group)] for group in sorted(notes, key=_asked_for)]
    named = ", ".join(dict.fromkeys(filter(None, about)))
    others = " and others" if "" in about else ""
    return counted(len(notes), "note") + (f", on {named}{others}" if named else "")


def _stated(evidence: set[str]) -> str:
    """How the AI-made share is known, to follow on it; empty where it was recorded as it was made."""
    if evidence <= {"observed"}:
        return ""
    return " declared" if evidence <= {"declared"} else " as stated"


def _generated(files: Sequence[FileAudit]) -> Iterator[Traced]:
    """The stretches that count as AI-made."""
    return (each for file in files for each in file.case.traced if kind_of(each) in ("ai", "partly"))


def _speaks(traced: Traced) -> bool:
    return kind_of(traced) not in ("unknown", "black")


def _counted_prompts(summary: Summary, videos: Sequence[Video]) -> str:
    """``55 videos``: of how many it is told whether they have a prompt; what was filmed needs none."""
    total = summary.prompts.total() + summary.untold
    plain = not summary.stills and total == len(videos) and all(len(v.rows) <= 1 for v in videos)
    return counted(total, "video" if plain else "take")


def _is_error(group: Group) -> bool:
    return group.outcome.severity is Severity.ERROR


def _asked(videos: Sequence[Video]) -> list[tuple[Row, str]]:
    """Each generated take once with its name, as the first file that uses it tells of its prompt; cuts first.

    What an algorithm made without a trained model, nobody need have asked for in words.
    """
    told: dict[str, tuple[Row, str]] = {}
    for video in sorted(videos, key=lambda v: -len(v.rows)):
        for row in video.rows:
            use = row.traced.use
            wordless = row.kind == "algorithm" and not (use.prompt or use.prompt_evidence)
            if row.kind in MACHINE and not wordless:
                path = video.file.case.path
                told.setdefault(use.take_sha256 or f"{path} {row.start}", (row, use.take or path))
    return list(told.values())
