"""Decisions are appended; what stands is worked out; an undo is a decision too."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from circletake.errors import BadInput, NotFound
from circletake.model.event import EventKind, Standing, Verdict
from circletake_registry.registry import Registry
from tests.factories import actor, new_take

ANA, SCRIPT = actor("ana"), actor("demo", person=False)
VERDICT, STARS, NOTE = EventKind.VERDICT, EventKind.STARS, EventKind.NOTE


def test_the_last_verdict_and_stars_stand_and_notes_add_up(registry: Registry) -> None:
    take = new_take(registry)
    registry.events.record(VERDICT, [(take.id, "hold")], SCRIPT)
    registry.events.record(STARS, [(take.id, "4")], SCRIPT)
    registry.events.record(NOTE, [(take.id, "left hand"), (take.id, "nice light")], ANA)
    registry.events.record(VERDICT, [(take.id, "circled")], ANA)

    stands = registry.events.standings()[take.id]
    assert (stands.verdict, stands.stars, stands.notes, stands.by) == (
        Verdict.CIRCLED,
        4,
        ("left hand", "nice light"),
        ANA,
    )
    assert stands.at is not None
    assert stands.at.tzinfo is not None
    assert registry.takes.slate(take.id).standing == stands


def test_undo_takes_back_the_last_batch_whole_then_the_one_before(registry: Registry) -> None:
    a, b = new_take(registry, "a"), new_take(registry, "b")
    registry.events.record(VERDICT, [(a.id, "circled")], ANA)
    registry.events.record(VERDICT, [(a.id, "ng"), (b.id, "ng")], ANA)

    assert [(event.take_id, event.undone) for event in registry.events.undo(ANA)] == [
        (a.id, True),
        (b.id, True),
    ]
    assert registry.events.standings() == {a.id: registry.takes.slate(a.id).standing}
    assert registry.events.standings()[a.id].verdict is Verdict.CIRCLED
    registry.events.undo(ANA)
    assert registry.events.standings() == {}
    with pytest.raises(NotFound, match="no decision left"):
        registry.events.undo(ANA)
    assert [event.kind for event in registry.events.log()] == [EventKind.UNDO] * 2 + [VERDICT] * 3


def test_an_earlier_batch_can_be_named_and_is_undone_once(registry: Registry) -> None:
    take = new_take(registry)
    first = registry.events.record(VERDICT, [(take.id, "circled")], ANA)
    registry.events.record(STARS, [(take.id, "5")], ANA)
    registry.events.undo(ANA, first)

    assert registry.events.standings()[take.id].stars == 5
    assert registry.events.standings()[take.id].verdict is Verdict.UNREVIEWED
    with pytest.raises(BadInput, match="undone already"):
        registry.events.undo(ANA, first)
    with pytest.raises(BadInput, match="undone"):
        registry.events.record(STARS, [(take.id, "1")], ANA, first)
    with pytest.raises(BadInput, match="an undo itself"):
        registry.events.undo(ANA, registry.events.log()[0].batch)
    with pytest.raises(NotFound):
        registry.events.undo(ANA, "01890000-0000-7000-8000-000000000000")


def test_decisions_of_one_command_share_a_batch(registry: Registry) -> None:
    take = new_take(registry)
    batch = registry.events.record(VERDICT, [(take.id, "circled")], ANA)
    assert registry.events.record(STARS, [(take.id, "5")], ANA, batch) == batch
    assert len(registry.events.undo(ANA)) == 2


@pytest.mark.parametrize(
    ("kind", "value"),
    [(VERDICT, "great"), (VERDICT, ""), (STARS, "6"), (STARS, "-1"), (STARS, "12"), (STARS, "")],
)
def test_what_cannot_be_decided_is_refused(registry: Registry, kind: EventKind, value: str) -> None:
    take = new_take(registry)
    with pytest.raises(BadInput):
        registry.events.record(kind, [(take.id, value)], ANA)
    assert registry.events.log() == []


def test_one_unknown_take_keeps_the_whole_command_out(registry: Registry) -> None:
    take = new_take(registry)
    with pytest.raises(NotFound):
        registry.events.record(VERDICT, [(take.id, "ng"), ("nobody", "ng")], ANA)
    assert registry.events.standings() == {}


def test_the_log_is_newest_first_and_can_be_asked_for_one_take(registry: Registry) -> None:
    a, b = new_take(registry, "a"), new_take(registry, "b")
    for take, note in [(a, "one"), (b, "two"), (a, "three")]:
        registry.events.record(NOTE, [(take.id, note)], ANA)
    assert [event.value for event in registry.events.log()] == ["three", "two", "one"]
    assert [event.value for event in registry.events.log(take_id=a.id)] == ["three", "one"]
    assert [event.value for event in registry.events.log(limit=1)] == ["three"]
    assert set(registry.events.standings([b.id])) == {b.id}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(st.sampled_from(["circled", "hold", "ng", "unreviewed"]), st.just("undo")), max_size=12
    )
)
def test_undo_leaves_exactly_what_was_decided_before(registry: Registry, steps: list[str]) -> None:
    take = new_take(registry, registry.takes.count())
    expected: list[str] = []
    for step in steps:
        if step != "undo":
            registry.events.record(VERDICT, [(take.id, step)], ANA)
            expected.append(step)
        elif expected:
            registry.events.undo(ANA)
            expected.pop()
    stands = registry.events.standings().get(take.id, Standing())
    assert stands.verdict == (expected[-1] if expected else "unreviewed")
