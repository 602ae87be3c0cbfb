"""What was compared once is remembered, however it was told, until its fingerprints are gone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from circletake.model.alignment import Alignment, Pair
from circletake.model.analysis import Stage, StageKey, StageResult
from circletake_registry.registry import Registry
from tests.factories import alignment, new_take

HASHES = StageKey(Stage.FINGERPRINT, "phash-grid", "2")


def three(registry: Registry) -> list[str]:
    """Ids of three takes, in order."""
    return sorted(new_take(registry, (registry.takes.count(), word)).id for word in "abc")


def test_like_pairs_and_who_was_compared_are_remembered_by_version(registry: Registry) -> None:
    a, b, c = three(registry)
    pair = Pair(a, b, alignment(offset=0.4, speed=1.25, flipped=True, zoom=0.1, frames=40))
    registry.pairs.save("1", [a, b, c], [pair])

    assert registry.pairs.all("1") == [pair]
    assert registry.pairs.compared("1") == {a, b, c}
    assert registry.pairs.all("2") == []
    assert registry.pairs.compared("2") == set()


def test_a_pair_told_the_other_way_round_is_turned(registry: Registry) -> None:
    a, b, _ = three(registry)
    told = alignment(offset=0.5, speed=2.0, zoom=0.25)
    registry.pairs.save("1", [a, b], [Pair(b, a, told)])
    assert registry.pairs.all("1") == [Pair(a, b, told.reversed)]
    assert told.reversed == alignment(offset=-0.25, speed=0.5, zoom=-0.25)


def test_the_same_pair_again_replaces_its_row_and_a_take_is_compared_once(registry: Registry) -> None:
    a, b, c = three(registry)
    registry.pairs.save("1", [a, b], [Pair(a, b, alignment(distance=30.0))])
    registry.pairs.save("1", [b, c], [Pair(b, a, alignment(distance=12.0)), Pair(c, b, alignment())])
    assert [(p.a_id, p.b_id, p.alignment.distance) for p in registry.pairs.all("1")] == [
        (a, b, 12.0),
        (b, c, 9.0),
    ]
    assert registry.pairs.compared("1") == {a, b, c}


numbers = st.integers(-32, 32).map(lambda n: n / 16)
alignments = st.builds(
    replace,
    st.just(alignment()),
    distance=numbers,
    offset=numbers,
    # Halves and doubles turn round without rounding.
    speed=st.sampled_from([0.5, 1.0, 2.0]),
    zoom=numbers,
    flipped=st.booleans(),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(measured=st.tuples(alignments, alignments, alignments), data=st.data())
def test_the_order_of_telling_does_not_matter(
    registry: Registry, measured: tuple[Alignment, Alignment, Alignment], data: st.DataObject
) -> None:
    with registry.batch():
        a, b, c = three(registry)
        pairs = [Pair(*ids, found) for ids, found in zip([(a, b), (a, c), (b, c)], measured, strict=True)]
        told = [
            Pair(p.b_id, p.a_id, p.alignment.reversed) if data.draw(st.booleans()) else p
            for p in data.draw(st.permutations(pairs))
        ]
        cut = data.draw(st.integers(0, 3))
        registry.pairs.forget("1")
        registry.pairs.save("1", [a, b], told[:cut])
        registry.pairs.save("1", [c], told[cut:])
        assert registry.pairs.all("1") == pairs
        assert registry.pairs.compared("1") == {a, b, c}


def test_a_forgotten_version_leaves_the_others(registry: Registry) -> None:
    a, b, _ = three(registry)
    for version in "12":
        registry.pairs.save(version, [a, b], [Pair(a, b, alignment())])
    registry.pairs.forget("1")
    assert (registry.pairs.all("1"), registry.pairs.compared("1")) == ([], set())
    assert (len(registry.pairs.all("2")), registry.pairs.compared("2")) == (1, {a, b})


def test_forgotten_fingerprints_take_every_comparison_with_them(registry: Registry) -> None:
    a, b, _ = three(registry)
    registry.pairs.save("1", [a, b], [Pair(a, b, alignment())])
    registry.analyses.forget(StageKey(Stage.SCORER, "technical", "1"))
    assert registry.pairs.compared("1") == {a, b}
    registry.analyses.forget(HASHES)
    assert (registry.pairs.all("1"), registry.pairs.compared("1")) == ([], set())


def test_a_take_with_another_fingerprint_is_to_be_compared_again(registry: Registry) -> None:
    a, b, c = three(registry)
    for take in (a, b, c):
        registry.analyses.save(take, [StageResult(HASHES, blob=b"old")])
    registry.pairs.save("1", [a, b, c], [Pair(*ids, alignment()) for ids in ((a, b), (a, c), (b, c))])
    registry.analyses.save(b, [StageResult(HASHES, blob=b"new")])
    assert [(pair.a_id, pair.b_id) for pair in registry.pairs.all("1")] == [(a, c)]
    assert registry.pairs.compared("1") == {a, c}


def test_a_dropped_fingerprint_is_missing_and_what_was_found_with_it_stays_meanwhile(
    registry: Registry,
) -> None:
    a, b, c = three(registry)
    for take in (a, b, c):
        registry.analyses.save(take, [StageResult(HASHES, blob=b"bad")])
    registry.pairs.save("1", [a, b, c], [Pair(a, b, alignment())])
    registry.analyses.drop_fingerprints("2", [])
    assert registry.analyses.fingerprinted("2") == {a, b, c}
    registry.analyses.drop_fingerprints("2", [b])
    assert registry.analyses.fingerprinted("2") == registry.pairs.compared("1") == {a, c}
    assert registry.analyses.missing(HASHES) == [b]
    assert registry.pairs.all("1") == [Pair(a, b, alignment())]


def test_numbers_of_numpy_are_numbers(registry: Registry) -> None:
    a, b, _ = three(registry)
    told = alignment(distance=np.float32(12.5), flipped=np.bool_(True), frames=np.int64(7))
    registry.pairs.save("1", [a, b], [Pair(a, b, told)])
    (pair,) = registry.pairs.all("1")
    assert pair.alignment == alignment(distance=12.5, flipped=True, frames=7)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_refused_with_its_pair(registry: Registry, bad: float) -> None:
    a, b, _ = three(registry)
    with pytest.raises(ValueError, match=f"{a} {b}: motion is {bad}"):
        registry.pairs.save("1", [a, b], [Pair(a, b, alignment(motion=bad))])
    assert registry.pairs.compared("1") == set()


def test_a_pair_of_one_take_or_of_a_stranger_keeps_the_whole_run_out(registry: Registry) -> None:
    a, b, _ = three(registry)
    for other in (a, "nobody"):
        with pytest.raises(IntegrityError):
            registry.pairs.save("1", [a, b], [Pair(a, b, alignment()), Pair(a, other, alignment())])
    assert (registry.pairs.all("1"), registry.pairs.compared("1")) == ([], set())
