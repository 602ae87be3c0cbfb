"""A plugin in one file, tried with ``--plugin FILE``: no distribution, no entry point.

Only a person who names the file on the command line has it run; nothing in a library can.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from circletake import hookspecs
from circletake.errors import PluginError

if TYPE_CHECKING:
    from circletake.protocols import Generator

_STEM = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def plugin_name(path: Path) -> str:
    """The name a file goes by: its stem.

    Raises:
        PluginError: there is no such file, or its name is no name for a plugin.
    """
    if not path.is_file():
        raise PluginError(str(path), "there is no such file", "name a Python file after --plugin")
    if path.suffix != ".py" or not _STEM.fullmatch(path.stem):
        raise PluginError(
            str(path),
            "is not named as a Python module is",
            "rename it to letters, digits and _, ending in .py",
        )
    return path.stem


def load_file(path: Path) -> ModuleType:
    """Run a file and return it as a module; nothing is written beside it.

    A file without hooks that has a function ``generate(request, folder)`` is a generator.

    Raises:
        PluginError: it cannot be run, with the line to look at, or it is no plugin.
    """
    called = f"circletake_file_{plugin_name(path)}"
    path = path.resolve()
    spec = importlib.util.spec_from_file_location(called, path)
    if spec is None or spec.loader is None:
        raise PluginError(path.name, "cannot be imported")
    module = importlib.util.module_from_spec(spec)
    kept, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.modules[called] = module  # settings are resolved by looking their module up
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # the person's own file may fail in any way
        del sys.modules[called]
        raise PluginError(path.name, f"cannot be imported: {_said(error, path)}", "mend it") from error
    finally:
        sys.dont_write_bytecode = kept
    if any(hasattr(value, f"{hookspecs.PROJECT}_impl") for value in vars(module).values()):
        return module
    generate = getattr(module, "generate", None)
    if not callable(generate):
        raise PluginError(
            path.name,
            "has no hook marked with @hookimpl and no function generate(request, folder)",
            "see docs/plugins.md",
        )
    vars(module)["circletake_generators"] = _as_generator(generate, path.stem, module)
    return module


def _as_generator(
    generate: Callable[..., Any], name: str, module: ModuleType
) -> Callable[[], Iterable[Generator[Any]]]:
    def circletake_generators() -> Iterable[Generator[Any]]:
        from circletake.plugins.simple import simple_generator

        yield simple_generator(generate, name=name, models=getattr(module, "MODELS", ()))

    marked: Callable[[], Iterable[Generator[Any]]] = hookspecs.hookimpl(circletake_generators)
    return marked


def _said(error: BaseException, path: Path) -> str:
    """The error, and the last line of the file that had a part in it."""
    line = error.lineno if isinstance(error, SyntaxError) else None
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == str(path):
            line = frame.lineno
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    said = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return f"{said} (line {line})" if line else said
