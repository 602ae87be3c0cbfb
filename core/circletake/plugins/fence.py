"""The fence around a call into a plugin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from circletake.errors import CircletakeError, PluginFault
from circletake.plugins.manager import Offered, PluginManager, aside


@contextmanager
def fenced(manager: PluginManager, offered: Offered[Any]) -> Iterator[None]:
    """Call a plugin inside: whatever it raises is recorded, and told as a failure of that plugin.

    What it prints goes to stderr.

    Raises:
        PluginFault: the call failed in a way that is no error of ours.
    """
    try:
        with aside():
            yield
    except CircletakeError:
        raise
    except Exception as error:  # a plugin may fail in any way; the person is told which one did
        manager.blame(offered.ref, error)
        said = f"failed: {error}" if str(error) else f"failed with {type(error).__name__}"
        raise PluginFault(offered.item.about.name, said, "circletake plugins list") from error
