"""``circletake generate``: ask a generator for takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from circletake.cli.common import (
    By,
    DryRun,
    Json,
    LibraryFolder,
    PluginFiles,
    hint_of_jobs,
    load_plugins,
    open_library,
)
from circletake.cli.console import note, print_json, progress, say, table

if TYPE_CHECKING:
    from circletake.model.generation import GenerationRequest, Relation
    from circletake.plugins.manager import PluginManager
    from circletake.workflows.intake.generate import GenerateReport
    from circletake.workflows.intake.planning import GeneratePlan
    from circletake.workflows.library import Library


def generate(
    backend: Annotated[
        str, typer.Option(help="The generator; without one, procedural.", metavar="NAME")
    ] = "",
    model: Annotated[str, typer.Option(help="Its model; without one, the models are listed.")] = "",
    prompt: Annotated[str, typer.Option(help="What to make; @FILE reads it from a file.")] = "",
    negative: Annotated[str, typer.Option("--negative", help="What to leave out.")] = "",
    image: Annotated[
        Path | None, typer.Option(help="A still to start from.", exists=True, dir_okay=False)
    ] = None,
    takes: Annotated[int, typer.Option(help="How many takes.", metavar="N")] = 1,
    shot: Annotated[str, typer.Option(help="The shot they belong to, e.g. SH010.")] = "",
    seed: Annotated[str, typer.Option(help="Of the first take; the others count up.")] = "",
    param: Annotated[
        list[str] | None, typer.Option(help="A setting of the generator; repeat it.", metavar="NAME=VALUE")
    ] = None,
    shots: Annotated[
        Path | None,
        typer.Option("--from", help="A list of shots: .csv, .yaml or .json.", exists=True, dir_okay=False),
    ] = None,
    retake: Annotated[
        str, typer.Option(help="Ask again for a take of the library, with a new seed.", metavar="TAKE")
    ] = "",
    remix: Annotated[str, typer.Option(help="Let the backend vary a take.", metavar="TAKE")] = "",
    extend: Annotated[str, typer.Option(help="Let the backend go on from a take.", metavar="TAKE")] = "",
    max_cost: Annotated[
        str, typer.Option(help="Ask for nothing if the estimate is higher.", metavar="AMOUNT")
    ] = "",
    plugin: PluginFiles = None,
    by: By = "",
    dry_run: DryRun = False,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Ask a generator for takes; they enter the library as they come and are analysed at the end."""
    from circletake.model.generation import GenerationRequest
    from circletake.model.text import counted, printable
    from circletake.workflows.actor import whoami
    from circletake.workflows.analysis.analyze import analyze
    from circletake.workflows.intake.generate import generate as make
    from circletake.workflows.intake.planning import hold_to, plan_generation, plan_shots
    from circletake.workflows.intake.shot_list import ForAll, read_shot_list

    request = GenerationRequest(model, _prompt(prompt), seed, negative, image, _parameters(param or []))
    source = _source(retake, remix, extend, shots)
    with open_library(library) as lib:
        manager = load_plugins(lib, plugin)
        if source:
            backend, shot, request = _derived(lib, source, request, backend, shot)
        backend = backend or _DEFAULT
        if shots:
            base = ForAll(shot, backend, takes, seed, request)
            plans = plan_shots(lib, manager, read_shot_list(shots, base))
        elif not request.model:
            _list_models(backend, manager, lib, json)
            return
        else:
            plans = [plan_generation(lib, manager, backend, request, takes, shot=shot)]
        for plan in plans:
            for warning in plan.warnings:
                note(printable(f"{plan.shot}: {warning}" if shots and plan.shot else warning))
        if max_cost:
            hold_to(max_cost, plans)
        if dry_run:
            _tell(plans, bool(shots), json)
            return
        with progress("generate") as bar:
            report = make(lib, manager, *plans, by=whoami(by), progress=bar)
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
            tell_failed(report)
            if labels:
                say("Next   circletake contact, then circle the good ones")
        hint_of_jobs(lib)
    if report.failed:
        raise typer.Exit(1)


