"""Making one thing that leaves the library, signed: the only way out for a video.

An exporter works in a staging folder inside the library. What it rendered is signed there by
the core, everything staged passes the gate, the row is written, and only then the file moves.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import BadInput
from circletake.files import naming, sha256_of, sync_folder
from circletake.model.cut import Cut
from circletake.model.export import ExportRow
from circletake.model.text import file_stem
from circletake.workflows.leaving.gate import refuse_unsigned
from circletake.workflows.leaving.workbench import CLIPS, RENDERER, Made, Terms, Workbench
from circletake.workflows.progress import Progress, silent
from circletake.workflows.writing import place

if TYPE_CHECKING:
    from circletake.plugins.manager import PluginManager
    from circletake.workflows.library import Library


@dataclass(frozen=True, slots=True)
class Exported:
    """What left the library.

    Attributes:
        reused: takes whose signed file was there from an earlier export.
        not_carried: what a format could not hold, in words.
    """

    files: tuple[Path, ...]
    rows: tuple[ExportRow, ...]
    reused: int
    not_carried: tuple[str, ...]
    warnings: tuple[str, ...]


def export(
    library: Library,
    manager: PluginManager,
    cut: Cut,
    under: Terms,
    to: Path,
    *,
    name: str = "",
    exporter: str = RENDERER,
    whole: bool = False,
    force: bool = False,
    progress: Progress = silent,
) -> Exported:
    """Make one thing of a cut, or of a whole take, and put it into the folder ``to``.

    Args:
        name: stem of the file; that of the cut or take without one.
        whole: the one take of ``cut`` as it is, remuxed rather than rendered.
        force: replace files that are there.

    Raises:
        BadInput: a file is there already.
        SigningError, MediaError, PluginError: as they say; nothing was put into ``to``.
    """
    bench = Workbench(library, manager, under)
    slates = bench.slates(cut)
    stem = file_stem(name or cut.name)
    with library.staging() as staged:
        made: list[Made]
        if exporter == RENDERER and whole:
            made = [bench.clip(slates[cut.take_ids[0]], staged, stem)]
        elif manager.exporter(exporter).item.reads == "library":
            made = bench.made(exporter, replace(cut, name=stem), slates, staged, progress)
        else:
            with closing(bench.in_turn(slates.values())) as signed:
                clips = {s.take.id: bench.clip(s, staged / CLIPS, s.take.slate) for s in signed}
            paths = {take_id: clip.path for take_id, clip in clips.items()}
            made = [*clips.values(), *bench.packaged(exporter, stem, cut, slates, paths, staged)]
        refuse_unsigned(staged, bench.signed)
        rows = publish(library, staged, to, [each.row for each in made], force)
    return Exported(
        tuple(Path(row.path) for row in rows),
        tuple(rows),
        bench.reused,
        tuple(dict.fromkeys(text for each in made for text in each.not_carried)),
        tuple(dict.fromkeys(bench.warnings)),
    )


def publish(
    library: Library, staged: Path, to: Path, rows: Sequence[ExportRow], force: bool
) -> list[ExportRow]:
    """Rows first, then the files: each beside its place under another name, flushed, then moved.

    Raises:
        BadInput: another file is there already, and ``force`` is not given.
    """
    to = to.absolute()
    files = {}
    for row in rows:
        for path in filter(None, (row.sidecar, row.path)):
            target = to / Path(path).relative_to(staged)
            if target.exists() and not force and sha256_of(target) != sha256_of(Path(path)):
                raise BadInput(str(target), "exists already", "name another with --to, or say --force")
            files[Path(path)] = target
    exports = library.registry.exports
    moved = [_moved(row, staged, to) for row in rows]
    for row in moved:
        exports.stage(row)
    # A sidecar stands before its video: a file without it would be an unsigned one.
    for source, target in files.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        with naming(target):
            handle, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.")
        os.close(handle)
        Path(beside).unlink()
        try:
            place(source, Path(beside))
            Path(beside).replace(target)
        finally:
            Path(beside).unlink(missing_ok=True)
        sync_folder(target.parent)
    for row in moved:
        exports.publish(row.sha256, row.path)
    return moved


def _moved(row: ExportRow, staged: Path, to: Path) -> ExportRow:
    def moved(path: str) -> str:
        return str(to / Path(path).relative_to(staged)) if path else ""

    return replace(row, path=moved(row.path), sidecar=moved(row.sidecar))
