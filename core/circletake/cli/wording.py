"""Small turns of phrase that several commands print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from circletake.model.text import printable

if TYPE_CHECKING:
    from circletake.model.event import Actor, Event
    from circletake.workflows.leaving.prompts import Travelling


def person(actor: Actor) -> str:
    """``ana``, or ``ana (script)`` where no person decided."""
    return printable(actor.name, 40) + ("" if actor.person else " (script)")


def ruling(event: Event, labels: Mapping[str, str]) -> str:
    """``apart from SH010/2`` or ``together with SH010/2``; empty for what is no ruling.

    Args:
        labels: by id, the takes that the event names.
    """
    if event.apart_from:
        return f"apart from {labels[event.apart_from]}"
    if event.together_with:
        return f"together with {labels[event.together_with]}"
    return ""


def what_travels(told: Travelling) -> str:
    """``2 of 2 prompts and 1 reference travel in manifests that anybody can read (...)``."""
    from circletake.model.policy import PromptPolicy
    from circletake.model.text import counted

    said = f"{told.prompts} of {told.takes} prompts"
    if told.policy is PromptPolicy.HASH:
        said += ", each as a salted digest,"
    more = [counted(told.references, "reference")] if told.references else []
    if told.inside:
        more.append(f"{counted(told.inside, 'other prompt')} in the credentials of what came along")
    said = " and ".join(filter(None, [", ".join([said, *more[:-1]]), *more[-1:]]))
    said += " travel in manifests that anybody can read"
    if told.private:
        hold = counted(told.private, "of these prompts holds", "of these prompts hold")
        said += f"; {hold} an e-mail address or the name of a machine"
    whole = (told.prompts or told.inside) and told.policy is PromptPolicy.FULL
    return f"{said} (--prompts hash or omit keeps them here)" if whole else said
