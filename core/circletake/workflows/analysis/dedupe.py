"""Dedupe: fold near-duplicate takes under a keeper. Nothing is deleted, and undo takes it back."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from circletake.errors import BadInput
from circletake.model.event import Actor
from circletake.model.fingerprint import VERSION
from circletake.model.slate import Slate, TakeFilter
from circletake.model.stack import Stack
from circletake.model.take import Take
from circletake.workflows.library import Library

if TYPE_CHECKING:
    from circletake.fingerprint.stacks import Keeper


@dataclass(frozen=True, slots=True)
class DedupeReport:
    """What was found and, unless it was a dry run, put in force.

    Attributes:
        stacks: by keeper, in library order; numbered once they are stored.
        slates: of every take named in them, by take id.
        folded: takes that (would) fold.
        variants: like takes that stay visible.
        unlike: takes that were compared and are in no stack.
        waiting: takes without a fingerprint, which could not be compared.
        batch: what ``undo`` takes back; empty for a dry run.
    """

    stacks: tuple[Stack, ...]
    slates: dict[str, Slate]
    folded: int
    variants: int
    unlike: int
    waiting: int
    batch: str = ""


def dedupe(
    library: Library, *, by: Actor, keeper: str = "best", dry_run: bool = False, batch: str = ""
) -> DedupeReport:
    """Compare all fingerprinted takes and put the stacks in force.

    Args:
        keeper: ``best`` (fewest findings, then largest), ``largest`` or ``first``; circled and
            rated takes come before any policy.
        batch: decisions it is undone with, such as a ruling; one of its own unless given.

    Raises:
        BadInput: no such policy.
    """
    from circletake.fingerprint.hashes import unpack
    from circletake.fingerprint.stacks import Keeper, build_stacks

    registry = library.registry
    policy = _policy(keeper, Keeper)
    slates = registry.takes.slates(TakeFilter())
    prints = {take_id: unpack(packed) for take_id, packed in registry.analyses.fingerprints(VERSION).items()}
    stacks = build_stacks(slates, prints, keeper=policy, apart=registry.stacks.apart())
    if not dry_run:
        batch = registry.stacks.replace(stacks, by, batch)
        stacks = registry.stacks.current()
    return _report(stacks, slates, prints.keys(), batch)


def keep_apart(library: Library, words: Sequence[str], by: Actor) -> tuple[Take, Take, str]:
    """Rule that two takes never fold into one another; said once, it holds in every later run.

    Returns the two takes, and the batch that ``undo`` takes back.

    Raises:
        BadInput: not two takes were named.
        NotFound: one of them does not exist.
    """
    named = [take for word in words for take in library.registry.takes.resolve(word)]
    if len(named) != 2:
        raise BadInput(
            "--apart", f"names {len(named)} takes, not 2", "circletake dedupe --apart SH010/31 SH010/12"
        )
    one, other = named
    return one, other, library.registry.stacks.keep_apart(one.id, other.id, by)


def _policy(word: str, policies: type[Keeper]) -> Keeper:
    try:
        return policies(word)
    except ValueError:
        have = ", ".join(policies)
        raise BadInput("--keeper", f"{word!r} is no policy; there are: {have}") from None


def _report(stacks: Sequence[Stack], slates: Sequence[Slate], printed: Set[str], batch: str) -> DedupeReport:
    by_id = {slate.take.id: slate for slate in slates}
    place = {slate.take.id: index for index, slate in enumerate(slates)}
    named = {stack.keeper_id for stack in stacks} | {m.take_id for stack in stacks for m in stack.members}
    members = [member for stack in stacks for member in stack.members]
    folded = sum(member.likeness.band.folds for member in members)
    return DedupeReport(
        stacks=tuple(sorted(stacks, key=lambda stack: place[stack.keeper_id])),
        slates={take_id: by_id[take_id] for take_id in named},
        folded=folded,
        variants=len(members) - folded,
        unlike=len(printed & by_id.keys()) - len(named),
        waiting=len(by_id.keys() - printed),
        batch=batch,
    )
