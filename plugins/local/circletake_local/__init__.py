"""Takes from diffusers pipelines on this machine: Wan, LTX, CogVideoX and others, by id or folder."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from circletake import hookimpl

if TYPE_CHECKING:
    from circletake_local.generator import Local


@hookimpl
def circletake_generators() -> Iterable[Local]:
    """The one generator of this plugin."""
    from circletake_local.generator import Local

    yield Local()
