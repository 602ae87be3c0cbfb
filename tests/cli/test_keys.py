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


def test_a_request_goes_to_stdout_and_the_way_back_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "csr", "--organisation", "Lumen Films"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("-----BEGIN CERTIFICATE REQUEST-----\n")
    assert "circletake keys import" in said.err
    assert run(["keys", "show"]) == 2


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """Keys that came from elsewhere; with a certificate that ends next week."""
    from datetime import timedelta

    from circletake.provenance.certificates import issue

    for name, data in zip(
        ("key", "chain"), issue("Lumen Films", "", "es384", timedelta(days=7)), strict=False
    ):
        (tmp_path / f"{name}.pem").write_bytes(data)
    return tmp_path


def test_a_key_is_imported_and_its_end_is_told_everywhere(
    theirs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["keys", "import", str(theirs / "key.pem"), str(theirs / "chain.pem")]) == 0
    said = capsys.readouterr()
    assert "Lumen Films (es384)" in said.out
    assert "in 6 days; renew it before: circletake keys csr" in said.err
    assert run(["doctor"]) == 1
    assert "in 6 days; renew it" in capsys.readouterr().out
    assert run(["keys", "import", str(theirs / "key.pem"), str(theirs / "chain.pem")]) == 2
    assert "--replace" in capsys.readouterr().err


def test_the_passphrase_comes_from_the_environment(
    theirs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from cryptography.hazmat.primitives import serialization as pem

    key = pem.load_pem_private_key((theirs / "key.pem").read_bytes(), None)
    locked = pem.BestAvailableEncryption(b"open sesame")
    (theirs / "key.pem").write_bytes(key.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, locked))
    words = ["keys", "import", str(theirs / "key.pem"), str(theirs / "chain.pem")]
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert run(words) == 2
    assert "CIRCLETAKE_KEY_PASSPHRASE" in capsys.readouterr().err
    monkeypatch.setenv("CIRCLETAKE_KEY_PASSPHRASE", "open sesame")
    assert run(words) == 0
