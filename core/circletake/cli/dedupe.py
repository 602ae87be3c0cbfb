"""``circletake dedupe``: fold near-duplicate takes under a keeper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from circletake.cli.common import By, DryRun, Json, LibraryFolder, Script, both, in_pairs, open_library, pairs
from circletake.cli.console import note, print_json, progress, say, table
from circletake.errors import BadInput, CircletakeError
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


@in_pairs("apart", "join", "explain")
def dedupe(
    keeper: Annotated[
        str,
        typer.Option(help="Who stands for a stack: best, largest, first or circled.", metavar="POLICY"),
    ] = "best",
    apart: Annotated[
        list[str] | None,
        typer.Option(
            help="Two takes that must never fold into one another; may be repeated.",
            metavar="A B",
            callback=both,
        ),
    ] = None,
    join: Annotated[
        list[str] | None,
        typer.Option(
            help="A take, and the takes that belong in its stack: SH010/3 SH010/7-9; may be repeated.",
            metavar="A B",
            callback=both,
        ),
    ] = None,
    split: Annotated[
        list[str] | None,
        typer.Option(
            help="A take that belongs in no stack with those it is with now; may be repeated.", metavar="TAKE"
        ),
    ] = None,
    explain: Annotated[
        list[str] | None,
        typer.Option(
            help="Why two takes do or do not pair, with a picture; changes nothing.",
            metavar="A B",
            callback=both,
        ),
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

    Circled and rated takes are never folded. Takes that are alike and no copies (variants: a
    thing in another colour, another motion) are listed and not folded; that is for a person to
    say. --keeper circled folds copies under circled and rated takes alone. What --apart, --join
    and --split rule holds in every later run.
    """
    from circletake.workflows.actor import whoami
    from circletake.workflows.analysis.dedupe import dedupe as run

    rulings = {"--apart": apart, "--join": join, "--split": split}
    ruled = next((name for name, said in rulings.items() if said), "")
    if ruled and dry_run:
        raise BadInput(ruled, "is a ruling and would be recorded", "leave out --dry-run")
    if ruled and explain:
        raise BadInput("--explain", f"changes nothing, {ruled} does", "say one of the two")
    if len(pairs(explain)) > 1:
        raise BadInput("--explain", "is given more than once", "ask about one pair at a time")
    with open_library(library) as lib:
        if explain:
            _explain(lib, pairs(explain)[0], picture, force, json)
            return
        if picture or force:
            raise BadInput("--picture, --force", "go with --explain", "circletake dedupe --explain A B")
        actor = whoami(by, script)
        batch = _rule(lib, actor, split or (), pairs(apart), pairs(join)) if ruled else ""
        kept = "the ruling stands, the stacks are as they were" if batch else "nothing was folded"
        with progress("comparing", kept) as bar:
            report = run(lib, by=actor, keeper=keeper, dry_run=dry_run, batch=batch, progress=bar)
    if json:
        print_json(report)
    else:
        _show(report, dry_run, everything)
    if report.damaged or report.lost:
        raise typer.Exit(1)


def _rule(
    lib: Library,
    actor: Actor,
    splits: Sequence[str],
    apart: Sequence[tuple[str, str]],
    joins: Sequence[tuple[str, str]],
) -> str:
    """Record what was ruled, tell it, and return the batch that the run goes into."""
    from circletake.workflows.analysis.ruling import rule

    rulings, batch = rule(lib, actor, splits=splits, apart=apart, joins=joins)
    for ruled in rulings:
        others = _some([take.label for take in ruled.others])
        if ruled.together:
            verb = "belongs" if len(ruled.others) == 1 else "belong"
            note(f"{others} {verb} with {ruled.take.label} from now on")
        elif len(ruled.others) == 1:
            note(f"{ruled.take.label} and {others} stay apart from now on")
        else:
            note(f"{ruled.take.label} stays apart from {others} from now on")
    return batch


