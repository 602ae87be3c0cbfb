"""Plugin settings: from TOML to the plugin's own frozen dataclass, and to a digest."""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
import types
import typing
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from circletake.errors import BadInput


def settings_of(item: Any, values: Mapping[str, object]) -> Any:
    """The settings dataclass of a plugin object, filled from ``values``.

    Raises:
        BadInput: a key the plugin does not know, or a value of the wrong type; named.
    """
    about = item.about
    known = {f.name: f for f in dataclasses.fields(about.settings)}
    hints = typing.get_type_hints(about.settings)
    given: dict[str, object] = {}
    for key, value in values.items():
        if key not in known:
            have = ", ".join(known) or "none"
            raise BadInput(f"[plugins.{about.name}] {key}", f"no such setting; there are: {have}")
        given[key] = _as(hints[key], value, f"[plugins.{about.name}] {key}")
    try:
        return about.settings(**given)
    except (TypeError, ValueError) as error:
        raise BadInput(f"[plugins.{about.name}]", str(error)) from error


def settings_json(settings: Any) -> str:
    """Canonical JSON of a settings dataclass: equal settings give equal text."""
    return json.dumps(dataclasses.asdict(settings), sort_keys=True, separators=(",", ":"), default=_plain)


def settings_digest(settings: Any) -> str:
    """First 16 hex digits of the SHA-256 of :func:`settings_json`; part of a score's key."""
    return hashlib.sha256(settings_json(settings).encode()).hexdigest()[:16]


def _plain(value: object) -> object:
    if isinstance(value, enum.Enum):
        return value.value
    return str(value)


def _as(hint: Any, value: object, where: str) -> object:
    """``value`` as ``hint``: exact types, numbers widened, enums and fractions from text."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        for option in typing.get_args(hint):
            try:
                return _as(option, value, where)
            except BadInput:
                continue
    elif origin is typing.Literal:
        if value in typing.get_args(hint):
            return value
    elif origin is tuple and isinstance(value, (list, tuple)):
        inner = typing.get_args(hint)[0]
        return tuple(_as(inner, each, where) for each in value)
    elif hint is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    elif hint is type(None) and value is None:
        return None
    elif hint is Fraction and isinstance(value, (int, str)):
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError):
            pass
    elif isinstance(hint, type) and issubclass(hint, enum.Enum):
        try:
            return hint(value)
        except ValueError:
            pass
    elif isinstance(hint, type) and type(value) is hint:
        return value
    raise BadInput(where, f"{value!r} is not {getattr(hint, '__name__', hint)}")
