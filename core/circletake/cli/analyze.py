"""``circletake analyze``: fingerprint and score whatever has not been yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from circletake.cli.common import Json, LibraryFolder, PluginFiles, load_plugins, open_library
from circletake.cli.console import note, print_json, progress, say, table
from circletake.model.text import counted

if TYPE_CHECKING:
    from circletake.workflows.analysis.analyze import AnalyzeReport


def analyze(
    again: Annotated[bool, typer.Option("--again", help="Do it again, even where it was done.")] = False,
    plugin: PluginFiles = None,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Fingerprint and score whatever has not been yet; each take is decoded once.

    Stop it when you like: what was finished is kept, and the same command goes on.
    """
    from circletake.workflows.analysis.analyze import analyze as run

    with open_library(library) as lib, progress("analyze") as bar:
        report = run(lib, load_plugins(lib, plugin), progress=bar, again=again)
    if json:
        print_json(report)
    else:
        _show(report)
    if report.troubles:
        raise typer.Exit(1)


def _show(report: AnalyzeReport) -> None:
    if not report.waiting and not report.troubles:
        say("every take has been looked at; nothing to do")
        return
    found = " · ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in report.findings.items())
    say(f"{counted(report.takes, 'take')} looked at, each decoded once")
    say(f"  findings  {found or 'none'}")
    if report.troubles:
        say(f"  trouble   {len(report.troubles)}")
        table(
            ("TAKE", "FILE", "WHAT", "WHY"),
            [(t.label, t.name, t.what or "the file", t.reason) for t in report.troubles],
        )
        note("a scorer that failed is asked again with: circletake analyze --again")
