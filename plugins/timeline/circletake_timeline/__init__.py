"""Timelines that point at the signed clips: OpenTimelineIO, and a cue list for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from circletake import hookimpl

if TYPE_CHECKING:
    from circletake_timeline.exporter import Timeline


@hookimpl
def circletake_exporters() -> Iterable[Timeline]:
    """The one exporter of this plugin."""
    from circletake_timeline.exporter import Timeline

    yield Timeline()
