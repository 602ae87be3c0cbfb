"""``circletake finish``: a film that was finished elsewhere is signed with what is ours in it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from circletake.cli.common import By, DryRun, Json, LibraryFolder, in_pairs, load_plugins, open_library, pairs
from circletake.cli.console import note, print_json, progress, say, stopping
from circletake.cli.cut_import import MediaFolders, Sequence, Timecoded
from circletake.cli.export import Prompts, from_here, policy_of, signing_terms
from circletake.cli.wording import what_travels

if TYPE_CHECKING:
    from circletake.cuesheet.rows import CueSheet
    from circletake.model.cue import Gap, Overlay
    from circletake.workflows.leaving.finishing import Finding, Finished


@in_pairs("declare")
@stopping("nothing was made")
def finish(
    film: Annotated[Path, typer.Argument(help="The finished film.", metavar="FILM")],
    timeline: Annotated[
        Path | None, typer.Option("--timeline", "-T", help="The timeline it was made of.", metavar="FILE")
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="The signed film; FILM.signed.mp4 without one.", metavar="FILE")
    ] = None,
    declare: Annotated[
        list[str] | None,
        typer.Option(
            help="What you say of what is not ours: a name in the timeline, seconds (12.5-16), rest, sound; "
            "then camera, hand, edited, ai, algorithm (of sound: human, ai, algorithm).",
            metavar="WHAT KIND",
        ),
    ] = None,
    software: Annotated[str, typer.Option(help="The editing program, as you name it.")] = "",
    offset: Annotated[
        int | None,
        typer.Option(help="Frame of the film at which the timeline starts; found without it.", metavar="N"),
    ] = None,
    rate: Timecoded = "",
    sequence: Sequence = "",
    media: MediaFolders = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Also write the cue sheet.", metavar="FILE")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Also write the cue sheet as a page.", metavar="FILE")
    ] = None,
    prompts: Prompts = "",
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    dry_run: DryRun = False,
    by: By = "",
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Sign a film that was cut and graded elsewhere: its takes with their times, and what is not ours.

    With the timeline, times are right to the frame; without one, takes are found by the picture.
    Exit status 0: all of it is takes, declared, or black, 1: some is not, or picture and timeline
    disagree, 2: could not.
    """
    from circletake.cli.cutting import rate_from
    from circletake.cuesheet.rows import sheet_of
    from circletake.workflows.actor import whoami
    from circletake.workflows.analysis.cue_files import CueFiles, cue_texts, write_cue_files
    from circletake.workflows.analysis.locating import slates_of
    from circletake.workflows.curation.selection import selection_of
    from circletake.workflows.leaving.declaring import Word
    from circletake.workflows.leaving.finishing import check_place, look_through
    from circletake.workflows.leaving.finishing import finish as sign_film
    from circletake.workflows.leaving.identifying import identify, read
    from circletake.workflows.leaving.prompts import travelling

    declared = [Word(what, kind) for what, kind in pairs(declare)]
    target = to or film.with_name(f"{film.stem}.signed{film.suffix}")
    actor = whoami(by)
    sheets = CueFiles(csv, None, html)
    with ExitStack() as stack:
        lib = stack.enter_context(open_library(library))
        sheets.check(lib, film, force)
        under = None
        if not dry_run:
            # What would stop it at the end stops it now: searching a film may take an hour.
            check_place(film, target, force)
            manager = load_plugins(lib)
            under = stack.enter_context(signing_terms(lib, manager, prompts, by))
        found_in = None
        if timeline is not None:
            with progress("identify", "nothing was changed") as bar:
                whole = read(timeline, rate_from(rate), sequence)
                beside = timeline.absolute().parent
                found_in = identify(lib, whole, beside, media=media or (), look=False, progress=bar)
        with progress("look through", "nothing was changed") as bar:
            found = look_through(
                lib,
                film,
                found_in,
                offset=offset,
                declared=declared,
                by=actor.name if actor.person else "",
                progress=bar,
            )
        done = None
        slates = slates_of(lib, found.cues)
        if under:
            note(what_travels(travelling(lib, slates.values(), under.policy, film=film)))
            with progress("sign", "the film is not signed") as bar:
                done = sign_film(
                    lib, manager, found, under, target, software=software, force=force, progress=bar
                )
        stack.enter_context(stopping("the film is signed" if done else "nothing was changed"))
        used = {cue.take_id for cue in found.cues.cues}
        policy = under.policy if under else policy_of(lib, prompts)
        sheet = sheet_of(found.cues, slates, selection_of(lib, used), policy)
        if sheets.wanted:
            with progress("reading frames", "the film is signed" if done else "nothing was changed") as bar:
                texts = cue_texts(lib, film, found.cues, sheet, slates, sheets, progress=bar)
            write_cue_files(texts)
    if json:
        print_json(_as_json(found, done, slates))
    else:
        _show(found, done, sheet)
    if sheet.missing or found.against or found.cues.problem:
        raise typer.Exit(1)


