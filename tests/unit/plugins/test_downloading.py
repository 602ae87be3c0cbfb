"""Downloads come whole or not at all, and from nowhere a link has no business to lead."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from circletake.errors import Cancelled, PluginError, Transient
from circletake.plugins import downloading
from circletake.plugins.context import CallContext
from circletake.plugins.downloading import download, retry_after

BYTES = bytes(range(256)) * 64
Answer = tuple[int, dict[str, str], bytes]


class Server:
    """Answers with what is in ``answers``, one after another, the last for ever; remembers what was asked."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.asked: list[tuple[str, str | None]] = []
        self.url = ""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(downloading, "_pause", lambda ctx, seconds: None)
    kept = Server()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kept.asked.append((self.path, self.headers["Authorization"]))
            status, headers, body = kept.answers.pop(0) if len(kept.answers) > 1 else kept.answers[0]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    kept.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield kept
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.fixture
def fetch(server: Server, tmp_path: Path) -> Callable[..., Path]:
    def get(link: str = "", **how: object) -> Path:
        wanted = {"own": (server.url,), "plugin": "p", **how}
        context = CallContext("p")
        return download(link or f"{server.url}/a.mp4", tmp_path / "a.mp4", context, **wanted)  # type: ignore[arg-type]

    return get


def whole(body: bytes = BYTES) -> Answer:
    return 200, {"Content-Length": str(len(BYTES))}, body


def test_what_is_there_comes_whole_with_its_headers(fetch: Callable[..., Path], server: Server) -> None:
    server.answers = [whole()]
    assert fetch(headers={"Authorization": "k"}).read_bytes() == BYTES
    assert server.asked == [("/a.mp4", "k")]


@pytest.mark.parametrize(
    "broken",
    [
        whole(BYTES[:100]),
        (200, {}, b""),
        (200, {"Transfer-Encoding": "chunked"}, b"40\r\nabc"),
        (503, {"Retry-After": "0"}, b""),
        (429, {}, b""),
    ],
)
def test_what_breaks_off_is_fetched_again(fetch: Callable[..., Path], server: Server, broken: Answer) -> None:
    server.answers = [broken, broken, whole()]
    assert fetch().read_bytes() == BYTES
    assert len(server.asked) == 3


def test_what_never_comes_whole_leaves_nothing(
    fetch: Callable[..., Path], server: Server, tmp_path: Path
) -> None:
    server.answers = [whole(BYTES[:100])]
    with pytest.raises(Transient, match="ended early, 100 of 16384 bytes"):
        fetch()
    assert list(tmp_path.iterdir()) == []


def test_a_link_that_expired_is_asked_for_anew_or_told(fetch: Callable[..., Path], server: Server) -> None:
    server.answers = [(403, {}, b""), whole()]
    assert fetch(renew=lambda: f"{server.url}/fresh.mp4").read_bytes() == BYTES
    assert [path for path, _ in server.asked] == ["/a.mp4", "/fresh.mp4"]
    server.answers = [(410, {}, b"")]
    with pytest.raises(Transient, match="expired"):
        fetch()


def test_a_redirect_is_looked_at_like_a_link_and_gets_no_headers(
    fetch: Callable[..., Path], server: Server
) -> None:
    elsewhere = server.url.replace("127.0.0.1", "localhost")
    server.answers = [(302, {"Location": f"{elsewhere}/b.mp4"}, b""), whole()]
    with pytest.raises(PluginError, match="localhost is not https"):
        fetch(headers={"Authorization": "k"})
    server.answers = [(302, {"Location": f"{elsewhere}/b.mp4"}, b""), whole()]
    assert fetch(headers={"Authorization": "k"}, own=(server.url, elsewhere)).read_bytes() == BYTES
    assert server.asked[-1] == ("/b.mp4", None)


def test_redirects_end(fetch: Callable[..., Path], server: Server) -> None:
    server.answers = [(302, {"Location": "/round"}, b"")]
    with pytest.raises(PluginError, match="from one address to the next"):
        fetch()


@pytest.mark.parametrize("size", [{"Content-Length": str(len(BYTES))}, {}])
def test_more_than_is_allowed_is_not_kept(
    fetch: Callable[..., Path], server: Server, size: dict[str, str], tmp_path: Path
) -> None:
    server.answers = [(200, size, BYTES)]
    with pytest.raises(PluginError, match="larger than 1000 bytes"):
        fetch(limit=1000)
    assert list(tmp_path.iterdir()) == []
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "link", ["file:///etc/passwd", "http://example.org/a", "https:///a", "https://h:x/", ""]
)
def test_a_link_that_is_none_is_not_followed(link: str, tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"no web address|not https"):
        download(link, tmp_path / "a.mp4", CallContext("p"), plugin="p")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.9",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_a_public_name_with_a_private_address_is_not_reached(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(0, 0, 0, "", (one, 443)) for one in ("93.184.216.34", address)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("was reached"))
    with pytest.raises(PluginError, match="private network"):
        download("https://cdn.example.org/a.mp4", tmp_path / "a.mp4", CallContext("p"), plugin="p")


def test_the_connection_goes_to_the_address_that_was_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = []

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        reached.append(address)
        raise OSError("no network here")

    monkeypatch.setattr(downloading, "_pause", lambda ctx, seconds: None)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("93.184.216.34", 443))])
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Transient):
        download("https://cdn.example.org/a.mp4", tmp_path / "a.mp4", CallContext("p"), plugin="p")
    assert set(reached) == {("93.184.216.34", 443)}


def test_a_person_may_stop_it(server: Server, tmp_path: Path) -> None:
    server.answers = [whole()]
    context = CallContext("p", cancelled=lambda: True)
    with pytest.raises(Cancelled):
        download(f"{server.url}/a", tmp_path / "a.mp4", context, plugin="p", own=(server.url,))
    assert list(tmp_path.iterdir()) == []


def test_a_wish_to_be_left_alone_is_read_as_seconds_or_as_a_date() -> None:
    assert retry_after("120") == 120
    soon = retry_after(format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True))
    assert soon is not None and 50 < soon <= 60
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert [retry_after(word) for word in (None, "", "soon", "-5", "1e9", "²")] == [None] * 6
