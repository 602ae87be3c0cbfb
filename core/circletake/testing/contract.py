"""What every plugin must hold to, of whatever kind.

A contract is a class to inherit in a test module; its subclass names the plugin's module, and every
object of that kind which the module offers is held to every test.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from circletake.errors import BadInput
from circletake.plugins.context import CallContext
from circletake.plugins.manager import PluginManager
from circletake.plugins.settings import settings_digest, settings_json, settings_of

if TYPE_CHECKING:
    import pytest


def check_plugin(plugin: object, name: str = "mine") -> None:
    """Register ``plugin`` as the core would and look at what it offers.

    Raises:
        AssertionError: it does not load, offers nothing, or an object's ``about`` is incomplete;
            the message says which.
    """
    manager = PluginManager()
    manager.add(name, plugin)
    record = manager.records[0]
    assert record.status == "loaded", record.error
    offered = [
        item.item
        for ask in (
            manager.generators,
            manager.recipe_readers,
            manager.scorers,
            manager.exporters,
            manager.signers,
            manager.audit_rules,
        )
        for item in ask()
    ]
    assert not manager.records[0].error, manager.records[0].error
    assert offered, f"{name} implements no hook that yields anything"
    for item in offered:
        about = item.about
        for field in ("name", "summary", "version"):
            assert getattr(about, field), f"{type(item).__name__}.about.{field} is empty"
        assert dataclasses.is_dataclass(about.settings), f"{about.name}: settings must be a dataclass"
        about.settings()


class PluginContract:
    """Held by plugins of every kind: loading, settings, and what importing costs.

    Attributes:
        module: the module that the entry point names.
        names: which of its objects are held to this contract; all of the kind where empty.
        settings: as ``circletake.toml`` would give them; the defaults where empty.
        refused: settings that make no sense, each of which must be refused.
        import_seconds: CPU time the module may take to import.
    """

    hook: ClassVar[str] = ""
    module: ClassVar[str] = ""
    names: ClassVar[Sequence[str]] = ()
    settings: Mapping[str, object] = MappingProxyType({})
    refused: ClassVar[Sequence[Mapping[str, object]]] = ()
    import_seconds: ClassVar[float] = 0.25

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Ask every test of every object."""
        if "item" in metafunc.fixturenames:
            metafunc.parametrize("item", self.offered(), ids=lambda item: str(item.about.name))

    def offered(self) -> list[Any]:
        """The objects of this kind that the module offers.

        Raises:
            AssertionError: there are none, or one of :attr:`names` is not among them.
        """
        ask = getattr(import_module(self.module), self.hook, None)
        assert ask, f"{self.module} does not implement {self.hook}"
        found = {item.about.name: item for item in ask()}
        missing = [name for name in self.names if name not in found]
        assert found and not missing, f"{self.module}: {self.hook} yields {sorted(found)}, not {missing}"
        return [item for name, item in found.items() if not self.names or name in self.names]

    def settings_for(self, item: Any) -> Any:
        """The settings dataclass of ``item``, filled from :attr:`settings`."""
        return settings_of(item, self.settings)

    def context(self, item: Any, *, cancelled: bool = False, secrets: bool = True) -> CallContext:
        """A context for one call; a cancelled one answers every question with Cancelled."""
        return CallContext(item.about.name, cancelled=lambda: cancelled, secrets=secrets)

    def test_it_loads_as_the_core_loads_it(self) -> None:
        check_plugin(import_module(self.module), self.module)

    def test_asked_again_it_offers_the_same(self, item: Any) -> None:
        again = {each.about.name: each.about for each in self.offered()}
        assert again.get(item.about.name) == item.about, "another name, version or settings when asked again"

    def test_settings_cannot_change_and_all_have_defaults(self, item: Any) -> None:
        kind = item.about.settings
        made: Any = getattr(kind, "__dataclass_params__", None)
        assert made, "settings must be a dataclass"
        assert made.frozen, "settings must be frozen"
        open_ended = [
            f.name
            for f in dataclasses.fields(kind)
            if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
        ]
        assert open_ended == [], "settings without a default"

    def test_settings_survive_the_way_to_a_worker(self, item: Any) -> None:
        """As JSON there and back they are the same, and so is the digest that scores are kept under."""
        here = self.settings_for(item)
        there = settings_of(item, json.loads(settings_json(here)))
        assert there == here, f"{here} comes out of JSON as {there}"
        assert settings_digest(there) == settings_digest(here), "another digest after JSON"

    def test_settings_that_make_no_sense_are_refused(self, item: Any) -> None:
        for values in ({"no_such_setting": 1}, *self.refused):
            try:
                settings_of(item, values)
            except BadInput as error:
                assert error.reason, f"{values} is refused without a reason"
            except Exception as error:
                raise AssertionError(
                    f"{values} raises {type(error).__name__}; raise ValueError in __post_init__"
                ) from error
            else:
                raise AssertionError(f"{values} is accepted")

    def test_importing_it_brings_nothing_heavy_along(self) -> None:
        from circletake.testing.elsewhere import imported

        heavy = imported(self.module)["heavy"]
        assert heavy == [], "import these inside the functions that use them"

    def test_importing_it_is_quick(self) -> None:
        from circletake.testing.elsewhere import imported

        spent = imported(self.module)["seconds"]
        assert spent <= self.import_seconds, f"importing {self.module} takes {spent:.2f} s of CPU time"

    def test_importing_it_reaches_no_network(self) -> None:
        from circletake.testing.elsewhere import imported

        assert not imported(self.module)["network"], imported(self.module)["network"]
