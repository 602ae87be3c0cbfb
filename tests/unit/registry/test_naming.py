"""A person names takes in a few short ways, and is told what there is when nothing fits."""

from __future__ import annotations

import pytest

from circletake.errors import BadInput, NotFound
from circletake_registry.registry import Registry
from tests.factories import new_take


@pytest.fixture
def six(registry: Registry) -> Registry:
    for number in range(1, 7):
        new_take(registry, f"bus{number}", shot="SH010")
    new_take(registry, "harbour", shot="harbour")
    return registry


@pytest.mark.parametrize(
    ("word", "numbers"),
    [
        ("SH010/3", [3]),
        ("sh010/3", [3]),
        (" SH010/3 ", [3]),
        ("SH010/2-4", [2, 3, 4]),
        ("SH010/4-4", [4]),
        ("SH010", [1, 2, 3, 4, 5, 6]),
        ("harbour", [1]),
    ],
)
def test_takes_are_named_by_shot_and_number(six: Registry, word: str, numbers: list[int]) -> None:
    assert [take.number for take in six.takes.resolve(word)] == numbers


def test_a_take_is_named_by_the_first_digits_of_its_bytes(six: Registry) -> None:
    take = six.takes.resolve("SH010/2")[0]
    for digits in (take.sha256[:4], take.short, take.short.upper(), take.sha256):
        assert six.takes.resolve(digits) == [take]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("SH010/9", "SH010/9: no such take; SH010 has 1-6"),
        ("SH010/5-9", "SH010/9: no such take; SH010 has 1-6"),
        ("SH010/0", "SH010/0: no such take; SH010 has 1-6"),
        ("SH077/1", "shot SH077: no such shot; there are harbour, SH010"),
        ("SH077", "SH077: no shot and no take is called so"),
        ("0000000000", "0000000000: no take's sha256 begins so"),
        ("c71", "c71: no shot and no take is called so"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(six: Registry, word: str, said: str) -> None:
    with pytest.raises(NotFound) as caught:
        six.takes.resolve(word)
    assert str(caught.value).startswith(said)
    assert caught.value.next_step


@pytest.mark.parametrize(
    "word", ["", "  ", "SH010/", "/3", "SH010/4-2", "SH010/x", "a b", "SH010/3-", "*", "\x1b[2J"]
)
def test_what_is_no_name_is_refused_with_the_forms_there_are(six: Registry, word: str) -> None:
    with pytest.raises(BadInput) as caught:
        six.takes.resolve(word)
    assert "SH010/" in caught.value.next_step
    assert "\x1b" not in str(caught.value)


def test_digits_that_fit_several_takes_list_them(registry: Registry) -> None:
    new_take(registry, "a", sha256="abcd1234" + "0" * 56)
    new_take(registry, "b", sha256="abcd1234" + "1" * 56)
    with pytest.raises(BadInput, match=r"fits 2 takes: SH010/1 \(abcd12340\), SH010/2 \(abcd12341\)"):
        registry.takes.resolve("abcd1234")
    assert registry.takes.resolve("abcd12341")[0].name == "b.mp4"


def test_a_shot_named_like_digits_comes_first(registry: Registry) -> None:
    new_take(registry, "a", sha256="beef" + "0" * 60, shot="SH010")
    new_take(registry, "b", shot="beef")
    assert [take.name for take in registry.takes.resolve("beef")] == ["b.mp4"]
