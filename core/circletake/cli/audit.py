"""``circletake audit``: what in a release is AI-made, by what, and was anything altered?"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from circletake.cli.common import Json, LibraryFolder, PluginFiles, load_plugins, open_library
from circletake.cli.console import note, print_json, progress, say, tell_error
from circletake.cli.papers import CuesFile, JUnitFile, Papers, ReportFile, Schema, Sign

Trust = Annotated[
    list[Path] | None,
    typer.Option("--trust", help="Certificates to trust for this once.", metavar="PEM"),
]

if TYPE_CHECKING:
    from circletake.errors import CircletakeError
    from circletake.plugins.manager import PluginManager


def audit(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Release folders, folders that hold some, or single videos.", metavar="PATH..."),
    ] = None,
    plugin: PluginFiles = None,
    json: Json = False,
    library: LibraryFolder = None,
    report: ReportFile = None,
    sign: Sign = False,
    junit: JUnitFile = None,
    cues: CuesFile = None,
    schema: Schema = False,
    trust: Trust = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Also notes, each place of a finding, and why something was not checked."),
    ] = False,
    profile: Annotated[
        str, typer.Option("--profile", help="Whose questions: house, eu-art50, ca-sb942, ...", metavar="NAME")
    ] = "house",
    at: Annotated[
        str | None,
        typer.Option(
            "--at", help="Judge certificates, and the age of lists, as of this date or time.", metavar="TIME"
        ),
    ] = None,
    explain: Annotated[
        str | None, typer.Option("--explain", help="Tell what one rule asks, and why.", metavar="RULE")
    ] = None,
) -> None:
    """Say of every file whether it is intact, who signed it, and what it was made of.

    Works on the folder alone and reaches no network; with --library it knows more. Exit
    status 0: no findings, 1: findings, 2: could not.
    """
    from circletake.audit.profiles import profile_named
    from circletake.errors import BadInput
    from circletake.model.text import printable
    from circletake.workflows.auditing.audit import audit_each, moment_named, trust_lists
    from circletake.workflows.library import user_home

    if explain:
        _explain(explain, load_plugins(None, plugin), json)
        return
    if not paths:
        raise BadInput("audit", "no folder and no video named", "circletake audit FOLDER")
    asked = profile_named(profile)
    moment = moment_named(at) if at else None
    papers = Papers(report, junit, cues, sign)
    papers.check(paths)
    with (
        open_library(library) if library else nullcontext() as opened,
        progress("looking at files", "nothing was judged") as bar,
    ):
        lists = trust_lists(user_home(), trust or (), paths)
        manager = load_plugins(opened, plugin)
        done = audit_each(
            paths,
            manager=manager,
            library=opened,
            trust=lists,
            progress=bar,
            moment=moment,
            profile=asked,
            one=bool(papers.wanted),
        )
        audits, problems = done.audits, done.problems
        if not audits:
            for problem in problems[:-1]:
                tell_error(problem)
            raise problems[-1]
        if papers.wanted:
            from circletake.workflows.auditing.papers import paper_signer

            with paper_signer(manager, opened) if sign else nullcontext() as signer:
                papers.write(audits[0], signer)
    if json:
        from circletake.audit.document import json_report

        document = {"audits": [json_report(each) for each in audits]}
        print_json(document | ({"not_audited": [_refusal(each) for each in problems]} if problems else {}))
    else:
        from circletake.audit.overview import overview
        from circletake.audit.text import text_report

        whole = not sys.stdout.isatty()
        several = len(audits) + len(problems) > 1
        if several:
            say(*overview(audits, len(problems), width=None if whole or everything else 60))
        for each in audits:
            say(*([""] if several else []))
            say(*text_report(each, everything=everything, whole=whole, placed=several))
    for label, path in papers.wanted:
        (note if json else say)(f"{label:<9}{printable(str(path))}")
    for problem in problems:
        tell_error(problem)
    if status := 2 if problems else max(each.exit_code for each in audits):
        raise typer.Exit(status)


def _refusal(error: CircletakeError) -> dict[str, str]:
    return {"path": error.thing, "reason": error.reason, "next_step": error.next_step}


def _explain(rule: str, manager: PluginManager, json: bool) -> None:
    """Tell one rule in full."""
    from circletake.audit.explaining import card_named, explanation, explanation_json

    card = card_named(rule, [offered.item.card for offered in manager.audit_rules()])
    if json:
        print_json(explanation_json(card))
    else:
        say(*explanation(card))
