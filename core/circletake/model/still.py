"""A still: one frame of a film or a take, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Still:
    """A frame as a JPEG file.

    Attributes:
        width: pixels.
        height: pixels.
    """

    jpeg: bytes
    width: int
    height: int
