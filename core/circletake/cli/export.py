"""``circletake export``: one signed thing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from circletake.cli.common import By, Json, LibraryFolder, PluginFiles, load_plugins, open_library
from circletake.cli.console import note, print_json, progress, say
from circletake.cli.wording import what_travels

if TYPE_CHECKING:
    from circletake.model.cut import Cut
    from circletake.model.policy import PromptPolicy
    from circletake.plugins.manager import PluginManager
    from circletake.workflows.leaving.exporting import Exported
    from circletake.workflows.leaving.terms import Terms
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
        list[str] | None,
        typer.Argument(
            help="Takes to export: SH010/31, or a part of one: SH010/31@1.5-4 (seconds), SH010/31@36f-96f.",
            metavar="[TAKE]...",
        ),
    ] = None,
    cut: Annotated[str, typer.Option(help="Export this cut instead.", metavar="NAME")] = "",
    circled: Annotated[bool, typer.Option("--circled", help="Export every circled take.")] = False,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            "-f",
            help="video, fcp7, otio, otioz, edl, csv, stills, or another exporter; repeatable.",
            metavar="FORMAT",
        ),
    ] = None,
    to: Annotated[Path | None, typer.Option(help="Folder to put it into.", metavar="FOLDER")] = None,
    collect: Annotated[
        str, typer.Option(help="Folder in it for the signed media of timelines.", metavar="NAME")
    ] = "clips",
    conform: Annotated[
        str,
        typer.Option(
            help="Give the clips of timelines the cut's size and rate: h264, prores or dnxhr.",
            metavar="CODEC",
        ),
    ] = "",
    rewrite: Annotated[
        str,
        typer.Option(
            help="Name media as the editor's machine does: a folder here = its name there.",
            metavar="FROM=TO",
        ),
    ] = "",
    relative: Annotated[
        bool, typer.Option("--relative", help="Name media relative to the timeline in every format.")
    ] = False,
    prompts: Prompts = "",
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    plugin: PluginFiles = None,
    by: By = "",
    json: Json = False,
    library: LibraryFolder = None,
) -> None:
    """Make signed files of takes, or of a cut, and timelines that point at them. No video leaves unsigned.

    Exit status 0: all was made, 1: a format was left out, and why, 2: nothing was.
    """
    from circletake.errors import BadInput
    from circletake.workflows.leaving.exporting import export as make
    from circletake.workflows.leaving.handing import Handing
    from circletake.workflows.leaving.prompts import travelling

    named = (("takes by name", takes), ("--cut", cut), ("--circled", circled))
    asked = [word for word, given in named if given]
    if not asked:
        raise BadInput("export", "what?", "name takes, or --cut NAME, or --circled")
    if len(asked) > 1:
        raise BadInput(" and ".join(asked), "are different things to export", f"name {' or '.join(asked)}")
    before, split, after = rewrite.partition("=")
    if rewrite and not (before and after):
        raise BadInput("--rewrite", f"{rewrite!r} is not FROM=TO", "e.g. --rewrite out=D:\\jobs\\night")
    wanted_formats = formats or ["video"]
    with open_library(library) as lib:
        manager = load_plugins(lib, plugin)
        packs = any(manager.exporter(each).item.reads == "signed" for each in wanted_formats)
        if conform and not packs:
            raise BadInput(
                "--conform", "is for the clips of a timeline", f"--format fcp7, or --format {conform}"
            )
        whole = not cut and not packs
        handing = Handing(not cut, collect, conform, relative, (before, after) if split else None)
        wanted = _wanted(lib, cut, takes or [], circled, whole)
        with signing_terms(lib, manager, prompts, by) as under:
            leaving = dict.fromkeys(take_id for each in wanted for take_id in each.take_ids)
            slates = map(lib.registry.takes.slate, leaving)
            note(what_travels(travelling(lib, slates, under.policy, wanted[0].song)))
            with progress("export", "what was exported stays") as bar:
                done = [
                    make(
                        lib,
                        manager,
                        each,
                        under,
                        to or Path(),
                        formats=wanted_formats,
                        whole=whole,
                        handing=handing,
                        force=force,
                        progress=bar,
                    )
                    for each in wanted
                ]
    if json:
        print_json(done)
    else:
        _print(done)
    if any(made.left_out for made in done):
        raise typer.Exit(1)


def _wanted(lib: Library, cut: str, takes: list[str], circled: bool, apart: bool) -> list[Cut]:
    """The cut, or the takes: each by itself, or together as bins are filled."""
    from circletake.errors import BadInput
    from circletake.model.event import Verdict
    from circletake.model.slate import TakeFilter
    from circletake.workflows.leaving.cutting import part_of, pieces, single, string_out

    if cut:
        found = lib.registry.cuts.get(cut)
        if not found.events:
            raise BadInput(cut, "the cut has no events", f"circletake cut add {cut!r} SH010/3")
        return [found]
    if circled:
        slates = lib.registry.takes.slates(TakeFilter(verdicts=(Verdict.CIRCLED.value,)))
        if not slates:
            raise BadInput("--circled", "no take is circled", "circletake circle SH010/3")
    else:
        events = dict.fromkeys(event for word in takes for event in pieces(lib, word))
        known = {event.take_id: lib.registry.takes.slate(event.take_id) for event in events}
        if apart:
            return list(dict.fromkeys(part_of(known[event.take_id], event) for event in events))
        for word in (word for word in takes if "@" in word):
            raise BadInput(word, "a timeline of takes has them whole", f"circletake cut add NAME {word}")
        slates = list(known.values())
    return (
        [single(slate) for slate in slates]
        if apart
        else [string_out("circled" if circled else "takes", slates)]
    )


def _print(done: Sequence[Exported]) -> None:
    from circletake.model.text import human_size, printable

    for row in (row for made in done for row in made.rows):
        signed = "signed, re-read" if row.kind in ("take", "cut", "still") else row.kind
        beside = f" with {Path(row.sidecar).name}" if row.sidecar else ""
        say(f"{from_here(Path(row.path))}{beside}  {human_size(row.size)}  {signed}")
    # What holds for each of many takes is said once.
    notes = Counter(f"not carried: {text}" for made in done for text in made.not_carried)
    notes += Counter(printable(text) for made in done for text in made.warnings)
    notes += Counter(f"left out: {printable(text)}" for made in done for text in made.left_out)
    for text, times in notes.items():
        note(f"{text} ({times} times)" if times > 1 else text)


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
    from circletake.workflows.actor import whoami
    from circletake.workflows.leaving.signer import ending_soon, open_signer, timestamper
    from circletake.workflows.leaving.terms import terms

    policy = policy_of(lib, prompts)
    asked = timestamper(lib)
    with open_signer(lib, manager) as signer:
        if warning := ending_soon(signer):
            note(warning)
        if asked:
            note(f"timestamps come from {asked}, which sees a hash of each signature")
        yield terms(signer, policy, whoami(by), asked)


def policy_of(lib: Library, prompts: str) -> PromptPolicy:
    """What is to travel of prompts: as asked, else as the library's settings have it.

    Raises:
        BadInput: no such policy.
    """
    from circletake.errors import BadInput
    from circletake.model.policy import PromptPolicy

    asked = prompts or lib.settings.prompts
    if asked not in set(PromptPolicy):
        raise BadInput("--prompts", f"{asked!r} is no policy", f"one of {', '.join(PromptPolicy)}")
    return PromptPolicy(asked)
