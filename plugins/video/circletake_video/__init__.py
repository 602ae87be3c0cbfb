"""Video files: a take without re-encoding, a cut rendered to one MP4, or either in an editor's codec."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from circletake import hookimpl

if TYPE_CHECKING:
    from circletake import Exporter


@hookimpl
def circletake_exporters() -> Iterable[Exporter[Any]]:
    """``video``, which makes what is released, and a conforming one for each codec."""
    from circletake_video.conform import NAMES, Conform
    from circletake_video.exporter import Video

    yield Video()
    yield from map(Conform, NAMES)
