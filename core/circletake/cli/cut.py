"""``circletake cut``: takes in an order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from circletake.cli.common import By, Declared, Json, LibraryFolder, open_library
from circletake.cli.console import note, print_json, say, table
from circletake.cli.cut_import import import_

if TYPE_CHECKING:
    from fractions import Fraction

    from circletake.model.cut import Cut, Song
    from circletake.workflows.library import Library

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
    from circletake.workflows.leaving.cutting import new_cut

    with open_library(library) as lib:
        sound = _song(song, song_origin, song_offset, by)
        cut = new_cut(lib, name, rate=_rate(rate), size=_size(size), song=sound)
    if json:
        print_json(cut.to_json())
        return
    say(f"{cut.name}: {cut.width}x{cut.height}, {_shown_rate(cut)} frames a second, empty")
    say(f"Next   circletake cut add {name!r} SH010/3 SH020/1@0.5-3")


@app.command("add")
def add(
    name: Name,
    takes: Annotated[
        list[str], typer.Argument(help="SH010/31, or a range of it: SH010/31@1.5-4.", metavar="TAKE...")
    ],
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Add takes, or ranges of takes, at the end."""
    from circletake.workflows.leaving.cutting import add_events

    with open_library(library) as lib:
        cut = add_events(lib, name, takes)
        if json:
            print_json(cut.to_json())
        else:
            _show(lib, cut)


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
    from circletake.workflows.leaving.cutting import auto_cut

    with open_library(library) as lib:
        sound = _song(song, song_origin, song_offset, by)
        made = auto_cut(
            lib,
            name,
            length=_seconds(length) if length else None,
            rate=_rate(rate),
            size=_size(size),
            song=sound,
            song_seconds=song_seconds(Path(sound.path)) - sound.offset if sound else None,
            replacing=force,
        )
        if json:
            print_json(made)
            return
        _show(lib, made.cut)
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
                    _clock(cut.seconds),
                    f"{cut.width}x{cut.height}",
                    _shown_rate(cut),
                ]
                for cut in cuts
            ]
            table(["CUT", "EVENTS", "LENGTH", "SIZE", "RATE"], rows)
            return
        cut = lib.registry.cuts.get(name)
        if json:
            print_json(cut.to_json())
        else:
            _show(lib, cut)


def _show(lib: Library, cut: Cut) -> None:
    from circletake.model.cut import timecode
    from circletake.model.text import counted, printable

    rows = []
    for placed in cut.placed:
        slate = lib.registry.takes.slate(placed.event.take_id)
        rows.append(
            [
                timecode(round(placed.record_in * cut.rate), cut.rate, cut.start),
                slate.take.label,
                slate.take.short,
                f"{float(placed.event.source_in):.2f}-{float(placed.event.source_out):.2f}",
                f"{float(placed.record_out - placed.record_in):.2f}",
                printable(slate.recipe["prompt"], 40),
            ]
        )
    table(["RECORD", "TAKE", "ID", "SOURCE", "LEN", "PROMPT"], rows)
    sound = f", song {printable(cut.song.name)} ({cut.song.origin.value})" if cut.song else ""
    say(
        f"{printable(cut.name)}: {counted(len(cut.events), 'event')}, {_clock(cut.seconds)}, "
        f"{cut.width}x{cut.height}, {_shown_rate(cut)} frames a second{sound}"
    )


def _clock(seconds: Fraction) -> str:
    return f"{int(seconds) // 60}:{float(seconds % 60):05.2f}"


def _shown_rate(cut: Cut) -> str:
    return str(cut.rate) if cut.rate.denominator == 1 else f"{float(cut.rate):.3f}"


def _song(path: Path | None, origin: Declared, offset: str, by: str) -> Song | None:
    from circletake.workflows.actor import whoami
    from circletake.workflows.leaving.cutting import load_song

    if path is None:
        return None
    actor = whoami(by)
    return load_song(path, origin.declaration, actor.name if actor.person else "", _seconds(offset))


def _seconds(text: str) -> Fraction:
    from fractions import Fraction

    from circletake.errors import BadInput

    try:
        whole = Fraction(0)
        for part in text.split(":"):
            whole = whole * 60 + Fraction(part)
    except (ValueError, ZeroDivisionError) as error:
        raise BadInput(text, "is no length", "seconds, e.g. 30, 12.5 or 1:30") from error
    if whole < 0:
        raise BadInput(text, "is no length", "seconds, e.g. 30, 12.5 or 1:30")
    return whole


def _rate(text: str) -> Fraction | None:
    from fractions import Fraction

    from circletake.errors import BadInput

    known = {"23.976": "24000/1001", "23.98": "24000/1001", "29.97": "30000/1001", "59.94": "60000/1001"}
    try:
        return Fraction(known.get(text, text)) if text else None
    except (ValueError, ZeroDivisionError) as error:
        raise BadInput("--rate", f"{text!r} is no rate", "e.g. 24 or 24000/1001") from error


def _size(text: str) -> tuple[int, int] | None:
    from circletake.errors import BadInput

    if not text:
        return None
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise BadInput("--size", f"{text!r} is no size", "e.g. 1280x720")
    return int(width), int(height)
