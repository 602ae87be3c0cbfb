"""Fetching what a backend made: whole or not at all, and never from where a link has no business.

A link is what a stranger's server says. It must be https to a public address, checked after the
name was resolved and on every redirect, and the connection goes to the address that was
checked. Only an origin that the person's own settings name may be plain http or private, as a
ComfyUI beside the desk is.
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import socket
import ssl
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin, urlsplit

from circletake.errors import PluginError, Transient

if TYPE_CHECKING:
    from circletake.protocols import Context

LARGEST = 20_000_000_000
"""Bytes."""

_TRIES = 4
_REDIRECTS = 5
_CHUNK = 1 << 20
_SILENCE_SECONDS = 60.0
_EXPIRED = (401, 403, 404, 410)
_LATER = (408, 425, 429, 500, 502, 503, 504)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_AGENT = "circletake"


@dataclass(frozen=True, slots=True)
class _Rules:
    """What a download may do."""

    plugin: str
    own: frozenset[str]
    limit: int


def download(
    link: str,
    to: Path,
    ctx: Context,
    *,
    plugin: str,
    renew: Callable[[], str] | None = None,
    headers: Mapping[str, str] | None = None,
    own: Collection[str] = (),
    limit: int = LARGEST,
) -> Path:
    """Bring what ``link`` leads to into the file ``to``, which is there only once it is whole.

    What breaks off or comes shorter than announced is fetched again, a few times, with growing
    waits. A link that has expired is asked for anew.

    Args:
        plugin: its name, for messages. Links are never told: they often hold a key of their own.
        renew: gives a fresh link; without it an expired one is :class:`Transient`, upon which the
            core polls and fetches again.
        headers: sent to the link's own origin, never on to another that it redirects to.
        own: origins, such as ``http://127.0.0.1:8188``, that the person's settings name.
        limit: bytes.

    Raises:
        Transient: it did not come whole, or the link expired.
        PluginError: the link leads where it must not, or to more than ``limit``.
    """
    rules = _Rules(plugin, frozenset(_origin(urlsplit(each)) for each in own), limit)
    part = to.with_name(f".{to.name}.part")
    try:
        for tries in range(_TRIES):
            try:
                _fetch(link, part, ctx, rules, headers or {})
                part.replace(to)
                return to
            except _Expired as error:
                if renew is None or tries + 1 == _TRIES:
                    raise Transient(plugin, f"the link to what it made expired ({error.status})") from None
                link = renew()
            except Transient as later:
                if tries + 1 == _TRIES:
                    raise
                _pause(ctx, later.retry_after if later.retry_after is not None else 0.5 * 2**tries)
    finally:
        part.unlink(missing_ok=True)
    raise AssertionError  # the last try returns or raises


def retry_after(value: str | None) -> float | None:
    """Seconds that a ``Retry-After`` header asks for, given as a number or as a date; ``None`` for neither.

    Source: RFC 9110, 10.2.3.
    """
    said = (value or "").strip()
    if said.isascii() and said.isdecimal():
        return float(said[:9])
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


class _Expired(Exception):
    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(status)


def _fetch(link: str, part: Path, ctx: Context, rules: _Rules, headers: Mapping[str, str]) -> None:
    """One try, along its redirects."""
    first = _origin(urlsplit(link))
    for _ in range(_REDIRECTS + 1):
        place = urlsplit(link)
        mine = headers if _origin(place) == first else {}
        connection = _connect(place, rules)
        try:
            path = (place.path or "/") + (f"?{place.query}" if place.query else "")
            connection.request(
                "GET", path, headers={"User-Agent": _AGENT, "Accept-Encoding": "identity", **mine}
            )
            answer = connection.getresponse()
            if answer.status in (301, 302, 303, 307, 308):
                link = urljoin(link, answer.headers.get("Location", ""))
                continue
            if answer.status in _EXPIRED:
                raise _Expired(answer.status)
            if answer.status in _LATER:
                wish = retry_after(answer.headers.get("Retry-After"))
                raise Transient(rules.plugin, f"the download answered {answer.status}", retry_after=wish)
            if answer.status != 200:
                raise PluginError(rules.plugin, f"the download answered {answer.status}", "report it")
            _save(answer, part, ctx, rules)
            return
        except (OSError, http.client.HTTPException) as error:
            said = type(error).__name__
            raise Transient(rules.plugin, f"the download broke off ({said})") from error
        finally:
            connection.close()
    raise PluginError(rules.plugin, "its link leads from one address to the next", "report it")


def _save(answer: http.client.HTTPResponse, part: Path, ctx: Context, rules: _Rules) -> None:
    announced = answer.headers.get("Content-Length", "")
    size = int(announced) if announced.isascii() and announced.isdecimal() else None
    too_large = PluginError(
        rules.plugin, f"what it made is larger than {rules.limit} bytes", "ask for less, or report it"
    )
    if size is not None and size > rules.limit:
        raise too_large
    came = 0
    with part.open("wb") as file:
        while chunk := answer.read(_CHUNK):
            ctx.check_cancelled()
            came += len(chunk)
            if came > rules.limit:
                raise too_large
            file.write(chunk)
            ctx.progress(came / size if size else None)
        file.flush()
        os.fsync(file.fileno())
    if not came or (size is not None and came != size):
        raise Transient(rules.plugin, f"the download ended early, {came} of {size or 'some'} bytes")


def _connect(place: SplitResult, rules: _Rules) -> http.client.HTTPConnection:
    """A connection to an address of the link's host that was looked at."""
    own = _origin(place) in rules.own
    host = place.hostname or ""
    if place.scheme not in ("https", "http") or not host:
        raise PluginError(rules.plugin, "its link is no web address", "report it")
    if place.scheme == "http" and not own:
        raise PluginError(rules.plugin, f"its link to {host} is not https", "report it")
    try:
        port = place.port or (443 if place.scheme == "https" else 80)
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except ValueError as error:
        raise PluginError(rules.plugin, "its link is no web address", "report it") from error
    except OSError as error:
        raise Transient(rules.plugin, f"{host} cannot be found") from error
    addresses = [str(each[4][0]) for each in found]
    if not own and not all(map(_is_public, addresses)):
        raise PluginError(
            rules.plugin, f"its link leads to {host}, an address in a private network", "report it"
        )
    if place.scheme == "https":
        return _Pinned(host, port, addresses)
    connection = http.client.HTTPConnection(host, port, timeout=_SILENCE_SECONDS)
    connection.sock = _reach(addresses, port)
    return connection


