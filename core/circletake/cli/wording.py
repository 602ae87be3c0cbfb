"""Small turns of phrase that several commands print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from circletake.model.text import printable

if TYPE_CHECKING:
    from circletake.model.event import Actor


def person(actor: Actor) -> str:
    """``ana``, or ``ana (script)`` where no person decided."""
    return printable(actor.name, 40) + ("" if actor.person else " (script)")
