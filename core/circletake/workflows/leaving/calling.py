"""Calling exporters: what they are asked in, what they may leave behind, and who is told when they fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import PluginError
from circletake.model.export import ExportRequest, ProducedFile
from circletake.model.text import printable
from circletake.plugins.context import CallContext
from circletake.plugins.fence import fenced
from circletake.plugins.settings import settings_of
from circletake.workflows.progress import Progress, silent

if TYPE_CHECKING:
    from circletake.plugins.manager import PluginManager
    from circletake.workflows.library import Library


class Exporters:
    """The exporters of one export under way.

    Args:
        cancelled: answers whether the person stopped the work; exporters are told, and stop.

    Attributes:
        warnings: what they warned of, and whoever works with them.
    """

    def __init__(
        self, library: Library, manager: PluginManager, cancelled: Callable[[], bool] = lambda: False
    ) -> None:
        self.warnings: list[str] = []
        self._library = library
        self._manager = manager
        self._cancelled = cancelled

    def run(
        self, exporter: str, request: ExportRequest, staging: Path, progress: Progress = silent
    ) -> list[ProducedFile]:
        """Call an exporter; what it raises becomes a PluginError and is recorded.

        Raises:
            PluginError: it failed, made nothing, or says it made what is not in ``staging``.
            Cancelled: the person stopped the work.
        """
        offered = self._manager.exporter(exporter)
        settings = settings_of(offered.item, self._library.settings.plugin(exporter))

        def told(fraction: float | None, note: str) -> None:
            if fraction is not None:
                progress.step(round(fraction * 100), 100, request.name)

        context = CallContext(exporter, on_progress=told, cancelled=self._cancelled)
        context.check_cancelled()
        with fenced(self._manager, offered):
            produced = list(offered.item.export(request, staging, settings, context))
        self.warnings.extend(text for _, text in context.warnings)
        if not produced:
            raise PluginError(exporter, "made nothing", "circletake plugins list")
        for file in produced:
            inside = file.path.absolute().is_relative_to(staging.absolute()) and ".." not in file.path.parts
            if not inside or file.path.is_symlink() or not file.path.is_file():
                name = printable(file.path.name, 80)
                raise PluginError(
                    exporter, f"says it made {name}, which is not in its folder", "tell its author"
                )
        return produced

    def video(
        self, exporter: str, request: ExportRequest, staging: Path, progress: Progress = silent
    ) -> ProducedFile:
        """The one video an exporter makes of a take.

        Raises:
            PluginError: as :meth:`run`, or it made something else too.
        """
        produced = self.run(exporter, request, staging, progress)
        if len(produced) != 1 or produced[0].kind != "video" or len(list(staging.rglob("*"))) != 1:
            raise PluginError(exporter, "did not make one video and nothing else", "circletake plugins list")
        return produced[0]
