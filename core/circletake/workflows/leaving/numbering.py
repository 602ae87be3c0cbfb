"""The id of a release under way, and the number of each file in it.

Clips name the release they are signed for, so one that was stopped goes on under the id it had: what was
signed until then need not be signed again. An id that stands in a finished release is never used again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.files import write_whole
from circletake.model.belonging import Belonging, is_id, new_id

if TYPE_CHECKING:
    from circletake.model.export import ExportRow
    from circletake.workflows.library import Library

CUT = ""
"""Stands for the rendered cut among the ids of takes."""

Numbers = Mapping[str, Belonging]
"""By take id, the place of its clip in the release; the rendered cut's under :data:`CUT`."""


@contextmanager
def release_id(library: Library, name: str, record: Path) -> Iterator[str]:
    """An id for the release ``name``: the one it had when it was stopped before, else a new one.

    Nobody else gets it meanwhile. When ``record`` is there in the end, the id is spent, and clips that were
    kept in case the release was stopped go.
    """
    waiting = library.home / "unfinished" / hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:32]
    with library.staging() as taken:
        given = ""
        with suppress(OSError, ValueError):  # there is none, or another process took it just now
            waiting.rename(taken / "id")
            given = (taken / "id").read_text("ascii")
    given = given if is_id(given) else new_id()
    try:
        yield given
    finally:
        if record.exists():
            _clear(library, given)
        else:
            with suppress(OSError):  # a full disk, say: why the release stopped is what counts
                write_whole(waiting, given.encode("ascii"))


def numbered(release: str, takes: list[str], *, cut: bool) -> Numbers:
    """A number for each clip in its order, and the last for the cut."""
    keys = [*takes, *([CUT] if cut else [])]
    return {key: Belonging(release, number, len(keys)) for number, key in enumerate(keys, 1)}


def revision_for(revision: str, place: Belonging | None) -> str:
    """The revision of a take whose manifest also says which release it is for."""
    return f"{revision}+{place.release}/{place.number}/{place.of}" if place else revision


def is_for_release(row: ExportRow) -> bool:
    """Whether a signed clip names a release; the library keeps such only until that is made."""
    head, mark, place = row.recipe_digest.rpartition("+")
    return bool(head and mark) and is_id(place.partition("/")[0])


def marked(row: ExportRow, place: Belonging | None) -> ExportRow:
    """``row`` with that revision."""
    return replace(row, recipe_digest=revision_for(row.recipe_digest, place))


def _clear(library: Library, release: str) -> None:
    """Remove clips that were signed for this release and kept in the library until it was made."""
    folder = library.signed_folder.absolute()
    for row in library.registry.exports.all():
        if f"+{release}/" in row.recipe_digest and Path(row.path).parent == folder:
            for path in filter(None, (row.path, row.sidecar)):
                Path(path).unlink(missing_ok=True)
