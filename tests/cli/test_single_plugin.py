"""``--plugin FILE``: one file as a plugin, for whoever types its name and nobody else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

Clip = Callable[..., Path]

SCORER = '''
"""How bright a take is."""

from dataclasses import dataclass

from circletake import About, Measured, Needs, Score, hookimpl


@dataclass(frozen=True)
class Settings:
    add: float = 0.0


class Bright:
    about = About("bright", "mean brightness", "1", Settings)

    def needs(self, settings):
        return Needs(long_side=64)

    def start(self, take, settings, ctx):
        return Watching(settings.add)


class Watching:
    def __init__(self, add):
        self.add, self.means = add, []

    def video(self, frames, seconds):
        self.means += frames.mean(axis=(1, 2)).tolist()

    def audio(self, samples, start):
        pass

    def finish(self):
        return Measured((Score("bright", self.add + sum(self.means) / len(self.means)),))


@hookimpl
def circletake_scorers():
    yield Bright()
'''

RULE = """
from circletake import About, Check, NoSettings, Outcome, RuleCard, Severity, hookimpl

CARD = RuleCard("never", "nothing passes", "a test", Severity.ERROR, "a test", "none")


class Never:
    about = About("never", "nothing passes", "1", NoSettings)
    card = CARD

    def check(self, case, settings):
        yield Outcome("never", Check.FAILED, case.file.path, "nothing", "something")


@hookimpl
def circletake_audit_rules():
    yield Never()
"""

READER = """
from circletake import About, Evidence, NoSettings, RecipeClaim, hookimpl


class Names:
    about = About("names", "the prompt is the name", "1", NoSettings)

    def read(self, source, settings):
        yield RecipeClaim("prompt", "as named: " + source.name, Evidence.FILENAME, source.name, "names")


@hookimpl
def circletake_recipe_readers():
    yield Names()
"""


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def write(source: str, name: str = "mine.py") -> Path:
        path = tmp_path / name
        path.write_text(source)
        return path

    return write


File = Callable[..., Path]


def test_a_scorer_in_a_file_measures_in_workers_with_the_librarys_settings(
    cli: Cli, clip: Clip, file: File
) -> None:
    path = file(SCORER, "bright.py")
    with Path("circletake.toml").open("a") as settings:
        settings.write("\n[plugins.bright]\nadd = 1000\n")
    cli("import", clip(), "--shot", "SH010", "--by", "Ana")
    status, out, err = cli("analyze", "--plugin", path)
    assert (status, err) == (0, err)
    assert "1 take looked at" in out
    shown = json.loads(cli("show", "SH010/1", "--json")[1])
    assert "bright" in json.dumps(shown)
    assert not (path.parent / "__pycache__").exists(), "nothing is written beside the file"


def test_a_rule_in_a_file_is_asked_in_an_audit(cli: Cli, clip: Clip, file: File) -> None:
    take = clip()
    assert "something" not in cli("audit", take)[1]
    status, out, _ = cli("audit", take, "--plugin", file(RULE))
    assert status == 1
    assert "never" in out


def test_a_reader_in_a_file_recovers_a_recipe(cli: Cli, clip: Clip, file: File) -> None:
    cli("import", clip("bus.mp4"), "--shot", "SH010", "--by", "Ana", "--plugin", file(READER))
    assert "as named: bus.mp4" in cli("show", "SH010/1")[1]


def test_a_file_is_listed_beside_what_is_installed(cli: Cli, file: File) -> None:
    status, out, _ = cli("plugins", "list", "--plugin", file(SCORER, "bright.py"))
    assert status == 0
    assert [line.split()[:4] for line in out.splitlines() if line.startswith("bright")] == [
        ["bright", "-", "loaded", "scorers"]
    ]


def test_a_library_has_no_file_run(cli: Cli, clip: Clip, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    source = f"open({str(ran)!r}, 'w').close()\n{SCORER}"
    for place in (
        "plugin.py",
        "bright.py",
        ".circletake/bright.py",
        "plugins/bright.py",
        "circletake_bright.py",
    ):
        Path(place).parent.mkdir(exist_ok=True)
        Path(place).write_text(source)
    with Path("circletake.toml").open("a") as settings:
        settings.write('\n[plugins.bright]\nplugin = "bright.py"\nfile = "bright.py"\n')
    cli("import", clip(), "--by", "Ana")
    for command in (["analyze"], ["plugins", "list"], ["generate"], ["audit", "."], ["doctor"]):
        cli(*command)
    assert not ran.exists()
    cli("plugins", "list", "--plugin", "bright.py")
    assert ran.exists(), "the test can tell"


def test_what_the_library_blocks_is_not_run_for_anyone(cli: Cli, tmp_path: Path, file: File) -> None:
    ran = tmp_path / "ran"
    path = file(f"open({str(ran)!r}, 'w').close()\n{SCORER}", "bright.py")
    toml = Path("circletake.toml")
    toml.write_text(toml.read_text().replace("blocked = []", 'blocked = ["bright"]'))
    for command in (["analyze"], ["plugins", "list"], ["generate"], ["import", "."], ["jobs", "--resume"]):
        status, _, err = cli(*command, "--plugin", path)
        assert (status, "bright is blocked by the library" in err) == (2, True), command
    assert not ran.exists()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = (\n", "cannot be imported: SyntaxError: '(' was never closed (line 1)"),
        (
            "import os\n\nimport nonesuch\n",
            "cannot be imported: ModuleNotFoundError: No module named 'nonesuch' (line 3)",
        ),
        ("raise SystemExit(3)\n", "cannot be imported: SystemExit: 3 (line 1)"),
        (
            "def f():\n    1 / 0\n\n\nf()\n",
            "cannot be imported: ZeroDivisionError: division by zero (line 2)",
        ),
        ("x = 1\n", "has no hook marked with @hookimpl and no function generate(request, folder)"),
        ("CIRCLETAKE_API = 0\n" + SCORER, "written for plugin API 0"),
        (SCORER.replace("circletake_scorers", "circletake_scorer"), "no such hook: circletake_scorer"),
    ],
)
def test_a_file_that_is_no_plugin_stops_the_command_and_says_why(
    cli: Cli, file: File, source: str, said: str
) -> None:
    status, out, err = cli("analyze", "--plugin", file(source))
    assert (status, out) == (2, "")
    assert said in err
    assert "mine.py" in err
    assert "Traceback" not in err


def test_a_file_that_is_not_there_or_is_named_oddly_is_told(cli: Cli, file: File, tmp_path: Path) -> None:
    for path, said in (
        (tmp_path / "none.py", "there is no such file"),
        (file(SCORER, "my scorer.py"), "is not named as a Python module is"),
        (file(SCORER, "scorer.txt"), "is not named as a Python module is"),
        (file(SCORER, "technical.py"), "a plugin called technical is installed already"),
    ):
        status, out, err = cli("plugins", "list", "--plugin", path)
        assert (status, out) == (2, "")
        assert said in err


def test_what_a_file_prints_is_no_result(cli: Cli, file: File) -> None:
    status, out, err = cli("plugins", "list", "--json", "--plugin", file("print('hello')\n" + SCORER))
    assert (status, "hello" in err) == (0, True)
    assert json.loads(out)
