"""``circletake play``: look at a take."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.common import Json, LibraryFolder, OneTake, open_library
from circletake.cli.console import print_json, say
from circletake.model.text import printable


def play(
    take: OneTake,
    print_path: Annotated[bool, typer.Option("--print", help="Print the file's path instead.")] = False,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Open a take in the system's player. With --print or --json, only say where its file is."""
    from circletake.errors import MediaError
    from circletake.workflows.curation.curate import choose_one

    with open_library(library) as lib:
        slate = choose_one(lib, take)
        path = lib.media(slate.take)
    if json:
        print_json({"take": slate.take.label, "sha256": slate.take.sha256, "path": path})
        return
    if print_path:
        say(shown_path(path))
        return
    if not open_in_player(path):
        raise MediaError(slate.take.label, "no player could be opened here", f"the file is {path}")


def shown_path(path: Path) -> str:
    """Exact for a script that reads it; a person's terminal is not handed a hostile file name."""
    return printable(str(path)) if sys.stdout.isatty() else str(path)


def open_in_player(path: Path) -> bool:
    """Hand the file to the system, and tell whether it took it."""
    if sys.platform == "win32":
        os.startfile(path)
        return True
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    try:
        process = subprocess.Popen([opener, str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return False
    try:
        return process.wait(timeout=2) == 0
    except subprocess.TimeoutExpired:
        # Some openers stay until the player is closed.
        return True
