"""The files of a cue list: a table, a timeline, a page and JSON, each written whole and over nothing unasked.

``-`` stands for stdout, as it does elsewhere; that one is made here and printed by the command line.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from circletake.cuesheet.document import json_text
from circletake.cuesheet.page import html_page
from circletake.cuesheet.rows import CueSheet
from circletake.cuesheet.table import csv_text
from circletake.errors import BadInput, CircletakeError
from circletake.files import PUBLIC, write_whole
from circletake.model.cue import CueList
from circletake.model.slate import Slate
from circletake.workflows.analysis.showing import pairs_of
from circletake.workflows.library import Library
from circletake.workflows.progress import Progress, silent
from circletake.workflows.writing import check_target

_KINDS = {
    "csv": frozenset({".csv", ".txt"}),
    "otio": frozenset({".otio"}),
    "html": frozenset({".html", ".htm"}),
    "json": frozenset({".json"}),
}
"""Suffixes that a file of each form may have, to be replaced."""

STDOUT = Path("-")


@dataclass(frozen=True, slots=True)
class CueFiles:
    """Where a cue list is to be written; ``None`` for what is not wanted."""

    csv: Path | None = None
    otio: Path | None = None
    html: Path | None = None
    json: Path | None = None

    @property
    def wanted(self) -> tuple[Path, ...]:
        """Those that are."""
        return tuple(self._named.values())

    @property
    def files(self) -> tuple[Path, ...]:
        """Those that are written to disk."""
        return tuple(path for path in self.wanted if path != STDOUT)

    @property
    def piped(self) -> str:
        """The option whose text goes to stdout; empty for none."""
        return next((f"--{name}" for name, path in self._named.items() if path == STDOUT), "")

    @property
    def _named(self) -> dict[str, Path]:
        named = ((name, getattr(self, name)) for name in _KINDS)
        return {name: path for name, path in named if path}

    def check(self, library: Library, film: Path, force: bool) -> None:
        """Refuse now what could not be written once the work is done.

        Args:
            force: an older file may go; never the film, and never a folder.

        Raises:
            BadInput: a name is taken, is used twice, or is that of the film.
        """
        for name, path in self._named.items():
            if path == STDOUT:
                continue
            if path.exists() and film.exists() and path.samefile(film):
                raise BadInput(str(path), "is the film itself", "name another file")
            check_target(library, path, _KINDS[name], force)
        if len({path.absolute() for path in self.wanted}) < len(self.wanted):
            raise BadInput("--csv, --otio, --html", "name one file twice", "give each a name of its own")


def cue_texts(
    library: Library,
    film: Path | None,
    cues: CueList,
    sheet: CueSheet,
    slates: Mapping[str, Slate],
    to: CueFiles,
    *,
    progress: Progress = silent,
    cancelled: Callable[[], bool] = lambda: False,
) -> dict[Path, str]:
    """What is wanted of a cue list, by where it goes; nothing is written yet.

    Args:
        film: ``None`` where there is no picture of it; then takes stand alone.
        slates: by take id, of every take the list names.
    """
    texts: dict[Path, str] = {}
    if to.csv:
        texts[to.csv] = csv_text(sheet)
    if to.json:
        texts[to.json] = json_text(sheet) + "\n"
    if to.otio and film:
        from circletake.timeline.cues import cues_json

        media = _media(library, slates, to.otio)
        texts[to.otio] = cues_json(cues, slates, media, _beside(film, to.otio))
    if to.html:
        pairs = pairs_of(library, cues, slates, film, progress=progress, cancelled=cancelled)
        texts[to.html] = html_page(sheet, pairs)
    return texts


def write_cue_files(texts: Mapping[Path, str]) -> None:
    """Write the texts that go into files.

    Raises:
        OSError: a file cannot be written.
    """
    for path, text in texts.items():
        if path != STDOUT:
            write_whole(path, text.encode(), PUBLIC)


def _media(library: Library, slates: Mapping[str, Slate], timeline: Path) -> dict[str, str]:
    media: dict[str, str] = {}
    for take_id, slate in slates.items():
        try:
            media[take_id] = _beside(library.media(slate.take), timeline)
        except CircletakeError:
            continue
    return media


def _beside(file: Path, timeline: Path) -> str:
    """``file`` as seen from the folder of the timeline, so that both can move together."""
    return Path(os.path.relpath(file.absolute(), timeline.absolute().parent)).as_posix()
