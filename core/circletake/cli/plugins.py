"""``circletake plugins``: what is plugged in."""

from __future__ import annotations

import typer

from circletake.cli.common import Json, PluginFiles
from circletake.cli.console import print_json, table

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
