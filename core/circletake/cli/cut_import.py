"""``circletake cut import``: a timeline comes back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from circletake.cli.common import By, DryRun, Json, LibraryFolder, open_library
from circletake.cli.console import note, print_json, progress, say, table

if TYPE_CHECKING:
    from circletake.workflows.leaving.identifying import Identified, Known
    from circletake.workflows.leaving.songs import Heard

Timecoded = Annotated[
    str, typer.Option("--rate", help="Frames a second of an EDL, which does not tell it.", metavar="RATE")
]
Sequence = Annotated[str, typer.Option(help="Which sequence to read, of several.", metavar="NAME")]
MediaFolders = Annotated[
    list[Path] | None,
    typer.Option("--media", help="A folder with the media; repeat it.", metavar="FOLDER"),
]


def import_(
    timeline: Annotated[
        Path, typer.Argument(help="FCP7 XML, FCPXML, EDL, AAF, OTIO, OTIOZ.", metavar="TIMELINE")
    ],
    name: Annotated[str, typer.Option(help="Name of the cut; the timeline's without one.")] = "",
    rate: Timecoded = "",
    sequence: Sequence = "",
    media: MediaFolders = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a cut of this name.")] = False,
    by: By = "",
    dry_run: DryRun = False,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Read an editor's timeline: which takes are used where, how each was known, what is not ours.

    Exit status 0: all that is seen is takes, 1: some is not, 2: could not.
    """
    from circletake.cli.cutting import rate_from
    from circletake.model.text import printable
    from circletake.workflows.actor import whoami
    from circletake.workflows.leaving.identifying import identify, read
    from circletake.workflows.leaving.importing import cut_of, save

    with open_library(library) as lib:
        found_timeline = read(timeline, rate_from(rate), sequence)
        with progress("identify", "nothing was changed") as bar:
            found = identify(lib, found_timeline, timeline.absolute().parent, media=media or (), progress=bar)
        made = cut_of(lib, found, name) if any(row.source_in is not None for row in found.ours) else None
        if made and not dry_run:
            save(lib, made.cut, whoami(by), force=force)
    if json:
        print_json(as_json(found, made.not_carried if made else ()))
    else:
        show(found)
        if made:
            for text in made.not_carried:
                note(f"not carried into the cut: {printable(text)}")
            if not dry_run:
                say(f"Cut    {printable(made.cut.name)}", f"Next   circletake cut show {made.cut.name!r}")
        elif found.rows:
            note("no cut was made: of no piece it is known which part of which take it shows")
    if found.foreign or not found.rows:
        raise typer.Exit(1)


def show(found: Identified) -> None:
    """What is seen, then what else is in the timeline, as lines."""
    from circletake.model.cut import timecode
    from circletake.model.text import counted, printable

    timeline = found.timeline
    say(
        f"{printable(timeline.name, 60) or 'without a name'}  {timeline.format}"
        f" · {float(timeline.rate):.6g} frames a second · {timeline.frames} frames"
    )
    rows = []
    for row in found.rows:
        piece = row.piece
        record = [timecode(at, timeline.rate, timeline.start) for at in (piece.record_in, piece.record_out)]
        source = "-" if row.source_in is None else f"{float(row.source_in):.2f}"
        label = row.take.label if row.take else "-"
        rows.append([*record, piece.track, label, source, f"{float(piece.speed):.4g}", _told(row)])
    if rows:
        table(["RECORD", "OUT", "ON", "TAKE", "SOURCE", "SPEED", "KNOWN BY"], rows)
    frames = sum(row.piece.frames for row in found.ours)
    share = f"{frames / timeline.frames:.1%}" if timeline.frames else "0%"
    if found.rows:
        say(f"{len(found.ours)} of {counted(len(found.rows), 'piece')} are takes · {share} of the timeline")
    else:
        say(_why_nothing(found))
    strange = found.sounds
    if heard := found.song:
        strange = tuple(piece for piece in found.sounds if piece is not heard.piece)
        at = "-" if heard.piece.source_in is None else f"{float(heard.piece.source_in):.2f}"
        say(f"song   {printable(heard.song.name, 60)}, from {at} s  {heard.how}")
    for word, pieces in (
        ("titles, generators", timeline.generators),
        ("sound, not ours", strange),
        ("switched off", timeline.disabled),
        ("hidden below others", timeline.hidden),
    ):
        if pieces:
            names = ", ".join(dict.fromkeys(printable(piece.called, 40) for piece in pieces[:6]))
            say(f"{word}: {len(pieces)}  {names}{', ...' if len(pieces) > 6 else ''}")
    for text in timeline.notes:
        note(printable(text))


def _why_nothing(found: Identified) -> str:
    """What a timeline holds that shows no clip."""
    from circletake.model.text import counted

    timeline = found.timeline
    others = (
        (len(timeline.generators), "title or generator", "titles or generators"),
        (len(timeline.disabled), "piece that is switched off", "pieces that are switched off"),
        (len(timeline.sounds), "sound", "sounds"),
    )
    held = ", ".join(counted(number, *words) for number, *words in others if number)
    return f"no clip is seen in it, {f'only {held}' if held else 'nothing but gaps'}; no cut was made"


def _told(row: Known) -> str:
    from circletake.model.text import printable

    piece = row.piece
    extra = "; ".join(filter(None, (row.why, piece.caveat)))
    dissolve = f"; dissolve {max(piece.dissolves)} frames" if any(piece.dissolves) else ""
    told = f"{row.how}: {piece.called}" if row.take else f"not ours: {piece.called}"
    return printable(f"{told}{f' ({extra})' if extra else ''}{dissolve}", 120)


def as_json(found: Identified, not_carried: tuple[str, ...] = ()) -> dict[str, Any]:
    """Everything that was read and known, in JSON's own types."""
    timeline = found.timeline
    return {
        "name": timeline.name,
        "format": timeline.format,
        "rate": str(timeline.rate),
        "start": timeline.start,
        "frames": timeline.frames,
        "width": timeline.width,
        "height": timeline.height,
        "rows": [_row(row, timeline.rate) for row in found.rows],
        "titles": [_piece(each) for each in timeline.generators],
        "song": _song(found.song) if found.song else None,
        "sounds": [_piece(each) for each in found.sounds],
        "disabled": [_piece(each) for each in timeline.disabled],
        "hidden": [_piece(each) for each in timeline.hidden],
        "notes": list(timeline.notes),
        "not_carried": list(not_carried),
    }


def _song(heard: Heard) -> dict[str, Any]:
    return {**_piece(heard.piece), "sha256": heard.song.sha256, "known_by": heard.how}


def _row(row: Known, rate: Any) -> dict[str, Any]:
    out = row.source_out(rate)
    return {
        **_piece(row.piece),
        "take": row.take.label if row.take else "",
        "sha256": row.take.sha256 if row.take else "",
        "known_by": row.how,
        "source_in": None if row.source_in is None else str(row.source_in),
        "source_out": None if out is None else str(out),
        "why": row.why,
    }


def _piece(piece: Any) -> dict[str, Any]:
    return {
        "track": piece.track,
        "record_in": piece.record_in,
        "record_out": piece.record_out,
        "speed": str(piece.speed),
        "name": piece.name,
        "path": piece.path,
        "file": piece.file,
        "reel": piece.reel,
        "nested": list(piece.nested),
        "dissolves": list(piece.dissolves),
        "caveat": piece.caveat,
    }
