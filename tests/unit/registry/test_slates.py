"""Slates gather all that is known; filters choose among them."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from circletake.errors import BadInput, NotFound
from circletake.model.analysis import Stage, StageKey, StageResult
from circletake.model.event import EventKind
from circletake.model.location import LocationState
from circletake.model.recipe import Evidence
from circletake.model.score import Finding, Measured, Score
from circletake.model.slate import TakeFilter
from circletake.model.stack import Band, Likeness, Member, Stack
from circletake_registry.registry import Registry
from tests.factories import actor, claim, new_take

KEY = StageKey(Stage.SCORER, "technical", "1")


@pytest.fixture
def three(registry: Registry) -> Registry:
    """bus: circled, sharp, seeded; tram: ng, blurred, black; boat: untouched, in a shot of its own."""
    bus = new_take(
        registry,
        "bus",
        shot="SH010",
        claims=[
            claim(value="Night BUS, rain"),
            claim("seed", "7"),
            claim("generator", "runway"),
            claim("model", "gen4.5"),
        ],
    )
    tram = new_take(
        registry, "tram", shot="SH010", claims=[claim(value="night tram", evidence=Evidence.FILENAME)]
    )
    new_take(registry, "boat", shot="SH020")
    registry.events.record(EventKind.VERDICT, [(bus.id, "circled")], actor())
    registry.events.record(EventKind.STARS, [(bus.id, "5")], actor())
    registry.events.record(EventKind.VERDICT, [(tram.id, "ng")], actor())
    sharp = Measured((Score("sharpness", 0.9),))
    blurred = Measured((Score("sharpness", 0.2),), (Finding("black", 0, 1, 1, 1),))
    registry.analyses.save(bus.id, [StageResult(KEY, measured=sharp)])
    registry.analyses.save(tram.id, [StageResult(KEY, measured=blurred)])
    likeness = Likeness(Band.NEAR, 40, 0, 1, False, "trimmed")
    registry.stacks.replace([Stack(0, bus.id, "circled", (Member(tram.id, likeness),))], actor())
    return registry


@pytest.mark.parametrize(
    ("which", "names"),
    [
        (TakeFilter(), ["bus", "tram", "boat"]),
        (TakeFilter(shots=("sh010",)), ["bus", "tram"]),
        (TakeFilter(shots=("SH020", "SH010")), ["bus", "tram", "boat"]),
        (TakeFilter(verdicts=("circled", "unreviewed")), ["bus", "boat"]),
        (TakeFilter(min_stars=5), ["bus"]),
        (TakeFilter(prompt="bus NIGHT"), ["bus"]),
        (TakeFilter(prompt="night"), ["bus", "tram"]),
        (TakeFilter(model="GEN4"), ["bus"]),
        (TakeFilter(model="runway"), ["bus"]),
        (TakeFilter(missing="prompt"), ["boat"]),
        (TakeFilter(missing="seed"), ["tram", "boat"]),
        (TakeFilter(finding="any"), ["tram"]),
        (TakeFilter(finding="black"), ["tram"]),
        (TakeFilter(finding="frozen"), []),
        (TakeFilter(score="sharpness>=0.9"), ["bus"]),
        (TakeFilter(score="sharpness < .9"), ["tram"]),
        (TakeFilter(score="motion>0"), []),
        (TakeFilter(stack=1), ["bus", "tram"]),
        (TakeFilter(folded=False), ["bus", "boat"]),
        (TakeFilter(shots=("SH010",), finding="any", verdicts=("circled",)), []),
    ],
)
def test_a_filter_means_the_takes_for_which_all_of_it_holds(
    three: Registry, which: TakeFilter, names: list[str]
) -> None:
    assert [slate.take.name.removesuffix(".mp4") for slate in three.takes.slates(which)] == names


def test_takes_can_be_named_by_id_however_many(three: Registry) -> None:
    boat = three.takes.resolve("SH020")[0]
    assert [slate.take for slate in three.takes.slates(TakeFilter(takes=(boat.id,)))] == [boat]
    many = (boat.id, *(f"nobody{n}" for n in range(40_000)))
    assert [slate.take for slate in three.takes.slates(TakeFilter(takes=many))] == [boat]
    with pytest.raises(NotFound):
        three.takes.slate("nobody")


def test_takes_asked_for_in_parts_are_told_as_if_at_once(
    three: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = three.takes.slates()
    named = TakeFilter(takes=tuple(slate.take.id for slate in reversed(everything)))
    monkeypatch.setattr("circletake_registry.slates._FEW", 2)
    assert three.takes.slates(named) == everything


@pytest.mark.parametrize("score", ["sharpness", ">=1", "sharpness>=", "sharpness>=x", "a b>1"])
def test_a_score_that_is_no_comparison_is_refused(three: Registry, score: str) -> None:
    with pytest.raises(BadInput, match="comparison"):
        three.takes.slates(TakeFilter(score=score))


def test_the_path_is_where_the_take_can_be_read_now(registry: Registry) -> None:
    take = new_take(registry)
    (place,) = registry.media.locations(take.sha256)
    assert registry.takes.slate(take.id).path == place.path
    registry.media.move(place, f"ab/{take.sha256}.mp4", stored=True)
    stored = registry.media.locations(take.sha256)[0]
    assert registry.takes.slate(take.id).path == str(registry.path.parent / "media" / stored.path)
    registry.media.mark(stored, LocationState.ALTERED)
    assert registry.takes.slate(take.id).path == ""


def test_many_takes_cost_no_more_queries_than_one(three: Registry) -> None:
    asked: list[str] = []
    engine = three._database.engine
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    three.takes.slates()
    few = len(asked)
    for number in range(30):
        new_take(three, f"more{number}", claims=[claim()])
    asked.clear()
    assert len(three.takes.slates()) == 33
    assert len(asked) == few


def test_shots_stand_in_the_order_of_their_numbers(registry: Registry) -> None:
    for shot in ("SH1000", "SH990", "sh10", "SH010", "SH110"):
        new_take(registry, shot, shot=shot)
    new_take(registry, "second", shot="SH010")
    order = ["SH010/1", "SH010/2", "sh10/1", "SH110/1", "SH990/1", "SH1000/1"]
    assert [slate.take.label for slate in registry.takes.slates()] == order
    assert [shot.code for shot in registry.takes.shots()] == ["SH010", "sh10", "SH110", "SH990", "SH1000"]


def test_a_slate_knows_what_its_shot_stands_for(registry: Registry) -> None:
    new_take(registry, "bus", title="a night bus, rain")
    assert registry.takes.slates()[0].shot_title == "a night bus, rain"
