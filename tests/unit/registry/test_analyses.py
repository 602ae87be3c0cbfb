"""Work is done once for each take, version and settings; what has no row remains to be done."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import event

from circletake.model.analysis import Stage, StageKey, StageResult, Status
from circletake.model.score import Finding, Measured, Score
from circletake.model.slate import Found, Scored
from circletake_registry.registry import Registry
from tests.factories import new_take

SHARP = StageKey(Stage.SCORER, "sharpness", "1", "d1")
HASHES = StageKey(Stage.FINGERPRINT, "phash-grid", "1")
BLACK = Finding("black", 0.0, 1.5, 0.99, 0.98, "black from 0.0 to 1.5 s")


def sharp(value: float, key: StageKey = SHARP) -> StageResult:
    return StageResult(key, measured=Measured((Score("sharpness", value, "0-1"),), (BLACK,)))


def test_what_was_measured_is_on_the_slate(registry: Registry) -> None:
    take = new_take(registry)
    registry.analyses.save(take.id, [sharp(0.5), StageResult(HASHES, blob=b"\x00\xff")])

    slate = registry.takes.slate(take.id)
    assert slate.scores == (Scored("sharpness", "1", Score("sharpness", 0.5, "0-1")),)
    assert slate.findings == (Found("sharpness", "1", BLACK),)
    assert registry.analyses.fingerprints("1") == {take.id: b"\x00\xff"}
    assert registry.analyses.fingerprints("2") == {}


def test_thumbnails_are_read_beside_fingerprints_and_only_when_asked_for(registry: Registry) -> None:
    a, b, c = (new_take(registry, word).id for word in "abc")
    registry.analyses.save(a, [StageResult(HASHES, blob=b"a", pictures=b"strip of a")])
    registry.analyses.save(b, [StageResult(HASHES, blob=b"b")])
    registry.analyses.save(c, [StageResult(HASHES, blob=b"c", pictures=b"strip of c")])

    assert registry.analyses.thumbnails("1", [a, b, "nobody"]) == {a: b"strip of a"}
    assert registry.analyses.thumbnails("2", [a]) == {}
    assert registry.analyses.thumbnails("1", []) == {}
    assert registry.analyses.fingerprints("1") == {a: b"a", b: b"b", c: b"c"}
    registry.analyses.save(a, [StageResult(HASHES, blob=b"a")])
    assert registry.analyses.thumbnails("1", [a]) == {}


def test_fingerprints_are_read_without_their_pictures(registry: Registry) -> None:
    asked: list[str] = []
    event.listen(registry._database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    registry.analyses.fingerprints("1")
    assert not any("pictures" in statement for statement in asked)
    assert any("packed" in statement for statement in asked)


def test_thumbnails_of_more_takes_than_one_query_names(registry: Registry) -> None:
    a, b = (new_take(registry, word).id for word in "ab")
    for take in (a, b):
        registry.analyses.save(take, [StageResult(HASHES, blob=b"x", pictures=b"strip")])
    many = [a, *(f"nobody-{number}" for number in range(40_000)), b]
    assert registry.analyses.thumbnails("1", many).keys() == {a, b}


def test_other_versions_and_settings_are_other_work(registry: Registry) -> None:
    a, b = new_take(registry, "a"), new_take(registry, "b")
    assert registry.analyses.missing(SHARP) == [a.id, b.id]
    registry.analyses.save(a.id, [sharp(0.5)])
    assert registry.analyses.missing(SHARP) == [b.id]
    assert registry.analyses.missing(StageKey(Stage.SCORER, "sharpness", "2", "d1")) == [a.id, b.id]
    assert registry.analyses.missing(StageKey(Stage.SCORER, "sharpness", "1", "d2")) == [a.id, b.id]


def test_the_newest_version_speaks_and_the_older_one_stays_done(registry: Registry) -> None:
    take = new_take(registry)
    registry.analyses.save(take.id, [sharp(0.5)])
    registry.analyses.save(take.id, [sharp(0.7, StageKey(Stage.SCORER, "sharpness", "2", "d1"))])
    assert [(scored.version, scored.score.value) for scored in registry.takes.slate(take.id).scores] == [
        ("2", 0.7)
    ]
    assert registry.analyses.missing(SHARP) == []


def test_the_same_work_again_replaces_its_numbers(registry: Registry) -> None:
    take = new_take(registry)
    for value, packed in [(0.5, b"old"), (0.6, b"new")]:
        registry.analyses.save(take.id, [sharp(value), StageResult(HASHES, blob=packed)])
    slate = registry.takes.slate(take.id)
    assert [scored.score.value for scored in slate.scores] == [0.6]
    assert len(slate.findings) == 1
    assert registry.analyses.fingerprints("1") == {take.id: b"new"}


def test_failed_work_is_done_and_told(registry: Registry) -> None:
    take = new_take(registry)
    registry.analyses.save(
        take.id, [StageResult(SHARP, Status.CRASHED, "out of memory"), StageResult(HASHES)]
    )
    assert registry.analyses.failures() == [(take.id, SHARP, "out of memory")]
    assert registry.analyses.missing(SHARP) == []


def test_forgotten_work_is_missing_again(registry: Registry) -> None:
    take = new_take(registry)
    registry.analyses.save(take.id, [sharp(0.5), StageResult(HASHES, blob=b"x")])
    registry.analyses.forget(SHARP)
    registry.analyses.forget(HASHES)
    assert registry.analyses.missing(SHARP) == [take.id]
    assert registry.analyses.fingerprints("1") == {}
    assert registry.takes.slate(take.id).scores == ()


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_none_fails_its_work_and_spares_the_others(registry: Registry, bad: float) -> None:
    take = new_take(registry)
    measured = Measured(
        (Score("blur", bad), Score("sharpness", 0.5)), (Finding("black", 0, bad, 1, 1), BLACK)
    )
    registry.analyses.save(take.id, [StageResult(SHARP, measured=measured)])
    assert registry.analyses.failures() == [(take.id, SHARP, "gave no finite number for blur, black")]
    slate = registry.takes.slate(take.id)
    assert slate.score("sharpness") == 0.5
    assert slate.score("blur") is None
    assert [found.finding for found in slate.findings] == [BLACK]


def test_numbers_of_numpy_are_numbers(registry: Registry) -> None:
    take = new_take(registry)
    measured = Measured((Score("sharpness", np.float32(0.25)), Score("frames", np.int64(3))))  # type: ignore[arg-type]
    registry.analyses.save(take.id, [StageResult(SHARP, measured=measured)])
    slate = registry.takes.slate(take.id)
    assert (slate.score("sharpness"), slate.score("frames")) == (0.25, 3.0)
