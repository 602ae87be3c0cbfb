"""``circletake picks``: take over what somebody judged on a contact sheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.common import DryRun, Json, LibraryFolder, open_library
from circletake.cli.console import print_json, say
from circletake.model.text import printable

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Take over the verdicts somebody made on a contact sheet.",
)


@app.callback()
def picks() -> None:
    """Take over the verdicts somebody made on a contact sheet."""


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(help="What the contact sheet saved.", metavar="FILE.json")],
    by: Annotated[str, typer.Option("--by", help="The person who picked.", metavar="NAME")],
    over: Annotated[
        bool, typer.Option("--over", help="Take picks over decisions made since the sheet.")
    ] = False,
    dry_run: DryRun = False,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Record verdicts, stars and notes of a picks file as decisions of the person named."""
    from circletake.workflows.actor import whoami
    from circletake.workflows.curation.picks import apply_picks, read_picks

    read = read_picks(file)
    actor = whoami(by)
    with open_library(library) as lib:
        applied = apply_picks(lib, read, actor, over=over, dry_run=dry_run)
    if json:
        print_json(
            {
                "by": actor,
                "batch": applied.batch,
                "dry_run": dry_run,
                "verdicts": {slate.take.label: verdict for slate, verdict in applied.verdicts},
                "stars": {slate.take.label: stars for slate, stars in applied.stars},
                "notes": {slate.take.label: text for slate, text in applied.notes},
                "same": applied.same,
                "conflicts": [
                    {"take": c.slate.take.label, "picked": c.picked, "standing": c.standing}
                    for c in applied.conflicts
                ],
                "unknown": applied.unknown,
            }
        )
    else:
        counts = {v: sum(each is v for _, each in applied.verdicts) for _, v in applied.verdicts}
        told = [f"{n} {verdict}" for verdict, n in counts.items()]
        told += [f"{len(applied.stars)} rated"] * bool(applied.stars)
        told += [f"{len(applied.notes)} noted"] * bool(applied.notes)
        told += [f"{applied.same} in force already"] * bool(applied.same)
        would = "would be recorded for" if dry_run else "by"
        say(f"{' · '.join(told) or 'nothing new'} {would} {printable(actor.name, 40)}")
        for slate, verdict in applied.verdicts:
            if slate.standing.verdict == "ng" and verdict == "circled":
                say(f"  {slate.take.label}  circled; was ng")
        for conflict in applied.conflicts:
            say(
                f"  {conflict.slate.take.label}  kept {printable(conflict.standing, 60)};"
                f" picked {conflict.picked} (--over takes the pick)"
            )
        for name in applied.unknown:
            say(f"  {printable(name, 60)}  not in this library")
        if applied.batch:
            say("Undo: circletake undo")
    if applied.conflicts or applied.unknown:
        raise typer.Exit(1)
