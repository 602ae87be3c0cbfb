"""The pytest plugin of circletake: there in every run, and nothing is loaded before it is used."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from circletake.plugins.context import CallContext
from circletake.testing import offline, pure

LOOKS = """
import sys


def test_looks():
    print("ours:", *sorted(name for name in sys.modules if name.partition(".")[0].startswith("circletake")))


def test_has_them(circletake_context, circletake_offline):
    pass
"""


def test_a_run_that_does_not_use_it_loads_nothing_of_circletake(tmp_path: Path) -> None:
    (tmp_path / "test_looks.py").write_text(LOOKS)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    (line,) = [line for line in done.stdout.splitlines() if "ours:" in line]
    assert line.split("ours:")[1].split() == [
        "circletake",
        "circletake.testing",
        "circletake.testing.fixtures",
    ]
    assert "2 passed" in done.stdout


def test_a_drawn_clip_is_a_video_and_another_seed_is_another(circletake_clip: Callable[..., Path]) -> None:
    one, same, other = (
        circletake_clip("a.mp4"),
        circletake_clip("in/b.mp4"),
        circletake_clip("c.mp4", seed="2", seconds="0.5"),
    )
    assert one.read_bytes() == same.read_bytes() != other.read_bytes()


def test_a_context_may_read_secrets(circletake_context: CallContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "1")
    assert circletake_context.secret("A_KEY") == "1"


@pytest.mark.parametrize("caught", [True, False])
def test_offline_tells_of_the_network_even_where_the_refusal_is_caught(caught: bool) -> None:
    import socket

    with pytest.raises((AssertionError, PermissionError), match=r"socket\.connect"), offline():
        try:
            socket.socket().connect(("127.0.0.1", 9))
        except OSError:
            if not caught:
                raise


def test_what_is_pure_opens_nothing_and_what_is_not_is_told() -> None:
    with pure():
        sum(range(10))
    with pytest.raises((AssertionError, PermissionError), match="open"), pure():
        Path(__file__).read_text()
    Path(__file__).read_text()  # afterwards all is as before
