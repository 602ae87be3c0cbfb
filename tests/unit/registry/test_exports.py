"""Files that leave are recorded before they move and found again by what they were made from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from circletake.errors import NotFound
from circletake.model.export import ExportRow, ExportState
from circletake_registry.registry import Registry
from tests.factories import NOW, new_take, sha256


def row(take_id: str = "", path: str = "/staging/a.mp4", **over: object) -> ExportRow:
    made = ExportRow(
        sha256=sha256("signed"),
        path=path,
        kind="take",
        size=1000,
        take_id=take_id,
        cut="",
        recipe_digest="r1",
        policy="full",
        certificate="9A:41",
        actions="",
        release="",
        state=ExportState.STAGED,
        at=NOW,
        prompts={sha256("bus"): "night bus"},
        sidecar="/staging/a.c2pa",
    )
    return replace(made, **over)  # type: ignore[arg-type]


def test_a_staged_file_is_published_where_it_came_to_lie(registry: Registry) -> None:
    staged = row(new_take(registry).id)
    registry.exports.stage(staged)
    assert registry.exports.by_sha256(staged.sha256) == staged
    registry.exports.publish(staged.sha256, "/out/a.mp4")
    assert registry.exports.all() == [replace(staged, path="/out/a.mp4", state=ExportState.PUBLISHED)]


def test_nothing_is_published_that_was_not_staged(registry: Registry) -> None:
    with pytest.raises(NotFound, match="never staged"):
        registry.exports.publish(sha256("stranger"), "/out/a.mp4")


def test_a_signed_take_is_found_by_all_it_was_made_from(registry: Registry) -> None:
    take = new_take(registry)
    registry.exports.stage(row(take.id, "/lib/signed/a.mp4"))
    assert registry.exports.signed(take.id, "r1", "full", "9A:41", "") is None
    registry.exports.publish(sha256("signed"), "/lib/signed/a.mp4")

    found = registry.exports.signed(take.id, "r1", "full", "9A:41", "")
    assert found is not None
    assert found.path == "/lib/signed/a.mp4"
    for other in [
        (new_take(registry, "b").id, "r1", "full", "9A:41", ""),
        (take.id, "r2", "full", "9A:41", ""),
        (take.id, "r1", "omit", "9A:41", ""),
        (take.id, "r1", "full", "00:00", ""),
        (take.id, "r1", "full", "9A:41", "c2pa.transcoded"),
    ]:
        assert registry.exports.signed(*other) is None


def test_a_copy_put_elsewhere_does_not_stand_for_the_kept_one(registry: Registry) -> None:
    take = new_take(registry)
    for path, release in [("/lib/signed/a.mp4", ""), ("/out/a.mp4", ""), ("/release/a.mp4", "v3")]:
        registry.exports.stage(row(take.id, path, release=release))
        registry.exports.publish(sha256("signed"), path)
    found = registry.exports.signed(take.id, "r1", "full", "9A:41", "")
    assert found is not None
    assert found.path == "/lib/signed/a.mp4"
    assert len(registry.exports.all()) == 3


def test_staging_the_same_file_for_the_same_place_again_replaces_its_row(registry: Registry) -> None:
    registry.exports.stage(row())
    registry.exports.stage(row(release="v3"))
    assert [each.release for each in registry.exports.all()] == ["v3"]
