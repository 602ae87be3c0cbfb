"""What fakes of services have in common: a server on this machine, faults that come one after another."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.factories import tiny_clip


@dataclass
class Loopback:
    """A service's state, which outlives whatever happens to those who ask it.

    Attributes:
        faults: by call, what goes wrong next; the empty word is a call that goes well.
        calls: how often each was called.
        wrong: requests that do not hold to what the service published, with the reason.
        url: where it answers.
    """

    folder: Path
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    calls: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    url: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def fault(self, call: str) -> str:
        """What goes wrong with this call."""
        with self.lock:
            self.calls[call] += 1
            return self.faults[call].pop(0) if self.faults[call] else ""

    def clip(self, number: int, suffix: str = ".mp4") -> bytes:
        """A clip of its own for each number."""
        with self.lock:
            path = self.folder / f"made-{number}{suffix}"
            if not path.exists():
                tiny_clip(path, seconds=0.3, seed=number)
            return path.read_bytes()


class Answering(BaseHTTPRequestHandler):
    """One request: its body read, its answer written."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Ask :meth:`get`."""
        self.get()

    def do_POST(self) -> None:
        """Ask :meth:`post`."""
        self.post()

    def do_DELETE(self) -> None:
        """Ask :meth:`delete`."""
        self.delete()

    def get(self) -> None:
        """Nothing here, unless a service says otherwise."""
        self.say(404, {"error": "not here"})

    post = delete = get

    def body(self) -> bytes:
        """All that was sent."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def say(self, status: int, said: Any = None, headers: Mapping[str, str] | None = None) -> None:
        """Answer with JSON."""
        data = json.dumps(said).encode() if said is not None else b""
        kind = {"Content-Type": "application/json"} if data else {}
        self._head(status, len(data), {**kind, **(headers or {})})
        self.wfile.write(data)

    def say_nothing(self) -> None:
        """Hang up without an answer."""
        self.close_connection = True

    def send(self, data: bytes, fault: str = "", kind: str = "video/mp4") -> None:
        """Answer with bytes: all, half of them (``cut``), or a few at a time (``slow``)."""
        self._head(200, len(data), {"Content-Type": kind})
        if fault == "cut":
            self.wfile.write(data[: len(data) // 2])
            self.close_connection = True
        elif fault == "slow":
            for start in range(0, len(data), 1 + len(data) // 5):
                self.wfile.write(data[start : start + 1 + len(data) // 5])
                self.wfile.flush()
                time.sleep(0.03)
        else:
            self.wfile.write(data)

    def _head(self, status: int, size: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(size), **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing on stderr."""


def form(content_type: str, data: bytes) -> dict[str, str | bytes]:
    """A multipart form: text as text, files as bytes."""
    message = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + data
    )
    fields: dict[str, str | bytes] = {}
    for part in message.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        fields[name] = content if part.get_filename() else content.decode()
    return fields


@contextmanager
def serving(answers: type[Answering]) -> Iterator[str]:
    """The address at which ``answers`` answers while the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), answers)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
