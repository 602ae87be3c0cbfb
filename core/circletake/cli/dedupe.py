"""``circletake dedupe``: fold near-duplicate takes under a keeper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from circletake.cli.common import By, DryRun, Json, LibraryFolder, Script, open_library
from circletake.cli.console import note, print_json, say
from circletake.errors import BadInput
from circletake.model.text import counted, printable

if TYPE_CHECKING:
    from circletake.model.stack import Stack
    from circletake.workflows.analysis.dedupe import DedupeReport

_SHOWN = 8
"""Stacks told without ``--all``."""


def dedupe(
    keeper: Annotated[
        str, typer.Option(help="Who stands for a stack: best, largest or first.", metavar="POLICY")
    ] = "best",
    apart: Annotated[
        tuple[str, str] | None,
        typer.Option(help="Two takes that must never fold into one another.", metavar="A B"),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every stack.")] = False,
    dry_run: DryRun = False,
    by: By = "",
    script: Script = False,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Fold near-duplicate takes under a keeper; nothing is deleted.

    Circled and rated takes are never folded. Variants (same motion, other colours, or only
    alike) stay visible; folding those is for a person to say.
    """
    from circletake.workflows.actor import whoami
    from circletake.workflows.analysis.dedupe import dedupe as run
    from circletake.workflows.analysis.dedupe import keep_apart

    if apart and dry_run:
        raise BadInput("--apart", "is a ruling and would be recorded", "leave out --dry-run")
    with open_library(library) as lib:
        actor, ruling = whoami(by, script), ""
        if apart:
            one, other, ruling = keep_apart(lib, apart, actor)
            note(f"{one.label} and {other.label} stay apart from now on")
        report = run(lib, by=actor, keeper=keeper, dry_run=dry_run, batch=ruling)
    if json:
        print_json(report)
    else:
        _show(report, dry_run, everything)


def _show(report: DedupeReport, dry_run: bool, everything: bool) -> None:
    shown = report.stacks if everything else report.stacks[:_SHOWN]
    for stack in shown:
        say(*_lines(report, stack))
    if len(shown) < len(report.stacks):
        say(f"... {len(report.stacks) - len(shown)} more stacks (--all)")
    if not report.stacks:
        say("no near-duplicates found")
    folding = "would fold" if dry_run else "folded"
    if report.stacks:
        say(
            f"{counted(report.folded, 'take')} {folding} · {_visible(report.variants)}"
            " · no circled or rated take folded"
        )
    if report.waiting:
        say(f"{counted(report.waiting, 'take')} not compared: circletake analyze")
    if report.folded:
        apply = "Apply: circletake dedupe   " if dry_run else ""
        say(f"Nothing deleted. {apply}Undo: circletake undo")
        say(f"Wrong pair? circletake dedupe --apart {_a_pair(report)}")


def _visible(variants: int) -> str:
    return f"{counted(variants, 'variant')} {'stays' if variants == 1 else 'stay'} visible"


def _lines(report: DedupeReport, stack: Stack) -> list[str]:
    label = {take_id: slate.take.label for take_id, slate in report.slates.items()}
    keeper = report.slates[stack.keeper_id].take
    number = f"  stack {stack.number}" if stack.number else ""
    lines = [f"{keeper.shot}  * {keeper.label}  keeper: {printable(stack.why_keeper)}{number}"]
    width = max(len(label[m.take_id]) for m in stack.members)
    for member in stack.members:
        likeness = member.likeness
        word = "fold" if likeness.band.folds else "show"
        lines.append(
            f"   {word}  {label[member.take_id]:{width}}  {likeness.band:14}  {printable(likeness.reason)}"
        )
    return lines


def _a_pair(report: DedupeReport) -> str:
    stack = next(s for s in report.stacks if any(m.likeness.band.folds for m in s.members))
    keeper = report.slates[stack.keeper_id].take.label
    return f"{keeper} {report.slates[stack.members[0].take_id].take.label}"
