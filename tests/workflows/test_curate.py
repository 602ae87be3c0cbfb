"""Choosing takes and deciding about them."""

from __future__ import annotations

import pytest

from circletake.errors import BadInput, NotFound
from circletake.model.analysis import Stage, StageKey, StageResult
from circletake.model.event import Actor, Verdict
from circletake.model.score import Measured, Score
from circletake.model.slate import TakeFilter
from circletake.workflows.curation import curate
from circletake.workflows.library import Library
from tests.factories import actor, claim, media_facts, new_take


def labels(library: Library, *words: str, **conditions: object) -> list[str]:
    which = TakeFilter(**conditions)  # type: ignore[arg-type]  # conditions are a filter's own fields
    return [s.take.label for s in curate.choose(library, words, which)]


@pytest.fixture
def shot(library: Library) -> Library:
    """A library with SH010/1 to SH010/5."""
    for number in range(1, 6):
        new_take(library.registry, f"bus {number}", shot="SH010", media=media_facts(seconds=6.0 - number))
    return library


def test_a_range_and_a_digest_name_a_set_once_each(shot: Library) -> None:
    third = shot.registry.takes.resolve("SH010/3")[0]
    assert labels(shot, third.short, "SH010/2-4") == ["SH010/2", "SH010/3", "SH010/4"]


def test_words_and_conditions_must_both_hold(shot: Library) -> None:
    curate.judge(shot, curate.choose(shot, ["SH010/2"], TakeFilter()), Verdict.NG, actor())
    assert labels(shot, "SH010", verdicts=("ng",)) == ["SH010/2"]


def test_saying_nothing_never_means_every_take(shot: Library) -> None:
    with pytest.raises(BadInput, match="nothing says which"):
        labels(shot)
    with pytest.raises(BadInput, match="nothing says which"):
        labels(shot, folded=False)


def test_a_condition_nothing_meets_is_told(shot: Library) -> None:
    with pytest.raises(NotFound, match="none matches"):
        labels(shot, verdicts=("circled",))


def test_a_verdict_in_force_already_is_not_recorded_again(shot: Library) -> None:
    first = curate.choose(shot, ["SH010/1-2"], TakeFilter())
    curate.judge(shot, first, Verdict.CIRCLED, actor("ana"))
    again = curate.judge(
        shot, curate.choose(shot, ["SH010/1-3"], TakeFilter()), Verdict.CIRCLED, actor("ana")
    )
    assert [row.slate.take.label for row in again.changed] == ["SH010/3"]
    standing = shot.registry.takes.slate(first[0].take.id).standing
    assert standing.by == actor("ana")


def test_deciding_nothing_new_leaves_nothing_to_undo(shot: Library) -> None:
    slates = curate.choose(shot, ["SH010/1"], TakeFilter())
    curate.rate(shot, slates, 3, actor())
    again = curate.rate(shot, curate.choose(shot, ["SH010/1"], TakeFilter()), 3, actor())
    assert again.batch == ""
    assert len(shot.registry.events.log()) == 1


@pytest.mark.parametrize("stars", [-1, 6])
def test_stars_go_from_none_to_five(shot: Library, stars: int) -> None:
    with pytest.raises(BadInput, match="not a number of stars"):
        curate.rate(shot, curate.choose(shot, ["SH010/1"], TakeFilter()), stars, actor())


def test_an_empty_note_is_refused_and_the_same_note_kept_once(shot: Library) -> None:
    slates = curate.choose(shot, ["SH010/1"], TakeFilter())
    with pytest.raises(BadInput, match="empty"):
        curate.annotate(shot, slates, "  ", actor())
    curate.annotate(shot, slates, "hands", actor())
    curate.annotate(shot, curate.choose(shot, ["SH010/1"], TakeFilter()), " hands ", actor())
    assert curate.dossier(shot, "SH010/1").slate.standing.notes == ("hands",)


def test_a_metric_sorts_best_first_and_the_unmeasured_last(shot: Library) -> None:
    for number, value in ((2, 5.0), (4, 9.0)):
        take = shot.registry.takes.resolve(f"SH010/{number}")[0]
        key = StageKey(Stage.SCORER, "technical", "1")
        shot.registry.analyses.save(
            take.id, [StageResult(key, measured=Measured((Score("sharpness", value),)))]
        )
    slates = curate.choose(shot, ["SH010"], TakeFilter())
    numbers = [s.take.number for s in curate.order(slates, "sharpness")]
    assert numbers == [4, 2, 1, 3, 5]
    assert [s.take.number for s in curate.order(slates, "sharpness", reverse=True)] == [2, 4, 1, 3, 5]
    assert [s.take.number for s in curate.order(slates, "length")] == [5, 4, 3, 2, 1]
    with pytest.raises(BadInput, match="name, added, length, stars, sharpness"):
        curate.order(slates, "beauty")


def test_a_whole_shot_is_not_one_take(shot: Library) -> None:
    with pytest.raises(BadInput, match="names 5 takes"):
        curate.choose_one(shot, "SH010")


def test_recipes_are_compared_with_what_differs_first(library: Library) -> None:
    new_take(library.registry, "a", shot="SH010", claims=[claim(), claim("seed", "1")])
    new_take(library.registry, "b", shot="SH010", claims=[claim(), claim("seed", "2"), claim("model", "wan")])
    rows = curate.compare_recipes(
        curate.choose_one(library, "SH010/1"), curate.choose_one(library, "SH010/2")
    )
    assert [(r.field, r.a, r.b, r.differs) for r in rows] == [
        ("seed", "1", "2", True),
        ("model", "", "wan", True),
        ("source_type", "", "trainedAlgorithmicMedia", True),
        ("prompt", "night bus, rain", "night bus, rain", False),
    ]


def test_a_person_adds_their_word_to_a_scripts_verdict_and_a_script_adds_none(library: Library) -> None:
    new_take(library.registry, "a", shot="SH010")
    script, ana = Actor("the demo script", person=False), Actor("ana", person=True)

    def circled(by: Actor) -> bool:
        slate = curate.choose_one(library, "SH010/1")
        (row,) = curate.judge(library, [slate], Verdict.CIRCLED, by).rows
        return row.changed

    assert [circled(by) for by in (script, script, ana, ana, script)] == [True, False, True, False, False]
    assert curate.choose_one(library, "SH010/1").standing.by == ana
