"""``circletake generate``: ask a generator for takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from circletake.cli.common import By, DryRun, Json, LibraryFolder, PluginFiles, load_plugins, open_library
from circletake.cli.console import note, print_json, progress, say, table

if TYPE_CHECKING:
    from circletake.plugins.manager import PluginManager
    from circletake.workflows.library import Library


def generate(
    backend: Annotated[str, typer.Option(help="The generator.", metavar="NAME")] = "procedural",
    model: Annotated[str, typer.Option(help="Its model; without one, the models are listed.")] = "",
    prompt: Annotated[str, typer.Option(help="What to make; @FILE reads it from a file.")] = "",
    negative: Annotated[str, typer.Option("--negative", help="What to leave out.")] = "",
    image: Annotated[Path | None, typer.Option(help="A reference still.", exists=True)] = None,
    takes: Annotated[int, typer.Option(help="How many takes.", metavar="N")] = 1,
    shot: Annotated[str, typer.Option(help="The shot they belong to, e.g. SH010.")] = "",
    seed: Annotated[str, typer.Option(help="Of the first take; the others count up.")] = "",
    param: Annotated[
        list[str] | None, typer.Option(help="A setting of the generator; repeat it.", metavar="NAME=VALUE")
    ] = None,
    plugin: PluginFiles = None,
    by: By = "",
    dry_run: DryRun = False,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Ask a generator for takes; they enter the library as they come and are analysed at the end."""
    from circletake.errors import BadInput
    from circletake.model.generation import GenerationRequest
    from circletake.model.text import counted, printable
    from circletake.workflows.actor import whoami
    from circletake.workflows.analysis.analyze import analyze
    from circletake.workflows.intake.generate import generate as make
    from circletake.workflows.intake.generate import plan_generation

    with open_library(library) as lib:
        manager = load_plugins(lib, plugin)
        if not model:
            _list_models(backend, manager, lib, json)
            return
        if not prompt:
            raise BadInput("--prompt", "says nothing", "give a text, or @FILE")
        text = Path(prompt[1:]).read_text(encoding="utf-8").strip() if prompt.startswith("@") else prompt
        request = GenerationRequest(model, text, seed, negative, image, _parameters(param or []))
        plan = plan_generation(lib, manager, backend, request, takes)
        for warning in plan.warnings:
            note(printable(warning))
        if dry_run:
            if json:
                print_json(plan)
                return
            seeds = [asked.seed for asked in plan.requests]
            span = seeds[0] if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]}"
            cost = plan.cost or "not published"
            say(f"{counted(len(seeds), 'take')} from {backend} {printable(model)}, seed {span}, cost: {cost}")
            say("Nothing was asked. Run it without --dry-run.")
            return
        with progress("generate") as bar:
            report = make(lib, manager, plan, by=whoami(by), shot=shot, progress=bar)
        with progress("analyze") as bar:
            analyze(lib, manager, progress=bar)
        labels = [lib.registry.takes.get(take).label for take in report.takes]
    if json:
        print_json(report)
    else:
        for warning in report.warnings:
            note(printable(warning))
        if report.resumed:
            say(f"{counted(report.resumed, 'job')} of an earlier run finished first")
        say(f"{counted(len(labels), 'take')}: {', '.join(labels)}" if labels else "no takes")
        for job, reason in report.failed:
            say(f"  failed  {job[-8:]}  {printable(reason, 160)}")
        if labels:
            say("Next   circletake contact, then circle the good ones")
    if report.failed:
        raise typer.Exit(1)


def _parameters(given: list[str]) -> dict[str, str]:
    from circletake.errors import BadInput

    found = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise BadInput("--param", f"{each!r} is not NAME=VALUE", "e.g. --param seconds=4")
        found[name] = value
    return found


def _list_models(backend: str, manager: PluginManager, lib: Library, json: bool) -> None:
    from circletake.plugins.settings import settings_of

    item = manager.generator(backend).item
    cards = list(item.models(settings_of(item, lib.settings.plugin(backend))))
    if json:
        print_json(cards)
        return
    table(
        ["MODEL", "VERSION", "PROVIDER", "LICENCE", "WHAT"],
        [[card.name, card.version, card.provider, card.licence, card.source] for card in cards],
    )
    parameters = next((card.parameters for card in cards if card.parameters), {})
    for name, meaning in (parameters or {}).items():
        say(f"  --param {name}=...  {meaning}")
    say("Next   circletake generate --model MODEL --prompt TEXT --takes 4")
