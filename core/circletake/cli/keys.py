"""``circletake keys``: the key that signs what leaves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from circletake.cli.common import Json
from circletake.cli.console import note, print_json, say
from circletake.model.text import printable

if TYPE_CHECKING:
    from circletake.provenance.keys import KeyInfo, KeyRing

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Make, renew or show the key that signs your exports."
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
    """Make a key of your own and a certificate that C2PA accepts; nobody else vouches for it."""
    from circletake.provenance.certificates import named_algorithm

    _tell(_ring().init(organisation, country, named_algorithm(algorithm)), json)


@app.command()
def show(json: Json = False) -> None:
    """Show the certificate that signs: whose it is, its fingerprint, how long it is valid."""
    _tell(_ring().show(), json)


@app.command()
def csr(
    organisation: Annotated[
        str, typer.Option("--organisation", "-o", help="Who signs; else as now.", metavar="NAME")
    ] = "",
    country: Annotated[str, typer.Option("--country", help="Two letters, e.g. DE.", metavar="CODE")] = "",
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask for a new key, not the present one.")] = False,
    algorithm: Annotated[
        str, typer.Option("--algorithm", help="Of a new key: es256, es384, ps256, ed25519.", metavar="NAME")
    ] = "es256",
    json: Json = False,
) -> None:
    """Write a request for a certificate (PKCS#10) to send to an authority; the key stays here."""
    from circletake.provenance.certificates import named_algorithm
    from circletake.provenance.renewal import ask

    pem, key = ask(_ring(), organisation, country, named_algorithm(algorithm), fresh=fresh)
    if json:
        print_json({"request": pem.decode("ascii"), "key": str(key)})
        return
    say(pem.decode("ascii").rstrip())
    note(f"the private key stays in {printable(str(key))}; send the request alone")
    note(f"with the answer: circletake keys import {printable(str(key))} CHAIN.pem")


@app.command(name="import")
def import_(
    key: Annotated[Path, typer.Argument(help="The private key, as PEM.", metavar="KEY.pem")],
    chain: Annotated[Path, typer.Argument(help="Its certificate, then those above it.", metavar="CHAIN.pem")],
    replace: Annotated[
        bool, typer.Option("--replace", help="In place of the present key, which is kept beside.")
    ] = False,
    json: Json = False,
) -> None:
    """Sign with a key and certificate from elsewhere, once they are proven to be what C2PA accepts."""
    from circletake.provenance.renewal import take_in

    _tell(take_in(_ring(), key, chain, replace=replace, passphrase=_passphrase), json)


def _passphrase() -> str:
    """From the environment, else from whoever sits there."""
    import getpass
    import os
    import sys

    given = os.environ.get("CIRCLETAKE_KEY_PASSPHRASE", "")
    return given or (getpass.getpass("Passphrase of the key: ") if sys.stdin.isatty() else "")


def _ring() -> KeyRing:
    from circletake.provenance.keys import KeyRing
    from circletake.workflows.library import user_home

    home = user_home()
    return KeyRing(home, never_inside=_library_around(home))


def _library_around(home: Path) -> Path | None:
    from circletake.workflows.settings import root_above

    return root_above(home.expanduser().resolve())


def _tell(info: KeyInfo, json: bool) -> None:
    from circletake.provenance.keys import FROM_ELSEWHERE, NOT_RECOGNISED

    if json:
        print_json({"keys": info, "recognised_by_platforms": False if info.development else None})
        return
    say(
        f"signer       {printable(info.organisation)} ({info.algorithm})",
        f"fingerprint  SHA256 {info.certificate_sha256}",
        f"authority    SHA256 {info.ca_sha256}",
        f"valid        {info.not_before:%Y-%m-%d} to {info.not_after:%Y-%m-%d}",
        f"kept in      {printable(str(info.folder))} (readable by you alone)",
        NOT_RECOGNISED if info.development else FROM_ELSEWHERE,
        f"Next   give people {printable(str(info.folder / 'authority.pem'))}, the fingerprint another way",
    )
    if info.warning:
        note(f"{info.warning}: circletake keys csr, then keys import")
