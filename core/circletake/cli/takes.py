"""``circletake takes``: the table of takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from circletake.cli.common import Json, LibraryFolder, hint_of_jobs, open_library
from circletake.cli.console import print_json, say, table
from circletake.cli.selecting import Words, selecting
from circletake.model.recipe import Field
from circletake.model.slate import TakeFilter
from circletake.model.text import printable

if TYPE_CHECKING:
    from circletake.model.recipe import Recipe
    from circletake.model.slate import Found, Slate

_WEAK = ("filename", "matched")


@selecting
def takes(
    which: TakeFilter,
    words: Words = None,
    sort: Annotated[
        str, typer.Option(help="name, added, length, stars, a metric, or score (the metric of --score).")
    ] = "name",
    reverse: Annotated[bool, typer.Option("--reverse", help="The other way round.")] = False,
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """List takes; near-duplicates are folded under their keeper."""
    from circletake.errors import BadInput
    from circletake.workflows.curation.curate import choose, metric_of, order

    if sort == "score":
        sort = metric_of(which.score)
        if not sort:
            raise BadInput("--sort score", "no metric", "name it: --sort sharpness")
    with open_library(library) as lib:
        slates = order(choose(lib, words or (), which, everything=True), sort, reverse=reverse)
        total = lib.registry.takes.count()
        folded = sum(s.folds for s in slates)
        if json:
            print_json([summary(slate) for slate in slates])
            return
        metric = sort if sort not in ("name", "added", "length", "stars") else ""
        _print(slates, metric)
        labels = [s.take.label for s in slates if s.folds and not which.folded]
        hint_of_jobs(lib)
    told = f"{len(slates)} of {total}"
    if labels:
        under = ", ".join(labels[:3]) + (", ..." if len(labels) > 3 else "")
        told += f" · {folded} folded under {under}"
    say(told)


def _print(slates: list[Slate], metric: str) -> None:
    if not slates:
        return
    headers = ["TAKE", "ID", "VERDICT", "*", "LEN", "MODEL", "PROMPT", *([metric.upper()] * bool(metric))]
    rows = []
    for s in slates:
        value = s.score(metric) if metric else None
        rows.append(
            [
                s.take.label,
                s.take.short,
                s.standing.verdict.value,
                str(s.standing.stars or "-"),
                f"{s.take.media.seconds:.1f}",
                made_line(s.recipe, 16) or "-",
                prompt_line(s.recipe, 28) or "-",
                *([f"{value:.4g}" if value is not None else "-"] * bool(metric)),
                findings_line(s.findings) + (f"  +{s.folds}" if s.folds else ""),
            ]
        )
    table([*headers, "FINDINGS"], rows, right=("LEN",))
    if any(row[column].startswith("~") for row in rows for column in (5, 6)):
        say("~ learnt from a file name or a like picture only")


def made_line(recipe: Recipe, width: int) -> str:
    """Generator and model; ``~`` before them where any part that is shown is of weak evidence."""
    shown = (Field.GENERATOR, Field.MODEL, Field.MODEL_VERSION)
    weak = any(recipe[field] and recipe.evidence(field) in _WEAK for field in shown)
    return printable(("~" if weak else "") + recipe.made_with, width) if recipe.made_with else ""


def prompt_line(recipe: Recipe, width: int) -> str:
    """The prompt; ``~`` before one of weak evidence, the title where there is no prompt."""
    if recipe["prompt"]:
        weak = recipe.evidence("prompt") in _WEAK
        return printable(("~" if weak else "") + recipe["prompt"], width)
    return f'"{printable(recipe["title"], width - 10)}" (title)' if recipe["title"] else ""


def findings_line(findings: tuple[Found, ...]) -> str:
    """``frozen 2.1-5.0``, the first two and how many more; ``-`` for none."""
    said = [f"{f.finding.kind} {f.finding.start:.1f}-{f.finding.end:.1f}" for f in findings]
    more = [f"{len(said) - 2} more"] if len(said) > 2 else []
    return ", ".join([*said[:2], *more]) or "-"


def summary(slate: Slate) -> dict[str, Any]:
    """One take for ``--json``."""
    take, recipe, standing = slate.take, slate.recipe, slate.standing
    return {
        "take": take.label,
        "id": take.short,
        "sha256": take.sha256,
        "file": take.name,
        "path": slate.path,
        "origin": take.origin,
        "verdict": standing.verdict,
        "stars": standing.stars,
        "notes": standing.notes,
        "decided_by": standing.by,
        "seconds": take.media.seconds,
        "width": take.media.width,
        "height": take.media.height,
        "made_with": recipe.made_with,
        "recipe": {f: {"value": c.value, "evidence": c.evidence} for f, c in recipe.in_force.items()},
        "contradictions": sorted(recipe.contradictions),
        "scores": {s.score.metric: s.score.value for s in slate.scores},
        "findings": [f.finding for f in slate.findings],
        "stack": slate.stack,
        "folds": slate.folds,
        "folded": slate.folded_under is not None,
        "added": take.added,
    }
