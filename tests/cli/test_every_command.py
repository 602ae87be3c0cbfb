"""What holds for every command there is: its help page, how it is misused, what ``--json`` prints."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from circletake.cli.app import app, run

Clip = Callable[..., Path]


def commands(found: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command that does something, with its words, from the command line itself."""
    found = found or typer.main.get_command(app)
    if not hasattr(found, "list_commands"):
        yield " ".join(path), found
        return
    context = found.context_class(found, info_name="circletake")
    for name in found.list_commands(context):
        yield from commands(found.get_command(context, name), (*path, name))


COMMANDS = dict(commands())
GROUPS = sorted({words.split()[0] for words in COMMANDS if " " in words})

SESSION = """
init .
import ../clips --shot SH010 --by Ana
generate
jobs list
jobs follow
jobs cancel --all
jobs retry --failed
jobs resume
analyze
takes
show SH010/1
diff SH010/1 SH010/2
play SH010/1
contact
picks apply ../picks.json --by Ana --dry-run
dedupe --dry-run
circle SH010/1 --by Ana
hold SH010/2 --by Ana
ng SH010/2 --by Ana
unreview SH010/2 --by Ana
rate SH010/1 4 --by Ana
note SH010/1 fine --by Ana
undo --by Ana
log
recipe show SH010/1
recipe set SH010/1 SH010/2 prompt=rain model=wan --by Ana
recipe apply ../todo.csv --by Ana --dry-run
cut new empty
cut add empty SH010/1@0-0.5
cut auto v1
cut import ../v1.edl --name again
cut show
cut trim v1 1 --in 0.25 --by Ana
cut speed v1 1 2x --by Ana
cut gap v1 1 0.5 --by Ana
cut fit v1 blur --by Ana
cut move v1 1 --to 1 --by Ana
cut song v1 --none --by Ana
cut preview v1
cut remove empty 1 --by Ana
keys init -o Lumen
keys show
keys csr
keys import ../home/keys/signing.key ../home/keys/signing.pem --replace
export SH010/1 --by Ana --to ../out --prompts hash
prove SH010/1
locate ../clips/1.mp4
finish ../clips/1.mp4 --to ../signed.mp4 --by Ana --dry-run
release r1 --cut v1 --by Ana --to ../r1
cues v1
audit ../r1
disclose ../r1
redact ../r1/v1.mp4 --to ../copy.mp4 --by Ana
regrade ../r1/v1.mp4 --of ../r1/v1.mp4 --to ../graded.mp4 --by Ana
trust add other ../home/keys/authority.pem --date 2026-08-05
trust list
trust show other
trust remove other
library verify
library relink ../clips
library backup ../saved.sqlite
library gc --dry-run
plugins list
plugins new bright --kind scorer
doctor
"""
"""Every command once, in an order in which each finds what it needs."""

TESTED_BY_ITSELF = {"demo", "recipe table"}
"""The demo takes half a minute; the table is CSV."""

OF_A_LIBRARY = sorted(
    words
    for words, command in COMMANDS.items()
    if "library" in {param.name for param in command.params}
    and words not in {"audit", "disclose", "picks apply", "redact", "regrade"}
)
"""Audits, redactions and re-grades need no library; picks are read before one is looked for."""


@pytest.mark.parametrize("words", COMMANDS)
def test_a_help_page_explains_every_word_it_shows(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*words.split(), "-h"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"Usage: circletake {words} ")
    assert said.err == ""
    for param in COMMANDS[words].params:
        assert param.help, param.name
        if param.param_type_name == "argument":
            assert re.search(r"[A-Z]", param.metavar or ""), f"{param.name} stands there in Python's spelling"


@pytest.mark.parametrize("group", GROUPS)
def test_the_page_of_a_group_lists_its_commands_and_nothing_else(
    group: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([group, "--help"]) == 0
    page = capsys.readouterr().out
    assert "completion" not in page
    listed = re.findall(r"^  (\w+) {2,}\S", page.partition("Commands:")[2], re.MULTILINE)
    assert [f"{group} {name}" for name in listed] == [w for w in COMMANDS if w.startswith(f"{group} ")]


@pytest.mark.parametrize("words", COMMANDS)
def test_a_misused_command_says_so_in_one_line_and_exits_with_2(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*words.split(), "--nonsense"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-1].startswith("Error: No such option: --nonsense")


@pytest.mark.parametrize("words", OF_A_LIBRARY)
def test_where_no_library_is_every_command_says_how_to_make_one(
    words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (line,) = [each for each in SESSION.splitlines() if _words(each) == words] or [words]
    assert run(line.split()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-1].startswith("  next: circletake init")


def _words(line: str) -> str:
    """The command of a line of the session."""
    return max((words for words in COMMANDS if f"{line} ".startswith(f"{words} ")), key=len, default="")


def test_the_session_has_every_command() -> None:
    told = [_words(line) for line in SESSION.strip().splitlines()]
    assert sorted(told) == sorted(COMMANDS.keys() - TESTED_BY_ITSELF)
    without = {
        words for words, c in COMMANDS.items() if "--json" not in {o for p in c.params for o in p.opts}
    }
    assert without == {"recipe table"}


def test_json_and_only_json_is_printed_where_it_is_asked_for(
    clip: Clip,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    no_workers: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for number in (1, 2):
        clip(f"clips/{number}.mp4", seconds=1, size=(64, 48), seed=number)
    (tmp_path / "picks.json").write_text('{"schema": "circletake.picks/1", "sheet": "ab", "picks": []}')
    (tmp_path / "todo.csv").write_text("take,sha256,prompt\n")
    (tmp_path / "v1.edl").write_text(
        "001 AX V C 00:00:00:00 00:00:00:12 01:00:00:00 01:00:00:12\n* FROM CLIP NAME: 1.mp4\n"
    )
    (tmp_path / "film").mkdir()
    monkeypatch.chdir(tmp_path / "film")
    monkeypatch.setenv("CIRCLETAKE_HOME", str(tmp_path / "home"))
    for line in SESSION.strip().splitlines():
        status = run([*line.split(), "--json"])
        said = capsys.readouterr()
        assert status in (0, 1), f"{line}: {said.err}"
        assert json.loads(said.out) is not None, line
