"""The line to a ComfyUI server: plain requests, each answered or told apart why not.

No SDK exists. The server has no keys and often no https, so plain http is for this machine and
private networks alone, looked at after the name was resolved.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from circletake import PluginError, Transient, printable, retry_after

PLUGIN = "comfyui"
LATER = (408, 425, 429, 500, 502, 503, 504)
"""Answers that do not mean that the request was wrong."""

_SECONDS = 60.0
_LARGEST = 64_000_000
_FIX = "look at [plugins.comfyui] server"


class Refused(PluginError):
    """The server looked at a request and says no.

    Attributes:
        status: of the answer.
        said: its JSON, empty where it is none.
    """

    def __init__(self, status: int, said: Mapping[str, Any]) -> None:
        self.status = status
        self.said = said
        super().__init__(PLUGIN, f"the server answered {status}", _FIX)


class Busy(Transient):
    """The server did not serve the request.

    Attributes:
        status: of the answer.
    """

    def __init__(self, status: int, wish: float | None) -> None:
        self.status = status
        super().__init__(PLUGIN, f"the server answered {status}", retry_after=wish)


class BrokeOff(Transient):
    """The request was on its way and no answer came back."""


class Server:
    """One server, by its address."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        place = urlsplit(self.address)
        self._https = place.scheme == "https"
        self._host = place.hostname or ""
        self._port = place.port or (443 if self._https else 80)
        self._path = place.path.rstrip("/")

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """Ask for something.

        Raises:
            Transient: no answer, or not now.
            Refused: the server says no.
            PluginError: what answers is no ComfyUI, or must not be asked.
        """
        return self._ask("GET", path + (f"?{urlencode(query)}" if query else ""), b"", "")

    def post(self, path: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """Tell the server something; raises as :meth:`get` does."""
        return self._ask("POST", path, json.dumps(said).encode(), "application/json")

    def upload(self, picture: Path, name: str, folder: str) -> str:
        """Bring a picture among the server's inputs; the same again replaces it.

        Returns:
            How a graph names it.

        Raises:
            As :meth:`get`, and :class:`~circletake.PluginError` where the picture cannot be read.
        """
        try:
            data = picture.read_bytes()
        except OSError as error:
            raise PluginError(PLUGIN, f"{picture.name} cannot be read ({error.strerror})") from error
        mark = "circletake-7f3a91c2d4e84b06"
        fields = {"type": "input", "subfolder": folder, "overwrite": "true"}
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in fields.items()
        ]
        head = f'--{mark}\r\nContent-Disposition: form-data; name="image"; filename="{name}"\r\n'
        parts += [head.encode(), b"Content-Type: application/octet-stream\r\n\r\n", data, b"\r\n"]
        body = b"".join([*parts, f"--{mark}--\r\n".encode()])
        said = self._ask("POST", "/upload/image", body, f"multipart/form-data; boundary={mark}")
        kept, place = str(said.get("name") or name), str(said.get("subfolder") or "")
        return f"{place}/{kept}" if place else kept

    def view(self, file: Mapping[str, str]) -> str:
        """The link to a file that a graph made."""
        return f"{self.address}/view?{urlencode(file)}"

    def _ask(self, method: str, path: str, body: bytes, kind: str) -> dict[str, Any]:
        connection = self._connect()
        headers = {"User-Agent": "circletake", "Accept": "application/json"}
        if kind:
            headers["Content-Type"] = kind
        try:
            connection.request(method, self._path + path, body or None, headers)
            answer = connection.getresponse()
            data = answer.read(_LARGEST + 1)
        except (OSError, http.client.HTTPException) as error:
            raise BrokeOff(PLUGIN, f"the server gave no answer ({type(error).__name__})") from error
        finally:
            connection.close()
        if answer.status in LATER:
            raise Busy(answer.status, retry_after(answer.headers.get("Retry-After")))
        if answer.status != 200:
            raise Refused(answer.status, _object(data))
        if not data.strip():
            return {}
        said = _object(data)
        if not said and data.strip() != b"{}":
            raise PluginError(PLUGIN, "what answers at its address is no ComfyUI", _FIX)
        return said

    def _connect(self) -> http.client.HTTPConnection:
        """A connection to an address that was looked at.

        Raises:
            Transient: nothing answers there; nothing was sent.
        """
        where = f"{printable(self._host, 60)}:{self._port}"
        try:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Transient(PLUGIN, f"{where} cannot be found", _FIX) from error
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        if not self._https and any(map(_public, addresses)):
            raise PluginError(
                PLUGIN, f"{where} is in the open network and not https", "use https, or a tunnel to it"
            )
        failed: OSError | None = None
        for address in addresses:
            try:
                plain = socket.create_connection((address, self._port), timeout=_SECONDS)
                break
            except OSError as error:
                failed = error
        else:
            raise Transient(
                PLUGIN, f"nothing answers at {where}", "start ComfyUI there, or " + _FIX
            ) from failed
        connection = http.client.HTTPConnection(self._host, self._port, timeout=_SECONDS)
        connection.sock = plain
        if self._https:
            try:
                context = ssl.create_default_context()
                connection.sock = context.wrap_socket(plain, server_hostname=self._host)
            except OSError as error:
                plain.close()
                raise Transient(
                    PLUGIN, f"no secure line to {where} ({type(error).__name__})", _FIX
                ) from error
        return connection


def _public(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_global


def _object(data: bytes) -> dict[str, Any]:
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
