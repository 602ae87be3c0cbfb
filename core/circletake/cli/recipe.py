"""``circletake recipe``: mend what is known of how takes were made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from circletake.cli.common import By, DryRun, Json, LibraryFolder, OneTake, Script, open_library
from circletake.cli.console import note, print_json, say, table
from circletake.cli.selecting import Words, selecting
from circletake.model.slate import TakeFilter
from circletake.model.text import counted, printable

if TYPE_CHECKING:
    from circletake.workflows.curation.recipes import Mended

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Mend what is known of how takes were made."
)


@app.callback()
def recipe() -> None:
    """Mend what is known of how takes were made."""


@app.command()
def show(take: OneTake, json: Json = False, library: LibraryFolder = None) -> None:
    """Show every claim about how a take was made; those in force are starred."""
    from circletake.workflows.curation.curate import choose_one

    with open_library(library) as lib:
        slate = choose_one(lib, take)
    made = slate.recipe
    if json:
        print_json(made)
        return
    if not made.claims:
        say(
            f"{slate.take.label}: nothing is known",
            f"Next   circletake recipe set {slate.take.label} prompt='...'",
        )
        return
    in_force = {id(claim) for claim in made.in_force.values()}
    rows = [
        (
            "*" if id(claim) in in_force else "",
            claim.field,
            printable(claim.value, 60),
            claim.evidence + (", accepted" if claim.accepted else ""),
            printable(claim.source, 30),
            printable(claim.by, 24),
        )
        for claim in sorted(made.claims, key=lambda c: (c.field, id(c) not in in_force))
    ]
    table(("", "FIELD", "VALUE", "EVIDENCE", "SOURCE", "BY"), rows)
    for field in made.contradictions:
        say(
            f"contradicted  {printable(field, 40)}; settle it: "
            f"circletake recipe set {slate.take.label} {printable(field, 40)}=..."
        )


@app.command("set")
def set_(
    words: Annotated[
        list[str],
        typer.Argument(help="Takes, then what you declare of them.", metavar="TAKE... FIELD=VALUE..."),
    ],
    by: By = "",
    script: Script = False,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Declare how takes were made; your word is accepted over what files say."""
    from circletake.errors import BadInput
    from circletake.workflows.actor import whoami
    from circletake.workflows.curation.curate import choose
    from circletake.workflows.curation.recipes import parse_assignment, set_fields

    named = [word for word in words if "=" not in word]
    values = dict(parse_assignment(word) for word in words if "=" in word)
    if not named or not values:
        raise BadInput(
            "recipe set", "needs takes and field=value", "circletake recipe set SH010/3 prompt='night bus'"
        )
    actor = whoami(by, script)
    with open_library(library) as lib:
        changes = set_fields(lib, choose(lib, named, TakeFilter()), values, actor)
    if json:
        print_json([_json(change) for change in changes])
        return
    _print_changes(changes)
    say(
        f"{counted(len(changes), 'field')} declared by {printable(actor.name, 40)}"
        "; undo does not reach recipes: declare again what should stand"
        if changes
        else "It stands so already."
    )


@app.command("table")
@selecting
def table_(which: TakeFilter, words: Words = None, library: LibraryFolder = None) -> None:
    """Print recipes as CSV for a spreadsheet: circletake recipe table --missing prompt > todo.csv"""
    from circletake.workflows.curation.curate import choose
    from circletake.workflows.curation.recipes import table as as_csv

    with open_library(library) as lib:
        slates = choose(lib, words or (), which, everything=True)
        # Bytes, so that no system rewrites the line ends or the encoding a spreadsheet needs.
        typer.echo(as_csv(slates).encode(), nl=False)
    note(f"{counted(len(slates), 'take')} · fill in what is missing, then: circletake recipe apply FILE.csv")


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(help="A table written by recipe table.", metavar="FILE.csv")],
    by: By = "",
    script: Script = False,
    dry_run: DryRun = False,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Take over the cells of a table that were changed; empty cells change nothing."""
    from circletake.workflows.actor import whoami
    from circletake.workflows.curation.recipes import apply_table

    actor = whoami(by, script)
    with open_library(library) as lib:
        applied = apply_table(lib, file, actor, dry_run=dry_run)
    if json:
        print_json(
            {
                "rows": applied.rows,
                "changes": [_json(change) for change in applied.changes],
                "stale": [_json(change) for change in applied.stale],
                "bad": applied.bad,
                "ignored": applied.ignored,
                "dry_run": dry_run,
            }
        )
    else:
        _print_changes(list(applied.changes))
        would = "would be " if dry_run else ""
        say(
            f"{counted(applied.rows, 'row')} · {counted(len(applied.changes), 'cell')} of "
            f"{counted(applied.takes, 'take')} "
            f"{would}declared by {printable(actor.name, 40)}"
        )
        if applied.stale:
            were = counted(len(applied.stale), "cell")
            say(f"  {were} older than a later mending, left; recipe set would take them back")
        if applied.ignored:
            say(f"  not recipe fields, ignored: {printable(', '.join(applied.ignored), 90)}")
        for row in applied.bad:
            say(f"  line {row.line}  {printable(row.reason, 100)}")
    if applied.bad:
        raise typer.Exit(1)


_LISTED = 20


def _print_changes(changes: list[Mended]) -> None:
    for change in changes[:_LISTED]:
        was = (
            f"  (was {printable(change.before, 30)})"
            if change.before and change.before != change.after
            else ""
        )
        say(f"{change.slate.take.label}  {printable(change.field, 30)} = {printable(change.after, 50)}{was}")
    if len(changes) > _LISTED:
        say(f"... {len(changes) - _LISTED} more")


def _json(change: Mended) -> dict[str, str]:
    take = change.slate.take
    return {
        "take": take.label,
        "sha256": take.sha256,
        "field": change.field,
        "before": change.before,
        "after": change.after,
    }
