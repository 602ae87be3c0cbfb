"""``circletake show`` and ``circletake diff``: one take in full, two side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from circletake.cli.common import Json, LibraryFolder, OneTake, open_library
from circletake.cli.console import print_json, say, table
from circletake.cli.takes import summary
from circletake.cli.wording import person, ruling
from circletake.model.text import printable

if TYPE_CHECKING:
    from circletake.model.slate import Slate
    from circletake.model.stack import VersionOf
    from circletake.workflows.curation.curate import Dossier

_HEAD = 11


def show(
    take: OneTake,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Show everything known of a take, and how it is known."""
    from circletake.workflows.curation.curate import dossier

    with open_library(library) as lib:
        found = dossier(lib, take)
    if json:
        print_json(
            {
                **summary(found.slate),
                "media": found.slate.take.media,
                "claims": found.slate.recipe.claims,
                "measured": found.slate.scores,
                "found": found.slate.findings,
                "events": found.events,
                "locations": found.locations,
                "exports": found.exports,
                "stack_members": found.stack,
                "version_of": found.version,
                "versions": found.versions,
                "apart_from": [found.labels[one] for one in found.apart],
                "together_with": [found.labels[one] for one in found.together],
            }
        )
        return
    for head, line in _lines(found):
        say(f"{head:<{_HEAD}}{line}".rstrip())


def _lines(found: Dossier) -> Iterator[tuple[str, str]]:
    yield from _media(found)
    yield from _decisions(found)
    yield from _recipe(found.slate)
    yield from _measured(found.slate)
    yield from _stack(found)
    yield from _related(found)
    heads = _once("exports")
    for row in found.exports:
        yield next(heads), f"{printable(row.path, 90)}  {row.kind}, {row.state}, {row.at:%Y-%m-%d %H:%M} UTC"


def _once(head: str) -> Iterator[str]:
    """The head of a section for its first line, then blanks."""
    yield head
    while True:
        yield ""


def _media(found: Dossier) -> Iterator[tuple[str, str]]:
    take, media = found.slate.take, found.slate.take.media
    yield take.label, f"{take.short}  {printable(take.name, 80)}"
    rate = f"{float(media.rate):.3f}".rstrip("0").rstrip(".") + " fps" if media.rate else "no frame rate"
    sound = f"{media.audio.codec} {media.audio.rate} Hz" if media.audio else "no sound"
    frames = f"{media.frames} frames" if media.frames else "frames not counted"
    size = f"{media.width}x{media.height}" + (f" turned {media.rotation}" if media.rotation else "")
    yield "picture", f"{media.seconds:.3f} s · {frames} · {size} · {rate} · {media.codec} · {sound}"
    yield "origin", f"{take.origin}, added {take.added:%Y-%m-%d %H:%M} UTC"
    yield "sha256", take.sha256
    heads = _once("file")
    for place in found.locations:
        kept = "in the library" if place.stored else "left in place"
        yield next(heads), f"{printable(place.path, 100)}  {kept}, {place.state}"


def _decisions(found: Dossier) -> Iterator[tuple[str, str]]:
    standing = found.slate.standing
    by = f" by {person(standing.by)}" if standing.by else ""
    yield "verdict", f"{standing.verdict}{by} · {standing.stars or 'no'} stars"
    heads = _once("notes")
    for text in standing.notes:
        yield next(heads), printable(text, 100)
    heads = _once("decided")
    for event in found.events:
        undone = "  (undone)" if event.undone else ""
        said = f"{event.kind} {printable(event.value, 60)}" if event.kind != "verdict" else event.value
        said = ruling(event, found.labels) or said
        yield next(heads), f"{event.at:%Y-%m-%d %H:%M} UTC  {person(event.by)}  {said}{undone}"


