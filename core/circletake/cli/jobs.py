"""``circletake jobs``: what was asked of generators."""

from __future__ import annotations

from typing import Annotated

import typer

from circletake.cli.common import By, Json, LibraryFolder, PluginFiles, load_plugins, open_library
from circletake.cli.console import print_json, progress, say, table


def jobs(
    every: Annotated[bool, typer.Option("--all", help="Finished ones too.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Finish what earlier runs left open.")] = False,
    plugin: PluginFiles = None,
    by: By = "",
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """List jobs that are not finished, or finish them; only ``--resume`` talks to backends."""
    from circletake.model.job import JobStep
    from circletake.model.text import counted, printable
    from circletake.workflows.actor import whoami
    from circletake.workflows.intake.generate import resume as finish

    with open_library(library) as lib:
        if resume:
            with progress("jobs") as bar:
                report = finish(lib, load_plugins(lib, plugin), by=whoami(by), progress=bar)
            if json:
                print_json(report)
            else:
                say(
                    f"{counted(len(report.takes), 'take')} from {counted(report.resumed, 'job')}, "
                    f"{len(report.failed)} failed"
                )
                for job_id, reason in report.failed:
                    say(f"  failed  {job_id[-8:]}  {printable(reason, 160)}")
                if report.takes:
                    say("Next   circletake analyze")
            if report.failed:
                raise typer.Exit(1)
            return
        kept = [j for j in lib.registry.jobs.all() if every or j.step is not JobStep.IMPORTED]
        if json:
            print_json(kept)
            return
        table(
            ["JOB", "STEP", "SHOT", "BACKEND", "MODEL", "SEED", "ASKED", "WHY"],
            [
                [
                    job.id[-8:],
                    job.step.value,
                    job.shot,
                    job.generator,
                    str(job.request.get("model", "")),
                    str(job.request.get("seed", "")),
                    f"{job.asked_at:%Y-%m-%d %H:%M} {job.asked_by}",
                    job.error[:60],
                ]
                for job in kept
            ],
        )
        waiting = lib.registry.jobs.open()
    if waiting:
        say(f"{len(waiting)} waiting. Finish them: circletake jobs --resume")
