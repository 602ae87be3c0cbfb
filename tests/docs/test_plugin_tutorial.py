"""The plugin that CONTRIBUTING shows works as it stands there."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path
from typing import Any

import pytest

import circletake
from circletake.testing import check_plugin, moving_frames, run_scorer

ROOT = Path(__file__).resolve().parents[2]


def tutorial_sources() -> dict[str, str]:
    contributing = (ROOT / "CONTRIBUTING.md").read_text()
    block = re.search(r"^```python\n(.*?)^```", contributing, re.MULTILINE | re.DOTALL)
    doc = re.search(r"::\n\n((?:    .*\n|\n)+)", circletake.__doc__ or "")
    assert block
    assert doc
    return {"CONTRIBUTING": block[1], "circletake.__doc__": re.sub(r"^    ", "", doc[1], flags=re.MULTILINE)}


@pytest.mark.parametrize("where", ["CONTRIBUTING", "circletake.__doc__"])
def test_the_tutorial_scorer_loads_and_measures(where: str) -> None:
    plugin = types.ModuleType("bright")
    exec(tutorial_sources()[where], vars(plugin))
    check_plugin(plugin)
    frames, seconds = moving_frames(level=40)
    (score,) = run_scorer(plugin.Bright(), frames, seconds).scores
    assert (score.metric, score.value) == ("bright", 40.0)


def test_the_test_that_the_tutorial_shows_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    source, test = re.findall(r"^```python\n(.*?)^```", (ROOT / "CONTRIBUTING.md").read_text(), re.M | re.S)
    plugin = types.ModuleType("circletake_bright")
    exec(source, vars(plugin))
    monkeypatch.setitem(sys.modules, "circletake_bright", plugin)
    shown: dict[str, Any] = {}
    exec(test, shown)
    shown["test_a_dim_take_is_told_as_dim"]()


def test_every_hook_is_told_in_the_reference() -> None:
    page = (ROOT / "docs" / "plugins.md").read_text()
    hooks = [name for name in vars(circletake.hookspecs) if name.startswith("circletake_")]
    assert [name for name in hooks if name not in page] == []
