"""What every plugin must hold to, checked without running it on media."""

from __future__ import annotations

import dataclasses

from circletake.plugins.manager import PluginManager


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
