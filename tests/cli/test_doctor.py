"""The doctor: what works, what does not, and what is fine to be without."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from circletake.cli.app import run
from circletake.plugins.manager import PluginManager
from circletake_registry import upgrade
from tests.cli.conftest import Cli


def found(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    return {row["what"]: row for row in json.loads(capsys.readouterr().out)}


def test_a_fresh_installation_is_well_without_a_key_or_a_library(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--json"]) == 0
    rows = found(capsys)
    assert "keys init" in str(rows["Key"]["found"])
    assert "libx264" in str(rows["Encoding"]["found"])
    assert "journal" in str(rows["SQLite"]["found"])


def test_a_broken_plugin_is_a_finding(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        CIRCLETAKE_API = 0

    def with_a_broken_one(**_: object) -> PluginManager:
        manager = PluginManager()
        manager.add("older", Broken())
        return manager

    monkeypatch.setattr(PluginManager, "load", with_a_broken_one)
    assert run(["doctor", "--json"]) == 1
    assert "older" in str(found(capsys)["Plugins"]["found"])


@pytest.mark.parametrize("command", ["takes", "doctor"])
def test_an_upgrade_of_the_library_is_told_once_with_the_copy_of_what_it_was(
    cli: Cli, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = tmp_path / "migrations"
    shutil.copytree(upgrade.SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__", "000[2-9]*"))
    registry = Path(".circletake/registry.sqlite")
    registry.unlink()
    with monkeypatch.context() as patch:
        patch.setattr(upgrade, "SCRIPTS", scripts)
        upgrade.rebuild(registry)
    _, out, err = cli(command)
    (backup,) = registry.parent.glob("*.bak")
    assert backup.name in out + err and "upgraded" in out + err
    _, out, err = cli(command)
    assert "upgraded" not in out + err
