"""``plugins new`` writes distributions that are clean, typed, tested and installable as they stand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from circletake.errors import BadInput
from circletake.plugins.manager import PluginManager
from circletake.plugins.scaffold import Kind, new_plugin

ROOT = Path(__file__).resolve().parents[2]
SHORTEST, LONGEST = "si", "abcdefghij-klmnopqrstuvw"


def run(*command: str, cwd: Path, **env: str) -> str:
    """What a command prints; a failing one fails the test with it."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=cwd,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> dict[Kind, Path]:
    """One plugin of each kind, as written."""
    into = tmp_path_factory.mktemp("six")
    return {kind: new_plugin(f"my-{kind}", kind, into).folder for kind in Kind}


@pytest.mark.parametrize("name", [SHORTEST, "my", LONGEST])
def test_whatever_the_name_each_kind_is_clean(name: str, tmp_path: Path) -> None:
    for kind in Kind:
        (tmp_path / kind).mkdir()
        new_plugin(name, kind, tmp_path / kind)
    run("ruff", "check", ".", cwd=tmp_path)
    run("ruff", "format", "--check", ".", cwd=tmp_path)


@pytest.mark.slow
def test_all_six_are_typed_strictly(six: dict[Kind, Path]) -> None:
    said = run(
        *("mypy", "--config-file", str(ROOT / "pyproject.toml"), "--strict"),
        *("--cache-dir", str(ROOT / ".mypy_cache"), *map(str, six.values())),
        cwd=ROOT,
        MYPYPATH=os.pathsep.join(map(str, six.values())),
    )
    assert said.startswith("Success: no issues found in 18 source files")


@pytest.mark.slow
@pytest.mark.parametrize("kind", Kind)
def test_its_tests_pass_where_it_lies(six: dict[Kind, Path], kind: Kind) -> None:
    said = run("pytest", "-q", "-p", "no:cacheprovider", cwd=six[kind])
    assert "passed" in said
    assert "skipped" not in said


def test_every_file_is_there_and_says_what_it_is(six: dict[Kind, Path]) -> None:
    for kind, folder in six.items():
        files = {
            str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and "cache" not in str(p)
        }
        module = f"circletake_my_{kind}"
        code = {f"{module}/{name}" for name in ("__init__.py", f"{kind}.py", "py.typed")}
        assert files == {"README.md", "pyproject.toml", f"tests/test_my_{kind}.py", *code}
        assert all(
            "{{" not in (folder / f).read_text() and "{%" not in (folder / f).read_text() for f in files
        )


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Night",
        "9lives",
        "night glow",
        "../night",
        "night--glow",
        "-night",
        "a" * 25,
        "é",
        "n\n",
        "circletake-x",
    ],
)
def test_a_name_that_will_not_do_is_refused_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        new_plugin(name, Kind.SCORER, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    taken = PluginManager.load().names()
    for name in ("technical", "sharpness"):
        with pytest.raises(BadInput, match="has this name already"):
            new_plugin(name, Kind.SCORER, tmp_path, taken)


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "circletake-bright" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(BadInput, match="is there already"):
        new_plugin("bright", Kind.SCORER, tmp_path)
    (tmp_path / "circletake-gone").symlink_to(tmp_path / "nowhere")
    with pytest.raises(BadInput, match="is there already"):
        new_plugin("gone", Kind.SCORER, tmp_path)
    assert [p.name for p in mine.parent.iterdir()] == ["mine.txt"]
    with pytest.raises(BadInput, match="no folder"):
        new_plugin("bright", Kind.SCORER, tmp_path / "missing")


def test_writing_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Path.write_text

    def full(path: Path, text: str, **how: str) -> int:
        if path.suffix == ".py":
            raise OSError("no space left")
        return write(path, text, **how)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="no space"):
        new_plugin("bright", Kind.SCORER, tmp_path)
    assert list(tmp_path.iterdir()) == []
