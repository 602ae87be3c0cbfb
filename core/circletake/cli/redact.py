"""``circletake redact``: a copy of a signed video whose credentials no longer hold its prompts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from circletake.cli.common import By, Json, LibraryFolder, load_plugins, open_library
from circletake.cli.console import note, print_json, say
from circletake.cli.export import from_here

if TYPE_CHECKING:
    from circletake.protocols import OpenSigner


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
    with _signer(library) as (signer, asked):
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


@contextmanager
def _signer(folder: Path | None) -> Iterator[tuple[OpenSigner, str]]:
    """Key and timestamper: as for an export where there is a library, else this machine's key alone."""
    from circletake.provenance.keys import KeyRing
    from circletake.workflows.leaving.signer import open_signer, timestamper
    from circletake.workflows.library import user_home
    from circletake.workflows.settings import root_above

    if folder is None and root_above(Path.cwd()) is None:
        signer = KeyRing(user_home()).signer()
        try:
            yield signer, ""
        finally:
            signer.close()
        return
    with open_library(folder) as lib, open_signer(lib, load_plugins(lib)) as opened:
        yield opened, timestamper(lib)
