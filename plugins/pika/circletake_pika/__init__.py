"""Pika's models, served by fal: text, a still, or key frames to video."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from circletake import hookimpl

if TYPE_CHECKING:
    from circletake_pika.generator import Pika


@hookimpl
def circletake_generators() -> Iterable[Pika]:
    """The one generator of this plugin."""
    from circletake_pika.generator import Pika

    yield Pika()
