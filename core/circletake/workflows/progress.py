"""How a long workflow tells how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told after each piece of work."""

    def step(self, done: int, total: int, note: str = "") -> None:
        """``done`` of ``total`` pieces are finished; ``note`` names the latest."""


class _Silent:
    def step(self, done: int, total: int, note: str = "") -> None:
        pass


silent: Progress = _Silent()
"""For callers who do not want to know."""
