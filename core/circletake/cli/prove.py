"""``circletake prove``: show that a digest in a manifest is that of a prompt."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from circletake.cli.common import Json, LibraryFolder, OneTake, open_library
from circletake.cli.console import print_json, say

if TYPE_CHECKING:
    from circletake.model.sealing import Proof


def prove(take: OneTake, json: Json = False, library: LibraryFolder = None) -> None:
    """Print what proves the prompts of a take that left as digests: salt, prompt, and a line that checks.

    Whoever is shown this learns the prompt. Nothing is changed.
    """
    from circletake.model.text import printable
    from circletake.workflows.curation.curate import choose_one
    from circletake.workflows.leaving.prompts import proofs

    with open_library(library) as lib:
        slate = choose_one(lib, take)
        proven = proofs(lib, slate)
    if json:
        said = {"take": slate.take.label, "take_sha256": slate.take.sha256}
        print_json([{**said, **_told(each)} for each in proven])
        return
    for each in proven:
        since = "" if each.in_force else ", an earlier wording"
        say(
            f"{printable(slate.take.label)}  {each.field}{since}, first sealed {each.at:%Y-%m-%d}",
            f"  digest  {each.digest}",
            f"  salt    {each.salt}",
            f"  prompt  {printable(each.prompt)}",
            f"  check   {check_line(each)}",
        )


def check_line(proof: Proof) -> str:
    """A command that prints the digest from salt and prompt, with nothing of ours."""
    from circletake.model.text import printable

    if printable(proof.prompt) == proof.prompt:
        return f"printf %s {proof.salt} {shlex.quote(proof.prompt)} | sha256sum"
    # What a terminal would not show as it is, is spelt out.
    code = f"import hashlib; print(hashlib.sha256({proof.salt + proof.prompt!a}.encode()).hexdigest())"
    return f"python3 -c {shlex.quote(code)}"


def _told(proof: Proof) -> dict[str, object]:
    from dataclasses import asdict

    from circletake.model.sealing import METHOD

    return {**asdict(proof), "method": METHOD, "check": check_line(proof)}
