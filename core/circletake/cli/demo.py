"""``circletake demo``: the whole path in a minute."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.common import load_plugins
from circletake.cli.console import progress, say
from circletake.errors import Cancelled


def demo(
    folder: Annotated[Path, typer.Argument(help="A new folder for everything it makes.")] = Path("demo"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Remove what an earlier demo left there.")] = False,
) -> None:
    """Make takes, curate them, cut them to a song, release them signed, audit, prove it.

    Keys and library lie in the folder; nothing outside it is touched and nothing leaves this machine.
    """
    from circletake.workflows.demo.run import prepare, run_demo

    step = 0

    def tell(name: str, text: str) -> None:
        nonlocal step
        step += bool(name)
        say(f"{step if name else '':>2} {name:<10} {text}")

    place = prepare(folder, fresh)
    say("circletake demo · pictures made by an algorithm, development keys, nothing leaves this machine")
    try:
        with progress("working") as bar:
            made = run_demo(place, load_plugins(), tell, bar)
    except KeyboardInterrupt:
        raise Cancelled(next_step="but a demo begins anew: run the same again") from None
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
    if not made.proved:
        raise typer.Exit(1)
