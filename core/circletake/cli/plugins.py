"""``circletake plugins``: what is plugged in, and how to begin one of your own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.common import Json, PluginFiles
from circletake.cli.console import print_json, say, table
from circletake.plugins.scaffold import Kind

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What is plugged in.")


@app.callback()
def plugins() -> None:
    """What is plugged in."""


@app.command("list")
def list_(plugin: PluginFiles = None, json: Json = False) -> None:
    """List every plugin: its version, whether it loaded, which hooks it serves, what went wrong."""
    from circletake.plugins.manager import PluginManager
    from circletake.workflows.settings import blocked_here

    manager = PluginManager.load(blocked=blocked_here(), files=plugin or ())
    if json:
        print_json(manager.records)
    else:
        table(
            ("PLUGIN", "VERSION", "STATUS", "HOOKS", "WHAT"),
            [
                (r.ref.plugin, r.ref.version, r.status, " ".join(r.hooks) or "-", r.error or r.summary)
                for r in manager.records
            ],
        )
    if any(record.status == "broken" for record in manager.records):
        raise typer.Exit(1)


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="Small letters: bright, night-glow.", metavar="NAME")],
    kind: Annotated[Kind, typer.Option(help="What it is to be.")],
    to: Annotated[Path, typer.Option(help="Where to make its folder.", metavar="FOLDER")] = Path(),
    json: Json = False,
) -> None:
    """Write a plugin that works, with its tests, types and README, into a new folder circletake-NAME."""
    from circletake.model.text import printable
    from circletake.plugins.manager import PluginManager
    from circletake.plugins.scaffold import new_plugin
    from circletake.workflows.settings import blocked_here

    manager = PluginManager.load(blocked=blocked_here())
    made = new_plugin(name, kind, to, manager.names())
    if json:
        print_json(made)
        return
    say(f"{printable(str(made.folder))}: {kind.with_article} that works, with tests, types and a README")
    say(f"  {made.work}  the work is done here")
    say(f"Next   cd {printable(str(made.folder))}, then: python -m pytest; pip install -e .")
