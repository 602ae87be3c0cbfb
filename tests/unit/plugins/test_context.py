"""Keys come from the environment or the keyring, and do not come out again."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.errors import PluginError
from circletake.plugins.context import CallContext


def keyring(**kept: str) -> SimpleNamespace:
    def get(service: str, name: str) -> str | None:
        assert service == "circletake"
        return kept.get(name)

    return SimpleNamespace(get_password=get)


def test_a_key_comes_from_the_environment_then_from_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    context = CallContext("runway", secrets=True)
    monkeypatch.setitem(sys.modules, "keyring", keyring(RUNWAY_KEY="from the ring"))
    assert context.secret("RUNWAY_KEY") == "from the ring"
    monkeypatch.setenv("RUNWAY_KEY", "from outside")
    assert context.secret("RUNWAY_KEY") == "from outside"


def test_a_key_that_is_nowhere_is_told_with_both_ways_to_give_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for ring in (keyring(), SimpleNamespace(get_password=lambda *_: 1 / 0), None):
        monkeypatch.setitem(sys.modules, "keyring", ring)
        with pytest.raises(PluginError, match=r"export NO_KEY=.*keyring set circletake NO_KEY"):
            CallContext("runway", secrets=True).secret("NO_KEY")


def test_a_worker_reads_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNWAY_KEY", "secret")
    with pytest.raises(PluginError, match="worker"):
        CallContext("runway").secret("RUNWAY_KEY")


@given(st.text(st.characters(codec="ascii", exclude_characters="[]_ABCDEFGHIJKLMNOPQRSTUVWXYZ"), min_size=8))
def test_no_text_holds_a_key_that_was_read(key: str) -> None:
    with pytest.MonkeyPatch.context() as patched:
        context = CallContext("runway", secrets=True)
        patched.setitem(sys.modules, "keyring", keyring(RUNWAY_KEY=key))
        context.secret("RUNWAY_KEY")
    assert key not in context.without_secrets(f"401 {key!r} {key} is wrong: {key}{key}")
