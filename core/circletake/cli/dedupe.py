"""``circletake dedupe``: fold near-duplicate takes under a keeper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from circletake.cli.common import By, DryRun, Json, LibraryFolder, Script, open_library
from circletake.cli.console import note, print_json, progress, say, table
from circletake.errors import BadInput, Cancelled
from circletake.model.stack import Band
from circletake.model.text import counted, file_stem, printable

if TYPE_CHECKING:
    from circletake.model.event import Actor
    from circletake.model.stack import Stack
    from circletake.workflows.analysis.dedupe import DedupeReport
    from circletake.workflows.analysis.explaining import Explanation
    from circletake.workflows.library import Library

_SHOWN = 8
"""Stacks told without ``--all``."""

_WORDS = {Band.VARIANT: "show", Band.VERSION: "ver."}


def dedupe(
    keeper: Annotated[
        str,
        typer.Option(help="Who stands for a stack: best, largest, first or circled.", metavar="POLICY"),
    ] = "best",
    apart: Annotated[
        tuple[str, str] | None,
        typer.Option(help="Two takes that must never fold into one another.", metavar="A B"),
    ] = None,
    join: Annotated[
        tuple[str, str] | None,
        typer.Option(
            help="A take, and the takes that belong in its stack: SH010/3 SH010/7-9.", metavar="A B"
        ),
    ] = None,
    split: Annotated[
        str, typer.Option(help="A take that belongs in no stack with those it is with now.", metavar="TAKE")
    ] = "",
    explain: Annotated[
        tuple[str, str] | None,
        typer.Option(help="Why two takes do or do not pair, with a picture; changes nothing.", metavar="A B"),
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option(help="With --explain: where the picture goes.", metavar="FILE", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a picture that is there.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Show every stack.")] = False,
    dry_run: DryRun = False,
    by: By = "",
    script: Script = False,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Fold near-duplicate takes under a keeper; nothing is deleted.

    Circled and rated takes are never folded. Variants (same motion, other colours, or only
    alike) stay visible; folding those is for a person to say. What --apart, --join and --split
    rule holds in every later run.
    """
    from circletake.workflows.actor import whoami
    from circletake.workflows.analysis.dedupe import dedupe as run

    ruled = next((name for name, said in _named(apart, join, split) if said), "")
    if ruled and dry_run:
        raise BadInput(ruled, "is a ruling and would be recorded", "leave out --dry-run")
    if ruled and explain:
        raise BadInput("--explain", f"changes nothing, {ruled} does", "say one of the two")
    with open_library(library) as lib:
        if explain:
            _explain(lib, explain, picture, force, json)
            return
        if picture or force:
            raise BadInput("--picture, --force", "go with --explain", "circletake dedupe --explain A B")
        actor = whoami(by, script)
        batch = _rule(lib, apart, join, split, actor)
        with progress("comparing") as bar:
            try:
                report = run(lib, by=actor, keeper=keeper, dry_run=dry_run, batch=batch, progress=bar)
            except KeyboardInterrupt:
                stands = "the ruling stands; " if batch else "nothing was folded; "
                raise Cancelled(next_step=f"{stands}run circletake dedupe again") from None
    if json:
        print_json(report)
    else:
        _show(report, dry_run, everything)


def _named(
    apart: tuple[str, str] | None, join: tuple[str, str] | None, split: str
) -> Iterator[tuple[str, bool]]:
    yield from (("--apart", bool(apart)), ("--join", bool(join)), ("--split", bool(split)))


def _rule(
    lib: Library, apart: tuple[str, str] | None, join: tuple[str, str] | None, split: str, actor: Actor
) -> str:
    """Record what was ruled, tell it, and return the batch that the run goes into; empty for none."""
    from circletake.workflows.analysis import dedupe as curation

    batch = ""
    if split:
        take, others, batch = curation.split(lib, split, actor)
        note(f"{take.label} stays apart from {_some([one.label for one in others])} from now on")
    if apart:
        one, other, batch = curation.keep_apart(lib, apart, actor, batch)
        note(f"{one.label} and {other.label} stay apart from now on")
    if join:
        (first, *rest), batch = curation.join(lib, *join, actor, batch)
        verb = "belongs" if len(rest) == 1 else "belong"
        note(f"{_some([one.label for one in rest])} {verb} with {first.label} from now on")
    return batch


def _some(labels: list[str], most: int = 6) -> str:
    if len(labels) > most:
        return f"{', '.join(labels[:most])} and {len(labels) - most} more"
    return " and ".join(filter(None, (", ".join(labels[:-1]), labels[-1])))


