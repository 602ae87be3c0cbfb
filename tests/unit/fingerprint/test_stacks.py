from dataclasses import replace
from typing import Any

import pytest

from circletake.fingerprint.stacks import Keeper, build_stacks
from circletake.model.alignment import Alignment, Pair
from circletake.model.event import Actor, Standing, Verdict
from circletake.model.slate import Slate
from circletake.model.stack import Band, Rulings, Stack, VersionOf
from tests.factories import alignment, media_facts, slate

CIRCLED = Standing(Verdict.CIRCLED, by=Actor("ana", True))
VARIANT = alignment(colour=90)


def _take(word: str, standing: Standing | None = None, **media: Any) -> Slate:
    facts = media_facts(picture_sha256=word, **media)
    return slate(number=ord(word) - 96, id=word, media=facts, standing=standing)


def _stacks(words: str, pairs: dict[str, Alignment], *changed: Slate, **how: Any) -> list[Stack]:
    """Stacks of the takes ``words`` (one letter each), of which ``pairs`` (two letters) are alike."""
    over = {one.take.id: one for one in changed}
    slates = [over.get(word) or _take(word) for word in words]
    return build_stacks(slates, [Pair(two[0], two[1], found) for two, found in pairs.items()], **how)


def _folded(stacks: list[Stack]) -> dict[str, str]:
    """Each stack as keeper and folded members: ``{"a": "bc"}``."""
    return {
        one.keeper_id: "".join(sorted(m.take_id for m in one.members if m.likeness.band.folds))
        for one in stacks
    }


def _together(*pairs: str) -> Rulings:
    return Rulings(together=frozenset(map(frozenset, pairs)))


def test_a_copy_folds_under_its_keeper_with_the_reason() -> None:
    (stack,) = _stacks("ab", {"ab": alignment()})
    assert (stack.keeper_id, stack.members[0].take_id) == ("a", "b")
    assert stack.members[0].likeness.reason == "same picture, re-encoded, 9 of 256 bits"


def test_the_reason_is_told_as_seen_from_the_keeper() -> None:
    (stack,) = _stacks("ab", {"ab": alignment(offset=0.5)}, _take("a", CIRCLED))
    assert "starts 0.5 s later" in stack.members[0].likeness.reason
    (stack,) = _stacks("ab", {"ab": alignment(offset=0.5)}, _take("b", CIRCLED))
    assert "starts 0.5 s earlier" in stack.members[0].likeness.reason


def test_takes_that_are_no_pair_are_in_no_stack() -> None:
    assert _stacks("abc", {}) == _stacks("ab", {"ab": alignment(picture=0.1, motion=0, distance=200)}) == []


def test_variants_stay_visible_beside_a_keeper() -> None:
    (stack,) = _stacks("abc", {"ab": alignment(), "ac": VARIANT})
    assert {m.take_id: m.likeness.band for m in stack.members} == {"b": Band.DUPLICATE, "c": Band.VARIANT}


@pytest.mark.parametrize(
    ("keeper", "wanted", "why"),
    [
        (Keeper.BEST, "b", "640x480, no findings"),
        (Keeper.LARGEST, "b", "640x480, 1.0 s"),
        (Keeper.FIRST, "a", "came in first"),
    ],
)
def test_the_policy_says_who_is_kept(keeper: Keeper, wanted: str, why: str) -> None:
    large = _take("b", width=640, height=480)
    (stack,) = _stacks("ab", {"ab": alignment()}, large, keeper=keeper)
    assert (stack.keeper_id, stack.why_keeper) == (wanted, why)


def test_only_decided_takes_stand_for_others_when_asked() -> None:
    pairs = {"ab": alignment(), "cd": alignment()}
    assert _folded(_stacks("abcd", pairs, _take("b", CIRCLED), keeper=Keeper.CIRCLED)) == {"b": "a", "c": ""}
    undecided = _stacks("ab", {"ab": alignment()}, keeper=Keeper.CIRCLED)
    assert _folded(undecided) == {"a": ""}
    assert "nobody circled or rated one of them" in undecided[0].members[0].likeness.reason
    assert "a decision was made" not in undecided[0].members[0].likeness.reason


@pytest.mark.parametrize("keeper", Keeper)
def test_the_circled_take_is_the_keeper_under_any_policy_and_says_by_whom(keeper: Keeper) -> None:
    large = _take("a", width=640, height=480)
    (stack,) = _stacks("ab", {"ab": alignment()}, large, _take("b", CIRCLED), keeper=keeper)
    assert stack.keeper_id == "b" and "circled by ana" in stack.why_keeper


