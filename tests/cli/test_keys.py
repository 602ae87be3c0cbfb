from __future__ import annotations

import json
from pathlib import Path

import pytest

from circletake.cli.app import run


def test_keys_are_made_and_said_to_be_unknown_to_platforms(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "init", "--organisation", "Lumen Films"]) == 0
    said = capsys.readouterr().out
    assert "Lumen Films (es256)" in said
    assert "Platforms will not recognise this signer" in said

    assert run(["keys", "show", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["recognised_by_platforms"] is False
    assert f"SHA256 {told['keys']['certificate_sha256']}" in said


def test_without_keys_the_way_to_some_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "show"]) == 2
    assert "circletake keys init" in capsys.readouterr().err


def test_keys_are_refused_inside_a_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", str(tmp_path / "library")]) == 0
    monkeypatch.setenv("CIRCLETAKE_HOME", str(tmp_path / "library" / "mine"))
    assert run(["keys", "init", "--organisation", "Lumen Films"]) == 2
    assert "lies inside a library" in capsys.readouterr().err
    assert not (tmp_path / "library" / "mine").exists()


def test_an_unknown_algorithm_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "init", "--organisation", "Lumen Films", "--algorithm", "rsa"]) == 2
    assert "one of es256, es384, ps256, ed25519" in capsys.readouterr().err
