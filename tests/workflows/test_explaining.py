"""Explaining a pair: with the frames of the files, or without them; and of takes that are no pair."""

from __future__ import annotations

from pathlib import Path

import pytest

from circletake.errors import BadInput, LibraryError
from circletake.model.analysis import StageResult
from circletake.model.stack import Band, VersionOf
from circletake.plugins.manager import PluginManager
from circletake.workflows.analysis.analyze import FINGERPRINT
from circletake.workflows.analysis.dedupe import dedupe, keep_apart
from circletake.workflows.analysis.explaining import explain
from circletake.workflows.intake.ingest import ingest
from circletake.workflows.library import Library
from tests.factories import actor, new_take
from tests.scenes import Scene

pytestmark = pytest.mark.usefixtures("no_workers")
PAIR = ("SH010/1", "SH010/2")


@pytest.fixture
def trio(library: Library, tmp_path: Path) -> Library:
    """SH010: a take, one trimmed from it, and an unrelated one."""
    folder = tmp_path / "takes"
    Scene().write(folder / "1.mp4")
    Scene(start=0.75, seconds=2).write(folder / "2.mp4", height=64)
    Scene(seed=3).write(folder / "3.mp4")
    ingest(library, PluginManager.load(only=()), [folder], by=actor(), shot="SH010")
    return library


def test_the_numbers_are_those_of_a_run_from_either_side(trio: Library) -> None:
    (stack,) = dedupe(trio, by=actor(), dry_run=True).stacks
    there, back = explain(trio, PAIR), explain(trio, PAIR[::-1])
    assert there.likeness is not None and back.likeness is not None and there.alignment is not None
    assert there.likeness == stack.members[0].likeness
    assert there.alignment.offset == pytest.approx(0.75, abs=0.05)
    assert back.likeness.offset == pytest.approx(-there.likeness.offset, abs=0.05)
    assert "starts 0.8 s earlier" in back.likeness.reason or "starts 0.7 s earlier" in back.likeness.reason
    assert all(measure.holds is not False for measure in there.measures)
    assert there.searched and there.picture and not there.lost


def test_without_its_file_a_take_is_shown_by_its_record(trio: Library, tmp_path: Path) -> None:
    (tmp_path / "takes" / "2.mp4").unlink()
    found = explain(trio, PAIR)
    assert list(found.lost) == ["SH010/2"] and found.picture
    assert found.likeness is not None and found.likeness.band in (Band.DUPLICATE, Band.NEAR)


def test_a_file_that_cannot_be_read_is_no_hindrance(trio: Library, tmp_path: Path) -> None:
    (tmp_path / "takes" / "1.mp4").write_bytes(b"no video")
    found = explain(trio, PAIR)
    assert list(found.lost) == ["SH010/1"] and found.picture


def test_takes_with_nothing_in_common_are_told_as_such(trio: Library) -> None:
    found = explain(trio, ("SH010/1", "SH010/3"))
    assert found.likeness is None and not found.searched
    assert (found.alignment is None) == (found.picture is None) == (found.measures == ())


def test_rulings_and_versions_are_told(trio: Library) -> None:
    keep_apart(trio, PAIR, actor())
    one, two = (take for word in PAIR for take in trio.registry.takes.resolve(word))
    trio.registry.versions.add([VersionOf(two.id, one.id, 9, "")])
    found = explain(trio, PAIR)
    assert (found.ruling, found.version and found.version.of_id) == ("apart", one.id)


def test_two_takes_that_were_looked_at_are_needed(trio: Library) -> None:
    with pytest.raises(BadInput, match="two takes"):
        explain(trio, ["SH010"])
    with pytest.raises(BadInput, match="two takes"):
        explain(trio, ["SH010/1", "SH010/1"])
    waiting = new_take(trio.registry, "waiting")
    with pytest.raises(BadInput, match="circletake analyze"):
        explain(trio, ["SH010/1", waiting.label])


def test_a_damaged_fingerprint_is_named_with_its_take(trio: Library) -> None:
    (take,) = trio.registry.takes.resolve(PAIR[1])
    trio.registry.analyses.save(take.id, [StageResult(FINGERPRINT, blob=b"bad", pictures=b"bad")])
    with pytest.raises(LibraryError, match=r"SH010/2: its fingerprint is damaged; circletake analyze"):
        explain(trio, PAIR)
