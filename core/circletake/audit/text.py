"""The report as lines for a terminal: intact first, then who signed, then what was made by what."""

from __future__ import annotations

from collections.abc import Iterator

from circletake.audit.amounts import UNTOLD, amounts_of
from circletake.audit.answer import verdict_on
from circletake.audit.case import RECORD
from circletake.audit.judge import seal_holds
from circletake.audit.summary import (
    MACHINE,
    Group,
    Share,
    Signed,
    Summary,
    kind_of,
    stills_by_kind,
    summarise,
)
from circletake.audit.wording import (
    EVIDENCE,
    OF_A_STILL,
    headline,
    moment,
    remedies,
    standing,
    stills_told,
    vouched,
)
from circletake.model.audit import Audit, Outcome, Severity
from circletake.model.case import PictureMatch
from circletake.model.text import counted, fitted, printable, with_fingerprints

_LABEL = 9

_MOST_STILLS = 8

_MOST_NAMED = 4

_PATH = 60


def text_report(
    audit: Audit, *, everything: bool = False, whole: bool = False, placed: bool = False
) -> list[str]:
    """Lines for a terminal; text from the audited folder is made printable.

    Args:
        everything: also the notes, and each reason why something was not checked.
        whole: cut no path, as where the lines go to no screen; nor is one cut with ``everything``.
        placed: say where it is, too, as beside other audits.
    """
    width = None if everything or whole else _PATH
    summary = summarise(audit)
    lines = [_title(audit, summary, width, placed)]
    lines += _intact(audit, summary)
    if summary.pictures:
        lines += _stills(summary, everything, width)
    lines += _broken(audit, width)
    lines += _signers(audit, summary)
    lines += _reports(audit, summary, width)
    if summary.videos:
        lines += _made(summary)
    lines += _prompts(summary)
    lines += _sound(summary)
    if audit.release:
        lines += _chosen(audit)
    lines += [line for group in summary.findings for line in _finding(group, everything, width)]
    if everything:
        lines += [line for group in summary.notes for line in _finding(group, everything, width)]
    elif summary.notes:
        rules = ", ".join(sorted({printable(group.outcome.rule, 40) for group in summary.notes}))
        lines.append(_line("NOTES", f"{len(summary.notes)}, with --all: {rules}"))
    lines += _asked(audit)
    if others := [f.case.path for f in audit.files if f.case.unjudged]:
        names = ", ".join(fitted(path, width) for path in others[:_MOST_NAMED])
        more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
        signed = counted(len(others), "other signed file")
        lines.append(_line("OTHERS", f"{signed}, not judged: {names}{more}"))
    lines.append(f"Not checked: {', '.join(audit.not_checked)}")
    if everything:
        lines += [f"  {title}: {'; '.join(printable(r, 100) for r in why)}" for title, why in summary.unasked]
    elif summary.unasked:
        lines[-1] += f" · {counted(len(summary.unasked), 'question')} could not be asked, with --all"
    return lines


def _line(label: str, text: str) -> str:
    return f"{label:<{_LABEL}}{text}"


def _title(audit: Audit, summary: Summary, width: int | None, placed: bool) -> str:
    name = audit.release.name if audit.release and audit.release.name else audit.root
    where = f" in {fitted(audit.root, width)}" if placed and name != audit.root else ""
    cuts = [f for f in summary.main if f.case.recorded and f.case.recorded.kind == "cut"]
    clips = sum(summary.videos.values()) - len(cuts)
    parts = [counted(len(cuts), "cut")] if cuts else []
    parts += [counted(clips, "clip" if cuts else "video")] if clips else []
    stills = sum(summary.pictures.values())
    parts += [counted(stills, "signed still")] if stills else []
    return f"{fitted(name, width)}{where} · {', '.join(parts) or 'no videos'}"


