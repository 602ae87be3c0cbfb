"""The page about plugins and the code are one: every signature, every example, every name of the kit."""

from __future__ import annotations

import inspect
import os
import re
import shlex
import subprocess
import sys
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from circletake import hookspecs, protocols, testing
from circletake.cli.app import run
from circletake.model.generation import TRAINED
from circletake.plugins import simple
from circletake.plugins.manager import PluginManager
from circletake.testing import PluginContract, fixtures, source_file

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "plugins.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLES = {
    block.splitlines()[0].removeprefix("# "): block.partition("\n")[2] for block in BLOCKS if block[0] == "#"
}
"""Whole files, by what their first line says."""

NOT_ASKED = {"Plugin"}
"""What every protocol inherits; the page tells it in words."""


def shown() -> dict[str, inspect.Signature]:
    """Every signature the page shows, by hook or by class and method."""
    names: dict[str, Any] = {**vars(typing), **vars(protocols), "hookspec": lambda f: f, "TRAINED": TRAINED}
    before = dict(names)
    for block in BLOCKS:
        if block[0] != "#":
            exec(compile(f"from __future__ import annotations\n{block}", "docs/plugins.md", "exec"), names)
    told = {name: value for name, value in names.items() if value is not before.get(name)}
    return dict(signatures(told))


def signatures(names: dict[str, Any]) -> Iterator[tuple[str, inspect.Signature]]:
    for name, value in names.items():
        if inspect.isfunction(value):
            yield name, inspect.signature(value)
        elif inspect.isclass(value):
            for method, function in vars(value).items():
                function = function.fget if isinstance(function, property) else function
                if inspect.isfunction(function) and not method.startswith("_"):
                    yield f"{name}.{method}", inspect.signature(function)


def in_the_code() -> dict[str, inspect.Signature]:
    hooks = {name: hook for name, hook in vars(hookspecs).items() if name.startswith("circletake_")}
    asked = {
        name: value
        for name, value in vars(protocols).items()
        if inspect.isclass(value)
        and value.__module__ == protocols.__name__
        and getattr(value, "_is_protocol", False)
        and name not in NOT_ASKED
    }
    return dict(signatures({**hooks, **asked, "simple_generator": simple.simple_generator}))


def test_every_hook_and_method_stands_there_with_its_exact_signature() -> None:
    assert {name: str(told) for name, told in shown().items()} == {
        name: str(told) for name, told in in_the_code().items()
    }


def test_every_name_of_the_kit_is_told() -> None:
    given = [name for name, value in vars(fixtures).items() if name.startswith("circletake_") and value]
    told = [*testing.__all__, *given]
    known_by_the_table = {"PluginContract", "check_plugin"}
    assert [name for name in told if name not in PAGE and name not in known_by_the_table] == []


@pytest.fixture
def laid_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Write one of the page's files where it can be imported."""

    def write(name: str, called: str = "") -> Path:
        path = tmp_path / f"{called or 'docs_' + name}.py"
        path.write_text(EXAMPLES[name])
        monkeypatch.syspath_prepend(str(tmp_path))
        return path

    return write


def contracts() -> dict[str, type[PluginContract]]:
    class Reader(testing.ReaderContract):
        def sample(self, item: Any) -> Any:
            return source_file("bus_seed42.mp4")

    class Rule(testing.RuleContract):
        def holds(self, item: Any) -> Any:
            from circletake import AudioFacts

            facts = testing.media_facts(audio=AudioFacts("aac", 48000, 2))
            return testing.audit_case(testing.file_case(media=facts))

        def breaks(self, item: Any) -> Any:
            return testing.audit_case()

    return {
        "generator": testing.GeneratorContract,
        "reader": Reader,
        "scorer": testing.ScorerContract,
        "exporter": testing.ExporterContract,
        "signer": testing.SignerContract,
        "rule": Rule,
    }


@pytest.mark.parametrize("kind", contracts())
def test_each_example_is_a_plugin_that_keeps_its_contract(
    kind: str, laid_out: Callable[[str], Path], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path = laid_out(kind)
    manager = PluginManager.load(only=(), files=[path])
    assert [(r.ref.plugin, r.status, r.error) for r in manager.records] == [(path.stem, "loaded", "")]
    contract = type("Contract", (contracts()[kind],), {"module": path.stem})()
    if kind == "signer":
        keys: Path = request.getfixturevalue("circletake_keys")
        contract.settings = {"key": str(keys / "signing.key"), "chain": str(keys / "signing.pem")}
    (item,) = contract.offered()
    for number, name in enumerate(name for name in dir(contract) if name.startswith("test_")):
        test = getattr(contract, name)
        given: dict[str, Any] = {}
        for wanted in inspect.signature(test).parameters:
            given[wanted] = item if wanted == "item" else request.getfixturevalue(wanted)
        if "tmp_path" in given:
            given["tmp_path"] = tmp_path / str(number)
            given["tmp_path"].mkdir()
        try:
            test(**given)
        except pytest.skip.Exception:
            assert name == "test_one_request_gives_the_same_bytes"


def test_the_file_to_try_makes_takes_with_the_command_that_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], no_workers: None
) -> None:
    (command,) = re.findall(r"^circletake (generate --plugin .*)$", PAGE, re.MULTILINE)
    (tmp_path / "film").mkdir()
    monkeypatch.chdir(tmp_path / "film")
    Path("slides.py").write_text(EXAMPLES["slides.py"])
    run(["init"])
    assert run(shlex.split(command)) == 0
    assert "2 takes: SH010/1, SH010/2" in capsys.readouterr().out


@pytest.mark.slow
def test_the_test_that_is_shown_asks_the_contract(laid_out: Callable[..., Path], tmp_path: Path) -> None:
    laid_out("scorer", "steadiness")
    (tmp_path / "test_steadiness.py").write_text(EXAMPLES["tests"])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    asked = [name for name in dir(testing.ScorerContract) if name.startswith("test_")]
    assert f"{len(asked)} passed" in done.stdout, done.stdout
