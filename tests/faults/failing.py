"""Letting one file operation fail, as SQLite tests itself: the first, then the second, until none is left."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import shutil
from collections.abc import Callable
from typing import Any

import pytest

OPERATIONS: list[tuple[Any, str]] = [
    (io, "open"),
    (os, "open"),
    (os, "fsync"),
    (os, "mkdir"),
    (os, "rename"),
    (os, "replace"),
    (os, "unlink"),
    (os, "chmod"),
    (os, "stat"),
    (shutil, "copyfileobj"),
    (hashlib, "file_digest"),
]


class FailsOnce:
    """Counts file operations, and lets the ``nth`` fail as a full disk does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, nth: int) -> None:
        self.count = 0
        self.nth = nth
        for module, name in OPERATIONS:
            monkeypatch.setattr(module, name, self._counted(getattr(module, name)))

    def _counted(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self.count += 1
            if self.count == self.nth:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*args, **kwargs)

        return call
