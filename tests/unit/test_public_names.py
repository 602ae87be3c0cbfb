"""``circletake`` itself: all that a plugin author needs, each name from one room, fetched when asked for."""

from __future__ import annotations

import ast
import inspect
import typing
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import circletake
from circletake import protocols

ROOMS = [
    import_module(f"circletake.model.{name}")
    for name in ("audit", "case", "export", "generation", "recipe", "registered", "score", "take")
]
"""Where the types are that the contract names only for type checkers."""


def typed_imports() -> dict[str, str]:
    """The room of each name, as type checkers read it."""
    tree = ast.parse(Path(circletake.__file__).read_text())
    block = next(node for node in tree.body if isinstance(node, ast.If))
    return {
        alias.name: str(node.module)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def named_in(hint: Any) -> Iterator[type]:
    """Every class of ours inside a type hint."""
    if inspect.isclass(hint) and hint.__module__.startswith("circletake."):
        yield hint
    for each in typing.get_args(hint):
        yield from named_in(each)


def named_by(cls: type) -> Iterator[type]:
    """Every class of ours that a value's fields, or a protocol's methods and properties, are made of."""
    known = {name: value for room in ROOMS for name, value in vars(room).items()}
    known |= {"np": np, "NDArray": NDArray, **vars(protocols)}
    members = [m.fget if isinstance(m, property) else m for name, m in vars(cls).items() if name[0] != "_"]
    for each in (cls, *filter(inspect.isfunction, members)):
        for hint in typing.get_type_hints(each, None, known).values():
            yield from named_in(hint)


def test_type_checkers_and_python_fetch_each_name_from_the_same_room() -> None:
    assert typed_imports() == circletake._HOME
    assert sorted(circletake.__all__) == sorted(circletake._HOME)
    for name, room in circletake._HOME.items():
        assert getattr(circletake, name) is getattr(import_module(room), name)


def test_whatever_a_plugin_is_handed_or_gives_back_is_public() -> None:
    waiting = [cls for cls in vars(protocols).values() if [*named_in(cls)]]
    seen = set[type]()
    while waiting:
        cls = waiting.pop()
        if cls not in seen:
            seen.add(cls)
            waiting.extend(named_by(cls))
    assert len(seen) > 40
    assert sorted(cls.__name__ for cls in seen if cls.__name__ not in circletake.__all__) == []
