"""The plugin that CONTRIBUTING builds is built here, word for word: written, tested, installed, used."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import circletake
from circletake.testing import check_plugin, moving_frames, run_scorer
from tests.factories import tiny_clip

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Step:
    """Something the tutorial says to do: a command, or a file to put in place."""

    command: str = ""
    path: str = ""
    text: str = ""


def steps() -> Iterator[Step]:
    page = (ROOT / "CONTRIBUTING.md").read_text()
    section = page.partition("## A plugin in ten minutes\n")[2].partition("\n## ")[0]
    for language, block in re.findall(r"^```(\w+)\n(.*?)^```", section, re.MULTILINE | re.DOTALL):
        if language == "sh":
            yield from (Step(command=line) for line in block.splitlines())
        else:
            first, _, text = block.partition("\n")
            assert first.startswith("# "), f"the block does not say where it goes: {first}"
            yield Step(path=first[2:], text=text)


@dataclass(frozen=True)
class Stranger:
    """Somebody's fresh environment: circletake and pip, and nothing reaches the network."""

    folder: Path
    environment: dict[str, str]

    def does(self, command: str, cwd: Path) -> str:
        done = subprocess.run(
            command, shell=True, cwd=cwd, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Stranger:
    uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    if not Path(uv).exists():
        pytest.skip("no uv to make a fresh environment with")
    folder = tmp_path_factory.mktemp("stranger")
    venv = folder / "venv"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))},
        "PATH": f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": str(venv),
        "UV_OFFLINE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "CIRCLETAKE_HOME": str(folder / "home"),
        "COLUMNS": "200",
    }
    made = Stranger(folder, environment)
    made.does(f"{uv} venv --quiet --python {sys.executable} {venv}", folder)
    # What circletake needs is here already; fetching it again would need the network.
    (packages,) = (venv / "lib").glob("python*/site-packages")
    here = Path(pytest.__file__).parents[1]
    (packages / "beside.pth").write_text(f"import site; site.addsitedir({str(here)!r})\n")
    pip = venv / "bin" / "pip"
    pip.write_text(f'#!/bin/sh\ncommand=$1; shift\nexec "{uv}" pip "$command" --quiet --no-deps "$@"\n')
    pip.chmod(0o755)
    done = subprocess.run(
        [str(pip), "install", "-e", str(ROOT)], env=environment, capture_output=True, text=True, check=False
    )
    if "hatchling" in done.stderr and done.returncode:
        pytest.skip("no build backend at hand without the network")
    assert done.returncode == 0, done.stderr
    return made


@pytest.mark.slow
def test_a_stranger_who_does_what_the_tutorial_says_has_a_scorer(stranger: Stranger, tmp_path: Path) -> None:
    here, said = tmp_path, ""
    for step in steps():
        if step.command.startswith("cd "):
            here /= step.command[3:]
        elif step.command:
            said = stranger.does(step.command, here)
        else:
            assert (here / step.path).is_file(), f"{step.path} is no file of the new plugin"
            (here / step.path).write_text(step.text)
    (row,) = [line for line in said.splitlines() if line.startswith("bright")]
    assert row.split()[:4] == ["bright", "0.1.0", "loaded", "scorers"]
    tiny_clip(tmp_path / "takes" / "1.mp4")
    stranger.does("circletake init film && cd film && circletake import ../takes --shot SH010", tmp_path)
    assert "bright" in stranger.does("circletake show SH010/1", tmp_path / "film")


def test_the_tutorial_has_every_step() -> None:
    told = [step.command.split()[0] if step.command else step.path for step in steps()]
    assert told == [
        *("circletake", "cd", "python"),
        *("circletake_bright/scorer.py", "tests/test_bright.py"),
        *("python", "pip", "circletake"),
    ]


def test_the_plugin_of_the_package_docstring_loads_and_measures() -> None:
    doc = re.search(r"::\n\n((?:    .*\n|\n)+)", circletake.__doc__ or "")
    assert doc
    plugin = types.ModuleType("bright")
    exec(re.sub(r"^    ", "", doc[1], flags=re.MULTILINE), vars(plugin))
    check_plugin(plugin)
    frames, seconds = moving_frames(level=40)
    (score,) = run_scorer(plugin.Bright(), frames, seconds).scores
    assert (score.metric, score.value) == ("bright", 40.0)
