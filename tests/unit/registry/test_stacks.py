"""A dedupe run puts stacks in force; undoing it brings the earlier ones back."""

from __future__ import annotations

import pytest

from circletake.errors import BadInput, NotFound
from circletake.model.stack import Band, Likeness, Member, Stack
from circletake.model.take import Take
from circletake_registry.registry import Registry
from tests.factories import actor, new_take

ANA = actor()


def stack(keeper: Take, *members: Take, band: Band = Band.DUPLICATE) -> Stack:
    likeness = Likeness(band, 12.5, 0.4, 0.9, False, "re-encoded at half size, 12/256 bits")
    return Stack(0, keeper.id, "1920x1080", tuple(Member(take.id, likeness) for take in members))


def test_stacks_come_back_with_a_number_and_their_reasons(registry: Registry) -> None:
    a, b = new_take(registry, "a"), new_take(registry, "b")
    registry.stacks.replace([stack(a, b)], ANA)

    (kept,) = registry.stacks.current()
    assert kept.number == 1
    assert (kept.keeper_id, kept.why_keeper, kept.members) == (a.id, "1920x1080", stack(a, b).members)
    assert registry.stacks.get(1) == kept
    with pytest.raises(NotFound, match="stack 7: no such stack; in force: 1"):
        registry.stacks.get(7)


def test_slates_know_what_is_folded_and_variants_and_versions_stay_visible(registry: Registry) -> None:
    a, b, c, d, e = (new_take(registry, word) for word in "abcde")
    bands = {b: Band.DUPLICATE, c: Band.VARIANT, e: Band.VERSION}
    members = tuple(stack(a, take, band=band).members[0] for take, band in bands.items())
    registry.stacks.replace([Stack(0, a.id, "", members)], ANA)

    slates = {slate.take.name: slate for slate in registry.takes.slates()}
    told = {name: (slate.stack, slate.folds, slate.folded_under) for name, slate in slates.items()}
    assert told == {
        "a.mp4": (1, 1, None),
        "b.mp4": (1, 0, a.id),
        "c.mp4": (1, 0, None),
        "d.mp4": (0, 0, None),
        "e.mp4": (1, 0, None),
    }
    assert d.id not in {slate.folded_under for slate in slates.values()}


def test_undo_of_a_run_brings_the_run_before_back(registry: Registry) -> None:
    a, b, c = (new_take(registry, word) for word in "abc")
    registry.stacks.replace([stack(a, b)], ANA)
    before = registry.stacks.current()
    registry.stacks.replace([stack(b, c)], ANA)
    registry.events.undo(ANA)
    assert registry.stacks.current() == before
    registry.events.undo(ANA)
    assert registry.stacks.current() == []


def test_a_run_that_finds_nothing_leaves_nothing_folded(registry: Registry) -> None:
    registry.stacks.replace([stack(new_take(registry, "a"), new_take(registry, "b"))], ANA)
    registry.stacks.replace([], ANA)
    assert registry.stacks.current() == []


def test_a_stack_keeps_its_number_while_its_keeper_was_in_it(registry: Registry) -> None:
    a, b, c, d, e, f = (new_take(registry, word) for word in "abcdef")
    registry.stacks.replace([stack(a, b), stack(c, d)], ANA)
    registry.stacks.replace([stack(e, f), stack(d, c)], ANA)
    assert {kept.keeper_id: kept.number for kept in registry.stacks.current()} == {d.id: 2, e.id: 3}


def test_a_take_in_two_stacks_is_refused(registry: Registry) -> None:
    a, b, c = (new_take(registry, word) for word in "abc")
    with pytest.raises(BadInput, match="two stacks"):
        registry.stacks.replace([stack(a, b), stack(c, b)], ANA)
    with pytest.raises(BadInput, match="two stacks"):
        registry.stacks.replace([stack(a, a)], ANA)
    assert registry.events.log() == []
