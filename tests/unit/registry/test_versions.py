"""A take that is a copy of one known before says of which, and the chain always ends."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from circletake.errors import BadInput
from circletake.model.stack import VersionOf
from circletake_registry.registry import Registry
from tests.factories import new_take


def version(take_id: str, of_id: str, reason: str = "upscaled to 3840x2160") -> VersionOf:
    return VersionOf(take_id, of_id, 9.0, reason)


def test_a_version_names_the_take_it_came_from(registry: Registry) -> None:
    a, b, c = (new_take(registry, word).id for word in "abc")
    registry.versions.add([version(b, a), version(c, a, "stripped of its metadata")])

    assert registry.versions.of(b) == version(b, a)
    assert registry.versions.of(a) is None
    assert registry.versions.all() == {b: version(b, a), c: version(c, a, "stripped of its metadata")}


def test_what_is_said_again_of_a_take_replaces_what_was_said(registry: Registry) -> None:
    a, b, c = (new_take(registry, word).id for word in "abc")
    registry.versions.add([version(c, a)])
    registry.versions.add([version(c, b, "re-encoded")])
    registry.versions.add([])
    assert registry.versions.all() == {c: version(c, b, "re-encoded")}


def test_a_stranger_keeps_all_of_them_out(registry: Registry) -> None:
    a, b = (new_take(registry, word).id for word in "ab")
    with pytest.raises(IntegrityError):
        registry.versions.add([version(b, a), version("nobody", a)])
    assert registry.versions.all() == {}


steps = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=3)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, max_size=5))
def test_no_take_is_ever_a_version_of_itself(registry: Registry, runs: list[list[tuple[int, int]]]) -> None:
    with registry.batch():
        ids = [new_take(registry, (registry.takes.count(), n)).id for n in range(4)]
        for run in runs:
            before = registry.versions.all()
            try:
                registry.versions.add([version(ids[take], ids[of]) for take, of in run])
            except BadInput:
                assert registry.versions.all() == before
            else:
                assert registry.versions.all().keys() == before.keys() | {ids[take] for take, _ in run}
        kept = registry.versions.all()
    for take_id in ids:
        last = take_id
        for _ in ids:
            last = kept[last].of_id if last in kept else last
        assert last not in kept
