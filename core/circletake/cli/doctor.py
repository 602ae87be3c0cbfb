"""``circletake doctor``: what this installation can and cannot do."""

from __future__ import annotations

import typer

from circletake.cli.common import Json
from circletake.cli.console import print_json, table


def doctor(json: Json = False) -> None:
    """Check Python, SQLite, the media and signing libraries, keys and the library at hand."""
    from circletake.workflows.upkeep.checkup import checkup

    rows = checkup()
    if json:
        print_json(rows)
    else:
        table(("", "WHAT", "FOUND"), [("ok" if row.fine else "!!", row.what, row.found) for row in rows])
    if not all(row.fine for row in rows):
        raise typer.Exit(1)
