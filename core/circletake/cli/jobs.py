"""``circletake jobs``: what was asked of generators. Only resume, retry and cancel talk to them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from circletake.cli.common import By, Json, LibraryFolder, PluginFiles, load_plugins, open_library
from circletake.cli.console import note, print_json, progress, say, table
from circletake.model.text import counted, printable

if TYPE_CHECKING:
    from circletake.model.job import Job
    from circletake.workflows.intake.generate import GenerateReport
    from circletake.workflows.library import Library

app = typer.Typer(
    rich_markup_mode=None, add_completion=False, help="What was asked of generators, and how far it is."
)

Every = Annotated[bool, typer.Option("--all", help="Finished ones too.")]
Named = Annotated[list[str] | None, typer.Argument(help="Jobs, by the end of their ids.", metavar="JOB...")]

_LOOK_SECONDS = 1.0


@app.callback(invoke_without_command=True)
def group(
    context: typer.Context,
    every: Every = False,
    resume: Annotated[bool, typer.Option("--resume", help="The same as jobs resume.")] = False,
    plugin: PluginFiles = None,
    by: By = "",
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """List jobs that are not finished; follow, cancel, retry, resume them."""
    if context.invoked_subcommand is None:
        if resume:
            resume_(plugin, by, json, library)
        else:
            list_(every, json, library)


@app.command("list")
def list_(every: Every = False, json: Json = False, library: LibraryFolder = None) -> None:
    """List jobs that are not finished: how far each is, who works on it, what went wrong."""
    from circletake.model.job import JobStep
    from circletake.workflows.intake.desk import at_work, waiting

    with open_library(library) as lib:
        kept = [job for job in lib.registry.jobs.all() if every or job.step is not JobStep.IMPORTED]
        holders = at_work(lib)
        left = sum(waiting(lib).values())
    if json:
        print_json(kept)
        return
    table(
        ["JOB", "STEP", "SHOT", "BACKEND", "MODEL", "SEED", "ASKED", "BY", "WHY"],
        [
            [
                job.short,
                _step(job),
                job.shot,
                job.generator,
                str(job.request.get("model", "")),
                str(job.request.get("seed", "")),
                f"{job.asked_at:%Y-%m-%d %H:%M} {job.asked_by}",
                f"on {holders[job.id].host}" if job.id in holders else "",
                printable(job.error, 60),
            ]
            for job in kept
        ],
    )
    if left:
        say(f"{left} waiting. Finish them: circletake jobs resume")


@app.command()
def follow(jobs: Named = None, json: Json = False, library: LibraryFolder = None) -> None:
    """Watch jobs that other processes work on, until none is left; only the registry is read."""
    from circletake.workflows.intake.desk import at_work

    with open_library(library) as lib:
        ids = [job.id for job in _named(lib, jobs)] if jobs else list(at_work(lib))
        seen: dict[str, str] = {}
        while True:
            # Holders first: a job let go in between is then looked at once more.
            holders = at_work(lib)
            now = [lib.registry.jobs.get(job_id) for job_id in ids]
            for job in now:
                line = _step(job) + (f"  {printable(job.error, 120)}" if job.error else "")
                if seen.get(job.id) != line and not json:
                    say(f"{job.short}  {line}")
                seen[job.id] = line
            if not any(job.id in holders and not job.step.over for job in now):
                break
            time.sleep(_LOOK_SECONDS)
    if json:
        print_json(now)
    left = sum(not job.step.over for job in now)
    if left:
        note(f"nobody works on {counted(left, 'job')} of these: circletake jobs resume")
    if any(job.error for job in now):
        raise typer.Exit(1)


@app.command()
def cancel(
    jobs: Named = None,
    every: Annotated[bool, typer.Option("--all", help="Every job that is not over.")] = False,
    plugin: PluginFiles = None,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Stop jobs, at their backend too; one that is finished there stays to be fetched."""
    from circletake.errors import BadInput
    from circletake.workflows.intake.cancelling import cancel as stop

    with open_library(library) as lib:
        if bool(jobs) == every:
            raise BadInput("jobs cancel", "name jobs, or all of them", "circletake jobs cancel JOB, or --all")
        chosen = lib.registry.jobs.open() if every else _named(lib, jobs)
        stopped = stop(lib, load_plugins(lib, plugin), chosen)
    if json:
        print_json(stopped)
    else:
        for each in stopped:
            say(f"{each.job.short}  {printable(each.said, 200)}")
        if not stopped:
            say("no job to cancel")
    if not all(each.fine for each in stopped):
        raise typer.Exit(1)


@app.command()
def retry(
    jobs: Named = None,
    failed: Annotated[bool, typer.Option("--failed", help="Every job that failed.")] = False,
    known_as: Annotated[
        str,
        typer.Option(help="The backend's own id of the one job: fetch that, send nothing.", metavar="ID"),
    ] = "",
    plugin: PluginFiles = None,
    by: By = "",
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Ask again for jobs that failed or were cancelled, and for those nobody knows were sent.

    This may be paid for a second time.
    """
    from circletake.errors import BadInput
    from circletake.model.job import JobStep
    from circletake.workflows.actor import whoami
    from circletake.workflows.intake.generate import retry as again

    with open_library(library) as lib:
        if bool(jobs) == failed:
            raise BadInput(
                "jobs retry", "name jobs, or all failed ones", "circletake jobs retry JOB, or --failed"
            )
        every = lib.registry.jobs.all()
        chosen = [job for job in every if job.step is JobStep.FAILED] if failed else _named(lib, jobs)
        with progress("jobs") as bar:
            manager = load_plugins(lib, plugin)
            report = again(lib, manager, chosen, by=whoami(by), known_as=known_as, progress=bar)
    _tell(report, json)


@app.command("resume")
def resume_(
    plugin: PluginFiles = None, by: By = "", json: Json = False, library: LibraryFolder = None
) -> None:
    """Finish what earlier runs left open: fetch what is paid for, send what was never sent."""
    from circletake.workflows.actor import whoami
    from circletake.workflows.intake.generate import resume as finish

    with open_library(library) as lib, progress("jobs") as bar:
        report = finish(lib, load_plugins(lib, plugin), by=whoami(by), progress=bar)
    _tell(report, json)


def _tell(report: GenerateReport, json: bool) -> None:
    from circletake.cli.generate import tell_failed

    if json:
        print_json(report)
    else:
        for warning in report.warnings:
            note(printable(warning))
        say(
            f"{counted(len(report.takes), 'take')} from {counted(report.resumed, 'job')}, "
            f"{len(report.failed)} failed"
        )
        tell_failed(report)
        if report.takes:
            say("Next   circletake analyze")
    if report.failed:
        raise typer.Exit(1)


def _named(lib: Library, words: Sequence[str] | None) -> list[Job]:
    return [lib.registry.jobs.named(word) for word in words or ()]


def _step(job: Job) -> str:
    if job.uncertain:
        return "sent?"
    return (
        f"{job.step.value} ({printable(job.note, 20)})" if job.note and not job.step.over else job.step.value
    )
