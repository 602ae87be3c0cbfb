"""``circletake play``: look at a take."""

from __future__ import annotations

from typing import Annotated

import typer

from circletake.cli.common import LibraryFolder, open_library
from circletake.cli.console import say


def play(
    take: Annotated[str, typer.Argument(help="A take.")],
    print_path: Annotated[bool, typer.Option("--print", help="Print the file's path instead.")] = False,
    library: LibraryFolder = None,
) -> None:
    """Open a take in the system's player."""
    from circletake.errors import MediaError
    from circletake.workflows.curate import choose_one

    with open_library(library) as lib:
        slate = choose_one(lib, take)
        path = lib.media(slate.take)
    if print_path:
        say(str(path))
        return
    try:
        status = typer.launch(str(path))
    except OSError:
        status = 1
    if status:
        raise MediaError(slate.take.label, "no player could be opened here", f"the file is {path}")
