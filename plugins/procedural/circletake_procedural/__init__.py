"""Moving pictures from FFmpeg's own sources: an algorithm, no trained model, no network."""

from __future__ import annotations

from collections.abc import Iterable

from circletake import hookimpl
from circletake_procedural.generator import Procedural


@hookimpl
def circletake_generators() -> Iterable[Procedural]:
    """The one generator of this plugin."""
    yield Procedural()