def _intact(audit: Audit, summary: Summary) -> Iterator[str]:
    verdict = verdict_on(audit, summary)
    if not (verdict.videos or verdict.stills or verdict.wrong):
        return
    if verdict.changed:
        against = f"{RECORD} was {verdict.changed}, so it proves nothing"
    elif audit.stray:
        against = f"{RECORD} is {printable(audit.stray.told, 160)}"
    elif audit.release is None:
        against = f"no {RECORD} to compare the bytes with"
    elif audit.sealed:
        each = "bytes equal" if verdict.kind == "intact" else "the intact ones equal"
        against = f"{each} the sealed list"
    else:
        against = f"{RECORD} is not sealed, so it proves nothing"
    if verdict.kind == "intact":
        judged = (verdict.videos, "video") if verdict.videos else (verdict.stills, "still")
        yield _line("INTACT", f"{headline(*judged)}; {against}")
    elif verdict.of_the_list:
        counts = standing(verdict.videos, verdict.stills)
        own = f"; {counts} intact by credentials of their own" if counts else ""
        yield _line("VERDICT", f"{verdict.word.lower()}: {against}{own}")
    else:
        yield _line("VERDICT", f"{verdict.word.lower()}: {verdict.told}; {against}")


def _stills(summary: Summary, everything: bool, width: int | None) -> Iterator[str]:
    """How many hold and what they are, then of each its take, model, prompt, and who says so."""
    told = stills_told(stills_by_kind(summary.stills))
    yield _line("STILLS", f"{headline(summary.pictures, 'still')}; {told}")
    shown = summary.stills if everything else summary.stills[:_MOST_STILLS]
    for file in shown:
        for traced in file.case.traced[:1]:
            use = traced.use
            parts = (
                printable(use.take, 40) or fitted(file.case.path, width),
                printable(use.model, 40) or OF_A_STILL[kind_of(traced)],
                printable(traced.words, 80),
            )
            yield "  " + "  ".join(part for part in parts if part)
            if use.prompt:
                yield f"    “{printable(use.prompt, 100)}” {EVIDENCE.get(use.prompt_evidence, '')}".rstrip()
    if len(shown) < len(summary.stills):
        yield f"  and {counted(len(summary.stills) - len(shown), 'still')} more, with --all"


def _broken(audit: Audit, width: int | None) -> Iterator[str]:
    for file in audit.files:
        judged = file.case.kind == "video" or file.case.signed_picture
        if judged and file.verdict not in ("intact", "not checked"):
            shows = (
                f" · the picture matches {fitted(file.case.match.shows, width)}" if file.case.match else ""
            )
            shows += _left_as(file.case.match, width)
            yield _line("", f"{file.verdict.upper():<11}{fitted(file.case.path, width)}{shows}")


def _left_as(match: PictureMatch | None, width: int | None) -> str:
    """Under which name, and in which release, the take that a picture matches was exported."""
    if match is None or match.parts or not (match.take and match.export):
        return ""
    of = f" of {printable(match.release, 60)}" if match.release else ""
    return f", exported as {fitted(match.export, width)}{of}"


def _signers(audit: Audit, summary: Summary) -> Iterator[str]:
    for signed in summary.signers:
        files = counted(len(signed.files), signed.noun)
        who = printable(signed.signer.name, 40)
        mark = printable(signed.signer.sha256, 120)
        yield _line(
            "SIGNER", f"{who}, SHA256 {mark} · {files} · {printable(vouched(signed, audit.lists), 120)}"
        )
        if not (signed.trust_list or signed.expired):
            yield _line("", "ask the producer for this fingerprint, then: circletake trust add NAME PEM")


def _reports(audit: Audit, summary: Summary, width: int | None) -> Iterator[str]:
    """Sealed reports, with who sealed them; unsealed ones are told as not checked."""
    told = {signed.signer.sha256 for signed in summary.signers}
    for file in audit.files:
        active = file.case.credentials.active
        if file.case.kind == "report" and seal_holds(file.case) and active and active.signer:
            who = printable(active.signer.name, 40)
            about = file.case.names_record
            strange = audit.record and about not in ("", audit.record)
            same = audit.release is not None and audit.release.name == file.case.names_release
            other = f"; of another {'state of this release' if same else 'release'}" if strange else ""
            yield _line("REPORT", f"{fitted(file.case.path, width)}: unchanged since {who} sealed it{other}")
            if active.signer.sha256 not in told:
                signed = Signed.of(active.signer, file.case.credentials, (file.case.path,))
                yield _line("", f"SHA256 {printable(active.signer.sha256, 120)}")
                yield _line("", printable(vouched(signed, audit.lists), 120))


