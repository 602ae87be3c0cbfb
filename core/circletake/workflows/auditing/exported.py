"""The files a library exported, as far as they still lie where they were put: pictures to compare with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from circletake.errors import CircletakeError
from circletake.model.export import ExportRow, ExportState
from circletake.model.take import MediaFacts, Take
from circletake.workflows import pool
from circletake.workflows.library import Library
from circletake.workflows.progress import Progress, silent


@dataclass(frozen=True, slots=True)
class Exported:
    """An exported file that is still what was exported.

    Attributes:
        take: the take it holds; ``None`` for a cut.
    """

    row: ExportRow
    media: MediaFacts
    take: Take | None


class Exports:
    """Published videos of a library, each file once, those that went into a release before others.

    Args:
        takes: by id.
    """

    def __init__(self, library: Library, takes: Mapping[str, Take]) -> None:
        rows = [
            row
            for row in library.registry.exports.all()
            if row.state is ExportState.PUBLISHED and row.kind in ("take", "cut")
        ]
        own = library.signed_folder
        self._inside = {row.path for row in rows if Path(row.path).is_relative_to(own)}
        rows.sort(key=lambda row: (row.path not in self._inside, bool(row.release)))
        self._rows = {row.sha256: row for row in rows}
        self._of_take = {row.take_id: row for row in rows if row.take_id}
        self._takes = takes

    def name_of(self, row: ExportRow) -> str:
        """The file name that left under; empty for what only the library itself keeps."""
        return "" if row.path in self._inside else Path(row.path).name

    def of_take(self, take_id: str) -> ExportRow | None:
        """The newest file a take left in, that of a release where there is one."""
        return self._of_take.get(take_id)

    def look(self, progress: Progress = silent) -> list[Exported]:
        """Cuts, and takes whose picture was changed on export: those whose digests no take has.

        Each file is read once; what was moved away or changed since is left out.
        """
        wanted = [
            _Seen(row.path, row.sha256) for row in self._rows.values() if not row.take_id or row.actions
        ]
        found: list[Exported] = []
        for task, result in pool.run(wanted, _facts, progress=progress):
            if isinstance(result, MediaFacts):
                row = self._rows[task.sha256]
                found.append(Exported(row, result, self._takes.get(row.take_id)))
        return found


@dataclass(frozen=True, slots=True)
class _Seen:
    path: str
    sha256: str


def _facts(task: _Seen) -> MediaFacts | None:
    """The facts of a file that is still what its digest says; ``None`` otherwise."""
    from circletake.media.probe import probe

    try:
        with Path(task.path).open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == task.sha256
        return probe(Path(task.path)).facts if same else None
    except (OSError, CircletakeError):
        return None
