"""``circletake trust``: whose signatures count."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.common import Json
from circletake.cli.console import note, print_json, say, table
from circletake.model.text import counted, printable

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Keep lists of signers you trust.")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What verdicts will call the list.", metavar="NAME")],
    pem: Annotated[Path, typer.Argument(help="Certificates of authorities, as PEM.", metavar="FILE.pem")],
    date: Annotated[
        str, typer.Option("--date", help="The list's own date, e.g. 2026-08-05.", metavar="DATE")
    ],
    json: Json = False,
) -> None:
    """Trust the authorities in a PEM file. Confirm their fingerprints with the owner by another way first."""
    from circletake.provenance.trust import TrustStore, fingerprints
    from circletake.workflows.library import user_home

    added = TrustStore(user_home()).add(name, pem, date)
    found = fingerprints(added)
    if json:
        print_json({"name": added.name, "date": added.date, "authorities": found})
        return
    say(f"{added.label}: {counted(len(found), 'authority', 'authorities')}")
    say(*(f"  SHA256 {sha256}  {printable(subject)}" for sha256, subject in found.items()))


@app.command(name="list")
def list_(json: Json = False) -> None:
    """Show the lists you trust."""
    from circletake.provenance.trust import TrustStore, fingerprints
    from circletake.workflows.library import user_home

    lists = TrustStore(user_home()).lists()
    if json:
        print_json(
            [{"name": each.name, "date": each.date, "authorities": fingerprints(each)} for each in lists]
        )
        return
    if not lists:
        note("no lists; only your own signer is known. Next: circletake trust add NAME FILE.pem --date DATE")
        return
    table(
        ["NAME", "DATE", "AUTHORITIES"],
        [[each.name, each.date, str(len(fingerprints(each)))] for each in lists],
        right=["AUTHORITIES"],
    )


@app.command()
def remove(
    name: Annotated[str, typer.Argument(help="The list, as `trust list` calls it.", metavar="NAME")],
    json: Json = False,
) -> None:
    """Trust a list no more."""
    from circletake.provenance.trust import TrustStore
    from circletake.workflows.library import user_home

    TrustStore(user_home()).remove(name)
    if json:
        print_json({"removed": name})
    else:
        say(f"{printable(name)} is trusted no more")
