"""Options and openings that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

import typer

if TYPE_CHECKING:
    from circletake.model.take import Declaration
    from circletake.plugins.manager import PluginManager
    from circletake.workflows.library import Library

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
By = Annotated[str, typer.Option("--by", help="The person who decides; without it, you.", metavar="NAME")]
Script = Annotated[bool, typer.Option("--script", help="A script decides; no human selection is claimed.")]
OneTake = Annotated[str, typer.Argument(help="A take: SH010/31 or c71f02ab.", metavar="TAKE")]
LibraryFolder = Annotated[
    Path | None,
    typer.Option("--library", "-L", help="The library; without it, the one this folder lies in."),
]

_Command = TypeVar("_Command", bound=Callable[..., None])


def in_pairs(*options: str) -> Callable[[_Command], _Command]:
    """Say which options of a command take two words each time they are given.

    typer knows lists and pairs, but no list of pairs, and would keep only the last of these.
    """

    def mark(command: _Command) -> _Command:
        command.in_pairs = options  # type: ignore[attr-defined]  # app.get_command reads it
        return command

    return mark


def pairs(given: Sequence[Any] | None) -> list[tuple[str, str]]:
    """What an option that comes in pairs was given."""
    return cast("list[tuple[str, str]]", list(given or ()))


def both(given: Any) -> Any:
    """Refuse a pair of which one is the next option: typer takes whatever stands there."""
    for pair in pairs(given):
        if any(word.startswith("-") for word in pair):
            raise typer.BadParameter(f"two are needed, and {pair[0]} stands alone")
    return given


PluginFiles = Annotated[
    list[Path] | None,
    typer.Option("--plugin", help="Also run the plugin in this file; repeat it.", metavar="FILE.py"),
]


class Declared(StrEnum):
    """What somebody says of how a clip or a song was made."""

    HUMAN = "human"
    AI = "ai"
    ALGORITHM = "algorithm"
    UNDECLARED = "undeclared"

    @property
    def declaration(self) -> Declaration:
        """The same in the words a manifest and an audit use."""
        from circletake.model.take import Declaration

        return Declaration[self.name]


def open_library(folder: Path | None = None) -> Library:
    """The library named, or the one the working folder lies in; one that was upgraded for it is told."""
    from circletake.cli.console import note
    from circletake.model.text import printable
    from circletake.workflows.library import find_library

    library = find_library(folder)
    if before := library.registry.upgraded_from:
        what = f"the library {library.root.name} was made by an older circletake and is upgraded"
        note(printable(f"{what}; as it was: {before}", 300))
    return library


def load_plugins(library: Library | None = None, files: Sequence[Path] | None = None) -> PluginManager:
    """Every plugin the library does not block; broken ones are told on stderr, once.

    Args:
        files: plugins of one file each, that the person named.

    Raises:
        PluginError: one of ``files`` does not load or is blocked.
    """
    from circletake.cli.console import note
    from circletake.model.text import printable
    from circletake.plugins.manager import PluginManager

    manager = PluginManager.load(blocked=library.settings.blocked if library else (), files=files or ())
    for record in manager.records:
        if record.status == "broken":
            note(f"plugin {printable(record.ref.plugin)} is left out: {printable(record.error, 160)}")
    return manager


def hint_of_jobs(library: Library) -> None:
    """Say on stderr that jobs wait which nobody works on. Only the registry is asked, never a backend."""
    from circletake.cli.console import note
    from circletake.model.text import counted
    from circletake.workflows.intake.desk import waiting

    left = waiting(library)
    paid = sum(count for step, count in left.items() if step.paid)
    unsent = sum(count for step, count in left.items() if not step.paid)
    parts = [f"{counted(paid, 'job')} may have been paid for and not fetched"] * bool(paid)
    parts += [f"{counted(unsent, 'job')} not sent yet"] * bool(unsent)
    if parts:
        note(f"{', '.join(parts)}: circletake jobs resume")
