from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from circletake.fingerprint.stacks import Bands, Keeper, build_stacks
from circletake.model.event import Actor, Standing, Verdict
from circletake.model.fingerprint import Fingerprint
from circletake.model.slate import Slate
from circletake.model.stack import Band
from tests.factories import media_facts, slate

FRAMES = 24


def _print(seed: int = 0, spoilt: int = 0, colour: int = 128, moving: bool = True) -> Fingerprint:
    """A take of its own for each seed, with ``spoilt`` of 256 bits changed in every frame."""
    random = np.random.default_rng(seed)
    bits = random.integers(0, 256, (FRAMES if moving else 1, 32), dtype=np.uint8)
    bits = np.repeat(bits, 1 if moving else FRAMES, axis=0)
    flips = np.zeros(256, np.uint8)
    flips[:spoilt] = 1
    changed = bits ^ np.packbits(flips)
    chroma = np.tile(np.array([colour, 128, 128], np.uint8), (FRAMES, 4))
    seconds = (np.arange(FRAMES) / 4).astype(np.float32)
    return Fingerprint(
        seconds, bits[:, :8].copy(), changed, chroma, np.full(FRAMES, 50, np.uint8), (0, 0, 1, 1)
    )


def _take(word: str, **over: object) -> Slate:
    return slate(number=ord(word) - 96, id=word, media=media_facts(picture_sha256=word, **over))


def _stacks(prints: dict[str, Fingerprint], change: Callable[[Slate], Slate] = lambda s: s, **how: object):  # type: ignore[no-untyped-def]
    return build_stacks([change(_take(word)) for word in prints], prints, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spoilt", "band"), [(0, Band.DUPLICATE), (32, Band.DUPLICATE), (40, Band.NEAR), (60, Band.VARIANT)]
)
def test_bands_follow_the_distance(spoilt: int, band: Band) -> None:
    (stack,) = _stacks({"a": _print(), "b": _print(spoilt=spoilt)})
    (member,) = stack.members
    assert (member.likeness.band, member.likeness.distance) == (band, spoilt)
    assert f"{spoilt}/256 bits" in member.likeness.reason


def test_takes_far_apart_are_in_no_stack() -> None:
    assert _stacks({"a": _print(1), "b": _print(2), "c": _print(spoilt=90), "d": _print()}) == []


def test_other_colours_make_a_variant_of_a_duplicate() -> None:
    (stack,) = _stacks({"a": _print(), "b": _print(colour=220)})
    assert stack.members[0].likeness.band is Band.VARIANT
    assert "other colours" in stack.members[0].likeness.reason


def test_takes_that_hardly_move_need_to_be_closer() -> None:
    (stack,) = _stacks({"a": _print(moving=False), "b": _print(moving=False, spoilt=30)})
    assert stack.members[0].likeness.band is Band.VARIANT
    assert "too still" in stack.members[0].likeness.reason


def test_takes_that_part_ways_are_no_duplicates() -> None:
    later = _print()
    bits = later.bits256.copy()
    bits[16:] = _print(9).bits256[16:]
    (stack,) = _stacks({"a": _print(), "b": replace(later, bits256=bits)})
    assert stack.members[0].likeness.band is Band.VARIANT


def test_takes_that_grow_apart_from_one_still_are_siblings() -> None:
    later = _print()
    bits = np.unpackbits(later.bits256, axis=1)
    for frame in range(FRAMES):
        bits[frame, : frame * 40 // FRAMES] ^= 1
    (stack,) = _stacks({"a": _print(), "b": replace(later, bits256=np.packbits(bits, axis=1))})
    assert stack.members[0].likeness.band is Band.VARIANT
    assert stack.members[0].likeness.reason == "begin alike, then part ways, 19/256 bits"


def _circled(*words: str) -> Callable[[Slate], Slate]:
    standing = Standing(Verdict.CIRCLED, by=Actor("ana", True))
    return lambda s: replace(s, standing=standing) if s.take.id in words else s


def test_the_circled_take_is_the_keeper_and_says_by_whom() -> None:
    (stack,) = _stacks({"a": _print(), "b": _print(spoilt=5)}, _circled("b"))
    assert stack.keeper_id == "b" and "circled by ana" in stack.why_keeper


def test_a_circled_or_rated_take_is_never_folded() -> None:
    def rated(s: Slate) -> Slate:
        return replace(s, standing=Standing(stars=3)) if s.take.id == "b" else _circled("a")(s)

    (stack,) = _stacks({"a": _print(), "b": _print(), "c": _print()}, rated)
    assert {m.take_id: m.likeness.band.folds for m in stack.members} == {"b": False, "c": True}


def test_pairs_ruled_apart_never_join() -> None:
    assert _stacks({"a": _print(), "b": _print()}, apart={frozenset("ab")}) == []


def test_a_take_is_in_one_stack_at_most_and_no_chain_forms() -> None:
    prints = {"a": _print(), "b": _print(spoilt=40), "c": _print(spoilt=80), "d": _print(spoilt=100)}
    stacks = _stacks(prints, keeper=Keeper.FIRST)
    placed = [take for s in stacks for take in (s.keeper_id, *(m.take_id for m in s.members))]
    assert len(placed) == len(set(placed))
    assert all(m.likeness.distance <= Bands().variant for s in stacks for m in s.members)


def test_the_largest_picture_is_kept_when_asked() -> None:
    prints = {"a": _print(), "b": _print()}
    slates = [_take("a"), _take("b", width=1920, height=1080)]
    (stack,) = build_stacks(slates, prints, keeper=Keeper.LARGEST)
    assert stack.keeper_id == "b" and "1920x1080" in stack.why_keeper
