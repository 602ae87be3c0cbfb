"""What a plugin may ask of the core during one call."""

from __future__ import annotations

import os
from collections.abc import Callable

from circletake.errors import Cancelled, PluginError


class CallContext:
    """A :class:`circletake.protocols.Context` for one call.

    Args:
        plugin: its name, for messages.
        on_progress: told the fraction done and a note.
        cancelled: answers whether the person stopped the work.
        secrets: whether keys may be read; never in a worker.
    """

    def __init__(
        self,
        plugin: str,
        on_progress: Callable[[float | None, str], None] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        secrets: bool = False,
    ) -> None:
        self.warnings: list[tuple[str, str]] = []
        self._plugin = plugin
        self._on_progress = on_progress
        self._cancelled = cancelled
        self._secrets = secrets

    def check_cancelled(self) -> None:
        """Raise :class:`~circletake.errors.Cancelled` when the person stopped the work."""
        if self._cancelled():
            raise Cancelled(self._plugin)

    def progress(self, fraction: float | None, note: str = "") -> None:
        """Pass on how far the work is."""
        if self._on_progress:
            self._on_progress(fraction, note)

    def warn(self, code: str, text: str) -> None:
        """Keep a warning; the caller shows it."""
        self.warnings.append((code, text))

    def secret(self, name: str) -> str:
        """A key from the environment; its value never appears in what we say.

        Raises:
            PluginError: it is not set, or this is a worker process.
        """
        if not self._secrets:
            raise PluginError(self._plugin, f"{name} may not be read in a worker process")
        value = os.environ.get(name, "")
        if not value:
            raise PluginError(self._plugin, f"{name} is not set", f"export {name}=...")
        return value