def _show(found: Finding, done: Finished | None, sheet: CueSheet) -> None:
    from circletake.cuesheet.wording import declared, percent
    from circletake.model.cue import Overlay
    from circletake.model.cut import timecode
    from circletake.model.recorded import OVER
    from circletake.model.text import clock, counted, printable

    cues = found.cues

    def place(row: Gap | Overlay) -> str:
        return "-".join(timecode(at, cues.rate, cues.start) for at in (row.record_in, row.record_out))

    kinds = {"timeline, matched": 0, "timeline": 0, "matched": 0}
    for cue in cues.cues:
        kinds[cue.known.value] += 1
    words = {
        "timeline, matched": "by timeline and picture",
        "timeline": "by the timeline alone",
        "matched": "by the picture alone",
    }
    told = ", ".join(f"{count} {words[kind]}" for kind, count in kinds.items() if count)
    say(
        f"{printable(cues.film, 80)}  {clock(sheet.seconds)}, {sheet.shown_rate} fps",
        f"TAKES    {counted(len(sheet.used), 'take')} in {counted(len(cues.cues), 'stretch', 'stretches')}"
        f" · {clock(sheet.found)} of {clock(sheet.seconds)} ({percent(cues.found, cues.frames)})"
        f"{f' · {told}' if told else ''}",
    )
    for gap in cues.gaps:
        if gap.is_black:
            say(f"BLACK    {place(gap)}  {gap.why.removeprefix('black ')}")
    for each in cues.others:
        what = f"{OVER}: {each.what}" if isinstance(each, Overlay) else each.what
        told = declared(what or "not ours", each.kind, each.by, each.at)
        say(f"OTHER    {place(each)}  {printable(told, 160)}")
    for sound in cues.sounds:
        told = declared(sound.name, sound.origin, sound.declared_by, sound.at)
        say(f"SOUND    {printable(told, 160)}")
    for text in found.against:
        say(f"AGAINST  {printable(text, 120)}; neither is claimed")
    for text in found.notes:
        note(printable(text))
    if cues.problem:
        note(f"not all of the film could be read: {printable(cues.problem, 120)}")
    if done:
        for warning in done.warnings:
            note(printable(warning))
        beside = f" with {Path(done.row.sidecar).name}" if done.row.sidecar else ""
        say(f"{from_here(done.path)}{beside}  signed, re-read")


def _as_json(found: Finding, done: Finished | None, slates: Any) -> dict[str, Any]:
    from circletake.model.cue import Overlay

    cues = found.cues
    return {
        "film": cues.film,
        "sha256": cues.sha256,
        "rate": str(cues.rate),
        "frames": cues.frames,
        "covered": cues.found,
        "takes": [
            {
                "take": slates[cue.take_id].take.label,
                "sha256": slates[cue.take_id].take.sha256,
                "record_in": cue.record_in,
                "record_out": cue.record_out,
                "source_in": cue.source_in,
                "source_out": cue.source_out,
                "speed": cue.speed,
                "known_by": cue.known.value,
                "confidence": cue.confidence,
            }
            for cue in cues.cues
        ],
        "others": [
            {
                "start": str(each.record_in / cues.rate),
                "end": str(each.record_out / cues.rate),
                "what": each.what,
                "source_type": each.kind,
                "by": each.by,
                "at": each.at,
                "over": isinstance(each, Overlay),
            }
            for each in cues.others
        ],
        "sounds": [
            {"name": each.name, "origin": each.origin, "declared_by": each.declared_by, "at": each.at}
            for each in cues.sounds
        ],
        "notes": list(found.notes),
        "against": list(found.against),
        "signed": str(done.path) if done else "",
        "sidecar": done.row.sidecar if done else "",
    }
