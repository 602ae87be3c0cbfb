"""A disclosure in its three forms: one page to print and sign, lines for a terminal, JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from circletake.audit.amounts import Amounts
from circletake.audit.disclosure import Disclosure, UsedModel
from circletake.audit.document import plain
from circletake.audit.rights import Rights
from circletake.audit.sealing import STATEMENT_MARK
from circletake.audit.sheet import render
from circletake.audit.shots import Shot
from circletake.audit.strip import Markers, strips_of
from circletake.audit.summary import Share
from circletake.audit.wording import EVIDENCE, stills_told
from circletake.model.selection import ShotChoice, summed
from circletake.model.text import counted, printable

SCHEMA = "circletake.disclosure/1"

BLANK = "not recorded"

_SHORT = 400
_KINDS = {
    "ai": "made by trained models",
    "partly": "made by trained models in part",
    "algorithm": "made by an algorithm without training data",
    "camera": "filmed, as declared",
    "edited": "edited by people, as declared",
    "drawn": "made by hand, as declared",
    "black": "black, as declared",
    "unknown": "of which nobody says how it was made",
}


def html_statement(said: Disclosure, *, sealed_by: str = "", seal: str = "") -> str:
    """The whole page.

    Args:
        sealed_by: who will seal the page, empty where nobody does.
        seal: name of the file that will hold the seal.
    """
    markers = Markers([Share(u.kind, u.model, "", u.seconds, u.shots) for u in said.register])
    strips = []
    for path in said.over:
        rows = [
            (markers.of(s.kind, s.traced.use.model), s.record_in, s.record_out, s.traced)
            for s in said.shots
            if s.file == path
        ]
        if len(rows) > 1:
            strips.append((path, strips_of(rows, max(end for _, _, end, _ in rows))))
    return render(
        "statement.html",
        mark=STATEMENT_MARK,
        record=said.record,
        release=said.title,
        said=said,
        sealed_by=sealed_by,
        seal=seal,
        parts=_parts(said),
        stills=stills_told(said.stills),
        choices=_choices(said),
        whole=summed(said.selection),
        strips=strips,
        marker=markers.of,
        amounts=_amounts(said),
        evidence=EVIDENCE,
        short=_SHORT,
    )


def json_statement(said: Disclosure) -> dict[str, Any]:
    """The same in JSON's own types; times are exact, as text like ``7/2``. Empty text: nobody recorded it."""
    document: dict[str, Any] = plain(
        {
            "schema": SCHEMA,
            "title": said.title,
            "at": said.at,
            "released": said.released,
            "producer": said.producer,
            "certificate": said.certificate,
            "vouched_by": said.vouched,
            "verdict": said.verdict,
            "intact": said.intact,
            "sealed": said.sealed,
            "findings": said.findings,
            "over": list(said.over),
            "seconds": str(said.seconds),
            "by_kind": {kind: str(seconds) for kind, seconds in said.by_kind.items()},
            "stills": dict(said.stills),
            "register": [_register(used) for used in said.register],
            "shots": [_shot(shot) for shot in said.shots],
            "chosen": asdict(said.chosen) if said.chosen else None,
            "decisions": [{"by": by, "takes": takes} for by, takes in said.decisions],
            "selection": [_selected(row) for row in said.selection],
            "sounds": [asdict(sound) for sound in said.sounds],
            "to_fill": list(said.to_fill),
        }
    )
    return document


def text_statement(said: Disclosure) -> list[str]:
    """Lines for a terminal; text from the audited folder is made printable."""
    return [*_lines(said)]


