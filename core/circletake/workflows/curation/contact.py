"""Writing a contact sheet: the takes, their pictures and their standing in one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from circletake.errors import BadInput, PluginError
from circletake.files import PUBLIC, write_whole
from circletake.model.cut import Cut, CutEvent
from circletake.model.export import ExportRequest
from circletake.model.slate import Slate
from circletake.plugins.context import CallContext
from circletake.plugins.fence import fenced
from circletake.plugins.manager import PluginManager
from circletake.plugins.settings import settings_of
from circletake.workflows.library import Library

EXPORTER = "contactsheet"


@dataclass(frozen=True, slots=True)
class SheetWritten:
    """A contact sheet on disk.

    Attributes:
        takes: shown, folded ones included.
        bare: how many have no picture yet.
        size: bytes.
    """

    path: Path
    takes: int
    bare: int
    size: int
    warnings: tuple[str, ...]


def slates_of_cut(library: Library, name: str) -> tuple[Cut, list[Slate]]:
    """A cut with the takes it uses, in its order."""
    cut = library.registry.cuts.get(name)
    return cut, [library.registry.takes.slate(take_id) for take_id in cut.take_ids]


def with_folded(library: Library, slates: Sequence[Slate]) -> list[Slate]:
    """``slates`` and, after each keeper, what is folded under it."""
    shown = {slate.take.id for slate in slates}
    keepers = {slate.take.id for slate in slates if slate.folds}
    under: dict[str, list[Slate]] = {}
    for slate in library.registry.takes.slates() if keepers else []:
        if slate.folded_under in keepers and slate.take.id not in shown:
            under.setdefault(str(slate.folded_under), []).append(slate)
    return [each for slate in slates for each in (slate, *under.get(slate.take.id, []))]


def write_sheet(
    library: Library,
    manager: PluginManager,
    slates: Sequence[Slate],
    to: Path,
    *,
    title: str,
    cut: Cut | None = None,
    replace: bool = False,
) -> SheetWritten:
    """Have the ``contactsheet`` exporter lay out ``slates`` and put the file at ``to``.

    Args:
        cut: the order and ranges shown; without one, every take whole.
        replace: an older file at ``to`` may go.

    Raises:
        BadInput: nothing to show, or ``to`` exists.
        PluginError: the exporter is missing, failed, or made anything but one sheet.
    """
    if not slates:
        raise BadInput("contact sheet", "no takes to show", "circletake takes --all lists what there is")
    if to.exists() and not replace:
        raise BadInput(str(to), "exists already", "name another with --to, or say --force")
    offered = manager.exporter(EXPORTER)
    settings = settings_of(offered.item, library.settings.plugin(EXPORTER))
    context = CallContext(EXPORTER)
    request = ExportRequest(
        name=title,
        cut=cut or _whole(title, slates),
        slates={slate.take.id: slate for slate in slates},
        media={},
        whole=cut is None,
        stills={s.take.id: (library.poster(s.take.sha256), library.sprite(s.take.sha256)) for s in slates},
    )
    with library.staging() as staging:
        with fenced(manager, offered):
            produced = offered.item.export(request, staging, settings, context)
        if [file.kind for file in produced] != ["sheet"] or produced[0].path.suffix != ".html":
            raise PluginError(EXPORTER, "did not make one HTML sheet")
        write_whole(to, produced[0].path.read_bytes(), PUBLIC)
    bare = sum(not poster.is_file() for poster, _ in request.stills.values())
    said = tuple(text for _, text in context.warnings)
    return SheetWritten(to, len(slates), bare, to.stat().st_size, said)


def _whole(title: str, slates: Sequence[Slate]) -> Cut:
    events = tuple(
        CutEvent(s.take.id, Fraction(0), Fraction(s.take.media.seconds).limit_denominator(90_000))
        for s in slates
    )
    first = slates[0].take.media
    return Cut(title, first.rate or Fraction(24), first.width, first.height, events)
