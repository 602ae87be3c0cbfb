"""What a person ruled of two takes holds until they say otherwise or take it back."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from circletake.errors import BadInput, NotFound
from circletake.model.event import EventKind
from circletake.model.stack import Rulings
from circletake_registry.registry import Registry
from tests.factories import actor, new_take

ANA = actor()
NONE = Rulings()


def both(*ids: str) -> frozenset[frozenset[str]]:
    """One pair."""
    return frozenset([frozenset(ids)])


def test_a_ruling_holds_for_both_orders_until_it_is_undone(registry: Registry) -> None:
    a, b = (new_take(registry, word).id for word in "ab")
    registry.stacks.keep_apart(b, a, ANA)
    assert registry.stacks.rulings() == Rulings(apart=both(a, b))
    registry.events.undo(ANA)
    assert registry.stacks.rulings() == NONE


def test_joining_and_splitting_rule_of_one_take_and_each_of_the_others(registry: Registry) -> None:
    a, b, c, d, e = (new_take(registry, word).id for word in "abcde")
    joined = registry.stacks.join(a, [b, c], ANA)
    registry.stacks.split(a, [d, e, d], ANA)
    assert registry.stacks.rulings() == Rulings(
        apart=both(a, d) | both(a, e), together=both(a, b) | both(a, c)
    )
    registry.events.undo(ANA, joined)
    assert registry.stacks.rulings() == Rulings(apart=both(a, d) | both(a, e))


def test_the_log_of_either_take_tells_it(registry: Registry) -> None:
    a, b = (new_take(registry, word).id for word in "ab")
    registry.stacks.join(a, [b], ANA)
    registry.stacks.split(a, [b], ANA)
    for one, other in ((a, b), (b, a)):
        apart, together = registry.events.log(take_id=one)
        assert (apart.apart_from, apart.together_with) == (other, "")
        assert (together.apart_from, together.together_with) == ("", other)


def test_a_note_that_reads_like_a_ruling_is_none(registry: Registry) -> None:
    a, b = (new_take(registry, word).id for word in "ab")
    registry.events.record(EventKind.NOTE, [(a, f"apart {b}"), (a, f"together {b}")], ANA)
    assert registry.stacks.rulings() == NONE
    assert not any(event.apart_from or event.together_with for event in registry.events.log())


@pytest.mark.parametrize("how", ["join", "split"])
def test_a_ruling_needs_two_takes_that_exist(registry: Registry, how: str) -> None:
    a, b = (new_take(registry, word).id for word in "ab")
    rule: Callable[..., str] = getattr(registry.stacks, how)
    for others in ([], [b, a]):
        with pytest.raises(BadInput, match="ruling"):
            rule(a, others, ANA)
    for one, others in ((a, [b, "nobody"]), ("nobody", [a])):
        with pytest.raises(NotFound):
            rule(one, others, ANA)
    assert registry.events.log() == []


steps = st.sampled_from(
    [(how, *two) for how in ("join", "split") for two in itertools.permutations("abc", 2)]
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(steps, max_size=8), data=st.data())
def test_of_each_pair_the_last_ruling_not_undone_wins(
    registry: Registry, said: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    gone = data.draw(st.sets(st.sampled_from(range(len(said))))) if said else set()
    with registry.batch():
        ids = {word: new_take(registry, (registry.takes.count(), word)).id for word in "abc"}
        batches = [getattr(registry.stacks, how)(ids[one], [ids[other]], ANA) for how, one, other in said]
        for index in gone:
            registry.events.undo(ANA, batches[index])
        found = registry.stacks.rulings()

    last = {frozenset(ids[w] for w in two): how for n, (how, *two) in enumerate(said) if n not in gone}
    mine = frozenset(ids.values())
    for how, pairs in (("join", found.together), ("split", found.apart)):
        assert {pair for pair in pairs if pair <= mine} == {pair for pair in last if last[pair] == how}