def _lines(said: Disclosure) -> Iterator[str]:
    yield f"{printable(said.title, 60)} · AI disclosure"
    amounts = _amounts(said)
    if said.seconds or not said.stills:
        yield f"PICTURE  {amounts.clock(amounts.whole)}: {_parts(said) or 'nothing says how it was made'}"
    if said.stills:
        yield f"STILLS   {stills_told(said.stills)}"
    width = max((len(_model(used)) for used in said.register), default=0)
    for used, time in zip(said.register, amounts.times(), strict=False):
        terms = " ".join(part for part in (used.rights.terms, used.rights.terms_date) if part)
        told = (
            f"provider {printable(used.rights.provider, 40) or BLANK}",
            f"licence {printable(used.rights.licence, 60) or BLANK}",
            f"terms {printable(terms, 120) or BLANK}",
        )
        yield (
            f"  {_model(used):<{width}}  {time + '  ' if used.seconds else ''}"
            f"{counted(used.shots, 'shot' if used.seconds else 'still')} · {' · '.join(told)}"
        )
    for sound in said.sounds:
        by = f" by {printable(sound.declared_by, 40)}" if sound.declared_by else ""
        yield f"SOUND    {printable(sound.name, 60)}: declared {printable(sound.origin, 30) or BLANK}{by}"
    if not said.sounds:
        yield f"SOUND    {BLANK}"
    yield f"CHOSEN   {_choices(said)}"
    if said.selection:
        whole = summed(said.selection)
        when = f", {whole.first:%Y-%m-%d} to {whole.last:%Y-%m-%d}" if whole.first and whole.last else ""
        yield (
            f"  in {counted(len(said.selection), 'shot')}: {whole.made} made, {whole.seen} seen by people, "
            f"{whole.circled} circled, {whole.used} used{when}; as the library records"
        )
    word = "not intact" if said.complete else "incomplete"
    verdict = said.verdict if said.intact else f"{word}: {said.verdict[0].lower()}{said.verdict[1:]}"
    yield f"RESTS ON {verdict}; {counted(said.findings, 'finding')} in the audit"
    yield f"To be filled in by a person: {counted(len(said.to_fill), 'question')}"


def _model(used: UsedModel) -> str:
    return printable(used.model, 40) or "model " + BLANK


def _parts(said: Disclosure) -> str:
    """``0:24 (80.0%) made by trained models, 0:06 (20.0%) filmed, as declared``."""
    told = _amounts(said)
    return ", ".join(f"{told.time(kind)} ({told.percent(kind)}) {_KINDS[kind]}" for kind in said.by_kind)


def _amounts(said: Disclosure) -> Amounts:
    """Those of the register, in its order, then of kinds that have no line there."""
    rows = [(used.kind, used.seconds) for used in said.register]
    others = [row for row in said.by_kind.items() if row[0] not in dict(rows)]
    return Amounts.of([*rows, *others], said.seconds)


def _choices(said: Disclosure) -> str:
    """``55 of 700 takes; in the signed takes: 40 by Ana, 15 by Bo``."""
    told = []
    if said.chosen:
        people = [printable(person, 40) for person in said.chosen.people]
        by = f", by {', '.join(people)}" if people else ""
        script = f", {said.chosen.scripted} by a script and not by a person" if said.chosen.scripted else ""
        told.append(f"{said.chosen.used} of {counted(said.chosen.made, 'take')}{by}{script}")
    named = [f"{takes} by {printable(by, 60)}" for by, takes in said.decisions if by]
    if named:
        told.append(f"in the signed takes: {', '.join(named)}")
    return "; ".join(told) or BLANK


def _register(used: UsedModel) -> dict[str, Any]:
    return {
        "kind": used.kind,
        "model": used.model,
        **_terms(used.rights),
        "seconds": str(used.seconds),
        "shots": used.shots,
        "says": list(used.words),
    }


def _selected(row: ShotChoice) -> dict[str, Any]:
    moments = {name: at.isoformat() if at else "" for name, at in (("first", row.first), ("last", row.last))}
    return {**asdict(row), "people": list(row.people), **moments}


def _shot(shot: Shot) -> dict[str, Any]:
    return {
        "file": shot.file,
        "verdict": shot.verdict,
        "number": shot.number,
        "timecode_in": shot.timecodes[0],
        "timecode_out": shot.timecodes[1],
        **asdict(shot.traced.use),
        "record_in": str(Fraction(shot.record_in)),
        "record_out": str(Fraction(shot.record_out)),
        "kind": shot.kind,
        "says": shot.traced.words,
        "signer": shot.signer,
        "signed_by": shot.traced.signed_by,
        "only_in_record": list(shot.traced.from_record),
        "unprompted": shot.unprompted,
        **_terms(shot.rights),
    }


def _terms(rights: Rights) -> dict[str, str]:
    return {
        "provider": rights.provider,
        "licence": rights.licence,
        "terms": rights.terms,
        "terms_date": rights.terms_date,
    }
