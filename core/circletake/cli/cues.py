"""``circletake cues``: the cue sheet of what was cut, released or finished."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from circletake.cli.common import Json, LibraryFolder, open_library
from circletake.cli.console import note, progress, say, table
from circletake.model.policy import PromptPolicy

if TYPE_CHECKING:
    from circletake.cuesheet.rows import CueSheet, Missing, Row


class Form(StrEnum):
    """What a cue sheet is written as."""

    CSV = "csv"
    JSON = "json"
    HTML = "html"


def cues(
    what: Annotated[
        str,
        typer.Argument(
            help="Name of a cut, a release folder, or a signed video.", metavar="CUT|RELEASE|FILM"
        ),
    ],
    form: Annotated[
        Form | None, typer.Option("--format", "-f", help="Write this instead of a table.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="Where to write it; printed without.", metavar="FILE")
    ] = None,
    prompts: Annotated[
        PromptPolicy | None,
        typer.Option(help="full: tell prompts that were kept back, too. Without it, as it was signed."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """The cue sheet: what is shown when, which take, how each was made, how takes were chosen.

    A cut is told as the library has it, a signed video as it says itself; nothing is searched.
    Exit status 0: all of it is takes, declared, or black, 1: some is not, 2: could not.
    """
    from circletake.cuesheet.rows import sheet_of
    from circletake.errors import BadInput
    from circletake.model.text import counted, human_size, printable
    from circletake.workflows.analysis.cue_files import STDOUT, CueFiles, cue_texts, write_cue_files
    from circletake.workflows.analysis.locating import slates_of
    from circletake.workflows.auditing.audit import trust_lists
    from circletake.workflows.curation.selection import selection_of
    from circletake.workflows.leaving.recalling import recall
    from circletake.workflows.library import user_home

    chosen = form or (Form.JSON if json else _meant(to))
    if to and not chosen:
        raise BadInput(
            printable(str(to)), "its name does not say as what", f"add --format, one of {', '.join(Form)}"
        )
    files = CueFiles(**{chosen.value: to or STDOUT}) if chosen else CueFiles()
    with open_library(library) as lib:
        files.check(lib, Path(what), force)
        found = recall(lib, what, trust_lists(user_home()))
        slates = slates_of(lib, found.cues)
        selection = selection_of(lib, {cue.take_id for cue in found.cues.cues})
        sheet = sheet_of(found.cues, slates, selection, prompts or found.prompts)
        with progress("reading frames", "nothing was changed") as bar:
            texts = cue_texts(lib, found.film, found.cues, sheet, slates, files, progress=bar)
    write_cue_files(texts)
    if STDOUT in texts:
        say(texts[STDOUT].removeprefix("\ufeff").removesuffix("\n"))
    elif to:
        say(f"Wrote  {printable(str(to))}  {human_size(to.stat().st_size)}")
    else:
        _show(sheet)
    if sheet.said_by:
        doubts = f"; {printable(sheet.doubts, 160)}" if sheet.doubts else ""
        note(f"which takes lie where is as {printable(sheet.said_by, 60)} signed it{doubts}")
    if sheet.kept_back and prompts is None:
        told = "it" if sheet.kept_back == 1 else "them"
        back = f"{counted(sheet.kept_back, 'prompt')} kept back, as it was signed ({sheet.prompts})"
        note(f"{back}; --prompts full tells {told}")
    if sheet.missing:
        raise typer.Exit(1)


def _meant(to: Path | None) -> Form | None:
    """The form that a file's name asks for."""
    suffix = to.suffix.lower().removeprefix(".") if to else ""
    return next((form for form in Form if form.value == suffix), None)


def _show(sheet: CueSheet) -> None:
    from circletake.cuesheet.rows import Row
    from circletake.cuesheet.wording import declared, percent
    from circletake.model.text import clock, counted, printable

    say(f"{printable(sheet.film, 80)}  {clock(sheet.seconds)}, {sheet.shown_rate} fps")
    rows = [_taken(row) if isinstance(row, Row) else _other(row) for row in sheet.rows]
    table(("RECORD IN", "RECORD OUT", "TAKE", "ID", "MODEL", "SEED", "LICENCE", "PROMPT"), rows)
    for over in sheet.over:
        say(f"OVER     {over.record_in}-{over.record_out}  {printable(over.told, 120)}")
    for sound in sheet.sounds:
        told = declared(sound.name, sound.origin, sound.declared_by, sound.at)
        say(f"SOUND    {printable(told, 120)}")
    say(
        f"TAKES    {counted(len(sheet.used), 'take')} in {counted(len(sheet.cues), 'stretch', 'stretches')}"
        f" · {clock(sheet.found)} of {clock(sheet.seconds)} ({percent(sheet.found_frames, sheet.frames)})"
    )
    for line in _chosen(sheet):
        say(line)


def _taken(row: Row) -> list[str]:
    from circletake.model.text import printable

    facts = (row.maker, row.seed, row.licence)
    said = [printable(each.value, 24) if each else "" for each in facts]
    prompt = row.prompt or row.title
    shown = printable(prompt.value or prompt.evidence, 40) if prompt else ""
    return [row.record_in, row.record_out, row.take, row.id, *said, shown]


def _other(row: Missing) -> list[str]:
    from circletake.model.text import printable

    return [row.record_in, row.record_out, *[""] * 5, printable(row.told, 80)]


def _chosen(sheet: CueSheet) -> Iterator[str]:
    """``CHOSEN   SH010  31 made, 12 seen, 2 circled, 1 used, by Ana, 2026-05-04``, shot by shot."""
    from circletake.model.text import printable

    for shot in sheet.selection:
        by = f", by {printable(', '.join(shot.people), 60)}" if shot.people else ", nobody recorded"
        days = dict.fromkeys(at.date().isoformat() for at in (shot.first, shot.last) if at)
        when = f", {' to '.join(days)}" if days else ""
        yield (
            f"CHOSEN   {printable(shot.shot, 20)}  {shot.made} made, {shot.seen} seen, "
            f"{shot.circled} circled, {shot.used} used{by}{when}"
        )
