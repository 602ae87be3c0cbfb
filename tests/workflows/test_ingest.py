"""Importing: what becomes a take, what is learnt of it, and what an import never does."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from circletake.errors import BadInput, LibraryError, NotFound
from circletake.hookspecs import hookimpl
from circletake.model.location import Location
from circletake.model.recipe import Evidence, RecipeClaim
from circletake.model.take import Declaration, Origin, Take
from circletake.plugins.manager import PluginManager
from circletake.protocols import About, NoSettings, SourceFile
from circletake.workflows.intake.ingest import IngestReport, ingest
from circletake.workflows.intake.recipe_table import read_table
from circletake.workflows.intake.surveying import survey
from circletake.workflows.intake.taking_in import Grouping
from circletake.workflows.library import Library
from circletake_registry.media_store import MediaStore
from circletake_registry.registry import Registry
from circletake_registry.takes import Takes
from tests.factories import actor, new_take

Clip = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("no_workers")


@pytest.fixture
def bring(library: Library) -> Callable[..., IngestReport]:
    def run(*paths: Path, **how: Any) -> IngestReport:
        manager = how.pop("manager", None) or PluginManager.load(only=("readers",))
        return ingest(library, manager, paths, **{"by": actor(), "analysis": False, **how})

    return run


def takes(library: Library) -> list[Take]:
    return [slate.take for slate in library.registry.takes.slates()]


def beside(clip: Path, suffix: str, data: object) -> None:
    clip.with_name(clip.stem + suffix).write_text(json.dumps(data))


def test_a_prompt_makes_the_shot_and_without_one_the_folder_does(
    library: Library, bring: Any, clip: Clip
) -> None:
    for number in (1, 2, 10):
        beside(clip(f"in/bus {number}.mp4", seed=number), ".json", {"prompt": "night bus"})
    clip("in/SH040/a.mp4", seed=4)
    clip("in/Gen-3 Alpha Turbo 7, a tram at, M 5.mp4", seed=5)
    report = bring(clip("in/bus 1.mp4", seed=1).parent)
    shots = {shot.code: shot.title for shot in library.registry.takes.shots()}
    by_name = {take.name: (shots[take.shot], take.number) for take in takes(library)}
    assert by_name == {
        "bus 1.mp4": ("night bus", 1),
        "bus 2.mp4": ("night bus", 2),
        "bus 10.mp4": ("night bus", 3),
        "a.mp4": (shots["SH040"], 1),
        "Gen-3 Alpha Turbo 7, a tram at, M 5.mp4": ("a tram at…", 1),
    }
    assert (report.known, report.learnt) == (
        {"prompt": 3, "model": 1, "seed": 1, "nothing": 1},
        {"sidecar": 3, "filename": 1},
    )


def test_shots_can_be_named_or_made_by_folder(library: Library, bring: Any, clip: Clip) -> None:
    beside(clip("one/a.mp4", seed=1), ".json", {"prompt": "night bus"})
    bring(clip("one/a.mp4", seed=1), group=Grouping.FOLDER)
    bring(clip("two/b.mp4", seed=2), shot="SH900")
    shots = {shot.code: shot.title for shot in library.registry.takes.shots()}
    assert {take.name: shots[take.shot] for take in takes(library)}["a.mp4"] == "one"
    assert "SH900" in shots
    for wrong in ("../x", "deadbeef", "a b"):
        with pytest.raises(BadInput):
            bring(clip("two/b.mp4", seed=2), shot=wrong)


def test_the_same_bytes_again_add_claims_and_a_place_but_never_a_take(
    library: Library, bring: Any, clip: Clip
) -> None:
    first = clip("in/a.mp4")
    bring(first)
    (take,) = takes(library)
    copy = Path(shutil.copy(first, first.with_name("Gen-4 Turbo 12.mp4")))
    report = bring(first.parent)
    assert (report.takes, report.copies, report.claims) == ((), 1, 3)
    assert takes(library) == [take]
    assert library.registry.takes.slate(take.id).recipe["seed"] == "12"
    assert {place.path for place in library.registry.media.locations(take.sha256)} == {str(first), str(copy)}
    again = bring(first.parent, reread=True)
    assert (again.takes, again.copies, again.claims) == ((), 0, 0)


def test_unchanged_files_are_not_even_opened(library: Library, bring: Any, clip: Clip) -> None:
    clip_file = clip("in/a.mp4")
    bring(clip_file)
    clip_file.chmod(0)
    seen: list[int] = []
    report = bring(clip_file, announce=lambda plan: seen.append(len(plan.survey.files)))
    assert (seen, report.unread, len(report.plan.survey.unchanged)) == ([0], (), 1)


def test_a_table_reaches_takes_that_are_here_already(library: Library, bring: Any, clip: Clip) -> None:
    file = clip("in/a.mp4")
    bring(file)
    table = file.parent / "recipes.csv"
    table.write_text("file,prompt,steps\na.mp4,night bus,30\nb.mp4,other,1\n")
    report = bring(file.parent, recipes=table, by=actor("ana"))
    (slate,) = library.registry.takes.slates()
    assert (slate.recipe["prompt"], slate.recipe["param.steps"]) == ("night bus", "30")
    assert (slate.recipe.evidence("prompt"), slate.recipe.in_force["prompt"].by) == (Evidence.DECLARED, "ana")
    assert report.claims == 2
    assert report.notes == ("recipes.csv: 1 rows met no file here: b.mp4",)


def test_bad_files_are_told_one_by_one_and_the_rest_goes_on(library: Library, bring: Any, clip: Clip) -> None:
    good = clip("in/good.mp4", seconds=2)
    folder = good.parent
    (folder / "empty.mp4").touch()
    (folder / "cut.mp4").write_bytes(good.read_bytes()[:-2000])
    (folder / "list.mp4").write_text("#EXTM3U\nhttp://example.org/a.ts\n")
    (folder / "text.mov").write_text("not a film\n" * 99)
    report = bring(folder)
    assert [take.name for take in takes(library)] == ["good.mp4"]
    assert {row.path: row.reason for row in report.unread} == {
        "cut.mp4": "ends early",
        "empty.mp4": "empty",
        "list.mp4": "a playlist, not a video",
        "text.mov": "not a video in a format circletake reads (mp4, mov, webm, mkv, avi, gif)",
    }


def test_a_readable_name_that_is_hostile_stays_what_it_is(library: Library, bring: Any, clip: Clip) -> None:
    name = "=HYPERLINK(1)\x1b[31m<script>\u202egpj.mp4"
    bring(clip(f"in/{name}"))
    assert [take.name for take in takes(library)] == [name]


def test_a_table_in_the_folder_is_no_sidecar_of_a_clip_of_another_stem(tmp_path: Path, clip: Clip) -> None:
    file = clip("in/a.mp4")
    beside(file, ".json", [{"file": "a.mp4", "prompt": "x"}])
    assert read_table(file.with_suffix(".json")).unmatched == ("a.mp4",)


def test_copies_are_stored_and_the_source_may_go(library: Library, bring: Any, clip: Clip) -> None:
    file = clip("in/a.mp4")
    report = bring(file, copy=True)
    file.unlink()
    (take,) = takes(library)
    assert report.plan.keeping.name == "COPIED"
    assert library.media(take).is_relative_to(library.root)


def test_files_that_are_watched_can_be_copied_later(library: Library, bring: Any, clip: Clip) -> None:
    file = clip("in/a.mp4")
    bring(file)
    assert bring(file, copy=True).takes == ()
    file.unlink()
    assert library.media(takes(library)[0]).is_relative_to(library.root)


def test_others_can_write_while_large_files_are_copied(
    library: Library, bring: Any, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("circletake_registry.engine.BUSY_SECONDS", 0)
    adopt = MediaStore.adopt

    def slowly(store: MediaStore, *how: Any) -> Location:
        with Registry.open(library.registry.path) as other:
            new_take(other, "of another import")
        return adopt(store, *how)

    monkeypatch.setattr(MediaStore, "adopt", slowly)
    report = bring(clip("in/a.mp4"), copy=True)
    assert report.unread == ()
    assert {take.name for take in takes(library)} == {"a.mp4", "of another import.mp4"}


def test_takes_that_another_import_added_meanwhile_are_not_counted_twice(
    library: Library, bring: Any, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = clip("in/a.mp4")
    adopt = MediaStore.adopt

    def late(store: MediaStore, *how: Any) -> Location:
        monkeypatch.undo()
        bring(file)
        return adopt(store, *how)

    monkeypatch.setattr(MediaStore, "adopt", late)
    assert bring(file).takes == ()
    assert len(takes(library)) == 1


def test_a_registry_that_cannot_be_written_to_is_told_once_and_not_blamed_on_each_file(
    bring: Any, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise LibraryError("registry.sqlite", "the disk is full", "make room")

    monkeypatch.setattr(Takes, "add", full)
    with pytest.raises(LibraryError, match="the disk is full"):
        bring(clip("in/a.mp4"), clip("in/b.mp4", seconds=2))


def test_a_copy_that_would_not_fit_is_refused_before_anything_is_done(
    library: Library, bring: Any, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100, 90, 10))
    with pytest.raises(LibraryError, match="10 B free"):
        bring(clip("in/a.mp4"), copy=True)
    assert takes(library) == []


def test_footage_carries_what_its_maker_declares_and_nothing_otherwise(
    library: Library, bring: Any, clip: Clip
) -> None:
    bring(clip("a.mp4", seed=1), origin=Origin.CAMERA, declared=Declaration.HUMAN, by=actor("ana"))
    bring(clip("b.mp4", seed=2), origin=Origin.CAMERA)
    said = {s.take.name: (s.take.origin, s.recipe["source_type"]) for s in library.registry.takes.slates()}
    assert said == {"a.mp4": (Origin.CAMERA, "digitalCapture"), "b.mp4": (Origin.CAMERA, "")}


def test_an_origin_that_comes_too_late_is_told(library: Library, bring: Any, clip: Clip) -> None:
    file = clip("in/a.mp4")
    assert bring(file).notes == ()
    for again in (bring(file, origin=Origin.CAMERA), bring(file, origin=Origin.CAMERA, reread=True)):
        assert "came in with another origin, which stays: 1;" in again.notes[0]
    assert takes(library)[0].origin is Origin.GENERATED


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm"])
def test_a_graph_in_the_tags_of_a_real_file_is_read(
    library: Library, bring: Any, clip: Clip, suffix: str
) -> None:
    graph = {
        "3": {"class_type": "KSampler", "inputs": {"seed": 2**64 - 1, "positive": ["6", 0]}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "night bus, “rain”"}},
    }
    bring(clip(f"in/a{suffix}", tags={"prompt": json.dumps(graph)}))
    (slate,) = library.registry.takes.slates()
    assert (slate.recipe["prompt"], slate.recipe["seed"]) == ("night bus, “rain”", str(2**64 - 1))
    assert slate.recipe.evidence("prompt") is Evidence.EMBEDDED


class Reader:
    """A recipe reader that says what it is told to."""

    about = About("odd", "", "1", NoSettings)

    def __init__(self, say: Callable[[SourceFile], Iterable[RecipeClaim]]) -> None:
        self._say = say

    def read(self, source: SourceFile, settings: NoSettings) -> Iterable[RecipeClaim]:
        return self._say(source)


def with_reader(say: Callable[[SourceFile], Iterable[RecipeClaim]]) -> PluginManager:
    class Plugin:
        @hookimpl
        def circletake_recipe_readers(self) -> list[Reader]:
            return [Reader(say)]

    manager = PluginManager.load(only=("readers",))
    manager.add("odd", Plugin())
    return manager


def test_a_reader_that_fails_costs_its_own_claims_only(library: Library, bring: Any, clip: Clip) -> None:
    def fail(source: SourceFile) -> Iterator[RecipeClaim]:
        yield RecipeClaim("prompt", "half", Evidence.EMBEDDED, "odd", "odd")
        raise RuntimeError("no luck")

    clip("in/Gen-4 Turbo 1.mp4", seed=1)
    report = bring(clip("in/Gen-4 Turbo 2.mp4", seed=2).parent, manager=with_reader(fail))
    assert len(report.takes) == 2
    assert report.learnt["filename"] == 2
    assert report.notes == ("reader odd: failed on Gen-4 Turbo 1.mp4: RuntimeError: no luck",)


def test_a_reader_cannot_pass_its_word_off_as_seen_signed_or_declared(
    library: Library, bring: Any, clip: Clip
) -> None:
    def boast(source: SourceFile) -> Iterator[Any]:
        for field, evidence in zip(("prompt", "seed", "model"), Evidence, strict=False):
            yield RecipeClaim(field, "x", evidence, "odd", "odd", accepted=True)
        yield RecipeClaim("no_such_field", "x", Evidence.SIDECAR, "odd", "odd")
        yield "not a claim"

    bring(clip("a.mp4"), manager=with_reader(boast))
    (slate,) = library.registry.takes.slates()
    assert {(c.field, c.evidence, c.accepted) for c in slate.recipe.claims} == {
        (field, Evidence.EMBEDDED, False) for field in ("prompt", "seed", "model")
    }


def test_nothing_to_import_is_an_error_that_names_it(bring: Any, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        bring(tmp_path / "nowhere")


def test_a_file_that_is_still_being_written_is_left_for_later(
    library: Library, bring: Any, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = clip("a.mp4")

    def grow(path: Path) -> str:
        os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))
        return "0" * 64

    monkeypatch.setattr("circletake.workflows.intake.inspecting.sha256_of", grow)
    assert [row.reason for row in bring(file).unread] == ["changed while it was read"]
    assert takes(library) == []


def test_a_providers_manifest_is_kept_byte_for_byte(library: Library, bring: Any, shared: Path) -> None:
    sora = next((shared / "data/ai/videophy2__videophy2.github.io/videos").rglob("*Librarian*"))
    bring(sora)
    (slate,) = library.registry.takes.slates()
    kept = library.credentials(slate.take.sha256).read_bytes()
    assert kept in sora.read_bytes()
    assert (slate.recipe["generator"], slate.recipe.evidence("generator")) == ("Sora", Evidence.EMBEDDED)
    assert survey([sora], library.registry.media.known_in_place()).files == ()
