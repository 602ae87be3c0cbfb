"""Every example in the docs is run, and what it prints is held against the page.

A fenced block marked ``console`` is a session: lines that begin with ``$ `` are commands, the
lines after one are its output. Digits and hex names match any others, ``...`` alone stands for
any number of lines, ``[exit N]`` for the exit status (0 where nothing is said). Each page starts
in a library of its own, with six takes of two shots imported from ``../takes``.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.factories import tiny_clip

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


@dataclass(frozen=True)
class Example:
    """A command and what the page says it prints."""

    command: str
    output: tuple[str, ...]
    status: int


def examples(page: Path) -> Iterator[Example]:
    """The sessions of a page, command by command."""
    for block in re.findall(r"^```console\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.rstrip("\n").split("\n")
            exits = [line for line in lines if re.fullmatch(r"\[exit \d\]", line)]
            output = tuple(line for line in lines if line not in exits and line.strip())
            yield Example(command, output, int(exits[0][6]) if exits else 0)


def matches(expected: tuple[str, ...], printed: list[str]) -> bool:
    """Whether ``printed`` is what the page says, numbers and hex names aside."""
    pattern = "".join(r"(?:.*\n)*" if line.strip() == "..." else _loosely(line) + r"\n" for line in expected)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None


def _loosely(line: str) -> str:
    pieces = re.split(r"(\b[0-9a-f]{8,64}\b|\.\.\.|…|\d+| {2,})", line.rstrip())
    return "".join(
        re.escape(piece)
        if index % 2 == 0
        else r".*"
        if piece in ("...", "…")
        else r" +"
        if piece.isspace()
        else r"[0-9a-f]+"
        if len(piece) >= 8 or not piece.isdigit()
        else r"\d+"
        for index, piece in enumerate(pieces)
    )


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``takes/`` and a library that holds them, for pages to start from."""
    folder = tmp_path_factory.mktemp("docs")
    for shot in ("bus", "river"):
        for number in (1, 2, 3):
            seed = number + (10 if shot == "river" else 0)
            clip = folder / "takes" / shot / f"{shot}_{number}.mp4"
            clip.parent.mkdir(parents=True, exist_ok=True)
            tiny_clip(clip, seconds=2, size=(160, 90), seed=seed)
    (folder / "prompts.csv").write_text(
        "file,prompt,model,seed\n"
        + "".join(f'bus_{n}.mp4,"night bus, rain on glass",wan 2.2,{n}\n' for n in (1, 2, 3))
    )
    return folder


@pytest.fixture
def start(prepared: Path, tmp_path: Path) -> Path:
    """A copy of the prepared folder, with a library made and filled; the working folder of a page."""
    here = tmp_path / "film"
    shutil.copytree(prepared, here)
    return here


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_shows_is_what_happens(page: Path, start: Path, tmp_path: Path) -> None:
    sessions = list(examples(page))
    if not sessions:
        pytest.skip("this page shows no session")
    environment = {
        **os.environ,
        "CIRCLETAKE_HOME": str(tmp_path / "home"),
        "COLUMNS": "110",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    here = start
    if page.stem not in {"README", "import"}:
        for command in (
            "circletake init night-bus",
            "circletake import takes --recipes prompts.csv -L night-bus",
        ):
            subprocess.run(shlex.split(command), cwd=start, env=environment, check=True, capture_output=True)
        here = start / "night-bus"
    for example in sessions:
        if example.command.startswith("cd "):
            here = (here / example.command[3:]).resolve()
            continue
        done = subprocess.run(
            example.command,
            shell=True,
            cwd=here,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        shown = done.stdout + (done.stderr if example.status == 2 else "")
        printed = [line.rstrip() for line in shown.splitlines() if line.strip()]
        told = f"$ {example.command}\n" + "\n".join(printed) + f"\n[exit {done.returncode}]\n{done.stderr}"
        assert done.returncode == example.status, told
        assert not example.output or matches(example.output, printed), told


def test_the_check_itself_can_fail() -> None:
    assert matches(("7 takes", "...", "done"), ["12 takes", "x", "y", "done"])
    assert not matches(("7 takes",), ["12 takers"])
    assert not matches(("7 takes",), ["7 takes", "and more"])
