"""Where the server is, and where the graphs are."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class ComfySettings:
    """``[plugins.comfyui]`` of a library.

    Attributes:
        server: address of the server; ``http`` only to this machine or a private network.
        graphs: folder of graphs saved with "Export (API)"; each ``NAME.json`` is a model ``NAME``.
    """

    server: str = "http://127.0.0.1:8188"
    graphs: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no address of a server.

        Raises:
            ValueError: told in words.
        """
        try:
            place = urlsplit(self.server)
            sound = place.scheme in ("http", "https") and bool(place.hostname) and place.port != 0
        except ValueError:
            sound = False
        if not sound:
            raise ValueError(f"server {self.server!r} is no address such as http://127.0.0.1:8188")
        if place.username or place.password or place.query or place.fragment:
            raise ValueError("server holds more than scheme, host, port and path")
