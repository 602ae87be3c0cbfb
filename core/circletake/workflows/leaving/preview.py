"""A quick look at a cut, at half its size.

A preview is not signed, so it stays inside the library, like a poster: it is no export, has no row, and no
option puts it anywhere else. What leaves goes through ``export`` or ``release`` and their gate.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import Cancelled
from circletake.model.cut import Cut
from circletake.model.text import file_stem
from circletake.workflows.progress import Progress, silent

if TYPE_CHECKING:
    from circletake.workflows.library import Library

_VERSION = "1"
"""Raised when previews of the same cut come out otherwise."""


def preview(
    library: Library,
    name: str,
    *,
    progress: Progress = silent,
    cancelled: Callable[[], bool] = lambda: False,
) -> Path:
    """Render a cut quickly at half its size, and say where the file is. Asked again it is there already.

    Earlier previews of the same cut are removed.

    Raises:
        NotFound: there is no such cut.
        BadInput: it has no events.
        MediaError: the file of a take or of the song is gone or cannot be read.
        Cancelled: the person stopped the work; nothing is left.
    """
    from circletake.media.render import render

    cut = library.registry.cuts.get(name)
    folder = library.previews_folder
    stem = f"{file_stem(cut.name)[:60]}-{hashlib.sha256(cut.name.encode()).hexdigest()[:8]}"
    made = folder / f"{stem}-{_digest(cut)}.mp4"
    if made.is_file():
        return made
    takes = {take_id: library.registry.takes.get(take_id) for take_id in cut.take_ids}
    media = {take_id: library.media(take) for take_id, take in takes.items()}

    def stop() -> None:
        if cancelled():
            raise Cancelled(kept="no preview was made")

    with library.staging() as staged:
        staged_file = staged / made.name
        render(
            halved(cut),
            media,
            staged_file,
            progress=lambda done: progress.step(round(done * 100), 100, cut.name),
            cancelled=stop,
            quick=True,
        )
        folder.mkdir(exist_ok=True)
        staged_file.replace(made)
    for earlier in folder.glob(f"{stem}-*.mp4"):
        if earlier != made:
            earlier.unlink(missing_ok=True)
    return made


def halved(cut: Cut) -> Cut:
    """The same cut at half its width and height, in even numbers."""
    return replace(cut, width=max(2, cut.width // 4 * 2), height=max(2, cut.height // 4 * 2))


def _digest(cut: Cut) -> str:
    """Changes when a preview would: takes never change, and a song is known by its own digest."""
    said = {**cut.to_json(), "preview": _VERSION}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]
