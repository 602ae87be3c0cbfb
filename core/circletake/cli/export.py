"""``circletake export``: one signed thing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from circletake.cli.common import By, Json, LibraryFolder, PluginFiles, load_plugins, open_library
from circletake.cli.console import note, print_json, progress, say
from circletake.cli.wording import what_travels

if TYPE_CHECKING:
    from circletake.plugins.manager import PluginManager
    from circletake.workflows.leaving.workbench import Terms
    from circletake.workflows.library import Library

Prompts = Annotated[
    str,
    typer.Option(
        help="full: prompts travel in manifests. hash: salted digests, see prove. omit: neither. "
        "Without it, what circletake.toml says, else full.",
        metavar="POLICY",
    ),
]


def export(
    takes: Annotated[
        list[str] | None, typer.Argument(help="Takes to export whole: SH010/31.", metavar="[TAKE]...")
    ] = None,
    cut: Annotated[str, typer.Option(help="Export this cut instead.", metavar="NAME")] = "",
    exporter: Annotated[str, typer.Option(help="What makes it: see plugins list.", metavar="NAME")] = "video",
    to: Annotated[Path | None, typer.Option(help="Folder to put it into.", metavar="FOLDER")] = None,
    prompts: Prompts = "",
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    plugin: PluginFiles = None,
    by: By = "",
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Make signed files of takes, or of a cut. Nothing unsigned leaves."""
    from circletake.errors import BadInput
    from circletake.model.text import human_size, printable
    from circletake.workflows.leaving.cutting import single
    from circletake.workflows.leaving.exporting import export as make
    from circletake.workflows.leaving.prompts import travelling

    if bool(takes) == bool(cut):
        raise BadInput("export", "what?", "name takes, or --cut NAME")
    with open_library(library) as lib:
        manager = load_plugins(lib, plugin)
        wanted = (
            [lib.registry.cuts.get(cut)]
            if cut
            else [
                single(lib.registry.takes.slate(take.id))
                for word in takes or []
                for take in lib.registry.takes.resolve(word)
            ]
        )
        with (
            signing_terms(lib, manager, prompts, by) as under,
            progress("export", "what was exported stays") as bar,
        ):
            leaving = {take_id for each in wanted for take_id in each.take_ids}
            note(what_travels(travelling(map(lib.registry.takes.slate, sorted(leaving)), under.policy)))
            done = [
                make(
                    lib,
                    manager,
                    each,
                    under,
                    to or Path(),
                    exporter=exporter,
                    whole=not cut,
                    force=force,
                    progress=bar,
                )
                for each in wanted
            ]
    if json:
        print_json(done)
        return
    for made in done:
        for row in made.rows:
            signed = "signed, re-read" if row.kind in ("take", "cut") else row.kind
            beside = f" with {Path(row.sidecar).name}" if row.sidecar else ""
            say(f"{from_here(Path(row.path))}{beside}  {human_size(row.size)}  {signed}")
        for text in made.not_carried:
            note(f"not carried: {text}")
        for warning in made.warnings:
            note(printable(warning))


def from_here(path: Path) -> str:
    """A path as somebody in the working folder would write it."""
    from circletake.model.text import printable

    here = Path.cwd()
    return printable(str(path.relative_to(here) if path.is_relative_to(here) else path))


@contextmanager
def signing_terms(lib: Library, manager: PluginManager, prompts: str, by: str) -> Iterator[Terms]:
    """Open the key and settle under what is signed.

    Raises:
        BadInput: no such policy, or an address that is none.
        KeyProblem: there is no key yet, it is not safe to use, or its certificate is out of date.
        PluginError: the signer the library names is not there, or failed.
    """
    from circletake.errors import BadInput
    from circletake.model.policy import PromptPolicy
    from circletake.workflows.actor import whoami
    from circletake.workflows.leaving.signer import ending_soon, open_signer, timestamper
    from circletake.workflows.leaving.workbench import terms

    prompts = prompts or lib.settings.prompts
    if prompts not in set(PromptPolicy):
        raise BadInput("--prompts", f"{prompts!r} is no policy", f"one of {', '.join(PromptPolicy)}")
    asked = timestamper(lib)
    with open_signer(lib, manager) as signer:
        if warning := ending_soon(signer):
            note(warning)
        if asked:
            note(f"timestamps come from {asked}, which sees a hash of each signature")
        yield terms(signer, PromptPolicy(prompts), whoami(by), asked)
