"""The questions an audit asks of every release.

Each module in ``rules/`` is one question: a card for people and a pure function. To add one,
add a module there with a ``RULE``; nothing else needs to know.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from circletake import hookimpl

if TYPE_CHECKING:
    from circletake import AuditRule


@hookimpl
def circletake_audit_rules() -> Iterable[AuditRule[Any]]:
    """Every module of ``rules/``, by name."""
    from pkgutil import iter_modules

    from circletake_rules import rules

    for module in sorted(iter_modules(rules.__path__), key=lambda m: m.name):
        rule: AuditRule[Any] = import_module(f"{rules.__name__}.{module.name}").RULE
        yield rule
