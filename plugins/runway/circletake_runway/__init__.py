"""Takes from Runway, through its own SDK."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from circletake import hookimpl

if TYPE_CHECKING:
    from circletake_runway.generator import Runway


@hookimpl
def circletake_generators() -> Iterable[Runway]:
    """The one generator of this plugin."""
    from circletake_runway.generator import Runway

    yield Runway()
