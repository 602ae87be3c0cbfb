"""A ComfyUI server that somebody already runs, asked with graphs of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from circletake import hookimpl

if TYPE_CHECKING:
    from circletake_comfyui.generator import ComfyUI


@hookimpl
def circletake_generators() -> Iterable[ComfyUI]:
    """The one generator of this plugin."""
    from circletake_comfyui.generator import ComfyUI

    yield ComfyUI()