def _made(summary: Summary) -> Iterator[str]:
    if not summary.shares:
        yield _line("AI-MADE", "nothing says how these pictures were made")
        return
    amounts = amounts_of(summary)
    others = [
        f"{words} {amounts.time(kind)}"
        for kind, words in (
            ("partly", "of that only part of the picture in"),
            ("algorithm", "algorithm, no trained model"),
            ("camera", "camera, declared"),
            ("edited", "edited by people, declared"),
            ("drawn", "made by hand, declared"),
            ("black", "black, declared"),
            ("unknown", "nobody says"),
        )
        if summary.of_kind(kind)
    ]
    others += [f"nothing is said of {amounts.time(UNTOLD)}"] if UNTOLD in amounts.kinds else []
    whole, percent = amounts.clock(amounts.whole), amounts.percent("ai", "partly")
    told = f"{amounts.time('ai', 'partly')} of {whole}" + (f" ({percent})" if percent else "")
    yield _line("AI-MADE", " · ".join([told, *others]))
    every = zip(summary.shares, amounts.times(), strict=False)
    rows = [(share, time) for share, time in every if share.kind in MACHINE or share.model]
    width = max((len(_model(row)) for row, _ in rows), default=0)
    for row, time in rows:
        clips = f"{counted(row.clips, 'clip'):>9}  {printable(row.words, 80)}"
        yield f"  {_model(row):<{width}}  {time:>6}  {clips}".rstrip()


def _model(row: Share) -> str:
    return printable(row.model, 40) or "model unknown"


def _prompts(summary: Summary) -> Iterator[str]:
    told = [f"{summary.prompts[key]} {words}" for key, words in EVIDENCE.items() if summary.prompts[key]]
    if told:
        told += (
            [f"nobody says how {summary.untold} more {'was' if summary.untold == 1 else 'were'} made"]
            if summary.untold
            else []
        )
        yield _line("PROMPTS", " · ".join(told))


def _sound(summary: Summary) -> Iterator[str]:
    for sound in summary.sounds:
        by = f" by {printable(sound.declared_by, 40)}" if sound.declared_by else ""
        known = sound.origin not in ("", "undeclared")
        said = f"declared {printable(sound.origin, 20)}{by}" if known else "undeclared"
        yield _line("SOUND", f"{printable(sound.name, 60)}: {said}; not verified")


def _chosen(audit: Audit) -> Iterator[str]:
    chosen = audit.release.chosen if audit.release else None
    if chosen is None or not chosen.made:
        return
    by = f"by {counted(len(chosen.people), 'person', 'people')}" if chosen.people else ""
    script = f"{chosen.scripted} by a script, not by a person" if chosen.scripted else ""
    who = ", ".join(part for part in (by, script) if part) or "nobody recorded who chose"
    yield _line("CHOSEN", f"{chosen.used} of {counted(chosen.made, 'take')}, {who}; as the producer recorded")


def _asked(audit: Audit) -> Iterator[str]:
    """Whose questions were asked and as of when, where that is not the usual."""
    if audit.profile and not audit.profile.whole:
        yield _line("PROFILE", f"{audit.profile.name}: {audit.profile.title}")
    if audit.moment:
        yield _line("AS OF", f"{audit.moment}: certificates and the age of lists judged for then")
        yield _line("", "whether a list knows a signer: judged today, by the lists as you hold them")


def _finding(group: Group, everything: bool, width: int | None) -> Iterator[str]:
    """A finding, what to do, and with ``everything`` each of its places."""
    outcome = group.outcome
    label = "NOTE" if outcome.severity is Severity.NOTE else "FIX"
    where = _where(outcome, width) if len(group.places) == 1 else fitted(outcome.file, width) or "the release"
    if len(group.files) > 1:
        where += f" and {len(group.files) - 1} more"
    yield _line(label, f"{outcome.rule}  {where}  {with_fingerprints(group.seen, 140)}")
    anybody, producer = remedies(outcome.remedy)
    if anybody:
        yield _line("", "  " + printable(anybody, 140))
    if producer:
        yield _line("", "  if you are the producer: " + printable(producer, 140))
    if everything and len(group.places) > 1:
        yield from (_line("", "  - " + _where(place, width)) for place in group.places)


def _where(outcome: Outcome, width: int | None) -> str:
    where = fitted(outcome.file, width) or "the release"
    return where if outcome.start is None else f"{where} at {moment(outcome.start)}"
