"""A command line to type into."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from circletake.cli.app import run

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Run a command inside a fresh library; its status, stdout and stderr."""
    run(["init", str(tmp_path / "film")])
    monkeypatch.chdir(tmp_path / "film")
    capsys.readouterr()

    def call(*words: object) -> tuple[int, str, str]:
        status = run([str(word) for word in words])
        return status, *capsys.readouterr()

    return call
