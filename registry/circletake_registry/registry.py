"""The registry: one database file that records everything the library knows of its takes."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from circletake_registry import schema
from circletake_registry.analyses import Analyses
from circletake_registry.backup import copy_database
from circletake_registry.cuts import Cuts
from circletake_registry.engine import Database
from circletake_registry.events import Events
from circletake_registry.exports import Exports
from circletake_registry.jobs import Jobs
from circletake_registry.media import Media
from circletake_registry.pairs import Pairs
from circletake_registry.salts import Salts
from circletake_registry.stacks import Stacks
from circletake_registry.takes import Takes
from circletake_registry.versions import Versions

if TYPE_CHECKING:
    from types import TracebackType


class Registry:
    """An open registry, by its parts. Use it as a context manager.

    Attributes:
        path: the database file.
        takes: shots, takes, recipe claims, and slates (everything known of a take at once).
        media: where the bytes of takes lie.
        analyses: what was measured, and what remains to be.
        pairs: which takes were compared, and which of them are alike.
        versions: takes that are copies of a take known before.
        events: verdicts, stars, notes, rulings, undo.
        stacks: near-duplicates folded together, and what people ruled of them.
        cuts: edits with their revisions.
        exports: files that left the library.
        salts: what proves prompts that left as digests.
        jobs: requests to generators.
        upgraded_from: the file as it was, where opening it brought it up to date; ``None`` otherwise.
    """

    upgraded_from: Path | None = None

    def __init__(self, path: Path, media: Path) -> None:
        self.path = path
        self._database = Database(path)
        self.takes = Takes(self._database, media)
        self.media = Media(self._database)
        self.analyses = Analyses(self._database)
        self.pairs = Pairs(self._database)
        self.versions = Versions(self._database)
        self.events = Events(self._database)
        self.stacks = Stacks(self._database)
        self.cuts = Cuts(self._database)
        self.exports = Exports(self._database)
        self.salts = Salts(self._database)
        self.jobs = Jobs(self._database)

    @classmethod
    def create(cls, path: Path, media: Path | None = None) -> Registry:
        """Make a registry and open it; an empty one left by an interrupted start is taken over.

        Args:
            media: root of the media store; the folder ``media`` beside the file unless given.

        Raises:
            LibraryError: there is something else at ``path``.
        """
        schema.create(path)
        return cls(path, media or path.parent / "media")

    @classmethod
    def open(cls, path: Path, media: Path | None = None) -> Registry:
        """Open a registry; one of an older circletake is backed up beside itself and upgraded.

        Raises:
            LibraryError: there is none, it is not ours, or a newer circletake made it.
        """
        before = schema.prepare(path)
        opened = cls(path, media or path.parent / "media")
        opened.upgraded_from = before
        return opened

    def batch(self) -> AbstractContextManager[None]:
        """Join the writes of this thread into one transaction: all are kept, or none.

        A write that raises takes itself back, the others stand.
        """
        return self._database.batch()

    def backup(self, to: Path) -> None:
        """Copy the registry, as it is at this moment, to the new file ``to``.

        Raises:
            LibraryError: ``to`` exists; nothing is ever overwritten.
        """
        copy_database(self.path, to)

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def __enter__(self) -> Registry:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
