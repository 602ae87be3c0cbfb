"""``circletake library``: verify, relink, back up, tidy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.common import DryRun, Json, LibraryFolder, Yes, open_library
from circletake.cli.console import confirm, print_json, progress, say
from circletake.model.text import counted, human_size, printable

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)

_LISTED = 30


@app.callback()
def group() -> None:
    """Verify, relink, back up, tidy the library."""


@app.command()
def verify(json: Json = False, library: LibraryFolder = None) -> None:
    """Read every file again and compare it with the record.

    Goes on where it was stopped. Exit status 1 when a file is missing or not what it was.
    """
    from circletake.workflows.upkeep.upkeep import verify as run

    with open_library(library) as lib, progress("verifying") as bar:
        report = run(lib, progress=bar)
    if json:
        print_json(report)
    else:
        ok = report.files - len(report.troubles)
        resumed = f" · {report.resumed} of them checked in the round that was interrupted" * bool(
            report.resumed
        )
        say(f"{ok} of {report.files} files OK{resumed}")
        others = {state.value: n for state, n in report.states.items() if state.value != "ok"}
        if others:
            say("  " + " · ".join(f"{count} {state}" for state, count in others.items()))
            for row in report.troubles[:_LISTED]:
                note = f"  ({printable(row.note)})" if row.note else ""
                say(f"  {row.state.value}  {row.take}  {printable(row.path)}{note}")
        if len(report.troubles) > _LISTED:
            say(f"and {len(report.troubles) - _LISTED} more (--json lists all)")
        if report.unreadable:
            count = len(report.unreadable)
            lack = "take has no file" if count == 1 else "takes have no file"
            say(f"Next   {count} {lack}: circletake library relink FOLDER")
    if not report.sound:
        raise typer.Exit(1)


@app.command()
def relink(
    folders: Annotated[list[Path], typer.Argument(help="Where to look.", metavar="FOLDER...")],
    dry_run: DryRun = False,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Find files that were moved on disk, by size and then by sha256.

    Exit status 1 when some are still missing.
    """
    from circletake.workflows.upkeep.upkeep import relink as run

    with open_library(library) as lib, progress("reading") as bar:
        report = run(lib, folders, dry_run=dry_run, progress=bar)
    if json:
        print_json(report)
    else:
        would = "would be found" if dry_run else "found"
        total = len(report.found) + len(report.missing)
        say(f"{len(report.found)} of {total} missing files {would} · {report.read} read to be sure")
        for row in report.found[:_LISTED]:
            say(f"  {row.take}  {printable(row.now)}")
        for label, path in report.missing[:_LISTED]:
            say(f"  {label}  still missing: {printable(path)}")
    if report.missing:
        raise typer.Exit(1)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="A new file.", metavar="FILE")],
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Copy the registry: every recipe, decision and measurement. Media are not in it."""
    from circletake.workflows.upkeep.upkeep import backup as run

    with open_library(library) as lib:
        written = run(lib, file)
    if json:
        print_json({"backup": written, "bytes": written.stat().st_size})
    else:
        say(f"{printable(str(written))}  {human_size(written.stat().st_size)}; media are not in it")


@app.command()
def gc(dry_run: DryRun = False, yes: Yes = False, json: Json = False, library: LibraryFolder = None) -> None:
    """Remove derived files that nothing refers to.

    Never the media of a take, never quarantine.
    """
    from circletake.workflows.upkeep.tidying import leftovers, sweep

    with open_library(library) as lib:
        rows = leftovers(lib)
        size = sum(row.size for row in rows)
        if json and dry_run:
            print_json(rows)
            return
        if not json:
            for row in rows[:_LISTED]:
                say(f"  {human_size(row.size):>9}  {row.why}  {printable(str(row.path))}")
            if len(rows) > _LISTED:
                say(f"  and {len(rows) - _LISTED} more (--json lists all)")
            say(f"{counted(len(rows), 'file')}, {human_size(size)}" if rows else "nothing to remove")
        if not rows or dry_run:
            if rows:
                say("Next   circletake library gc")
            return
        confirm(f"Remove {counted(len(rows), 'file')}?", yes)
        freed = sweep(lib, rows)
    if json:
        print_json({"removed": rows, "freed": freed})
    else:
        say(f"{human_size(freed)} freed")
