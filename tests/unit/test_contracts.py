"""Every test of every contract can fail: for each there is a plugin that is wrong in just that way.

The plugins are those that ``plugins new`` writes (and one whole generator), each with one change. As they
stand they pass all of it, which is tested with ``plugins new``.
"""

from __future__ import annotations

import importlib.util
import inspect
import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import pytest

from circletake import testing
from circletake.plugins.scaffold import Kind, new_plugin
from circletake.testing import PluginContract
from tests.unit.wrong_plugins import ANY, GENERATOR, WRONG, Wrong

CONTRACTS = {
    Kind.GENERATOR: testing.GeneratorContract,
    Kind.SCORER: testing.ScorerContract,
    Kind.EXPORTER: testing.ExporterContract,
    Kind.READER: testing.ReaderContract,
    Kind.RULE: testing.RuleContract,
    Kind.SIGNER: testing.SignerContract,
}

COUNT = itertools.count()


def lay_out(wrong: Wrong, into: Path) -> type[PluginContract]:
    """Write the plugin with its fault, and give the contract its own tests hold it to."""
    label = f"w{next(COUNT)}"
    made = new_plugin(label, wrong.kind, into)
    init = made.folder / made.module / "__init__.py"
    work = made.folder / made.work
    if wrong.kind is Kind.GENERATOR:
        init.write_text(GENERATOR)
        work.unlink()
    for old, new in wrong.changes:
        old, new = (text.replace("WScorer", f"W{label[1:]}Scorer") for text in (old, new))
        places = [path for path in (init, work) if path.exists() and old in path.read_text()]
        assert places, f"nowhere is {old!r}"
        if old:
            places[-1].write_text(places[-1].read_text().replace(old, new))
        else:
            init.write_text(init.read_text() + new)
    sys.path.insert(0, str(made.folder))
    if wrong.kind is Kind.GENERATOR:
        return type("Contract", (testing.GeneratorContract,), {"module": made.module, "deterministic": True})
    path = made.folder / "tests" / f"test_{label}.py"
    spec = importlib.util.spec_from_file_location(f"test_{label}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    contract: type[PluginContract] = module.TestContract
    return contract


@pytest.fixture(autouse=True)
def _imports() -> Iterator[None]:
    before = list(sys.path)
    yield
    sys.path[:] = before


@pytest.mark.parametrize("wrong", WRONG, ids=lambda w: f"{w.kind}-{w.check.removeprefix('test_')}-{w.says}")
def test_a_plugin_that_is_wrong_is_told_so(
    wrong: Wrong, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    contract: Any = lay_out(wrong, tmp_path)()
    if wrong.kind is Kind.SIGNER:
        keys: Path = request.getfixturevalue("circletake_keys")
        contract.settings = {"key": str(keys / "signing.key"), "chain": str(keys / "signing.pem")}
    test: Callable[..., None] = getattr(contract, wrong.check)
    given: dict[str, Any] = {}
    for name in inspect.signature(test).parameters:
        given[name] = contract.offered()[0] if name == "item" else request.getfixturevalue(name)
    with pytest.raises(Exception) as told:
        test(**given)
    assert wrong.says in str(told.value)


def test_every_test_of_every_contract_is_shown_to_fail() -> None:
    shown = {(wrong.kind, wrong.check) for wrong in WRONG}
    common = {name for name in vars(PluginContract) if name.startswith("test_")}
    there = {(ANY, name) for name in common} | {
        (kind, name)
        for kind, contract in CONTRACTS.items()
        for name in vars(contract)
        if name.startswith("test_")
    }
    assert shown == there


def test_a_contract_says_which_object_it_does_not_find() -> None:
    class Contract(testing.ScorerContract):
        module = "circletake_technical"
        names: ClassVar[Sequence[str]] = ("sharpness", "beauty")

    class Narrower(Contract):
        names: ClassVar[Sequence[str]] = ("sharpness",)

    with pytest.raises(AssertionError, match=r"not \['beauty'\]"):
        Contract().offered()
    assert [item.about.name for item in Narrower().offered()] == ["sharpness"]


def test_names_of_the_kit_come_from_the_modules_type_checkers_read() -> None:
    assert sorted(testing.__all__) == sorted(testing._HOME)
    for name, module in testing._HOME.items():
        assert getattr(testing, name) is getattr(import_module(f"circletake.testing.{module}"), name)