def _recipe(slate: Slate) -> Iterator[tuple[str, str]]:
    recipe = slate.recipe
    heads = _once("recipe")
    if not recipe.in_force:
        yield next(heads), f"nothing is known: circletake recipe set {slate.take.label} prompt='...'"
    for field, claim in recipe.in_force.items():
        said = f"{claim.evidence}{', accepted' if claim.accepted else ''}"
        source = (
            f"{printable(claim.source, 100)}, {printable(claim.by, 30)}"
            if claim.source != claim.by
            else claim.by
        )
        when = f", {claim.at:%Y-%m-%d}" if claim.at else ""
        yield next(heads), f"{printable(field, 24)} = {printable(claim.value, 300)}"
        yield "", f"    {said}: {printable(source, 140)}{when}"
    heads = _once("contradicts")
    for field, claims in recipe.contradictions.items():
        others = dict.fromkeys(
            f"{printable(c.value, 40)} ({c.evidence}: {printable(c.source, 30)})" for c in claims
        )
        yield next(heads), f"{printable(field, 24)}: {' | '.join(others)}"


def _measured(slate: Slate) -> Iterator[tuple[str, str]]:
    heads = _once("findings")
    for each in slate.findings:
        f = each.finding
        measured = f"{f.start:.2f}-{f.end:.2f} s · {f.value:.4g}, threshold {f.threshold:.4g}"
        who = f"{printable(each.scorer, 24)} {each.version}"
        yield next(heads), f"{printable(f.kind, 24)} {measured} · {printable(f.text, 60)} ({who})"
    heads = _once("scores")
    for scored in slate.scores:
        s = scored.score
        yield (
            next(heads),
            (
                f"{printable(s.metric, 30)} {s.value:.4g}{' ' + printable(s.unit, 24) if s.unit else ''}"
                f"  ({printable(scored.scorer, 24)} {scored.version})"
            ),
        )
    if not slate.scores and not slate.findings:
        yield "scores", "not measured yet: circletake analyze"


def _stack(found: Dossier) -> Iterator[tuple[str, str]]:
    stack = found.stack
    if stack is None:
        return
    labels = found.labels
    yield f"stack {stack.number}", f"keeper {labels[stack.keeper_id]}: {printable(stack.why_keeper, 80)}"
    for member in stack.members:
        mark = "*" if member.take_id == found.slate.take.id else " "
        why = printable(member.likeness.reason, 80)
        yield "", f"{mark} {labels[member.take_id]}  {member.likeness.band}  {why}"


def _related(found: Dossier) -> Iterator[tuple[str, str]]:
    """What it is a version of, its own versions, and the rulings that stand."""
    labels = found.labels
    if found.version:
        yield "version of", f"{labels[found.version.of_id]}, {_why_version(found.version)}"
    heads = _once("versions")
    for version in found.versions:
        yield next(heads), f"{labels[version.take_id]}, {_why_version(version)}"
    heads = _once("ruled")
    for how, ids in (("apart from", found.apart), ("together with", found.together)):
        if ids:
            yield next(heads), f"{how} {', '.join(labels[one] for one in ids)}"


def _why_version(version: VersionOf) -> str:
    bits = f"{version.distance:.0f} of 256 bits"
    why = version.reason.removesuffix(bits).rstrip(", ")
    return f"{bits}: {printable(why, 160)}" if why else bits


def diff(
    a: Annotated[str, typer.Argument(help="A take.", metavar="TAKE")],
    b: Annotated[str, typer.Argument(help="Another.", metavar="OTHER")],
    all_: Annotated[bool, typer.Option("--all", help="What is the same, too.")] = False,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """How two takes were made, side by side; what differs comes first."""
    from circletake.workflows.curation.curate import choose_one, compare_recipes

    with open_library(library) as lib:
        left, right = choose_one(lib, a), choose_one(lib, b)
    rows = compare_recipes(left, right)
    if json:
        print_json(
            {
                "a": left.take.label,
                "b": right.take.label,
                "fields": [
                    {"field": r.field, "a": r.a or None, "b": r.b or None, "differs": r.differs} for r in rows
                ],
            }
        )
        return
    differing = [r for r in rows if r.differs]
    if not rows:
        say("Nothing is known of either.")
        return
    shown = rows if all_ else differing
    if shown:
        table(
            ("", "FIELD", left.take.label, right.take.label),
            [
                (
                    "≠" if r.differs else "=",
                    printable(r.field, 24),
                    printable(r.a, 44) or "?",
                    printable(r.b, 44) or "?",
                )
                for r in shown
            ],
        )
    same = [r.field for r in rows if not r.differs]
    told = f"{len(differing)} differ · {len(same)} the same"
    say(told + (f": {printable(', '.join(same), 70)}" if same and not all_ else ""))