def test_a_circled_or_rated_take_is_never_folded() -> None:
    pairs = {"ab": alignment(), "ac": alignment(), "bc": alignment()}
    (stack,) = _stacks("abc", pairs, _take("a", CIRCLED), _take("b", Standing(stars=3)))
    assert _folded([stack]) == {"a": "c"}
    shown = next(m for m in stack.members if m.take_id == "b")
    assert "a decision was made on it" in shown.likeness.reason


def test_a_take_is_in_one_stack_at_most_and_no_chain_forms() -> None:
    pairs = {"ab": alignment(), "bc": alignment(), "cd": alignment()}
    assert _folded(_stacks("abcd", pairs, keeper=Keeper.FIRST)) == {"a": "b", "c": "d"}


def test_takes_ruled_apart_are_in_no_stack_together() -> None:
    apart = Rulings(apart=frozenset({frozenset("ab")}))
    assert _stacks("ab", {"ab": alignment()}, rulings=apart) == []


def test_takes_ruled_together_fold_whatever_was_measured() -> None:
    (stack,) = _stacks("ab", {}, rulings=_together("ab"))
    assert stack.members[0].likeness.reason == "put together by a person; not alike by measure"
    (stack,) = _stacks("ab", {"ab": VARIANT}, rulings=_together("ab"))
    assert stack.members[0].likeness.band.folds
    assert "put together by a person; same motion, other colours" in stack.members[0].likeness.reason


def test_takes_ruled_together_stay_so_whoever_is_the_keeper_and_bring_their_copies() -> None:
    pairs, rulings = {"ab": alignment(), "cd": alignment(), "de": alignment()}, _together("bc")
    (stack,) = _stacks("abcde", pairs, rulings=rulings)
    assert _folded([stack]) == {"a": "bcd"}
    reasons = {m.take_id: m.likeness.reason for m in stack.members}
    assert reasons["c"].startswith("in a stack with SH010/2: put together by a person")
    assert reasons["d"] == "in a stack with SH010/3: same picture, re-encoded, 9 of 256 bits"
    assert _folded(_stacks("abcde", pairs, _take("d", CIRCLED), rulings=rulings))["d"] == "abce"


def test_a_ruling_folds_no_decided_take_and_apart_wins_over_together_by_way_of_another() -> None:
    assert _folded(_stacks("ab", {}, _take("b", CIRCLED), _take("a", CIRCLED), rulings=_together("ab"))) == {
        "a": ""
    }
    rulings = replace(_together("ab", "bc"), apart=frozenset({frozenset("ac")}))
    assert _folded(_stacks("abc", {}, rulings=rulings)) == {"a": "b"}


def test_a_larger_version_stays_visible_and_its_original_is_kept() -> None:
    versions = {"b": VersionOf("b", "a", 9, "upscaled")}
    large = _take("b", width=640, height=480)
    (stack,) = _stacks("ab", {"ab": alignment()}, large, versions=versions)
    (member,) = stack.members
    assert (stack.keeper_id, member.likeness.band) == ("a", Band.VERSION)
    assert member.likeness.reason.startswith("a larger version, same picture")


def test_a_circled_larger_version_is_kept_and_its_original_stays_visible() -> None:
    large = _take("b", CIRCLED, width=640, height=480)
    (stack,) = _stacks("ab", {"ab": alignment()}, large, versions={"b": VersionOf("b", "a", 9, "")})
    assert (stack.keeper_id, stack.members[0].likeness.band) == ("b", Band.VERSION)
    assert stack.members[0].likeness.reason.startswith("its original, smaller, same picture")


def test_a_smaller_version_folds_as_any_copy() -> None:
    versions = {"a": VersionOf("a", "b", 9, "")}
    small = _take("a", width=32, height=24)
    assert _folded(_stacks("ab", {"ab": alignment()}, small, versions=versions)) == {"b": "a"}


def test_one_picture_in_two_files_folds_however_dark_it_is() -> None:
    same = [
        replace(_take(word), take=replace(_take(word).take, media=_take("x").take.media)) for word in "ab"
    ]
    (stack,) = build_stacks(same, [])
    assert stack.members[0].likeness.reason == "the same picture, rewrapped, 0 of 256 bits"
    assert build_stacks(same, [], rulings=Rulings(apart=frozenset([frozenset("ab")]))) == []


def test_a_take_that_goes_on_after_its_keeper_stays_visible() -> None:
    (stack,) = _stacks("ab", {"ab": alignment()}, _take("a", CIRCLED, seconds=4.0), _take("b", seconds=7.0))
    assert stack.members[0].likeness.band is Band.VARIANT
    assert "longer than the keeper" in stack.members[0].likeness.reason
