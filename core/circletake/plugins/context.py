"""What a plugin may ask of the core during one call."""

from __future__ import annotations

import os
from collections.abc import Callable

from circletake.errors import Cancelled, PluginError

KEYRING = "circletake"
"""The service under which keys stand in the system keyring."""


class CallContext:
    """A :class:`circletake.protocols.Context` for one call.

    Args:
        plugin: its name, for messages.
        on_progress: told the fraction done and a note.
        cancelled: answers whether the person stopped the work.
        secrets: whether keys may be read; never in a worker.
        known: answers whether the library has an id of the backend's as that of another job.
    """

    def __init__(
        self,
        plugin: str,
        on_progress: Callable[[float | None, str], None] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        secrets: bool = False,
        known: Callable[[str], bool] = lambda job: False,
    ) -> None:
        self.warnings: list[tuple[str, str]] = []
        self._plugin = plugin
        self._on_progress = on_progress
        self._cancelled = cancelled
        self._secrets = secrets
        self._known = known
        self._read: dict[str, str] = {}

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
        """A key from the environment or else the system keyring; its value never appears in what we say.

        Raises:
            PluginError: it is in neither, or this is a worker process.
        """
        if not self._secrets:
            raise PluginError(self._plugin, f"{name} may not be read in a worker process")
        value = os.environ.get(name, "") or _from_keyring(name)
        if not value:
            raise PluginError(
                self._plugin, f"{name} is not set", f"export {name}=..., or: keyring set {KEYRING} {name}"
            )
        self._read[name] = value
        return value

    def is_known(self, job: str) -> bool:
        """Whether the library has this id as that of another job."""
        return self._known(job)

    def without_secrets(self, text: str) -> str:
        """``text`` with every key that was read in this context replaced by its name."""
        from urllib.parse import quote

        for name, value in self._read.items():
            for form in {value, quote(value, safe=""), repr(value)[1:-1]}:
                text = text.replace(form, f"[{name}]")
        return text


def _from_keyring(name: str) -> str:
    """A key that the person put into the system keyring; empty where there is none, or no keyring."""
    try:
        import keyring
    except ImportError:
        return ""
    try:
        return keyring.get_password(KEYRING, name) or ""
    except Exception:  # a keyring that is locked or has no backend is no keyring
        return ""
