"""Dedupe: fold near-duplicate takes under a keeper. Nothing is deleted, and undo takes it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from circletake.errors import BadInput
from circletake.model.alignment import COMPARISON
from circletake.model.event import Actor
from circletake.model.fingerprint import VERSION
from circletake.model.slate import Slate, TakeFilter
from circletake.model.stack import Band, Stack
from circletake.model.take import Take
from circletake.workflows.analysis.comparing import Lost
from circletake.workflows.analysis.pairing import Pairing, pair_takes
from circletake.workflows.library import Library
from circletake.workflows.progress import Progress, silent

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
        versions: larger versions of a keeper, which stay visible too.
        unlike: takes that were compared and are in no stack.
        waiting: takes without a fingerprint, which could not be compared.
        damaged: of these, those whose record was found damaged now, and dropped.
        lost: pairs that could not be compared, and that nobody ruled on; the next run takes them up again.
        batch: what ``undo`` takes back; empty for a dry run, and where all was so already.
    """

    stacks: tuple[Stack, ...]
    slates: dict[str, Slate]
    folded: int
    variants: int
    versions: int
    unlike: int
    waiting: int
    damaged: tuple[str, ...] = ()
    lost: tuple[Lost, ...] = ()
    batch: str = ""


def dedupe(
    library: Library,
    *,
    by: Actor,
    keeper: str = "best",
    dry_run: bool = False,
    batch: str = "",
    progress: Progress = silent,
    cancelled: Callable[[], bool] = lambda: False,
) -> DedupeReport:
    """Compare the fingerprinted takes that are new, and put the stacks in force.

    Args:
        keeper: ``best`` (fewest findings, then largest), ``largest``, ``first`` or ``circled``
            (fold only under takes that somebody decided on); circled and rated takes come before
            any policy.
        batch: decisions it is undone with, such as a ruling; one of its own unless given.

    Raises:
        BadInput: no such policy.
        Cancelled: ``cancelled`` answered yes; nothing is in force that was not before.
    """
    from circletake.fingerprint.stacks import Keeper, build_stacks

    registry = library.registry
    policy = _policy(keeper, Keeper)
    found = pair_takes(library, progress=progress, cancelled=cancelled, drop=not dry_run)
    rulings, versions = registry.stacks.rulings(), registry.versions.all()
    ruled = rulings.apart | rulings.together
    lost = tuple(pair for pair in found.lost if frozenset((pair.a_id, pair.b_id)) not in ruled)
    found = replace(found, lost=lost)
    alike = ((pair.a_id, pair.b_id) for pair in found.pairs)
    untold = ((pair.a_id, pair.b_id) for pair in found.lost)
    named = registry.takes.rewrapped().union(found.damaged, *alike, *untold, *rulings.together)
    slates = registry.takes.slates(TakeFilter(takes=tuple(named))) if named else []
    stacks = build_stacks(slates, found.pairs, keeper=policy, rulings=rulings, versions=versions)
    if not dry_run:
        batch = registry.stacks.replace(stacks, by, batch)
        stacks = registry.stacks.current()
    return _report(library, found, stacks, slates, batch)


def keep_apart(library: Library, words: Sequence[str], by: Actor, batch: str = "") -> tuple[Take, Take, str]:
    """Rule that two takes never fold into one another; said once, it holds in every later run.

    Returns the two takes, and the batch that ``undo`` takes back.

    Raises:
        BadInput: not two takes were named, or the same twice.
        NotFound: one of them does not exist.
    """
    named = [take for word in words for take in library.registry.takes.resolve(word)]
    if len(named) != 2:
        raise BadInput(
            "--apart", f"names {len(named)} takes, not 2", "circletake dedupe --apart SH010/31 SH010/12"
        )
    one, other = named
    if one.id == other.id:
        raise BadInput(
            "--apart", f"{one.label} is named twice", "circletake dedupe --apart SH010/31 SH010/12"
        )
    return one, other, library.registry.stacks.keep_apart(one.id, other.id, by, batch)


def join(library: Library, keeper: str, others: str, by: Actor, batch: str = "") -> tuple[list[Take], str]:
    """Rule that takes are in one stack with another, whatever was measured; it holds in every later run.

    Args:
        keeper: the take they belong with.
        others: one take or a set of them, such as ``SH010/12-14``; the first may be in it.

    Returns:
        The takes, the one they belong with first; and the batch that ``undo`` takes back.

    Raises:
        BadInput: several takes are named to belong with, or no other.
        NotFound: one of them does not exist.
    """
    named = library.registry.takes.resolve(keeper)
    if len(named) != 1:
        raise BadInput(
            "--join", f"{keeper} names {len(named)} takes", "one take, then those that belong with it"
        )
    rest = [take for take in library.registry.takes.resolve(others) if take.id != named[0].id]
    if not rest:
        raise BadInput("--join", f"names {named[0].label} alone", "one take, then those that belong with it")
    done = library.registry.stacks.join(named[0].id, [take.id for take in rest], by, batch)
    return [*named, *rest], done


def split(library: Library, word: str, by: Actor, batch: str = "") -> tuple[Take, list[Take], str]:
    """Rule that a take is apart from every other take of the stack it is in now.

    Returns:
        The take, those it is apart from, and the batch that ``undo`` takes back.

    Raises:
        BadInput: not one take was named, or it is in no stack.
        NotFound: it does not exist.
    """
    named = library.registry.takes.resolve(word)
    if len(named) != 1:
        raise BadInput("--split", f"{word} names {len(named)} takes", "circletake dedupe --split SH010/12")
    (take,) = named
    for stack in library.registry.stacks.current():
        inside = [stack.keeper_id, *(member.take_id for member in stack.members)]
        if take.id in inside:
            others = [library.registry.takes.get(one) for one in inside if one != take.id]
            done = library.registry.stacks.split(take.id, [one.id for one in others], by, batch)
            return take, others, done
    raise BadInput(take.label, "is in no stack", "circletake dedupe puts stacks in force")


def _policy(word: str, policies: type[Keeper]) -> Keeper:
    try:
        return policies(word)
    except ValueError:
        have = ", ".join(policies)
        raise BadInput("--keeper", f"{word!r} is no policy; there are: {have}") from None


def _report(
    library: Library, found: Pairing, stacks: Sequence[Stack], slates: Sequence[Slate], batch: str
) -> DedupeReport:
    by_id = {slate.take.id: slate for slate in slates}
    place = {take_id: index for index, take_id in enumerate(by_id)}
    members = [member for stack in stacks for member in stack.members]
    inside = {stack.keeper_id for stack in stacks} | {member.take_id for member in members}
    told = inside.union(found.damaged, *((pair.a_id, pair.b_id) for pair in found.lost))
    bands = Counter(member.likeness.band for member in members)
    registry = library.registry
    return DedupeReport(
        stacks=tuple(sorted(stacks, key=lambda stack: place[stack.keeper_id])),
        slates={take_id: by_id[take_id] for take_id in told},
        folded=sum(count for band, count in bands.items() if band.folds),
        variants=bands[Band.VARIANT],
        versions=bands[Band.VERSION],
        unlike=len(registry.pairs.compared(COMPARISON) - inside),
        waiting=len(registry.takes.ids() - registry.analyses.fingerprinted(VERSION)),
        damaged=found.damaged,
        lost=found.lost,
        batch=batch,
    )
