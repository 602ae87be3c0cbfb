"""``circle``, ``hold``, ``ng``, ``unreview``, ``rate``, ``note``, ``undo``, ``log``: deciding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from circletake.cli.common import By, Json, LibraryFolder, Script, open_library
from circletake.cli.console import print_json, say, table
from circletake.cli.selecting import Words, selecting
from circletake.cli.wording import person, ruling
from circletake.model.slate import TakeFilter
from circletake.model.text import counted, printable

if TYPE_CHECKING:
    from circletake.model.event import Event
    from circletake.model.stack import Rulings
    from circletake.workflows.curation.curate import Decided, Decision
    from circletake.workflows.library import Library

_LISTED = 12


def _verdict(name: str, help_text: str) -> Callable[..., None]:
    """A command that gives takes one verdict."""

    def command(
        which: TakeFilter,
        words: Words = None,
        by: By = "",
        script: Script = False,
        json: Json = False,
        library: LibraryFolder = None,
    ) -> None:
        from circletake.model.event import Verdict
        from circletake.workflows.actor import whoami
        from circletake.workflows.curation.curate import choose, judge

        verdict, actor = Verdict(name), whoami(by, script)
        with open_library(library) as lib:
            decision = judge(lib, choose(lib, words or (), which), verdict, actor)
        _tell(decision, lambda row: row.slate.standing.verdict.value, name, json)

    command.__doc__ = help_text
    return selecting(command)


circle = _verdict("circled", "Circle takes: these are the good ones.")
hold = _verdict("hold", "Hold takes: maybe.")
ng = _verdict("ng", "Mark takes no good. Nothing is deleted.")
unreview = _verdict("unreviewed", "Take the verdict of takes away; they count as unreviewed again.")


def rate(
    words: Annotated[
        list[str], typer.Argument(help="Takes, then the stars: SH010/3-7 4", metavar="TAKE... N")
    ],
    by: By = "",
    script: Script = False,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Give takes 0 to 5 stars."""
    from circletake.errors import BadInput
    from circletake.workflows.actor import whoami
    from circletake.workflows.curation import curate

    *named, stars = words
    if not named or not stars.isdecimal():
        raise BadInput("rate", "needs takes, then a number", "circletake rate SH010/3-7 4")
    with open_library(library) as lib:
        slates = curate.choose(lib, named, TakeFilter())
        decision = curate.rate(lib, slates, int(stars), whoami(by, script))
    _tell(
        decision,
        lambda row: f"{row.slate.standing.stars} stars",
        f"given {counted(int(stars), 'star')}",
        json,
    )


