"""``circletake cut trim``, ``move``, ``remove``, ``gap``, ``speed``, ``fit``, ``song``, ``preview``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.common import By, Declared, Json, LibraryFolder, open_library
from circletake.cli.console import note, print_json, progress, say
from circletake.cli.cutting import seconds_from, speed_from, tell

Name = Annotated[str, typer.Argument(help="Name of the cut.", metavar="NAME")]
Event = Annotated[int, typer.Argument(help="Number of the event: see cut show.", metavar="EVENT")]
Events = Annotated[str, typer.Argument(help="Numbers of events: 3, 2-4, 2,5 or all.", metavar="EVENTS")]


def trim(
    name: Name,
    event: Event,
    start: Annotated[str, typer.Option("--in", help="Seconds of the take, or a frame: 36f.")] = "",
    end: Annotated[str, typer.Option("--out", help="Where it ends; the same.")] = "",
    by: By = "",
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Let an event start or end elsewhere in its take."""
    from circletake.workflows.actor import whoami
    from circletake.workflows.leaving.editing import trim as change

    with open_library(library) as lib:
        tell(lib, change(lib, name, event, start, end, by=whoami(by)), json)
    _undo(json)


def move(
    name: Name,
    events: Events,
    to: Annotated[int, typer.Option(help="The number the first of them will have.", metavar="N")],
    by: By = "",
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Put events elsewhere, in the order you name them: 3,1,2 --to 1."""
    from circletake.workflows.actor import whoami
    from circletake.workflows.leaving.editing import move as change
    from circletake.workflows.leaving.editing import numbers_of

    with open_library(library) as lib:
        numbers = numbers_of(events, len(lib.registry.cuts.get(name).events))
        tell(lib, change(lib, name, numbers, to, by=whoami(by)), json)
    _undo(json)


def remove(
    name: Name, events: Events, by: By = "", json: Json = False, library: LibraryFolder = None
) -> None:
    """Take events out of a cut; the takes stay in the library."""
    from circletake.workflows.actor import whoami
    from circletake.workflows.leaving.editing import numbers_of
    from circletake.workflows.leaving.editing import remove as change

    with open_library(library) as lib:
        numbers = numbers_of(events, len(lib.registry.cuts.get(name).events))
        tell(lib, change(lib, name, numbers, by=whoami(by)), json)
    _undo(json)


def gap(
    name: Name,
    events: Events,
    seconds: Annotated[str, typer.Argument(help="Of black before each; 0 for none.", metavar="SECONDS")],
    by: By = "",
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Let black stand before events."""
    from circletake.workflows.actor import whoami
    from circletake.workflows.leaving.editing import numbers_of, set_gap

    with open_library(library) as lib:
        numbers = numbers_of(events, len(lib.registry.cuts.get(name).events))
        tell(lib, set_gap(lib, name, numbers, seconds_from(seconds), by=whoami(by)), json)
    _undo(json)


def speed(
    name: Name,
    events: Events,
    factor: Annotated[str, typer.Argument(help="2 is twice as fast, 1/2 half.", metavar="FACTOR")],
    by: By = "",
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Play events faster or slower; sound keeps its pitch."""
    from circletake.workflows.actor import whoami
    from circletake.workflows.leaving.editing import numbers_of, set_speed

    with open_library(library) as lib:
        numbers = numbers_of(events, len(lib.registry.cuts.get(name).events))
        tell(lib, set_speed(lib, name, numbers, speed_from(factor), by=whoami(by)), json)
    _undo(json)


def fit(
    name: Name,
    how: Annotated[str, typer.Argument(help="letterbox, crop, blur; as-cut for events.", metavar="HOW")],
    events: Annotated[
        str, typer.Argument(help="Events it is for: 3, 2-4, all; without them, the cut.", metavar="[EVENTS]")
    ] = "",
    by: By = "",
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Say how pictures of another shape fill the frame."""
    from circletake.errors import BadInput
    from circletake.model.cut import Fit
    from circletake.workflows.actor import whoami
    from circletake.workflows.leaving.editing import numbers_of, set_fit

    if how not in (*Fit, "as-cut"):
        raise BadInput(how, "is no way to fit a picture", f"one of {', '.join(Fit)}, as-cut")
    with open_library(library) as lib:
        count = len(lib.registry.cuts.get(name).events)
        numbers = numbers_of(events, count) if events else []
        wanted = None if how == "as-cut" else Fit(how)
        tell(lib, set_fit(lib, name, numbers, wanted, by=whoami(by)), json)
    _undo(json)


def song(
    name: Name,
    file: Annotated[Path | None, typer.Argument(help="The song; the one there is.", metavar="[FILE]")] = None,
    offset: Annotated[str, typer.Option(help="Seconds into the song at which the cut starts.")] = "",
    fade_in: Annotated[str, typer.Option(help="Seconds over which it comes in.")] = "",
    fade_out: Annotated[str, typer.Option(help="Seconds over which it goes out at the end.")] = "",
    volume: Annotated[str, typer.Option(help="1 as it is, 0.5 half.")] = "",
    origin: Annotated[Declared | None, typer.Option(help="What you say of how it was made.")] = None,
    none: Annotated[bool, typer.Option("--none", help="No song any more.")] = False,
    by: By = "",
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Lay a song under the cut, or change how the one there lies."""
    from dataclasses import replace

    from circletake.errors import BadInput
    from circletake.workflows.actor import whoami
    from circletake.workflows.leaving.cutting import load_song
    from circletake.workflows.leaving.editing import set_song

    actor = whoami(by)
    with open_library(library) as lib:
        before = lib.registry.cuts.get(name).song
        if none:
            tell(lib, set_song(lib, name, None, by=actor), json)
            _undo(json)
            return
        path = file or (Path(before.path) if before else None)
        if path is None:
            raise BadInput(name, "has no song yet", f"circletake cut song {name!r} FILE")
        same = before if before and file is None else None
        said = origin.declaration if origin else same.origin if same else Declared.UNDECLARED.declaration
        who = same.declared_by if same and origin is None else actor.name if actor.person else ""
        at = seconds_from(offset) if offset else same.offset if same else seconds_from("0")
        laid = load_song(path, said, who, at)
        if same and laid.sha256 != same.sha256:
            raise BadInput(same.name, "is another song by now", f"name it: circletake cut song {name!r} FILE")
        asked = {"fade_in": fade_in, "fade_out": fade_out, "volume": volume}
        kept = {key: getattr(same, key) for key in asked} if same else {}
        given = {key: seconds_from(text) for key, text in asked.items() if text}
        tell(lib, set_song(lib, name, replace(laid, **{**kept, **given}), by=actor), json)
    _undo(json)


def preview(
    name: Name,
    print_path: Annotated[bool, typer.Option("--print", help="Print the file's path instead.")] = False,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Render a cut quickly at half its size and play it. It stays in the library: it is not signed."""
    from circletake.cli.play import open_in_player, shown_path
    from circletake.errors import MediaError
    from circletake.workflows.leaving.preview import preview as make

    with open_library(library) as lib, progress("preview", "no preview was made") as bar:
        path = make(lib, name, progress=bar)
    if json:
        print_json({"cut": name, "preview": path, "signed": False})
        return
    if print_path:
        say(shown_path(path))
        return
    note("not signed, for your eyes only; what leaves is made by: circletake export, circletake release")
    if not open_in_player(path):
        raise MediaError(name, "no player could be opened here", f"the preview is {path}")


def _undo(json: bool) -> None:
    if not json:
        say("Undo: circletake undo")


CHANGES: dict[str, Callable[..., None]] = {
    "trim": trim,
    "move": move,
    "remove": remove,
    "gap": gap,
    "speed": speed,
    "fit": fit,
    "song": song,
    "preview": preview,
}
"""The commands that change a cut that is there, or show it, by name."""
