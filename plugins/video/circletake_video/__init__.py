"""Video files: a whole take without re-encoding, or a cut rendered to one MP4."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from circletake import hookimpl

if TYPE_CHECKING:
    from circletake_video.exporter import Video


@hookimpl
def circletake_exporters() -> Iterable[Video]:
    """The one exporter of this plugin."""
    from circletake_video.exporter import Video

    yield Video()
