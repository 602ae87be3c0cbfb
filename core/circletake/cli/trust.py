"""``circletake trust``: whose signatures count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from circletake.cli.common import Json
from circletake.cli.console import note, print_json, say, table
from circletake.model.text import counted, printable

if TYPE_CHECKING:
    from circletake.provenance.trust import TrustList, TrustStore

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Keep lists of signers and timestampers you trust."
)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What verdicts will call the list.", metavar="NAME")],
    file: Annotated[
        Path, typer.Argument(help="Certificates of authorities: PEM, or a C2PA list (JSON).", metavar="FILE")
    ],
    date: Annotated[
        str, typer.Option("--date", help="The list's own date, where the file has none.", metavar="DATE")
    ] = "",
    timestampers: Annotated[
        bool, typer.Option("--timestampers", help="It vouches for timestamps, not for signers.")
    ] = False,
    next_update: Annotated[
        str, typer.Option("--next-update", help="When its next edition is due.", metavar="DATE")
    ] = "",
    json: Json = False,
) -> None:
    """Trust the authorities in a file. Confirm their fingerprints with the owner by another way first."""
    from circletake.provenance.trust import fingerprints

    added = _store().add(name, file, date, "timestampers" if timestampers else "signers", next_update)
    found = fingerprints(added)
    if json:
        print_json(_told(added))
        return
    of = " of timestampers" if timestampers else ""
    say(f"{added.label}: {counted(len(found), 'authority', 'authorities')}{of}")
    say(*(f"  SHA256 {sha256}  {printable(subject)}" for sha256, subject in found.items()))
    _warn([added])


@app.command(name="list")
def list_(json: Json = False) -> None:
    """Show the lists you trust."""
    from circletake.provenance.trust import members

    lists = _store().lists()
    if json:
        print_json([_told(each) for each in lists])
        return
    if not lists:
        note("no lists; only your own signer is known. Next: circletake trust add NAME FILE --date DATE")
        return
    table(
        ["NAME", "DATE", "OF", "AUTHORITIES"],
        [[each.name, each.date, each.kind, str(len(members(each)))] for each in lists],
        right=["AUTHORITIES"],
    )
    _warn(lists)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="The list, as `trust list` calls it.", metavar="NAME")],
    json: Json = False,
) -> None:
    """Show the authorities on a list: names, validity, fingerprints."""
    from circletake.provenance.trust import members

    shown = _store().get(name)
    if json:
        print_json(_told(shown))
        return
    due = f", next edition due {shown.next_update}" if shown.next_update else ""
    say(f"{shown.label}: {shown.kind}{due}")
    for each in members(shown):
        over = "" if each.current(datetime.now(UTC)) else "  NOT VALID NOW"
        say(
            f"  {printable(each.subject)}",
            f"    valid {each.not_before:%Y-%m-%d} to {each.not_after:%Y-%m-%d}{over}",
            f"    SHA256 {each.sha256}",
        )
    _warn([shown])


def _store() -> TrustStore:
    from circletake.provenance.trust import TrustStore
    from circletake.workflows.library import user_home

    return TrustStore(user_home())


def _told(trusted: TrustList) -> dict[str, object]:
    from circletake.provenance.trust import fingerprints, members, staleness

    now = datetime.now(UTC)
    return {
        "name": trusted.name,
        "date": trusted.date,
        "kind": trusted.kind,
        "next_update": trusted.next_update,
        "stale": staleness(trusted, now.date()),
        "authorities": fingerprints(trusted),
        "not_valid_now": [each.sha256 for each in members(trusted) if not each.current(now)],
    }


def _warn(lists: Sequence[TrustList]) -> None:
    """Tell of lists that should be renewed."""
    from shlex import quote

    from circletake.provenance.trust import staleness

    for each in lists:
        if why := staleness(each, datetime.now(UTC).date()):
            option = " --timestampers" if each.kind == "timestampers" else ""
            again = f"circletake trust add {quote(printable(each.name))} FILE{option}"
            note(f"{printable(each.name)}: {why}; look for a newer edition, then: {again}")


@app.command()
def remove(
    name: Annotated[str, typer.Argument(help="The list, as `trust list` calls it.", metavar="NAME")],
    json: Json = False,
) -> None:
    """Trust a list no more."""
    _store().remove(name)
    if json:
        print_json({"removed": name})
    else:
        say(f"{printable(name)} is trusted no more")