def _some(labels: list[str], most: int | None = 6) -> str:
    if most is not None and len(labels) > most:
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
    folding = "would fold" if dry_run else "folded" if report.batch else "folded before"
    if report.stacks:
        told = [f"{counted(report.folded, 'take')} {folding}", _visible(report.variants, "like take")]
        if report.versions:
            told.append(_visible(report.versions, "larger version"))
        say(" · ".join([*told, "no circled or rated take folded"]))
    say(*_not_compared(report, everything))
    if not dry_run and not report.batch:
        say("Nothing changed: all of it was so already.")
    elif report.stacks or not dry_run:
        apply = "Apply: circletake dedupe   " if dry_run else ""
        say(f"Nothing deleted. {apply}Undo: circletake undo")
    if report.folded:
        pair = _a_pair(report)
        say(f"Wrong pair? circletake dedupe --apart {pair}   Why? circletake dedupe --explain {pair}")


def _not_compared(report: DedupeReport, everything: bool) -> Iterator[str]:
    """What there is still to do, and by whom; what went wrong, with the reason."""

    def label(take_id: str) -> str:
        return report.slates[take_id].take.label

    most = None if everything else _SHOWN
    if report.waiting:
        yield f"{counted(report.waiting, 'take')} not compared: circletake analyze"
    if report.damaged:
        labels = _some([label(take_id) for take_id in report.damaged], most)
        what, it = ("fingerprint", "it") if len(report.damaged) == 1 else ("fingerprints", "them")
        yield f"   the {what} of {labels} could not be read; that makes {it} anew"
    for lasting in (False, True):
        lost = [pair for pair in report.lost if pair.lasting is lasting]
        if not lost:
            continue
        if lasting:
            one = f"{label(lost[0].a_id)} {label(lost[0].b_id)}"
            yield f"{counted(len(lost), 'pair')} cannot be compared, now or later; say what they are:"
            yield f"   circletake dedupe --apart {one}   or --join {one}"
        else:
            yield f"{counted(len(lost), 'pair')} not compared; the next run tries again: circletake dedupe"
        for pair in lost[:most]:
            yield f"   {label(pair.a_id)} and {label(pair.b_id)}: {printable(pair.reason, 120)}"
        if len(lost) > len(lost[:most]):
            yield f"   ... {len(lost) - _SHOWN} more (--all)"


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
    """Tell what was found, and only then mind where the picture goes: the numbers are never lost."""
    from circletake.workflows.analysis.explaining import explain

    with progress("reading frames", "nothing was changed") as bar:
        found = explain(lib, pair, progress=bar)
    names = "_".join(file_stem(slate.take.label.replace("/", "-")) for slate in (found.a, found.b))
    to = picture or Path(f"explain_{names}.jpg")
    refused = _write_picture(lib, found, to, force)
    if json:
        print_json(_explained(found, None if refused else to))
    else:
        _numbers(found)
    if refused:
        raise refused
    if found.picture and not json:
        say(f"Wrote  {printable(str(to))}  {found.a.take.label} above, {found.b.take.label} laid on it below")


def _write_picture(lib: Library, found: Explanation, to: Path, force: bool) -> Exception | None:
    """Write the picture, where there is one; what speaks against its place comes back."""
    from circletake.files import PUBLIC, write_whole
    from circletake.fingerprint.overlay import PICTURE_MARK
    from circletake.workflows.writing import check_target

    if not found.picture:
        return None
    try:
        check_target(lib, to, frozenset({".jpg", ".jpeg"}), force, PICTURE_MARK)
        write_whole(to, found.picture, PUBLIC)
    except (CircletakeError, OSError) as error:
        return error
    return None


def _numbers(found: Explanation) -> None:
    say(*_verdict(found))
    if found.measures:
        rows = [
            (m.name, m.value, m.bound, {True: "yes", False: "NO", None: ""}[m.holds], m.meaning)
            for m in found.measures
        ]
        table(("NUMBER", "VALUE", "A COPY HAS", "", "WHAT IT SAYS"), rows)
    for label, why in found.lost.items():
        say(f"{label} is shown by the small pictures of its record: {printable(why, 80)}")


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
        yield f"What speaks against a copy: {', '.join(missed)}"


def _explained(found: Explanation, to: Path | None) -> dict[str, Any]:
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
        "picture": str(to) if found.picture and to else None,
    }
