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
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest

from circletake.cli.app import run
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


FINGERPRINT = r"[0-9A-F]{2}:[0-9A-F]{2}:…:[0-9A-F]{2}"
VARYING = {
    FINGERPRINT: FINGERPRINT,
    r"\.\.\.|…": ".*",
    r"\b[0-9a-f]{8,64}\b": "[0-9a-f]+",
    r"\d+": r"\d+",
    r" {2,}": " +",
}
"""What may differ from the page, as it stands there and as it may be printed."""


def _loosely(line: str) -> str:
    pieces = re.split(f"({'|'.join(VARYING)})", line.rstrip())
    return "".join(
        next(printed for shown, printed in VARYING.items() if re.fullmatch(shown, piece))
        if index % 2
        else re.escape(piece)
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


@dataclass(frozen=True)
class Done:
    """What a command of a page did."""

    status: int
    out: str
    err: str


class Terminal:
    """Runs the commands of a page in this process, so that the suite starts circletake once.

    ``cd FOLDER`` moves, ``> FILE`` keeps what is printed; any other program runs as itself.
    """

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        os.chdir(folder)

    def run(self, command: str) -> Done:
        words = shlex.split(os.path.expandvars(command))
        if words[0] == "cd":
            os.chdir(words[1])
            return Done(0, "", "")
        if words[0] != "circletake":
            other = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
            return Done(other.returncode, other.stdout, other.stderr)
        to = Path(words.pop()) if words[-2:-1] == [">"] else None
        if to:
            words.pop()
        self._capsys.readouterr()
        status = run(words[1:])
        out, err = self._capsys.readouterr()
        if to:
            to.write_text(out)
            out = ""
        return Done(status, out, err)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages show circletake alone, whatever other distributions offer plugins here."""
    real = metadata.entry_points

    def shipped(*, group: str) -> metadata.EntryPoints:
        mine = (entry for entry in real(group=group) if entry.dist is None or entry.dist.name == "circletake")
        return metadata.EntryPoints(mine)

    monkeypatch.setattr(metadata, "entry_points", shipped)


@pytest.fixture
def terminal(
    prepared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    no_workers: None,
    alone: None,
) -> Terminal:
    """A terminal in a copy of the prepared folder."""
    shutil.copytree(prepared, tmp_path / "film")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "110")
    return Terminal(tmp_path / "film", capsys)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_shows_is_what_happens(page: Path, terminal: Terminal) -> None:
    sessions = list(examples(page))
    if not sessions:
        pytest.skip("this page shows no session")
    if page.stem not in {"README", "import"}:
        for command in (
            "circletake init night-bus",
            "circletake import takes --recipes prompts.csv -L night-bus",
            "cd night-bus",
        ):
            assert terminal.run(command).status == 0
    for example in sessions:
        done = terminal.run(example.command)
        shown = done.out + (done.err if example.status == 2 else "")
        printed = [line.rstrip() for line in shown.splitlines() if line.strip()]
        told = f"$ {example.command}\n" + "\n".join(printed) + f"\n[exit {done.status}]\n{done.err}"
        assert done.status == example.status, told
        assert not example.output or matches(example.output, printed), told


def test_the_check_itself_can_fail() -> None:
    assert matches(("7 takes", "...", "done"), ["12 takes", "x", "y", "done"])
    assert not matches(("7 takes",), ["12 takers"])
    assert not matches(("7 takes",), ["7 takes", "and more"])
    assert matches(("id 3f9ac2d1 by 9A:41:…:0C",), ["id 90be4417 by 11:22:…:FF"])
    assert not matches(("by 9A:41:…:0C",), ["by 9A:41"])
