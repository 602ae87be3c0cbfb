"""Moving pictures from FFmpeg's own sources: an algorithm, no trained model, no network."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from circletake import hookimpl

if TYPE_CHECKING:
    from circletake_procedural.generator import Procedural


@hookimpl
def circletake_generators() -> Iterable[Procedural]:
    """The one generator of this plugin."""
    from circletake_procedural.generator import Procedural

    yield Procedural()
