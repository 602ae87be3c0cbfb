"""The line to fal's queue: the real client, on a transport that sends everything once.

The client repeats a request up to ten times when its answer is lost, and so would pay several
times for one take; it also repeats what fal refused for now, sooner than fal asked for. Here the
transport tells both apart before the client sees them. The core does the waiting.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from circletake import PluginError, Transient, printable, retry_after
from circletake_pika.asking import PLUGIN

if TYPE_CHECKING:
    import httpx
    from fal_client import SyncClient

KEY = "FAL_KEY"

_LATER = (408, 409, 425, 429, 500, 502, 503, 504)
_SECONDS = 60.0


class Busy(Transient):
    """fal did not serve the request.

    Attributes:
        status: of the answer.
    """

    def __init__(self, status: int, wish: float | None) -> None:
        self.status = status
        super().__init__(PLUGIN, f"fal answered {status}", retry_after=wish)


class BrokeOff(Transient):
    """The request was on its way and no answer came back."""


class Refused(PluginError):
    """fal looked at a request and says no.

    Attributes:
        status: of the answer.
    """

    def __init__(self, status: int, why: str) -> None:
        self.status = status
        super().__init__(PLUGIN, why, "change what is asked")


@contextmanager
def queue(key: str) -> Iterator[SyncClient]:
    """fal's own client with this key and no other, for one call.

    Raises:
        Transient: fal cannot be reached, or not now (:class:`Busy`), or gave no answer (:class:`BrokeOff`).
        Refused: fal says no.
        PluginError: it is not installed.
    """
    try:
        import httpx
        from fal_client import SyncClient
        from fal_client.client import USER_AGENT, BackupDomainTransport
    except ImportError as error:
        raise PluginError(PLUGIN, f"{error.name} is not installed", "pip install circletake-pika") from error

    class Once(httpx.BaseTransport):
        def __init__(self) -> None:
            self._inner = BackupDomainTransport()

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            try:
                answer = self._inner.handle_request(request)
                answer.read()
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
                raise Transient(PLUGIN, f"fal cannot be reached ({type(error).__name__})") from error
            except (httpx.TransportError, httpx.DecodingError) as error:
                raise BrokeOff(PLUGIN, f"fal gave no answer ({type(error).__name__})") from error
            # The result of a request that failed is its error: that is no trouble of the queue's.
            told = request.method == "GET" and "x-fal-error-type" in answer.headers
            if answer.status_code in _LATER and not told:
                raise Busy(answer.status_code, retry_after(answer.headers.get("Retry-After")))
            if answer.status_code >= 400:
                raise Refused(answer.status_code, why_of(answer.status_code, answer.content))
            return answer

        def close(self) -> None:
            self._inner.close()

    class Client(SyncClient):
        @property
        def _client(self) -> httpx.Client:
            return line

    said = {"Authorization": f"Key {key}", "User-Agent": USER_AGENT}
    with httpx.Client(transport=Once(), headers=said, timeout=_SECONDS) as line:
        yield Client(key=key)


def origin() -> str:
    """Where the client talks to: fal, unless the person's ``FAL_QUEUE_RUN_HOST`` says otherwise."""
    from fal_client.client import QUEUE_URL_FORMAT

    return str(QUEUE_URL_FORMAT).rstrip("/")


def why_of(status: int, body: bytes) -> str:
    """Why fal refuses, from the two shapes of its errors.

    Source: fal's pages "Model errors" (a list of typed errors) and "Request errors" (one sentence).
    """
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    detail = said.get("detail") if isinstance(said, dict) else None
    if isinstance(detail, list):
        told = [_error(each) for each in detail[:5] if isinstance(each, dict)]
        return "; ".join(each for each in told if each) or f"fal answered {status}"
    if isinstance(detail, str) and detail:
        return printable(detail, 300)
    return {401: f"fal does not know the key in {KEY}", 403: f"fal does not allow it with this {KEY}"}.get(
        status, f"fal answered {status}"
    )


def _error(each: dict[str, Any]) -> str:
    """One typed error. What was sent is left out: it would repeat the prompt, or a whole still."""
    kind, message = str(each.get("type") or ""), printable(str(each.get("msg") or ""), 200)
    where = each.get("loc")
    field = str(where[-1]) if isinstance(where, list) and len(where) > 1 else ""
    words = f"{printable(field, 40)}: {message}" if field else message
    return f"{words} ({printable(kind, 60)})" if kind else words
