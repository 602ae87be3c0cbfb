"""Keeping many cases in little memory: equal parts of frozen values are kept once.

The files of a folder say much the same: one signer, one generator, the same recipes. What comes back from
workers is a copy for each file, so an audit of a great many would hold the same text again and again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, TypeVar

T = TypeVar("T")

_MOST = 500_000
"""Parts that are remembered; past that, values are kept as they come."""


class Sharing:
    """Gives equal values back as one object. Only for values that nobody changes."""

    def __init__(self) -> None:
        self._kept: dict[Any, Any] = {}

    def of(self, value: T) -> T:
        """A value equal to ``value``, whose parts are shared with those given before."""
        return self._of(value)  # type: ignore[no-any-return]  # rebuilt from parts of the same types

    def _of(self, value: Any) -> Any:
        if isinstance(value, str) and type(value) is str:
            return self._once(value, value)
        if type(value) is tuple:
            parts = tuple(self._of(each) for each in value)
            return self._once((tuple, *map(id, parts)), parts)
        if type(value) is list:
            return [self._of(each) for each in value]
        if isinstance(value, Mapping):
            rows = {self._of(key): self._of(each) for key, each in value.items()}
            return self._once((dict, *((id(key), id(each)) for key, each in rows.items())), rows)
        if is_dataclass(value) and not isinstance(value, type):
            given = {field.name: self._of(getattr(value, field.name)) for field in fields(value)}
            return self._once((type(value), *map(id, given.values())), type(value)(**given))
        if isinstance(value, datetime):
            return self._once((datetime, value.isoformat()), value)
        if type(value) in (int, float, Fraction):
            return self._once((type(value), str(value)), value)
        return value

    def _once(self, key: Any, value: Any) -> Any:
        """The value kept under ``key``. Keys hold identities, which last as long as what is kept does."""
        found = self._kept.get(key)
        if found is not None:
            return found
        if len(self._kept) < _MOST:
            self._kept[key] = value
        return value
