"""``circletake regrade``: sign another grade of a signed export, which stays its parent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.common import By, Json, LibraryFolder
from circletake.cli.console import print_json, say
from circletake.cli.export import from_here
from circletake.cli.signing import signer_here
from circletake.model.edit import Edit


def regrade(
    film: Annotated[Path, typer.Argument(help="The graded video.", metavar="FILM")],
    of: Annotated[Path, typer.Option("--of", help="The signed export that was graded.", metavar="EXPORT")],
    to: Annotated[Path, typer.Option("--to", help="The signed film to write.", metavar="FILE")],
    edit: Annotated[
        list[Edit] | None, typer.Option("--edit", help="What was done; repeat it. [default: colour]")
    ] = None,
    software: Annotated[str, typer.Option(help="What it was done with.", metavar="NAME")] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    by: By = "",
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Sign a film that is an export of yours in other colours, on your word, with your key.

    The export's credentials, its takes and prompts among them, stay inside. Every picture must stand
    where it stood: for a film that was cut again there is finish.
    """
    from datetime import UTC, datetime

    from circletake.workflows.actor import whoami
    from circletake.workflows.leaving.regrading import regrade as make

    actor = whoami(by)
    edits = edit or [Edit.COLOUR]
    with signer_here(library) as (signer, asked):
        done = make(
            film,
            of,
            to,
            signer,
            edits=edits,
            when=datetime.now(UTC),
            by=actor,
            software=software,
            force=force,
            timestamper=asked,
        )
    if json:
        print_json(
            {"path": str(done), "of": str(of), "edits": [str(each) for each in edits], "by": actor.name}
        )
    else:
        say(f"{from_here(done)}  signed, re-read", f"parent   {from_here(of)}; {', '.join(edits)}")
