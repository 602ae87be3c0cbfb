"""``circletake locate``: which takes are in a finished film, and how each was made."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from circletake.cli.common import Json, LibraryFolder, open_library
from circletake.cli.console import note, progress, say, table
from circletake.errors import BadInput

if TYPE_CHECKING:
    from circletake.cuesheet.rows import CueSheet, Said

_BOM = "\ufeff"
"""By which a spreadsheet knows a file of UTF-8; what reads a pipe would take it for text."""

_STOPPED = "nothing is kept of a search"


def locate(
    video: Annotated[Path, typer.Argument(help="A finished film, or any video.", metavar="VIDEO")],
    prompts: Annotated[
        bool, typer.Option("--prompts", help="Also how each take was made, and who says so.")
    ] = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Also write a table; - prints it instead.", metavar="FILE")
    ] = None,
    otio: Annotated[
        Path | None,
        typer.Option(
            "--otio", help="Also write a timeline of the takes; - prints it instead.", metavar="FILE"
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html", help="Also write a page: film and takes side by side; - prints it.", metavar="FILE"
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Find the library's takes in a film, by its pictures alone.

    Nothing is changed and nothing leaves this machine. Exit status 0: all of the film was
    found, 1: parts were not, 2: could not.
    """
    from circletake.cuesheet.document import json_text
    from circletake.cuesheet.rows import sheet_of
    from circletake.model.text import human_size, printable
    from circletake.workflows.analysis.cue_files import STDOUT, CueFiles, cue_texts, write_cue_files
    from circletake.workflows.analysis.locating import locate as run
    from circletake.workflows.analysis.locating import slates_of
    from circletake.workflows.curation.selection import selection_of

    to = CueFiles(csv, otio, html)
    if to.piped and json:
        raise BadInput("--json", f"is printed, and so is {to.piped} -", "name a file for one of the two")
    if to.piped and prompts:
        raise BadInput("--prompts", f"is printed, and so is {to.piped} -", "the file has them in any case")
    with open_library(library) as lib:
        to.check(lib, video, force)
        with progress("locate", _STOPPED) as bar:
            cues = run(lib, video, progress=bar)
        slates = slates_of(lib, cues)
        sheet = sheet_of(cues, slates, selection_of(lib, {cue.take_id for cue in cues.cues}))
        with progress("reading frames", _STOPPED) as bar:
            texts = cue_texts(lib, video, cues, sheet, slates, to, progress=bar)
    write_cue_files(texts)
    tell = note if json or to.piped else say
    if json:
        say(json_text(sheet))
    elif to.piped:
        say(texts[STDOUT].removeprefix(_BOM).removesuffix("\n"))
        for line in (_summary(sheet), *_left_out(sheet)):
            tell(line)
    else:
        _show(sheet, prompts)
    for path in to.files:
        tell(f"Wrote  {printable(str(path))}  {human_size(path.stat().st_size)}")
    if tell is say and not html:
        say(f"Next   circletake locate {printable(shlex.quote(str(video)))} --html cues.html")
    if not sheet.complete:
        raise typer.Exit(1)


def _show(sheet: CueSheet, prompts: bool) -> None:
    from circletake.cuesheet.rows import Row
    from circletake.cuesheet.wording import correlation, speed
    from circletake.model.text import clock, counted, printable

    say(
        f"{printable(sheet.film, 80)}  {clock(sheet.seconds)}, {sheet.shown_rate} fps"
        f" · compared with {counted(sheet.takes, 'take')}"
    )
    rows = []
    for row in sheet.rows:
        if isinstance(row, Row):
            source = f"{row.source_in:.2f}-{row.source_out:.2f}"
            picture = "" if row.picture is None else correlation(row.picture)
            rows.append((row.record_in, row.take, row.id, source, speed(row.speed), picture, row.how))
        else:
            rows.append((row.record_in, *"-----", row.told))
    table(("RECORD", "TAKE", "ID", "SOURCE", "SPEED", "PICTURE", "HOW"), rows)
    if prompts:
        say("", *_made(sheet))
    say(_summary(sheet))
    for line in _left_out(sheet):
        say(line)


def _summary(sheet: CueSheet) -> str:
    from circletake.cuesheet.wording import percent
    from circletake.model.text import clock, counted

    found = f"{len(sheet.cues)} of {counted(len(sheet.rows), 'stretch', 'stretches')} found"
    share = percent(sheet.found_frames, sheet.frames)
    told = f"{found} · {clock(sheet.found)} of {clock(sheet.seconds)} ({share})"
    return told + (f" · {len(sheet.missing)} not found" if sheet.missing else "")


def _left_out(sheet: CueSheet) -> Iterator[str]:
    """What could not be looked at: a part of the film, or takes."""
    from circletake.model.text import counted, printable

    if sheet.problem:
        yield f"not all of the film could be read: {printable(sheet.problem, 120)}"
    if sheet.waiting:
        yield f"{counted(sheet.waiting, 'take')} not compared: circletake analyze"


def _made(sheet: CueSheet) -> Iterator[str]:
    """How the take of each stretch was made, and who says so."""
    from circletake.model.text import printable

    for row in sheet.cues:
        yield f"{row.record_in}  {row.take}  {row.id}"
        said: tuple[tuple[str, Said | None], ...] = (
            ("model", row.model),
            ("prompt", row.prompt),
            ("negative", row.negative_prompt),
            ("seed", row.seed),
        )
        if not row.prompt:
            yield f"  prompt    not known{f'; titled {printable(row.title.value, 80)}' if row.title else ''}"
        for name, each in said:
            if each:
                yield f"  {name:<9} {printable(each.value)}  ({printable(each.evidence, 80)})"
        yield ""
