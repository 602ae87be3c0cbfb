"""The papers ``circletake audit`` writes beside what it prints: report, JUnit XML, cues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from circletake.model.audit import Audit
    from circletake.protocols import OpenSigner

ReportFile = Annotated[
    Path | None,
    typer.Option("--report", help="Also write the report: one HTML file, or JSON.", metavar="FILE"),
]
JUnitFile = Annotated[Path | None, typer.Option("--junit", help="Also write JUnit XML.", metavar="FILE")]
CuesFile = Annotated[
    Path | None,
    typer.Option("--cues", help="Also write every stretch of every video as CSV.", metavar="FILE"),
]
Sign = Annotated[
    bool, typer.Option("--sign", help="Seal the report with your key, in a .c2pa file beside it.")
]


def print_schema(wanted: bool) -> None:
    """Print the schema of what ``--json`` prints and stop, where it is wanted."""
    if wanted:
        from circletake.audit.schema import printed_schema

        typer.echo(printed_schema().rstrip())
        raise typer.Exit


Schema = Annotated[
    bool,
    typer.Option(
        "--schema",
        help="Print the JSON Schema of what --json prints, and stop.",
        callback=print_schema,
        is_eager=True,
    ),
]


@dataclass(frozen=True, slots=True)
class Papers:
    """Where papers are to be written; ``None`` for what is not wanted.

    Attributes:
        sign: seal the report.
    """

    report: Path | None = None
    junit: Path | None = None
    cues: Path | None = None
    sign: bool = False

    @property
    def wanted(self) -> list[tuple[str, Path]]:
        """Those that are, with their labels."""
        every = (("Report", self.report), ("JUnit", self.junit), ("Cues", self.cues))
        return [(label, path) for label, path in every if path is not None]

    def check(self, audited: Sequence[Path]) -> None:
        """Refuse now what could not be written once the work is done.

        Raises:
            BadInput: several folders, one name for two papers, or something that is not ours lies there.
        """
        from circletake.errors import BadInput

        options = ", ".join(f"--{label.lower()}" for label, _ in self.wanted)
        if self.wanted and len(audited) > 1:
            raise BadInput(options, "one report is about one folder", "audit the folders one by one")
        if self.sign and self.report is None:
            raise BadInput("--sign", "there is nothing to seal", "name a report too: --report FILE.html")
        if not self.wanted:
            return
        from circletake.audit.junit import JUNIT_MARK
        from circletake.audit.shots import CSV_MARK
        from circletake.workflows.auditing.papers import check_paper

        if len({path.absolute() for _, path in self.wanted}) < len(self.wanted):
            raise BadInput(options, "name one file twice", "give each a name of its own")
        if self.report is not None:
            check_paper(self.report, self._mark, (".html", ".json") if self.sign else ())
        for path, mark in ((self.junit, JUNIT_MARK), (self.cues, CSV_MARK)):
            if path is not None:
                check_paper(path, mark)

    def write(self, audit: Audit, signer: OpenSigner | None) -> None:
        """Write what is wanted of an audit.

        Args:
            signer: seals the report; ``None`` where nobody does.
        """
        from circletake.audit.document import json_report
        from circletake.audit.junit import JUNIT_MARK, junit_text
        from circletake.audit.page import html_report
        from circletake.audit.shots import CSV_MARK, audit_shots, csv_text
        from circletake.workflows.auditing.papers import json_text, name_of, seal_of, write_paper

        if self.report is not None:
            sealed_by = name_of(signer) if signer else ""
            seal = seal_of(self.report) if signer else ""
            if self._is_json:
                text = json_text(json_report(audit, seal=seal))
            else:
                text = html_report(audit, sealed_by=sealed_by, seal=seal)
            write_paper(self.report, text, self._mark, signer)
        if self.junit is not None:
            write_paper(self.junit, junit_text(audit), JUNIT_MARK)
        if self.cues is not None:
            write_paper(self.cues, csv_text(audit_shots(audit)), CSV_MARK)

    @property
    def _is_json(self) -> bool:
        return self.report is not None and self.report.suffix.lower() == ".json"

    @property
    def _mark(self) -> str:
        from circletake.audit.sealing import JSON_REPORT_MARK, REPORT_MARK

        return JSON_REPORT_MARK if self._is_json else REPORT_MARK
