"""``circletake keys``: the key that signs what leaves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from circletake.cli.common import Json
from circletake.cli.console import print_json, say
from circletake.model.text import printable

if TYPE_CHECKING:
    from circletake.provenance.keys import KeyInfo, KeyRing

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Make or show the key that signs your exports."
)


@app.command()
def init(
    organisation: Annotated[
        str, typer.Option("--organisation", "-o", help="Who signs, as people will read it.", metavar="NAME")
    ],
    algorithm: Annotated[
        str, typer.Option("--algorithm", help="es256, es384, ps256 or ed25519.", metavar="NAME")
    ] = "es256",
    country: Annotated[str, typer.Option("--country", help="Two letters, e.g. DE.", metavar="CODE")] = "",
    json: Json = False,
) -> None:
    """Make a development authority and a signing certificate that C2PA accepts."""
    from circletake.provenance.certificates import named_algorithm

    _tell(_ring().init(organisation, country, named_algorithm(algorithm)), json)


@app.command()
def show(json: Json = False) -> None:
    """Show the certificate that signs: whose it is, its fingerprint, how long it is valid."""
    _tell(_ring().show(), json)


def _ring() -> KeyRing:
    from circletake.provenance.keys import KeyRing
    from circletake.workflows.library import user_home

    home = user_home()
    return KeyRing(home, never_inside=_library_around(home))


def _library_around(home: Path) -> Path | None:
    from circletake.errors import LibraryError
    from circletake.workflows.library import find_library

    try:
        with find_library(home) as library:
            return library.root
    except LibraryError:
        return None


def _tell(info: KeyInfo, json: bool) -> None:
    from circletake.provenance.keys import NOT_RECOGNISED

    if json:
        print_json({"keys": info, "recognised_by_platforms": False})
        return
    say(
        f"signer       {printable(info.organisation)} ({info.algorithm})",
        f"fingerprint  SHA256 {info.certificate_sha256}",
        f"authority    SHA256 {info.ca_sha256}",
        f"valid        {info.not_before:%Y-%m-%d} to {info.not_after:%Y-%m-%d}",
        f"kept in      {printable(str(info.folder))} (readable by you alone)",
        NOT_RECOGNISED,
        f"Next   give people {printable(str(info.folder / 'authority.pem'))}, the fingerprint another way",
    )
