"""Where the service is: whatever the person names, and never OpenAI's own, which ended."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

VARIABLE = "OPENAI_BASE_URL"
"""The environment variable that the SDK reads too."""

_DEFAULT = "https://api.openai.com/v1"
_ENDED = "api.openai.com"

WHY_ENDED = (
    "OpenAI's own videos service ended on 2026-09-24 with no replacement; nothing was sent. "
    f"Set base_url under [plugins.sora], or {VARIABLE}, to a service that speaks the same protocol; "
    "takes made before come in with circletake import"
)
"""What is said before any call to the default host."""


@dataclass(frozen=True, slots=True)
class SoraSettings:
    """Under ``[plugins.sora]``.

    Attributes:
        base_url: of a service that serves ``/videos``, such as ``https://video.example/v1``; where
            empty, what ``OPENAI_BASE_URL`` says.
        key: name of the environment variable (or keyring entry) that holds the key; empty for a
            service that asks for none.
        models: what that service offers beside ``sora-2`` and ``sora-2-pro``.
    """

    base_url: str = ""
    key: str = "OPENAI_API_KEY"
    models: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.base_url and not _is_address(self.base_url):
            raise ValueError("base_url is no web address such as https://video.example/v1")
        if not re.fullmatch(r"(?:[A-Za-z_][A-Za-z0-9_]*)?", self.key):
            raise ValueError("key is the name of an environment variable, not the key itself")


@dataclass(frozen=True, slots=True)
class Place:
    """A service's address.

    Attributes:
        url: without a slash at its end.
    """

    url: str

    @property
    def host(self) -> str:
        """Its host, with the port where one is named."""
        return urlsplit(self.url).netloc.rpartition("@")[2].lower()

    @property
    def ended(self) -> bool:
        """Whether it is OpenAI's own."""
        host = urlsplit(self.url).hostname or ""
        return host == _ENDED or host.endswith(f".{_ENDED}")


def place(settings: SoraSettings) -> Place:
    """The service in force: the settings, else the environment, else the one that ended."""
    return Place((settings.base_url or os.environ.get(VARIABLE, "").strip() or _DEFAULT).rstrip("/"))


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
