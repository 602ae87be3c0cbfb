"""What an editor opens: timelines that point at signed clips, cue lists, stills. One module for a format."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from circletake import hookimpl

if TYPE_CHECKING:
    from circletake import Exporter


@hookimpl
def circletake_exporters() -> Iterable[Exporter[Any]]:
    """A format each; ``timeline`` is what a release has."""
    from circletake_timeline.cuelist import CueList
    from circletake_timeline.edl import Edl
    from circletake_timeline.exporter import Timeline
    from circletake_timeline.fcp7 import Fcp7
    from circletake_timeline.otio import Otio, Otioz
    from circletake_timeline.stills import Stills

    yield from (Timeline(), Fcp7(), Otio(), Otioz(), Edl(), CueList(), Stills())