def note(
    words: Annotated[
        list[str], typer.Argument(help="Takes, then the text in quotes.", metavar="TAKE... TEXT")
    ],
    by: By = "",
    script: Script = False,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Write a note on takes."""
    from circletake.errors import BadInput
    from circletake.workflows.actor import whoami
    from circletake.workflows.curation import curate

    *named, text = words
    if not named:
        raise BadInput("note", "needs a take, then the text", 'circletake note SH010/3 "hands are wrong"')
    with open_library(library) as lib:
        slates = curate.choose(lib, named, TakeFilter())
        decision = curate.annotate(lib, slates, text, whoami(by, script))
    _tell(decision, lambda _: "", "noted", json)


def _tell(decision: Decision, before: Callable[[Decided], str], after: str, json: bool) -> None:
    if json:
        print_json(
            {
                "batch": decision.batch,
                "by": decision.by,
                "takes": [
                    {
                        "take": row.slate.take.label,
                        "sha256": row.slate.take.sha256,
                        "before": before(row),
                        "value": row.value,
                        "changed": row.changed,
                    }
                    for row in decision.rows
                ],
            }
        )
        return
    changed = decision.changed
    for row in changed[:_LISTED]:
        was = before(row)
        told = f"  was {was}" if was not in ("", "unreviewed", "0 stars") else ""
        whose = row.slate.standing.by
        who = f" (by {printable(whose.name)})" if told and whose and was == row.slate.standing.verdict else ""
        say(f"{row.slate.take.label}  {row.slate.take.short}  {after}{told}{who}")
    if len(changed) > _LISTED:
        say(f"... {len(changed) - _LISTED} more")
    same = len(decision.rows) - len(changed)
    parts = [f"{counted(len(changed), 'take')} {after} by {person(decision.by)}"]
    if same:
        parts.append(f"{same} {'were' if same > 1 else 'was'} so already")
    from_ng = sum(before(row) == "ng" for row in changed)
    if from_ng:
        parts.append(f"{from_ng} had been ng")
    say(" · ".join(parts))
    if changed:
        say("Undo: circletake undo")


def undo(by: By = "", script: Script = False, json: Json = False, library: LibraryFolder = None) -> None:
    """Take back the last decision; a dedupe and a change of a cut are decisions too, a recipe is not."""
    from circletake.workflows.actor import whoami

    with open_library(library) as lib:
        events = lib.registry.events.undo(whoami(by, script))
        if json:
            print_json(events)
            return
        standings = lib.registry.events.standings([e.take_id for e in events if e.take_id])
        rulings = lib.registry.stacks.rulings()
        labels = _labels(lib, events)
    unruled = _unruled(events, rulings, labels)
    kinds = Counter(_kind(event) for event in events if event.kind != "ruling")
    kinds.update({"ruling": len(unruled)} if unruled else {})
    what = " · ".join(counted(count, kind) for kind, count in kinds.items())
    first = events[0]
    say(f"Took back {what}, by {person(first.by)} at {first.at:%Y-%m-%d %H:%M} UTC")
    lines = [*unruled.values()]
    lines += [f"{_value(event, labels)}: taken back" for event in events if event.kind == "cut"]
    for event in events:
        if event.take_id and event.kind != "ruling":
            now = standings.get(event.take_id)
            again = f"now {now.verdict}, {now.stars} stars" if now else "now unreviewed"
            lines.append(f"{labels[event.take_id]}  {_value(event, labels)} taken back; {again}")
    say(*lines[:_LISTED])
    if len(lines) > _LISTED:
        say(f"... {len(lines) - _LISTED} more")


def _unruled(
    events: Sequence[Event], rulings: Rulings, labels: Mapping[str, str]
) -> dict[frozenset[str], str]:
    """What holds again of each pair whose ruling was taken back; the log has a row of either take.

    Args:
        rulings: those in force now, which an earlier word of the same pair may be.
    """
    told: dict[frozenset[str], str] = {}
    for event in events:
        other = event.apart_from or event.together_with
        if event.take_id and other and (pair := frozenset((event.take_id, other))) not in told:
            both = f"{labels[event.take_id]} and {labels[other]}"
            if pair in rulings.apart:
                told[pair] = f"{both} stay apart, as was ruled before"
            elif pair in rulings.together:
                told[pair] = f"{both} belong together, as was ruled before"
            elif event.apart_from:
                told[pair] = f"{both} may pair again"
            else:
                told[pair] = f"{both} are no longer put together; what was measured of them counts again"
    return told


def log(
    take: Annotated[str, typer.Argument(help="Only this take.", show_default=False, metavar="[TAKE]")] = "",
    limit: Annotated[int, typer.Option(help="At most so many, latest first.", min=1)] = 40,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Who decided what, and when; latest first."""
    from circletake.workflows.curation.curate import choose_one

    with open_library(library) as lib:
        take_id = choose_one(lib, take).take.id if take else None
        events = sorted(lib.registry.events.log(limit=limit, take_id=take_id), key=lambda e: -e.id)
        if json:
            print_json(events)
            return
        if not events:
            say("Nothing was decided yet.")
            return
        labels = _labels(lib, events)
    rows = [
        (
            f"{e.at:%Y-%m-%d %H:%M:%S}",
            person(e.by),
            labels.get(e.take_id or "", "-"),
            _value(e, labels) + ("  (undone)" if e.undone else ""),
        )
        for e in events
    ]
    table(("WHEN (UTC)", "WHO", "TAKE", "WHAT"), rows)


def _kind(event: Event) -> str:
    return {"dedupe": "dedupe run", "stars": "star", "cut": "change of a cut"}.get(
        event.kind, event.kind.value
    )


def _value(event: Event, labels: Mapping[str, str]) -> str:
    if ruled := ruling(event, labels):
        return ruled
    if event.kind in ("stars", "note"):
        return f"{event.kind} {printable(event.value, 60)}"
    if event.kind == "verdict":
        return event.value
    if event.kind == "undo":
        return "undo"
    if event.kind == "cut":
        return f"cut {printable(event.value, 80)}"
    return f"{_kind(event)} {printable(event.value, 60)}".strip()


def _labels(library: Library, events: list[Event]) -> dict[str, str]:
    ids = {take_id for e in events for take_id in (e.take_id, e.apart_from, e.together_with) if take_id}
    return {take_id: library.registry.takes.get(take_id).label for take_id in ids}
