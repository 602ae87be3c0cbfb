"""The shot map: every stretch of every video with its place, maker, prompt, evidence and signer."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from circletake.audit.rights import Rights, rights_said
from circletake.audit.summary import MACHINE, kind_of, span, summarise
from circletake.audit.tracing import assembled
from circletake.audit.wording import unprompted
from circletake.model.audit import Audit, FileAudit
from circletake.model.case import Traced
from circletake.model.cut import timecode
from circletake.model.recorded import recorded_in
from circletake.model.text import csv_cell

COLUMNS = (
    "file",
    "verdict",
    "event",
    "record in",
    "record out",
    "record in timecode",
    "record out timecode",
    "take",
    "source in",
    "source out",
    "kind",
    "model",
    "model evidence",
    "who says so",
    "prompt",
    "prompt evidence",
    "seed",
    "signer",
    "signed by",
    "only in the record",
    "provider",
    "licence",
    "terms",
    "terms date",
)

CSV_MARK = ",".join(COLUMNS[:5])
"""Begins every such table, so that only such a table is ever replaced by one."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A stretch of a video.

    Attributes:
        number: its place in the video, counted from 1.
        record_in: seconds of the video.
        rate: frames a second of the video, ``None`` where unknown.
        start: record timecode of the first frame, as the video's own record has it; zero where it has none.
        signer: of the video itself, empty where nobody signed it.
        unprompted: why no prompt is shown; empty with one, or where none is needed.
    """

    file: str
    verdict: str
    number: int
    record_in: Fraction
    record_out: Fraction
    rate: Fraction | None
    kind: str
    traced: Traced
    signer: str
    unprompted: str
    rights: Rights
    start: str = "00:00:00:00"

    @property
    def timecodes(self) -> tuple[str, str]:
        """Record timecode of the first frame and of the frame after the last; empty without a rate."""
        if not self.rate:
            return "", ""
        first, last = (round(at * self.rate) for at in (self.record_in, self.record_out))
        return timecode(first, self.rate, self.start), timecode(last, self.rate, self.start)


def shots_of(files: Iterable[FileAudit], rights: Mapping[str, Rights], policy: str) -> Iterator[Shot]:
    """Every stretch of ``files``, in the order of each video.

    Args:
        rights: by sha256 of a take.
        policy: what the release did with prompts; empty without a record.
    """
    for file in files:
        active = file.case.credentials.active
        begins = _start(file)
        rate = file.case.media.rate if file.case.media else None
        for number, traced in enumerate(file.case.traced, 1):
            start, end = span(traced)
            kind = kind_of(traced)
            yield Shot(
                file=file.case.path,
                verdict=file.verdict,
                number=number,
                record_in=start,
                record_out=end,
                rate=rate,
                kind=kind,
                traced=traced,
                signer=active.signer.name if active and active.signer else "",
                unprompted=unprompted(traced, policy) if kind in MACHINE else "",
                rights=rights.get(traced.use.take_sha256, Rights()),
                start=begins,
            )


def _start(file: FileAudit) -> str:
    """Where the edit itself starts to count, so that one moment has one timecode on every sheet."""
    found = assembled(file.case.credentials)
    record = recorded_in(found.manifest.assertions) if found else None
    return record.start if record else "00:00:00:00"


def audit_shots(audit: Audit) -> Iterator[Shot]:
    """Every stretch of every video of an audit, the cuts first; then signed stills, which have no length."""
    summary = summarise(audit)
    main = [f.case.path for f in summary.main]
    videos = [f for f in audit.files if f.case.kind == "video"]
    videos.sort(key=lambda f: (f.case.path not in main, f.case.path))
    policy = audit.release.prompt_policy if audit.release else ""
    return shots_of([*videos, *summary.stills], rights_said(audit), policy)


def csv_text(shots: Iterable[Shot]) -> str:
    """One line for each stretch (UTF-8 with a byte order mark, as spreadsheets want it).

    Text that a spreadsheet would read as a formula is quoted; numbers are as they are.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(shot) for shot in shots)
    # Names on disk may hold bytes that are no text.
    return "\ufeff" + out.getvalue().encode("utf-8", "backslashreplace").decode()


def _cells(shot: Shot) -> list[str]:
    use = shot.traced.use
    text = [
        use.take,
        _seconds(use.source_in),
        _seconds(use.source_out),
        shot.kind,
        use.model,
        use.model_evidence,
        shot.traced.words,
        use.prompt,
        use.prompt_evidence if use.prompt else shot.unprompted,
        use.seed,
        shot.signer,
        shot.traced.signed_by,
        ", ".join(shot.traced.from_record),
        shot.rights.provider,
        shot.rights.licence,
        shot.rights.terms,
        shot.rights.terms_date,
    ]
    return [
        csv_cell(shot.file),
        shot.verdict,
        str(shot.number),
        _seconds(shot.record_in),
        _seconds(shot.record_out),
        *shot.timecodes,
        *(csv_cell(each) for each in text),
    ]


def _seconds(exact: Fraction | str) -> str:
    return f"{float(Fraction(exact or 0)):.3f}"
