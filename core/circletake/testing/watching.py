"""Noticing what a plugin reaches for while it is called: the network, files, other programs.

Python's own audit events tell. They see what goes through the interpreter, not what a C library
does by itself.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

_NETWORK = frozenset(
    {
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyaddr",
        "socket.gethostbyname",
        "socket.sendto",
        "urllib.Request",
    }
)
_FILES = frozenset({"open", "os.listdir", "os.scandir", "os.system", "sqlite3.connect", "subprocess.Popen"})


@dataclass
class _Watch:
    events: Collection[str]
    thread: int | None
    seen: list[str] = field(default_factory=list)


_watches: list[_Watch] = []
_hooked = False


@contextmanager
def offline() -> Iterator[None]:
    """Refuse the network inside, on every thread.

    Raises:
        AssertionError: something reached for it, even if it caught the refusal; the message says where to.
    """
    with _watched(_NETWORK, None) as seen:
        yield
    assert not seen, f"reached for the network: {', '.join(dict.fromkeys(seen))}"


@contextmanager
def pure() -> Iterator[None]:
    """Refuse the network, files and other programs inside, on this thread.

    A module imported inside is a file opened: call what is tested once before.

    Raises:
        AssertionError: something reached for one of them.
    """
    with _watched(_NETWORK | _FILES, threading.get_ident()) as seen:
        yield
    assert not seen, f"is not pure: {', '.join(dict.fromkeys(seen))}"


@contextmanager
def _watched(events: Collection[str], thread: int | None) -> Iterator[list[str]]:
    global _hooked
    if not _hooked:  # an audit hook stays for good, so there is one, and it costs a look at a list
        sys.addaudithook(_notice)
        _hooked = True
    watch = _Watch(events, thread)
    _watches.append(watch)
    try:
        yield watch.seen
    finally:
        _watches.remove(watch)


def _notice(event: str, arguments: tuple[Any, ...]) -> None:
    for watch in _watches:
        if event not in watch.events or watch.thread not in (None, threading.get_ident()):
            continue
        if event in ("socket.connect", "socket.sendto") and not isinstance(arguments[1], tuple):
            continue  # a socket of this machine's own file system
        what = arguments[1] if event.startswith("socket.con") or event == "socket.sendto" else arguments[0]
        watch.seen.append(f"{event} {what!r}"[:120])
        raise PermissionError(f"{event}: not in this test")
