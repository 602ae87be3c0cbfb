"""``circletake contact``: takes as one file to look at, on any device."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.common import Json, LibraryFolder, hint_of_jobs, load_plugins, open_library
from circletake.cli.console import note, print_json, say
from circletake.cli.selecting import Words, selecting
from circletake.model.slate import TakeFilter


@selecting
def contact(
    which: TakeFilter,
    words: Words = None,
    cut: Annotated[str, typer.Option(help="The takes of this cut, in its order.", metavar="NAME")] = "",
    to: Annotated[Path | None, typer.Option(help="Where to write it.", metavar="FILE.html")] = None,
    title: Annotated[str, typer.Option(help="What stands at its top.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Write a contact sheet: one file that works offline, judged with keys or thumbs."""
    from circletake.errors import BadInput
    from circletake.model.text import counted, file_stem, human_size, printable
    from circletake.workflows.curation.contact import slates_of_cut, with_folded, write_sheet
    from circletake.workflows.curation.curate import choose

    with open_library(library) as lib:
        chosen = None
        if cut:
            if words or replace(which, folded=True) != TakeFilter():
                raise BadInput("--cut", "names its own takes", "leave the other conditions out")
            chosen, slates = slates_of_cut(lib, cut)
        else:
            slates = choose(lib, words or (), which, everything=True)
            if not which.folded:
                slates = with_folded(lib, slates)
        name = title or (f"{lib.settings.name} · {cut}" if cut else lib.settings.name)
        path = to or Path(f"{file_stem(name)}_contact.html")
        written = write_sheet(lib, load_plugins(lib), slates, path, title=name, cut=chosen, replace=force)
        hint_of_jobs(lib)
    if json:
        print_json(written)
        return
    say(
        f"{printable(str(written.path))}  {counted(written.takes, 'take')}, {human_size(written.size)},"
        " one file that needs no server"
    )
    if written.bare:
        note(
            f"{counted(written.bare, 'take')} without a picture yet: circletake analyze, then write it again"
        )
    for warning in written.warnings:
        note(printable(warning))
    say("Next   open it and judge (? shows the keys), then: circletake picks apply picks.json --by NAME")
