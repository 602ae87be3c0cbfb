"""``circletake redact``: a copy of a signed video whose credentials no longer hold its prompts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.common import By, Json, LibraryFolder
from circletake.cli.console import note, print_json, say
from circletake.cli.export import from_here
from circletake.cli.signing import signer_here


def redact(
    file: Annotated[Path, typer.Argument(help="A signed video.", metavar="FILE")],
    to: Annotated[Path, typer.Option(help="The copy to write.", metavar="FILE")],
    seeds: Annotated[
        bool, typer.Option("--seeds", help="Seeds too, and the records of takes that hold them.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    by: By = "",
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Copy a signed video without the prompts in its credentials, signed with your key.

    What the original's credentials say beside them stays, and the copy says that something was
    redacted. The original is not touched. Exit status 1: a prompt stands where no redaction reaches.
    """
    from datetime import UTC, datetime

    from circletake.model.text import printable
    from circletake.workflows.actor import whoami
    from circletake.workflows.leaving.redacting import redact as make

    actor = whoami(by)
    with signer_here(library) as (signer, asked):
        done = make(
            file,
            to,
            signer,
            when=datetime.now(UTC),
            by=actor,
            seeds=seeds,
            force=force,
            timestamper=asked,
        )
    if json:
        print_json(done)
    else:
        beside = f" with {printable(done.sidecar.name)}" if done.sidecar else ""
        say(f"{from_here(done.path)}{beside}  signed, re-read", f"removed  {', '.join(done.removed)}")
        say(*(f"left     {text}" for text in done.left))
    if done.left:
        note("no redaction reaches what is left; from the library: circletake export --prompts omit")
        raise typer.Exit(1)
