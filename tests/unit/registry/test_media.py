"""The registry knows where every take's bytes are, and what became of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from circletake.errors import NotFound
from circletake.model.location import Location, LocationState
from circletake_registry.registry import Registry
from tests.factories import new_take, sha256


def test_places_come_back_best_first(registry: Registry) -> None:
    take = new_take(registry)
    (in_place,) = registry.media.locations(take.sha256)
    stored = Location(take.sha256, f"ab/{take.sha256}.mp4", True, 1000, 5)
    registry.media.add(stored)
    assert registry.media.locations(take.sha256) == [stored, in_place]

    registry.media.mark(stored, LocationState.QUARANTINED)
    assert registry.media.locations(take.sha256) == [
        in_place,
        replace(stored, state=LocationState.QUARANTINED),
    ]
    assert sorted(map(str, registry.media.all())) == sorted(map(str, registry.media.locations(take.sha256)))


def test_a_known_place_is_brought_up_to_date(registry: Registry) -> None:
    take = new_take(registry)
    (place,) = registry.media.locations(take.sha256)
    registry.media.mark(place, LocationState.MISSING)
    registry.media.add(replace(place, mtime_ns=99))
    assert registry.media.locations(take.sha256) == [replace(place, mtime_ns=99)]


def test_files_in_place_are_known_by_path_size_and_time(registry: Registry) -> None:
    take = new_take(registry, "a")
    stored = Location(sha256("b"), f"b/{sha256('b')}.mp4", True, 1, 1)
    new_take(registry, "b", location=stored)
    (place,) = registry.media.locations(take.sha256)
    assert registry.media.known_in_place() == {place.path: (1000, 1, take.sha256)}
    registry.media.mark(place, LocationState.OK, mtime_ns=44)
    assert registry.media.known_in_place() == {place.path: (1000, 44, take.sha256)}
    registry.media.mark(place, LocationState.REWRAPPED)
    assert registry.media.known_in_place() == {}


def test_a_path_that_now_holds_another_take_is_altered_for_the_older_one(registry: Registry) -> None:
    older = new_take(registry, "a", location=Location(sha256("a"), "/clips/x.mp4", False, 1, 1))
    newer = new_take(registry, "b", location=Location(sha256("b"), "/clips/x.mp4", False, 2, 2))
    assert [place.state for place in registry.media.locations(older.sha256)] == [LocationState.ALTERED]
    assert registry.media.known_in_place() == {"/clips/x.mp4": (2, 2, newer.sha256)}
    assert registry.takes.slate(older.id).path == ""


def test_a_file_found_again_is_moved(registry: Registry) -> None:
    take = new_take(registry)
    (place,) = registry.media.locations(take.sha256)
    registry.media.mark(place, LocationState.MISSING)
    registry.media.move(place, "/elsewhere/take.mp4")
    assert registry.media.locations(take.sha256) == [replace(place, path="/elsewhere/take.mp4")]
    with pytest.raises(NotFound):
        registry.media.move(place, "/again.mp4")
    with pytest.raises(NotFound):
        registry.media.mark(place, LocationState.OK)


@pytest.mark.parametrize("path", ["/clips/caf\udce9 \udcff.mp4", "/clips/日本.mp4", "/clips/a\nb.mp4"])
def test_any_path_a_disk_can_hold_comes_back_exactly(registry: Registry, path: str) -> None:
    take = new_take(registry, location=Location(sha256(), path, False, 1, 1))
    assert registry.media.locations(take.sha256)[0].path == path
    assert list(registry.media.known_in_place()) == [path]