_DEFAULT = "procedural"


def tell_failed(report: GenerateReport) -> None:
    """Say which jobs gave nothing, and why; open ones are not lost."""
    from circletake.model.text import printable

    for job, reason in report.failed:
        say(f"  failed  {job[-8:]}  {printable(reason, 200)}")
    if report.open:
        say(f"{report.open} of them may still give their takes: circletake jobs resume")


def _prompt(given: str) -> str:
    from circletake.errors import BadInput

    if not given.startswith("@"):
        return given
    try:
        return Path(given[1:]).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("--prompt", f"{given[1:]} cannot be read as text", "give @FILE or the text") from error


def _source(retake: str, remix: str, extend: str, shots: Path | None) -> tuple[Relation, str] | None:
    from circletake.errors import BadInput
    from circletake.model.generation import Relation

    words = {Relation.RETAKE: retake, Relation.REMIX: remix, Relation.EXTEND: extend}
    given = [(relation, word) for relation, word in words.items() if word]
    if len(given) > 1 or (given and shots):
        raise BadInput("--retake, --remix, --extend, --from", "only one at a time", "leave the others out")
    return given[0] if given else None


def _derived(
    lib: Library, source: tuple[Relation, str], request: GenerationRequest, backend: str, shot: str
) -> tuple[str, str, GenerationRequest]:
    """Backend, shot and request for a take that is made from one of the library."""
    from circletake.workflows.curation.curate import choose_one
    from circletake.workflows.intake.lineage import backend_of, from_take

    relation, word = source
    slate = choose_one(lib, word)
    backend = backend or backend_of(slate) or _DEFAULT
    return backend, shot or slate.take.shot, from_take(lib, slate, relation, request, backend)


def _tell(plans: list[GeneratePlan], listed: bool, json: bool) -> None:
    """Say what would be asked and what it costs."""
    from circletake.model.cost import Bill
    from circletake.model.text import counted, printable

    bill = Bill.of(cost for plan in plans for cost in plan.costs)
    if json:
        print_json({"plans": plans, "cost": str(bill)} if listed else plans[0])
        return
    count = sum(len(plan.requests) for plan in plans)
    if listed:
        rows = [
            [
                plan.shot or "-",
                plan.generator,
                plan.requests[0].model,
                str(len(plan.requests)),
                _span(plan),
                plan.cost or "?",
                str(plan.bill),
                printable(plan.requests[0].prompt, 40),
            ]
            for plan in plans
        ]
        table(
            ["SHOT", "BACKEND", "MODEL", "TAKES", "SEEDS", "EACH", "COST", "PROMPT"], rows, right=("TAKES",)
        )
        say(f"{counted(count, 'take')}, cost: {bill}")
    else:
        (plan,) = plans
        cost = (
            plan.cost
            if plan.cost == "free"
            else f"{plan.cost} each, {bill}"
            if plan.cost
            else "not published"
        )
        who = f"{plan.generator} {printable(plan.requests[0].model)}"
        say(f"{counted(count, 'take')} from {who}, seed {_span(plan)}, cost: {cost}")
    say("Nothing was asked. Run it without --dry-run.")


def _span(plan: GeneratePlan) -> str:
    seeds = [request.seed for request in plan.requests]
    if not seeds[0]:
        return "not taken"
    return seeds[0] if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]}"


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
    alike: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for card in cards:
        alike.setdefault(tuple((card.parameters or {}).items()), []).append(card.name)
    for parameters, names in alike.items():
        if len(alike) > 1:
            say(", ".join(names))
        for name, meaning in parameters:
            say(f"  --param {name}=...  {meaning}")
    which = "" if backend == _DEFAULT else f"--backend {backend} "
    say(f"Next   circletake generate {which}--model MODEL --prompt TEXT --takes 4")
