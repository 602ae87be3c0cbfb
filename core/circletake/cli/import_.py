"""``circletake import``: bring clips in."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from circletake.cli.common import (
    By,
    Declared,
    DryRun,
    Json,
    LibraryFolder,
    PluginFiles,
    hint_of_jobs,
    load_plugins,
    open_library,
)
from circletake.cli.console import note, print_json, progress, say
from circletake.model.take import Origin
from circletake.model.text import counted, human_size, printable

if TYPE_CHECKING:
    from circletake.workflows.intake.ingest import ImportPlan, IngestReport

_LISTED = 30
_KNOWN = ("prompt", "model", "seed", "nothing")
_LEARNT = {
    "observed": "observed",
    "signed": "signed",
    "declared": "declared",
    "embedded": "embedded",
    "sidecar": "sidecar",
    "filename": "file name",
    "matched": "like picture",
}


class Group(StrEnum):
    """What becomes a shot."""

    PROMPT = "prompt"
    FOLDER = "folder"


def import_(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.", metavar="PATH...")],
    shot: Annotated[str, typer.Option(help="Put every take into this shot, e.g. SH010.")] = "",
    group: Annotated[Group, typer.Option(help="Without --shot: what becomes a shot.")] = Group.PROMPT,
    recipes: Annotated[
        Path | None, typer.Option(help="A table of recipes, JSON or CSV, by file name or sha256.")
    ] = None,
    origin: Annotated[Origin, typer.Option(help="Where the clips come from.")] = Origin.GENERATED,
    declare: Annotated[
        Declared, typer.Option(help="What you say of how they were made; recorded as declared by you.")
    ] = Declared.UNDECLARED,
    copy: Annotated[
        bool, typer.Option("--copy", help="Store the bytes in the library, even where that takes space.")
    ] = False,
    reread: Annotated[
        bool, typer.Option("--reread", help="Read unchanged files again, for what lies beside them now.")
    ] = False,
    dry_run: DryRun = False,
    by: By = "",
    plugin: PluginFiles = None,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Bring clips in, recover how they were made, look at each once.

    Exit status 1 when something could not be read.
    """
    from circletake.workflows.actor import whoami
    from circletake.workflows.intake.ingest import ingest, plan_import
    from circletake.workflows.intake.taking_in import Grouping

    with open_library(library) as lib:
        if dry_run:
            plan = plan_import(lib, paths, copy=copy, reread=reread)
            print_json(_plan(plan)) if json else say(*_announced(plan))
            raise typer.Exit(1 if plan.survey.unread else 0)
        manager = load_plugins(lib, plugin)
        with (
            progress("reading") as reading,
            progress("looking") as looking,
            progress("comparing") as comparing,
        ):
            report = ingest(
                lib,
                manager,
                paths,
                by=whoami(by),
                shot=shot,
                group=Grouping(group.value),
                origin=origin,
                declared=declare.declaration,
                copy=copy,
                recipes=recipes,
                reread=reread,
                announce=lambda plan: None if json else say(*_announced(plan)),
                progress=reading,
                analysing=looking,
                comparing=comparing,
            )
        print_json(_jsonable(report)) if json else _tell(report)
        hint_of_jobs(lib)
    if report.unread:
        raise typer.Exit(1)


def _announced(plan: ImportPlan) -> list[str]:
    """Count, size, free space and what will happen, before it does."""
    found = plan.survey
    room = f"{human_size(plan.free)} free"
    if plan.keeping.name == "IN_PLACE":
        room = f"--copy stores them; {room}"
    lines = []
    if found.files:
        count = len(found.files)
        lines.append(f"{counted(count, 'file')}, {human_size(found.size)} · {plan.keeping.value} ({room})")
    else:
        lines.append("no new files")
    aside = {"unchanged since the last import": len(found.unchanged), "hidden": found.hidden}
    told = [f"{value} {name}" for name, value in aside.items() if value]
    if found.other:
        told.append(f"{counted(found.other, 'other file')} left alone")
    if told:
        lines.append("  " + " · ".join(told))
    return lines


def _tell(report: IngestReport) -> None:
    told = f"{counted(len(report.takes), 'take')} in {counted(len(report.shots), 'shot')}"
    if not report.takes:
        told = "no new takes"
    for count, words in (
        (report.copies, "exact copies skipped" if report.copies > 1 else "exact copy skipped"),
        (report.exports, "made by this library, skipped"),
        (
            report.claims,
            "new claims on takes already here" if report.claims > 1 else "new claim on a take here",
        ),
        (len(report.unread), "not readable"),
    ):
        told += f" · {count} {words}" if count else ""
    say(told)
    _line("known", {name: report.known.get(name, 0) for name in _KNOWN} if report.takes else {})
    _line("learnt", {words: report.learnt.get(name, 0) for name, words in _LEARNT.items()})
    if report.versions:
        copies = "upscale or copy of a take" if len(report.versions) == 1 else "upscales or copies of takes"
        say(f"  versions  {len(report.versions)} · {copies} we know; recipe taken over as matched")
    findings = sorted(report.findings.items(), key=lambda item: -item[1])
    if findings:
        say("  findings  " + " · ".join(f"{n} {kind.replace('_', ' ')}" for kind, n in findings))
    width = min(44, max((len(printable(row.path)) for row in report.unread), default=0))
    for index, row in enumerate(report.unread[:_LISTED]):
        label = "unread" if index == 0 else ""
        reason = f"{row.reason}; {row.next_step}" if row.next_step else row.reason
        say(f"  {label:<8}  {printable(row.path):<{width}}  {printable(reason)}")
    if len(report.unread) > _LISTED:
        say(f"            and {len(report.unread) - _LISTED} more (--json lists all)")
    for line in report.notes:
        note(f"  note      {printable(line, 200)}")
    lacking = len(report.takes) - report.known.get("prompt", 0)
    if lacking:
        verb = "lacks" if lacking == 1 else "lack"
        say(
            f"Next   {counted(lacking, 'take')} {verb} a prompt: "
            "circletake recipe table --missing prompt > todo.csv"
        )
    elif report.takes:
        say("Next   circletake dedupe --dry-run")


def _line(label: str, counts: Mapping[str, int]) -> None:
    shown = " · ".join(f"{name} {count}" for name, count in counts.items() if count)
    if shown:
        say(f"  {label:<8}  {shown}")


def _plan(plan: ImportPlan) -> dict[str, Any]:
    found = plan.survey
    return {
        "files": len(found.files),
        "bytes": found.size,
        "keeping": plan.keeping,
        "free": plan.free,
        "unchanged": len(found.unchanged),
        "hidden": found.hidden,
        "other": found.other,
        "unread": found.unread,
    }


def _jsonable(report: IngestReport) -> dict[str, Any]:
    return {
        **_plan(report.plan),
        "takes": report.takes,
        "shots": report.shots,
        "copies": report.copies,
        "exports": report.exports,
        "claims": report.claims,
        "known": report.known,
        "learnt": report.learnt,
        "findings": report.findings,
        "versions": report.versions,
        "unread": report.unread,
        "notes": report.notes,
    }
