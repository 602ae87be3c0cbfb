"""``circletake audit``: what in a release is AI-made, by what, and was anything altered?"""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.common import Json, LibraryFolder, load_plugins, open_library
from circletake.cli.console import note, print_json, progress, say


def audit(
    paths: Annotated[
        list[Path], typer.Argument(help="Release folders, or single videos.", metavar="PATH...")
    ],
    json: Json = False,
    library: LibraryFolder = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="Also write one HTML file.", metavar="FILE")
    ] = None,
    trust: Annotated[
        list[Path] | None,
        typer.Option("--trust", help="Certificates to trust for this once.", metavar="PEM"),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also notes, and why something was not checked.")
    ] = False,
) -> None:
    """Say of every file whether it is intact, who signed it, and what it was made of.

    Works on the folder alone and reaches no network; with --library it knows more. Exit
    status 0: no findings, 1: findings, 2: could not.
    """
    from circletake.audit.report import html_report, json_report, text_report
    from circletake.errors import BadInput
    from circletake.model.text import printable
    from circletake.workflows.auditing.audit import audit_folder, trust_lists, write_report
    from circletake.workflows.library import user_home

    if report and len(paths) > 1:
        raise BadInput("--report", "one report is about one folder", "audit the folders one by one")
    with (
        open_library(library) if library else nullcontext() as opened,
        progress("looking at files", "nothing was judged") as bar,
    ):
        lists = trust_lists(user_home(), trust or (), paths)
        manager = load_plugins(opened)
        audits = [
            audit_folder(path, manager=manager, library=opened, trust=lists, progress=bar) for path in paths
        ]
    if json:
        print_json({"audits": [json_report(each) for each in audits]})
    else:
        for index, each in enumerate(audits):
            say(*([""] if index else []), *text_report(each, everything=everything))
    if report:
        write_report(report, html_report(audits[0]))
        (note if json else say)(f"Report   {printable(str(report))}")
    status = max(each.exit_code for each in audits)
    if status:
        raise typer.Exit(status)
