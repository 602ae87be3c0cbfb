"""A hostile record or manifest that says very much is walked a few times, not once for each thing it says."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from circletake.audit.declared import declared_in
from circletake.audit.recording import Recorded
from circletake.audit.tracing import trace
from circletake.model.case import Traced
from circletake.model.export import ReleasedFile, Use
from circletake.model.manifest import Check, Credentials, IngredientSaid, ManifestSaid


class Counted(tuple[Any, ...]):
    """A tuple that knows how often it was walked through."""

    walks = 0

    def __iter__(self) -> Iterator[Any]:
        self.walks += 1
        return super().__iter__()


def manifest(label: str, *parts: IngredientSaid, **assertions: Any) -> ManifestSaid:
    return ManifestSaid(label, "generator", "", None, (), Counted(parts), assertions)


def use(begins: Fraction, take: str = "", **over: Any) -> Use:
    return Use(str(begins), str(begins + 1), "0", "1", "", take, **over)


def recorded(*uses: Use) -> ReleasedFile:
    return ReleasedFile("cut.mp4", "cut", "a" * 64, 1, uses=Counted(uses))


def test_a_record_of_thousands_of_uses_is_walked_once_for_thousands_of_clips() -> None:
    many = 3_000
    clips = tuple((Fraction(n), Fraction(n + 1)) for n in range(many))
    cut = manifest("cut", IngredientSaid("x.mp4", "componentOf", "id", placed=clips))
    record = recorded(*(use(Fraction(n), prompt=f"rain {n}") for n in range(many)))
    rows = trace(Credentials(True, manifests=(cut,), integrity=Check.PASSED), record, 1.0, "the record")
    assert [row.use.prompt for row in rows] == [f"rain {n}" for n in range(many)]
    assert isinstance(record.uses, Counted) and record.uses.walks <= 3


def test_manifests_that_lead_to_one_another_many_times_are_each_walked_a_few_times() -> None:
    levels, each = 9, 30
    store = tuple(
        manifest(
            str(level),
            *(IngredientSaid("x", "componentOf", str(n), manifest=str(level + 1)) for n in range(each)),
        )
        for level in range(levels)
    )
    trace(Credentials(True, manifests=store, integrity=Check.PASSED), None, 1.0, "the record")
    walked = [said.ingredients for said in store]
    assert all(isinstance(parts, Counted) and parts.walks <= 4 * levels for parts in walked)


seconds = st.integers(0, 20).map(lambda n: Fraction(n, 4))
takes = st.sampled_from(["", "a" * 64, "b" * 64])


@given(st.lists(st.tuples(seconds, takes), max_size=8), seconds, takes)
def test_the_use_that_begins_nearest_and_is_of_the_same_take_fills_a_stretch(
    said: list[tuple[Fraction, str]], begins: Fraction, take: str
) -> None:
    uses = [use(at, of, prompt=str(number)) for number, (at, of) in enumerate(said)]
    filled = Recorded(recorded(*uses), "the record").filled(Traced(use(begins, take)))
    fitting = [u for u in uses if not (take and u.take_sha256) or u.take_sha256 == take]
    nearest = min(fitting, key=lambda u: abs(Fraction(u.record_in) - begins), default=None)
    near = nearest and abs(Fraction(nearest.record_in) - begins) <= Fraction(1, 2)
    assert filled.use.prompt == (nearest.prompt if nearest and near else "")


spans = st.tuples(seconds, seconds).filter(lambda span: span[0] < span[1])


@given(st.lists(spans, max_size=6), st.lists(spans, max_size=6))
def test_black_is_told_exactly_where_no_clip_lies(
    clips: list[tuple[Fraction, Fraction]], black: list[tuple[Fraction, Fraction]]
) -> None:
    record = {"org.circletake.cut": {"black": [[str(start), str(end)] for start, end in black]}}
    told = [(t.use.record_in, t.use.record_out) for t in declared_in(manifest("cut", **record), clips)]
    assert told == [
        (str(start), str(end))
        for start, end in black
        if not any(start < other and begin < end for begin, other in clips)
    ]
