"""Making one thing that leaves the library, signed: the only way out for a video.

An exporter works in a staging folder inside the library. What it rendered is signed there by
the core, everything staged passes the gate, the row is written, and only then the file moves.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import BadInput
from circletake.files import naming, sha256_of, sync_folder
from circletake.model.cut import Cut
from circletake.model.export import ExportRow
from circletake.model.text import file_stem
from circletake.workflows.leaving.cutting import single
from circletake.workflows.leaving.gate import refuse_unsigned
from circletake.workflows.leaving.handing import Handing, collected
from circletake.workflows.leaving.signed_takes import RENDERER
from circletake.workflows.leaving.terms import Terms
from circletake.workflows.leaving.workbench import Made, Workbench
from circletake.workflows.progress import Progress, silent
from circletake.workflows.writing import place

if TYPE_CHECKING:
    from circletake.plugins.manager import PluginManager
    from circletake.workflows.library import Library


_BESIDE = Handing()


@dataclass(frozen=True, slots=True)
class Exported:
    """What left the library.

    Attributes:
        reused: takes whose signed file was there from an earlier export.
        not_carried: what a format could not hold, in words.
        left_out: formats that cannot hold what was asked, and why; the others were made.
    """

    files: tuple[Path, ...]
    rows: tuple[ExportRow, ...]
    reused: int
    not_carried: tuple[str, ...]
    warnings: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def export(
    library: Library,
    manager: PluginManager,
    cut: Cut,
    under: Terms,
    to: Path,
    *,
    name: str = "",
    formats: Sequence[str] = (RENDERER,),
    whole: bool = False,
    handing: Handing = _BESIDE,
    force: bool = False,
    progress: Progress = silent,
    cancelled: Callable[[], bool] = lambda: False,
) -> Exported:
    """Make one thing of a cut, or of a take, in each of the formats, and put it into the folder ``to``.

    Args:
        name: stem of the files; that of the cut or take without one.
        formats: names of exporters. Those that package media share the signed clips beside them.
        whole: the one take of ``cut`` as it is, remuxed rather than rendered; where ``cut`` shows only a part
            of it, that is rendered, with the whole take as its parent.
        handing: how timelines and their media are laid out.
        force: replace files that are there.
        cancelled: answers whether the person stopped the work.

    Raises:
        Cancelled: the person stopped it; nothing was put into ``to``.
        BadInput: no format can hold what is asked, a file is there already, or ``to`` does not lie where it
            is to be rewritten.
        SigningError, MediaError, PluginError: as they say; nothing was put into ``to``.
    """
    bench = Workbench(library, manager, under, cancelled)
    slates = bench.slates(cut)
    stem = file_stem(name or cut.name)
    folder = handing.seen_as(to.absolute())
    wanted = list(dict.fromkeys(formats))
    packing = [each for each in wanted if manager.exporter(each).item.reads == "signed"]
    with library.staging() as staged:
        made: list[Made] = []
        unfit: list[BadInput] = []
        for each in wanted:
            if each == RENDERER and handing.bins and packing:
                continue  # the takes lie among the media of the timelines, whole
            if each == RENDERER and whole:
                (slate,) = slates.values()
                if cut.events == single(slate).events:
                    made.append(bench.clip(slate, staged, stem))
                else:
                    made.append(bench.trimmed(slate, replace(cut, name=stem), staged, progress))
            elif each not in packing:
                with _several(wanted, unfit):
                    made += bench.made(each, replace(cut, name=stem), slates, staged, progress)
        if packing:
            files = collected(bench, cut, slates, staged, handing, progress)
            made += files.made
            request = replace(
                files.request(stem, cut), bins=handing.bins, folder=folder, elsewhere=bool(handing.rewrite)
            )
            for each in packing:
                with _several(wanted, unfit):
                    made += bench.packaged(each, request, staged)
        if len(unfit) == len(wanted):
            raise unfit[0]
        refuse_unsigned(staged, bench.signed)
        rows = publish(library, staged, to, [each.row for each in made], force)
    return Exported(
        tuple(Path(row.path) for row in rows),
        tuple(rows),
        bench.reused,
        tuple(dict.fromkeys(text for each in made for text in each.not_carried)),
        tuple(dict.fromkeys(bench.warnings)),
        tuple(f"{error.thing} {error.reason}: {error.next_step}" for error in unfit),
    )


@contextmanager
def _several(wanted: Sequence[str], unfit: list[BadInput]) -> Iterator[None]:
    """Of several formats, one that cannot hold what is asked is left out; a single one is refused."""
    try:
        yield
    except BadInput as error:
        if len(wanted) == 1:
            raise
        unfit.append(error)


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
