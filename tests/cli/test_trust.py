from __future__ import annotations

import json
from pathlib import Path

import pytest

from circletake.cli.app import run
from circletake.provenance.keys import KeyInfo, KeyRing


@pytest.fixture
def friend(tmp_path: Path) -> KeyInfo:
    return KeyRing(tmp_path / "friend").init("Friendly Films")


def test_a_list_is_added_shown_and_removed(friend: KeyInfo, capsys: pytest.CaptureFixture[str]) -> None:
    pem = str(friend.folder / "authority.pem")
    assert run(["trust", "add", "friends", pem, "--date", "2026-08-05"]) == 0
    said = capsys.readouterr().out
    assert "friends 2026-08-05: 1 authority" in said
    assert friend.ca_sha256 in said

    assert run(["trust", "list", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["name"], list(told["authorities"])) == ("friends", [friend.ca_sha256])

    assert run(["trust", "list"]) == 0
    assert "friends" in capsys.readouterr().out

    assert run(["trust", "remove", "friends"]) == 0
    assert "trusted no more" in capsys.readouterr().out
    assert run(["trust", "remove", "friends"]) == 2


def test_without_lists_the_way_to_one_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trust", "list"]) == 0
    assert "circletake trust add" in capsys.readouterr().err


def test_a_private_key_is_never_taken(friend: KeyInfo, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trust", "add", "x", str(friend.folder / "signing.key"), "--date", "2026-08-05"]) == 2
    assert "holds a private key" in capsys.readouterr().err


def test_an_old_list_and_what_is_on_it_are_told(friend: KeyInfo, capsys: pytest.CaptureFixture[str]) -> None:
    pem = str(friend.folder / "authority.pem")
    assert run(["trust", "add", "clocks", pem, "--date", "2020-01-01", "--timestampers"]) == 0
    said = capsys.readouterr()
    assert "clocks 2020-01-01: 1 authority of timestampers" in said.out
    assert "circletake trust add clocks FILE --timestampers" in said.err

    assert run(["trust", "list"]) == 0
    said = capsys.readouterr()
    assert "timestampers" in said.out
    assert "days old" in said.err

    assert run(["trust", "show", "clocks"]) == 0
    said = capsys.readouterr()
    assert friend.ca_sha256 in said.out
    assert f"to {friend.not_after:%Y-%m-%d}" in said.out
    assert "NOT VALID NOW" not in said.out

    assert run(["trust", "show", "clocks", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert "days old" in told["stale"]
    assert told["not_valid_now"] == []

    assert run(["trust", "show", "nobody"]) == 2


def test_a_list_without_a_date_asks_for_one(friend: KeyInfo, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trust", "add", "friends", str(friend.folder / "authority.pem")]) == 2
    assert "--date, written as 2026-08-05" in capsys.readouterr().err
