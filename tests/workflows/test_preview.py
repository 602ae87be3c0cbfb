"""A preview: half the size, the same frames, inside the library and nowhere else."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from circletake.errors import BadInput, Cancelled, NotFound
from circletake.media.probe import probe
from circletake.plugins.manager import PluginManager
from circletake.workflows.intake.ingest import ingest
from circletake.workflows.leaving.cutting import add_events, new_cut
from circletake.workflows.leaving.editing import set_gap
from circletake.workflows.leaving.preview import halved, preview
from circletake.workflows.library import Library
from circletake.workflows.upkeep.tidying import leftovers, sweep
from tests.factories import actor

pytestmark = pytest.mark.usefixtures("no_workers")


@pytest.fixture
def film(library: Library, clip: Callable[..., Path]) -> Library:
    """A library with one take and a cut of it."""
    ingest(library, PluginManager(), [clip("in/a.mp4")], by=actor(), shot="SH010", analysis=False)
    new_cut(library, "main", rate=Fraction(12), size=(64, 48))
    add_events(library, "main", ["SH010/1"])
    return library


def test_a_preview_has_every_frame_at_half_the_size_and_is_no_export(film: Library) -> None:
    made = preview(film, "main")
    facts = probe(made).facts
    assert (facts.width, facts.height, facts.frames) == (32, 24, 12)
    assert made.is_relative_to(film.home)
    assert film.registry.exports.all() == []
    assert list(film.staging_folder.iterdir()) == []


def test_a_preview_is_made_again_only_when_the_cut_changed_and_the_old_one_goes(film: Library) -> None:
    first = preview(film, "main")
    stamp = first.stat().st_mtime_ns
    assert preview(film, "main") == first and first.stat().st_mtime_ns == stamp
    set_gap(film, "main", [1], Fraction(1))
    second = preview(film, "main")
    assert second != first and list(film.previews_folder.iterdir()) == [second]


def test_previews_of_two_cuts_do_not_take_each_others_place(film: Library) -> None:
    new_cut(film, "main!", rate=Fraction(12), size=(64, 48))
    add_events(film, "main!", ["SH010/1"])
    assert preview(film, "main!") != preview(film, "main")
    assert len(list(film.previews_folder.iterdir())) == 2


def test_a_preview_that_is_stopped_is_not_there(film: Library) -> None:
    with pytest.raises(Cancelled):
        preview(film, "main", cancelled=lambda: True)
    assert not film.previews_folder.exists() and list(film.staging_folder.iterdir()) == []


def test_there_is_no_preview_of_nothing(film: Library) -> None:
    new_cut(film, "empty")
    with pytest.raises(BadInput, match="no events"):
        preview(film, "empty")
    with pytest.raises(NotFound):
        preview(film, "other")


@pytest.mark.parametrize(
    ("size", "half"), [((1280, 720), (640, 360)), ((854, 480), (426, 240)), ((2, 2), (2, 2))]
)
def test_half_a_size_is_even(film: Library, size: tuple[int, int], half: tuple[int, int]) -> None:
    cut = halved(replace(film.registry.cuts.get("main"), width=size[0], height=size[1]))
    assert (cut.width, cut.height) == half


def test_tidying_takes_old_previews(film: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    made = preview(film, "main")
    assert leftovers(film) == []
    later = time.time() + 3 * 24 * 3600
    monkeypatch.setattr(time, "time", lambda: later)
    assert [row.path for row in leftovers(film)] == [made]
    sweep(film, leftovers(film))
    assert not made.exists()
