"""The report as one HTML file: nothing in it is fetched, nothing in it runs.

All text of the audited folder is a stranger's: the template engine escapes it, control and
bidi characters are taken out before, and the page's own policy forbids scripts outright.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from circletake.audit.summary import MACHINE, Share, Summary, kind_of, span, summarise
from circletake.audit.wording import (
    EVIDENCE,
    VERDICTS,
    is_own,
    moment,
    sentence,
    share,
    vouched,
)
from circletake.model.audit import OWN_KEY, Audit, FileAudit, Outcome, Severity, Traced
from circletake.model.manifest import Check
from circletake.model.text import clock, counted, printable

if TYPE_CHECKING:
    from jinja2 import Environment

REPORT_MARK = '<meta name="generator" content="circletake audit">'
"""Stands in every report, so that only a report is ever replaced by one."""

_COLOURS = 8
_LONGEST = 20_000


OWN = "whoever made this report signed with this key; nobody else vouches for it"
"""Said of the own key on a page, which is handed on: "yours" would be the reader's."""


def html_report(audit: Audit) -> str:
    """The whole page."""
    summary = summarise(audit)
    style = _template("report.css")
    colours = _Colours(summary.shares)
    videos = [_video(file, colours) for file in audit.files if file.case.kind == "video"]
    videos.sort(key=lambda v: (-len(v.rows), v.file.case.path))
    return (
        _engine()
        .get_template("report.html")
        .render(
            audit=audit,
            summary=summary,
            style=style,
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            mark=REPORT_MARK,
            name=audit.release.name if audit.release and audit.release.name else audit.root,
            verdict=_verdict(summary),
            headline=sentence(summary),
            against=_against(audit),
            signers=[
                (signed, OWN if is_own(signed) else vouched(signed, audit.lists))
                for signed in summary.signers
            ],
            bar=_bar(summary, colours),
            shares=[
                (colours.of(s.kind, s.model), s, share(s.seconds, summary.seconds)) for s in summary.shares
            ],
            ai=share(summary.of_kind("ai", "partly"), summary.seconds),
            prompts=[
                (summary.prompts[key], words) for key, words in EVIDENCE.items() if summary.prompts[key]
            ],
            videos=[v for v in videos if not v.plain],
            clips=[v for v in videos if v.plain],
            others=[f for f in audit.files if f.case.kind != "video"],
            counted=counted,
            is_own=is_own,
            own_key=OWN_KEY,
        )
    )


@lru_cache(maxsize=1)
def _engine() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    engine = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    engine.filters.update(line=printable, prose=_prose, clock=clock, moment=moment)
    return engine


@dataclass(frozen=True, slots=True)
class Stretch:
    """A coloured part of a strip, in thousandths of its width."""

    colour: str
    x: float
    width: float
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """One use, told under its strip."""

    colour: str
    start: Fraction
    end: Fraction
    traced: Traced
    evidence: str


@dataclass(frozen=True, slots=True)
class Video:
    """One video as the page shows it."""

    file: FileAudit
    length: Fraction
    strip: tuple[Stretch, ...]
    rows: tuple[Row, ...]
    failed: tuple[Outcome, ...]

    @property
    def plain(self) -> bool:
        """An intact clip of one take without a finding of its own: a line is enough for it."""
        return self.file.verdict == "intact" and len(self.rows) == 1 and not self.failed


class _Colours:
    """One colour for each model, the same wherever it is shown; what has none has a pattern."""

    def __init__(self, shares: Sequence[Share]) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        for each in shares:
            if each.kind in MACHINE:
                self._numbers.setdefault((each.kind, each.model), len(self._numbers) % _COLOURS)

    def of(self, kind: str, model: str) -> str:
        number = self._numbers.get((kind, model))
        if number is not None:
            return f"m{number}"
        return kind if kind in ("camera", "drawn") else "unknown"


def _video(file: FileAudit, colours: _Colours) -> Video:
    spans = [span(t) for t in file.case.traced]
    media = file.case.media.seconds if file.case.media else 0.0
    length = max([Fraction(media).limit_denominator(90_000), *(end for _, end in spans)])
    rows = tuple(
        Row(
            colours.of(kind_of(traced), traced.use.model),
            start,
            end,
            traced,
            EVIDENCE.get(traced.use.prompt_evidence, ""),
        )
        for (start, end), traced in zip(spans, file.case.traced, strict=True)
    )
    strip = tuple(
        Stretch(
            row.colour,
            float(row.start / length * 1000),
            max(1.0, float((row.end - row.start) / length * 1000)),
            f"{moment(float(row.start))} to {moment(float(row.end))}  "
            f"{printable(row.traced.use.take, 60)}  {printable(row.traced.use.model, 60)}",
        )
        for row in rows
        if length
    )
    # An unknown signer is told once, under who signed.
    failed = tuple(
        o
        for o in file.outcomes
        if o.check is Check.FAILED and o.severity is not Severity.NOTE and o.rule != "c2pa.trusted"
    )
    return Video(file, length, strip, rows, failed)


def _bar(summary: Summary, colours: _Colours) -> tuple[Stretch, ...]:
    whole = summary.seconds or sum((s.seconds for s in summary.shares), Fraction(0))
    stretches: list[Stretch] = []
    x = 0.0
    for each in summary.shares:
        width = float(each.seconds / whole * 1000) if whole else 0.0
        label = f"{printable(each.model, 60) or each.kind} {clock(each.seconds)}"
        stretches.append(Stretch(colours.of(each.kind, each.model), x, width, label))
        x += width
    return tuple(stretches)


def _verdict(summary: Summary) -> str:
    """The worst that is true of any video."""
    for verdict in VERDICTS:
        if summary.videos[verdict]:
            return verdict
    return "intact" if summary.videos["intact"] else "no videos"


def _against(audit: Audit) -> str:
    if audit.release is None:
        return "There is no release.json to hold the bytes against; what follows is what the credentials say."
    if audit.sealed:
        return "Every file was held against the sealed list of the release, byte for byte."
    return "The release's list is not sealed, so it proves nothing; what follows is what the credentials say."


def _prose(text: str) -> str:
    """Text of several lines without hidden characters, of a length a page can bear."""
    lines = (printable(line) for line in text[:_LONGEST].splitlines())
    return "\n".join(lines) + ("\n…" if len(text) > _LONGEST else "")


def _template(name: str) -> str:
    return (files("circletake.audit") / "templates" / name).read_text("utf-8")
