"""``circletake cut``: takes in an order."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.common import By, Declared, Json, LibraryFolder, open_library
from circletake.cli.console import note, print_json, say, table
from circletake.cli.cut_changes import CHANGES
from circletake.cli.cut_import import import_
from circletake.cli.cutting import (
    clock,
    rate_from,
    seconds_from,
    show_cut,
    shown_rate,
    size_from,
    song_from,
    tell,
)

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Order takes into a cut.")
app.command("import")(import_)

Name = Annotated[str, typer.Argument(help="Name of the cut.", metavar="NAME")]
Rate = Annotated[str, typer.Option(help="Frames a second, exact: 24, 24000/1001.", metavar="RATE")]
Size = Annotated[str, typer.Option(help="Pixels, e.g. 1280x720.", metavar="WxH")]
SongFile = Annotated[Path | None, typer.Option(help="A song to lie under it.", metavar="FILE")]
SongOrigin = Annotated[Declared, typer.Option(help="What you say of how it was made.")]
SongOffset = Annotated[str, typer.Option(help="Seconds into the song at which the cut starts.")]


@app.command("new")
def new(
    name: Name,
    rate: Rate = "",
    size: Size = "",
    song: SongFile = None,
    song_origin: SongOrigin = Declared.UNDECLARED,
    song_offset: SongOffset = "0",
    by: By = "",
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Make an empty cut."""
    from circletake.workflows.actor import whoami
    from circletake.workflows.leaving.cutting import new_cut

    with open_library(library) as lib:
        sound = song_from(song, song_origin, song_offset, by)
        cut = new_cut(lib, name, rate=rate_from(rate), size=size_from(size), song=sound, by=whoami(by))
    if json:
        print_json(cut.to_json())
        return
    say(f"{cut.name}: {cut.width}x{cut.height}, {shown_rate(cut)} frames a second, empty")
    say(f"Next   circletake cut add {name!r} SH010/3 SH020/1@0.5-3")


@app.command("add")
def add(
    name: Name,
    takes: Annotated[
        list[str],
        typer.Argument(
            help="SH010/31, or a range: SH010/31@1.5-4 (seconds), SH010/31@36f-96f.",
            metavar="TAKE...",
        ),
    ],
    at: Annotated[
        int | None, typer.Option(help="The number the first will have; last without it.", metavar="N")
    ] = None,
    by: By = "",
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Add takes, or ranges of takes."""
    from circletake.workflows.actor import whoami
    from circletake.workflows.leaving.cutting import add_events

    with open_library(library) as lib:
        tell(lib, add_events(lib, name, takes, at=at, by=whoami(by)), json)


@app.command("auto")
def auto(
    name: Name,
    length: Annotated[str, typer.Option(help="Of the whole, 30 or 1:30.", metavar="SECONDS")] = "",
    rate: Rate = "",
    size: Size = "",
    song: SongFile = None,
    song_origin: SongOrigin = Declared.UNDECLARED,
    song_offset: SongOffset = "0",
    by: By = "",
    force: Annotated[bool, typer.Option("--force", help="Replace a cut of this name.")] = False,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Cut the best circled take of each shot together, leaving out stretches with findings."""
    from circletake.media.soundtrack import song_seconds
    from circletake.model.text import printable
    from circletake.workflows.actor import whoami
    from circletake.workflows.leaving.cutting import auto_cut

    with open_library(library) as lib:
        sound = song_from(song, song_origin, song_offset, by)
        made = auto_cut(
            lib,
            name,
            length=seconds_from(length) if length else None,
            rate=rate_from(rate),
            size=size_from(size),
            song=sound,
            song_seconds=song_seconds(Path(sound.path)) - sound.offset if sound else None,
            replacing=force,
            by=whoami(by),
        )
        if json:
            print_json(made)
            return
        show_cut(lib, made.cut)
    for chosen in made.chosen:
        label = chosen.slate.take.label
        if chosen.avoided:
            note(f"{label}: left out its {', '.join(chosen.avoided)}")
        elif chosen.kept:
            note(f"{label}: {', '.join(chosen.kept)} could not be left out")
    if made.without:
        more = f" and {len(made.without) - 8} more" if len(made.without) > 8 else ""
        note(f"no circled take in {', '.join(printable(code) for code in made.without[:8])}{more}")
    say(f"Next   circletake release NAME --cut {name!r}")


@app.command("show")
def show(
    name: Annotated[
        str, typer.Argument(help="Name of the cut; without one, all are listed.", metavar="[NAME]")
    ] = "",
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Show a cut event by event, or list all cuts."""
    with open_library(library) as lib:
        if not name:
            cuts = [lib.registry.cuts.get(each) for each in lib.registry.cuts.names()]
            if json:
                print_json([cut.to_json() for cut in cuts])
                return
            rows = [
                [
                    cut.name,
                    str(len(cut.events)),
                    clock(cut.seconds),
                    f"{cut.width}x{cut.height}",
                    shown_rate(cut),
                ]
                for cut in cuts
            ]
            table(["CUT", "EVENTS", "LENGTH", "SIZE", "RATE"], rows)
            return
        cut = lib.registry.cuts.get(name)
        tell(lib, cut, json)


for _name, _command in CHANGES.items():
    app.command(_name)(_command)