def _show(report: DedupeReport, dry_run: bool, everything: bool) -> None:
    shown = report.stacks if everything else report.stacks[:_SHOWN]
    for stack in shown:
        say(*_lines(report, stack))
    if len(shown) < len(report.stacks):
        say(f"... {counted(len(report.stacks) - len(shown), 'more stack', 'more stacks')} (--all)")
    if not report.stacks:
        say("no near-duplicates found")
    folding = "would fold" if dry_run else "folded"
    if report.stacks:
        told = [f"{counted(report.folded, 'take')} {folding}", _visible(report.variants, "variant")]
        if report.versions:
            told.append(_visible(report.versions, "larger version"))
        say(" · ".join([*told, "no circled or rated take folded"]))
    if report.waiting:
        say(f"{counted(report.waiting, 'take')} not compared: circletake analyze")
    if report.folded:
        apply = "Apply: circletake dedupe   " if dry_run else ""
        say(f"Nothing deleted. {apply}Undo: circletake undo")
        pair = _a_pair(report)
        say(f"Wrong pair? circletake dedupe --apart {pair}   Why? circletake dedupe --explain {pair}")


def _visible(number: int, what: str) -> str:
    return f"{counted(number, what)} {'stays' if number == 1 else 'stay'} visible"


def _lines(report: DedupeReport, stack: Stack) -> list[str]:
    label = {take_id: slate.take.label for take_id, slate in report.slates.items()}
    keeper = report.slates[stack.keeper_id].take
    number = f"  stack {stack.number}" if stack.number else ""
    lines = [f"{keeper.shot}  * {keeper.label}  keeper: {printable(stack.why_keeper)}{number}"]
    width = max(len(label[m.take_id]) for m in stack.members)
    for member in stack.members:
        likeness = member.likeness
        word = _WORDS.get(likeness.band, "fold")
        lines.append(
            f"   {word}  {label[member.take_id]:{width}}  {likeness.band:14}  {printable(likeness.reason)}"
        )
    return lines


def _a_pair(report: DedupeReport) -> str:
    stack = next(s for s in report.stacks if any(m.likeness.band.folds for m in s.members))
    keeper = report.slates[stack.keeper_id].take.label
    return f"{keeper} {report.slates[stack.members[0].take_id].take.label}"


def _explain(lib: Library, pair: tuple[str, str], picture: Path | None, force: bool, json: bool) -> None:
    from circletake.files import PUBLIC, write_whole
    from circletake.workflows.analysis.explaining import explain
    from circletake.workflows.writing import check_target

    takes = [take for word in pair for take in lib.registry.takes.resolve(word)]
    names = "_".join(file_stem(take.label.replace("/", "-")) for take in takes[:2])
    to = picture or Path(f"explain_{names}.jpg")
    check_target(lib, to, frozenset({".jpg", ".jpeg"}), force)
    with progress("reading frames") as bar:
        found = explain(lib, pair, progress=bar)
    if found.picture:
        write_whole(to, found.picture, PUBLIC)
    if json:
        print_json(_explained(found, to))
        return
    say(*_verdict(found))
    if found.measures:
        rows = [
            (m.name, m.value, m.bound, {True: "yes", False: "NO", None: ""}[m.holds], m.meaning)
            for m in found.measures
        ]
        table(("NUMBER", "VALUE", "A COPY HAS", "", "WHAT IT SAYS"), rows)
    for label, why in found.lost.items():
        say(f"{label} is shown by the small pictures of its record: {printable(why, 80)}")
    if found.picture:
        say(f"Wrote  {printable(str(to))}  {found.a.take.label} above, {found.b.take.label} laid on it below")


def _verdict(found: Explanation) -> Iterator[str]:
    a, b = found.a.take.label, found.b.take.label
    if found.alignment is None:
        yield f"{a} and {b}: no pair; they have nothing in common that could be laid on one another"
    elif found.likeness is None:
        bits = f"{found.alignment.distance:.0f} of 256 bits"
        yield f"{a} and {b}: no pair; {bits} apart where they are most alike"
    else:
        yield f"{a} and {b}: {found.likeness.band}; {printable(found.likeness.reason)}"
    if found.alignment is not None and not found.searched:
        yield "No run compares them: no frame of one is like a frame of the other."
    if found.ruling == "apart":
        yield "A person ruled them apart: they never fold into one another, whatever the numbers say."
    if found.ruling == "together":
        yield "A person put them together: they are in one stack, whatever the numbers say."
    if found.version:
        labels = {slate.take.id: slate.take.label for slate in (found.a, found.b)}
        yield f"{labels[found.version.take_id]} is kept as a version of {labels[found.version.of_id]}."
    missed = [measure.name for measure in found.measures if measure.holds is False]
    if missed:
        yield f"Against a copy: {', '.join(missed)}"


def _explained(found: Explanation, to: Path) -> dict[str, Any]:
    return {
        "a": {"take": found.a.take.label, "sha256": found.a.take.sha256},
        "b": {"take": found.b.take.label, "sha256": found.b.take.sha256},
        "alignment": found.alignment,
        "likeness": found.likeness,
        "measures": found.measures,
        "searched": found.searched,
        "ruling": found.ruling or None,
        "version": found.version,
        "lost": found.lost,
        "picture": str(to) if found.picture else None,
    }
