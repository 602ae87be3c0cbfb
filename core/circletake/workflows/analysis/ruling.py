"""Ruling: everything one command says of which takes belong together or stay apart, as one decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from circletake.errors import BadInput
from circletake.model.event import Actor
from circletake.model.take import Take
from circletake.workflows.analysis.dedupe import join, keep_apart, split
from circletake.workflows.library import Library


@dataclass(frozen=True, slots=True)
class Ruled:
    """One ruling.

    Attributes:
        together: the others belong with the take; otherwise they stay apart from it.
    """

    together: bool
    take: Take
    others: tuple[Take, ...]


def rule(
    library: Library,
    by: Actor,
    *,
    splits: Sequence[str] = (),
    apart: Sequence[tuple[str, str]] = (),
    joins: Sequence[tuple[str, str]] = (),
) -> tuple[list[Ruled], str]:
    """Record all that was ruled, or nothing of it.

    Args:
        splits: takes that leave the stack they are in now.
        apart: pairs that never fold into one another.
        joins: takes, each with those that belong in its stack.

    Returns:
        The rulings, and the batch that ``undo`` takes back.

    Raises:
        BadInput: a pair is ruled both apart and together, or what is named makes no sense.
        NotFound: a take does not exist.
    """
    ruled: list[Ruled] = []
    batch = ""
    with library.registry.batch():
        for word in dict.fromkeys(splits):
            take, others, batch = split(library, word, by, batch)
            ruled.append(Ruled(False, take, tuple(others)))
        for pair in dict.fromkeys(apart):
            one, other, batch = keep_apart(library, pair, by, batch)
            ruled.append(Ruled(False, one, (other,)))
        for pair in dict.fromkeys(joins):
            (first, *rest), batch = join(library, *pair, by, batch)
            ruled.append(Ruled(True, first, tuple(rest)))
        _refuse_contradictions(ruled)
    return ruled, batch


def _refuse_contradictions(ruled: Sequence[Ruled]) -> None:
    said: dict[frozenset[str], bool] = {}
    for one in ruled:
        for other in one.others:
            if said.setdefault(frozenset((one.take.id, other.id)), one.together) is not one.together:
                pair = f"{one.take.label} and {other.label}"
                raise BadInput(pair, "are ruled both apart and together", "say one of the two")
