"""Timelines that point at the signed clips: OpenTimelineIO, and a cue list for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable

from circletake import hookimpl
from circletake_timeline.exporter import Timeline


@hookimpl
def circletake_exporters() -> Iterable[Timeline]:
    """The one exporter of this plugin."""
    yield Timeline()