class _Pinned(http.client.HTTPSConnection):
    """TLS under the host's name, to one of its addresses that were looked at."""

    def __init__(self, host: str, port: int, addresses: list[str]) -> None:
        self._tls = ssl.create_default_context()
        self._addresses = addresses
        super().__init__(host, port, timeout=_SILENCE_SECONDS, context=self._tls)

    def connect(self) -> None:
        plain = _reach(self._addresses, self.port)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def _reach(addresses: list[str], port: int) -> socket.socket:
    failed: OSError | None = None
    for address in dict.fromkeys(addresses):
        try:
            return socket.create_connection((address, port), timeout=_SILENCE_SECONDS)
        except OSError as error:
            failed = error
    raise failed or OSError("no address")


def _is_public(address: str) -> bool:
    """Whether an address is one of the open network, those that stand for another looked through."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def _origin(place: SplitResult) -> str:
    try:
        port = place.port
    except ValueError:
        port = -1
    usual = {"http": 80, "https": 443}.get(place.scheme)
    return f"{place.scheme}://{(place.hostname or '').lower()}:{port or usual}"


def _pause(ctx: Context, seconds: float) -> None:
    until = time.monotonic() + min(seconds, 60.0)
    while (left := until - time.monotonic()) > 0:
        ctx.check_cancelled()
        time.sleep(min(left, 0.5))
