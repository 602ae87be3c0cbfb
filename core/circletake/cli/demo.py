"""``circletake demo``: the whole path in a minute."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from circletake.cli.common import Json, load_plugins
from circletake.cli.console import note, print_json, progress, say

if TYPE_CHECKING:
    from circletake.workflows.demo.run import Demo


def demo(
    folder: Annotated[
        Path, typer.Argument(help="A new folder for everything it makes.", metavar="[FOLDER]")
    ] = Path("demo"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Remove what an earlier demo left there.")] = False,
    json: Json = False,
) -> None:
    """Make takes, curate them, cut them to a song, release them signed, audit, prove it.

    Keys and library lie in the folder; nothing outside it is touched and nothing leaves this machine.
    """
    from circletake.workflows.demo.run import prepare, run_demo

    tell_line = note if json else say
    step = 0

    def tell(name: str, text: str) -> None:
        nonlocal step
        step += bool(name)
        tell_line(f"{step if name else '':>2} {name:<10} {text}")

    place = prepare(folder, fresh)
    tell_line("circletake demo · pictures made by an algorithm, a self-made key, nothing leaves this machine")
    with progress("working", kept="a demo begins anew") as bar:
        made = run_demo(place, load_plugins(), tell, bar)
    if json:
        print_json(made)
    else:
        _tell(made)
    if not made.proved:
        raise typer.Exit(1)


def _tell(made: Demo) -> None:
    results = (
        (made.report, "what a stranger can verify"),
        (made.contact, "every take, to hover, judge and pick"),
        (made.release, "the signed cut and its clips"),
    )
    shown = [(os.path.relpath(path), what) for path, what in results]
    width = max(len(path) for path, _ in shown)
    for label, (path, what) in zip(("Open", "", ""), shown, strict=True):
        say(f"{label:<6} {path:<{width}}  {what}")
    say("Next   circletake init FILM && cd FILM && circletake import ~/Downloads/takes")
