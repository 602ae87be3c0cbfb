"""``circletake init``: make a library."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.common import Json
from circletake.cli.console import print_json, say
from circletake.model.text import printable


def init(
    folder: Annotated[
        Path, typer.Argument(help="A new or existing folder; this one if none is named.", metavar="[FOLDER]")
    ] = Path(),
    json: Json = False,
) -> None:
    """Make a library in a folder. Commands find it from any folder below."""
    from circletake.workflows.library import create_library

    with create_library(folder) as library:
        root = library.root
    if json:
        print_json({"library": root})
        return
    say(f"library {printable(root.name)} made in {printable(str(root))}")
    here = "" if root == Path.cwd().resolve() else f"cd {printable(str(folder))} && "
    say(f"Next   {here}circletake import FOLDER")
