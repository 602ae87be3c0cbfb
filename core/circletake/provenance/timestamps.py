"""Asking a timestamper (RFC 3161) for the C2PA library, which would wait for ever and follow it anywhere.

The library talks to a relay on loopback that lives as long as one signature. The relay asks the one
address it was made for: no redirect, a limit on time and size, and an error that can be told. What
travels is a hash of the signature, nothing of the media.
"""

from __future__ import annotations

import secrets
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from circletake.errors import BadInput, SigningError
from circletake.model.text import printable

SECONDS = 20.0
"""How long a timestamper may take."""

_LARGEST = 1_000_000
_NEXT = "nothing was signed; try again later, or name another timestamper under [signing] in circletake.toml"


def checked_url(url: str) -> str:
    """The address of a timestamper.

    Raises:
        BadInput: it is none, or holds a password, which would show in messages.
    """
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        fine = fine and url.isascii() and url.isprintable() and " " not in url and parts.port != 0
    except ValueError:
        fine = False
    if not fine:
        raise BadInput(
            "timestamp",
            f"'{printable(url, 80)}' is not the address of a timestamper",
            "e.g. http://HOST/PATH",
        )
    return url


class Relay:
    """Passes one library's question on to a timestamper.

    Attributes:
        url: where the library asks, on loopback and with a word in it that nobody else knows.
        failure: why there was no answer to pass on.
        answered: the timestamper gave some answer.
    """

    def __init__(self, timestamper: str) -> None:
        self.timestamper = checked_url(timestamper)
        self.failure: SigningError | None = None
        self.answered = False
        self.url = ""

    def wrong(self, reason: str) -> SigningError:
        """An error that names the timestamper."""
        return SigningError(f"timestamper {self.timestamper}", printable(reason, 200), _NEXT)

    def ask(self, query: bytes) -> bytes:
        """The timestamper's answer to one question.

        Raises:
            SigningError: there was none.
        """
        request = urllib.request.Request(
            self.timestamper, query, {"Content-Type": "application/timestamp-query"}, method="POST"
        )
        late = f"did not answer within {SECONDS:g} seconds"
        until = time.monotonic() + SECONDS
        answer = b""
        try:
            with urllib.request.build_opener(_Stay).open(request, timeout=SECONDS) as response:
                while piece := response.read1(65536):
                    answer += piece
                    if len(answer) > _LARGEST:
                        raise self.wrong("answered with more than a timestamp can be")
                    if time.monotonic() > until:
                        raise self.wrong(late)
        except urllib.error.HTTPError as error:
            elsewhere = " and points elsewhere, which is not followed" if 300 <= error.code < 400 else ""
            raise self.wrong(f"answered {error.code}{elsewhere}") from error
        except TimeoutError as error:
            raise self.wrong(late) from error
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise self.wrong(late) from error
            raise self.wrong(f"cannot be reached ({error.reason})") from error
        except (OSError, ValueError, EOFError) as error:
            raise self.wrong(f"broke off ({error or type(error).__name__})") from error
        return answer

    def serve(self, query: bytes) -> bytes | None:
        """As :meth:`ask`, keeping what went wrong."""
        try:
            answer = self.ask(query)
        except SigningError as error:
            self.failure = error
            return None
        except Exception as error:  # a server can answer with anything, and urllib fail in any way
            self.failure = self.wrong(f"answered with rubbish ({type(error).__name__}: {error})")
            return None
        self.answered = True
        return answer


@contextmanager
def relayed(timestamper: str) -> Iterator[Relay]:
    """A relay to a timestamper, for as long as one file is signed.

    Raises:
        BadInput: as :func:`checked_url`.
    """
    relay = Relay(timestamper)
    path = f"/{secrets.token_urlsafe(16)}"

    class Handler(BaseHTTPRequestHandler):
        timeout = SECONDS

        def do_POST(self) -> None:
            query = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), _LARGEST))
            known = secrets.compare_digest(self.path.encode(), path.encode())
            answer = relay.serve(query) if known else None
            self.send_response(200 if answer is not None else 502)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer or b"")))
            self.end_headers()
            self.wfile.write(answer or b"")

        def log_message(self, *said: Any) -> None:
            """Nothing is printed."""

    server = _Loopback(("127.0.0.1", 0), Handler)
    relay.url = f"http://127.0.0.1:{server.server_address[1]}{path}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield relay
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Loopback(ThreadingHTTPServer):
    """Whoever else knocks on this machine keeps the library waiting for nothing."""

    daemon_threads = True

    def handle_error(self, *knocked: Any) -> None:
        """Nothing is printed."""


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: one host was named, and no other is asked."""

    def redirect_request(self, *asked: Any, **more: Any) -> None:
        return None
