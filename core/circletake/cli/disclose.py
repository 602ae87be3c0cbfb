"""``circletake disclose``: the statement on the use of AI that festivals and broadcasters ask for."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.audit import Trust
from circletake.cli.common import Json, LibraryFolder, load_plugins, open_library
from circletake.cli.console import note, print_json, progress, say
from circletake.cli.papers import Sign


def disclose(
    release: Annotated[Path, typer.Argument(help="A release folder, or a single video.", metavar="RELEASE")],
    to: Annotated[
        Path | None, typer.Option("--to", help="Write the statement as one HTML file.", metavar="FILE")
    ] = None,
    shots: Annotated[
        Path | None, typer.Option("--shots", help="Write the shot map as CSV.", metavar="FILE")
    ] = None,
    sign: Sign = False,
    json: Json = False,
    library: LibraryFolder = None,
    trust: Trust = None,
) -> None:
    """Draw up which models made what, on which terms, and who chose it; blanks stay blank.

    Works on the release folder alone; with --library it knows providers, licences and terms of
    more takes. Exit status 0: fine, 1: the audit it rests on has findings, 2: could not.
    """
    from circletake.audit.sealing import STATEMENT_MARK
    from circletake.audit.shots import CSV_MARK, csv_text
    from circletake.audit.statement import html_statement, json_statement, text_statement
    from circletake.errors import BadInput
    from circletake.model.text import printable
    from circletake.workflows.auditing.audit import audit_folder, trust_lists
    from circletake.workflows.auditing.disclosing import disclose
    from circletake.workflows.auditing.papers import check_paper, name_of, paper_signer, seal_of, write_paper
    from circletake.workflows.library import user_home

    if sign and to is None:
        raise BadInput("--sign", "there is nothing to seal", "name the page too: --to FILE.html")
    if to is not None:
        check_paper(to, STATEMENT_MARK, (".html",))
    if shots is not None:
        check_paper(shots, CSV_MARK, (".csv", ".txt"))
    with open_library(library) if library else nullcontext() as opened:
        manager = load_plugins(opened)
        lists = trust_lists(user_home(), trust or (), [release])
        with paper_signer(manager, opened) if sign else nullcontext() as signer:
            with progress("looking at files") as bar:
                audit = audit_folder(release, manager=manager, library=opened, trust=lists, progress=bar)
            said = disclose(audit, manager, opened)
            if json:
                print_json(json_statement(said))
            else:
                say(*text_statement(said))
            tell = note if json else say
            if to is not None:
                by, seal = (name_of(signer), seal_of(to)) if signer else ("", "")
                page = html_statement(said, sealed_by=by, seal=seal)
                write_paper(to, page, STATEMENT_MARK, signer)
                tell(f"Page     {printable(str(to))}")
            if shots is not None:
                write_paper(shots, csv_text(said.shots), CSV_MARK)
                tell(f"Shots    {printable(str(shots))}")
    if audit.exit_code:
        raise typer.Exit(audit.exit_code)
