"""``circletake release``: the signed, audited folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.common import By, DryRun, Json, LibraryFolder, PluginFiles, load_plugins, open_library
from circletake.cli.console import note, print_json, progress, say, stopping
from circletake.cli.export import Prompts, from_here, signing_terms
from circletake.cli.wording import what_travels


@stopping("nothing was made")
def release(
    name: Annotated[str, typer.Argument(help="Name of the release, and of its folder.", metavar="NAME")],
    cut: Annotated[str, typer.Option(help="The cut to render; without it, there is only one.")] = "",
    circled: Annotated[bool, typer.Option("--circled", help="Circled takes, without a cut.")] = False,
    to: Annotated[
        Path | None, typer.Option(help="The folder, where it is not NAME.", metavar="FOLDER")
    ] = None,
    prompts: Prompts = "",
    plugin: PluginFiles = None,
    by: By = "",
    dry_run: DryRun = False,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Make a folder of signed clips, the signed cut and its timeline, then audit it."""
    from circletake.audit.text import text_report
    from circletake.errors import BadInput
    from circletake.model.text import counted, file_stem, printable
    from circletake.workflows.auditing.audit import audit_folder, trust_lists
    from circletake.workflows.auditing.papers import write_own_report
    from circletake.workflows.leaving.release import make_release, plan_release
    from circletake.workflows.library import user_home

    if cut and circled:
        raise BadInput("--cut and --circled", "are different things to release", "name --cut or --circled")
    with open_library(library) as lib:
        manager = load_plugins(lib, plugin)
        folder = to or Path(file_stem(name))
        chosen = "" if circled else cut or _only_cut(lib.registry.cuts.names())
        with signing_terms(lib, manager, prompts, by) as under:
            plan = plan_release(lib, name, cut=chosen, folder=folder, policy=under.policy)
            what = f"{counted(len(plan.slates), 'clip')}{' and the cut' if plan.rendered else ''}"
            note(f"{printable(name)}: {what}; {what_travels(plan.travelling)}")
            if dry_run:
                say(f"would make {from_here(plan.folder)}; nothing was made")
                return
            with progress("release", "nothing was released") as bar:
                made = make_release(lib, manager, plan, under, progress=bar)
            again = f"circletake audit {from_here(made.folder)}"
            with progress("audit", "the release is made", again) as bar:
                audit = audit_folder(
                    made.folder, manager=manager, library=lib, trust=trust_lists(user_home()), progress=bar
                )
            with stopping("the release is made", again):
                report, unsealed = write_own_report(made.folder, audit, under.signer, under.timestamper)
    if unsealed:
        note(f"report.html is not sealed: {printable(unsealed)}")
    if json:
        print_json({"release": made, "findings": list(audit.failed)})
    else:
        again = f", {made.reused} signed before" if made.reused else ""
        say(f"{from_here(made.folder)}: {counted(made.signed, 'video')} signed and re-read{again}")
        for warning in made.warnings:
            note(printable(warning))
        say(*text_report(audit))
        say(f"Report   {from_here(report)}")
    if audit.exit_code:
        raise typer.Exit(audit.exit_code)


def _only_cut(names: list[str]) -> str:
    from circletake.errors import BadInput

    if len(names) != 1:
        reason = f"there are {len(names)} cuts" if names else "there is no cut"
        raise BadInput("release", reason, "--cut NAME, or --circled for the circled takes alone")
    return names[0]
