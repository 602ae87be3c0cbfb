"""Who is deciding: a person at a terminal or named by ``--by``, or a script."""

from __future__ import annotations

import getpass
import os
import sys

from circletake.errors import BadInput
from circletake.model.event import Actor
from circletake.model.text import printable


def whoami(name: str = "", script: bool = False) -> Actor:
    """The actor of a command.

    Only a person's decisions count as human selection, so a command run without a terminal
    counts as a script's unless ``--by`` names the person who decided.

    Args:
        name: given with ``--by``; the login name without it.
        script: given with ``--script``; says outright that nobody looked.

    Raises:
        BadInput: the name is empty once control characters are gone.
    """
    if name and not printable(name):
        raise BadInput("--by", "a name needs at least one printable character")
    at_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    return Actor(printable(name, 80) or _login(), person=not script and (bool(name) or at_terminal))


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid {os.getuid()}"
