"""Takes from services that speak OpenAI's videos protocol, as Sora did until 2026-09-24."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from circletake import hookimpl

if TYPE_CHECKING:
    from circletake_sora.generator import Sora


@hookimpl
def circletake_generators() -> Iterable[Sora]:
    """The one generator of this plugin."""
    from circletake_sora.generator import Sora

    yield Sora()
