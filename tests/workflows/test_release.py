"""Releases: everything signed, recorded and in place, or nothing at all."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from circletake.audit.record import read_release
from circletake.errors import BadInput, CircletakeError
from circletake.media.probe import probe
from circletake.model.manifest import Check
from circletake.model.policy import PromptPolicy
from circletake.model.take import Declaration
from circletake.plugins.manager import PluginManager
from circletake.provenance.keys import KeyRing
from circletake.provenance.reading import read_credentials
from circletake.workflows.auditing.audit import audit_folder
from circletake.workflows.leaving.cutting import load_song
from circletake.workflows.leaving.editing import set_gap, set_speed
from circletake.workflows.leaving.release import make_release, plan_release
from circletake.workflows.leaving.terms import Terms
from circletake.workflows.library import Library
from tests.outgoing import PROMPT, Failing, circled, leftovers, only_known_files_are_kept, slate
from tests.timestamper import Timestamper

Clip = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("no_workers")


def test_a_release_is_whole_and_can_be_checked_without_us(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path, ring: KeyRing
) -> None:
    folder = tmp_path / "Night Bus"
    plan = plan_release(film, "Night Bus", cut="main", folder=folder)
    assert plan.travelling.prompts == 2
    made = make_release(film, manager, plan, under)
    files = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    first, third = slate(film, "SH010/1").take.slate, slate(film, "SH010/3").take.slate
    clips = [f"clips/{first}.mp4", f"clips/{third}.c2pa", f"clips/{third}.webm"]
    record = ["release.json", "release.json.c2pa", "SHA256SUMS"]
    assert files == sorted([*clips, *record, "main.mp4", "timeline.otio", "cues.csv"])
    sums = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert set(sums) == set(files) - {"SHA256SUMS"}
    assert all(
        hashlib.sha256((folder / name).read_bytes()).hexdigest() == value for name, value in sums.items()
    )
    for video in ("main.mp4", f"clips/{first}.mp4", f"clips/{third}.webm", "release.json"):
        assert read_credentials(folder / video, [ring.anchor()]).trust is Check.PASSED
    assert probe(folder / "main.mp4").facts.frames == 24
    assert made.signed == 3
    assert leftovers(tmp_path) == ["Night Bus", "in", "library"]


def test_a_clip_calls_itself_what_the_release_calls_it(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    make_release(film, manager, plan_release(film, "r", cut="main", folder=tmp_path / "r"), under)
    videos = [p for p in (tmp_path / "r" / "clips").iterdir() if p.suffix != ".c2pa"]
    assert len(videos) == 2
    for path in videos:
        active = read_credentials(path).active
        assert active and active.title == path.name


def test_the_record_says_what_every_second_was_made_of(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    make_release(film, manager, plan_release(film, "r", cut="main", folder=tmp_path / "r"), under)
    release = read_release((tmp_path / "r" / "release.json").read_bytes())
    cut = next(file for file in release.files if file.kind == "cut")
    assert [(use.take, use.record_in, use.record_out, use.source_in) for use in cut.uses] == [
        ("SH010/1", "0", "1/2", "0"),
        ("SH010/3", "1/2", "3/2", "0"),
        ("SH010/1", "3/2", "2", "1/2"),
    ]
    assert {(use.prompt, use.prompt_evidence, use.model) for use in cut.uses} == {
        (PROMPT, "declared", "runway gen4.5")
    }
    assert (release.chosen.made, release.chosen.used, release.chosen.people) == (4, 2, ("ana",))
    timeline: Any = otio.adapters.read_from_file(str(tmp_path / "r" / "timeline.otio"))
    named = {clip.media_reference.target_url for clip in timeline.tracks[0]}
    assert all((tmp_path / "r" / each).is_file() for each in named)


def test_omitted_prompts_are_in_no_file_of_the_release(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    plan = plan_release(film, "r", cut="main", folder=tmp_path / "r", policy=PromptPolicy.OMIT)
    make_release(film, manager, plan, replace(under, policy=PromptPolicy.OMIT))
    assert plan.travelling.prompts == 0
    holding = [
        p.name for p in (tmp_path / "r").rglob("*") if p.is_file() and PROMPT.encode() in p.read_bytes()
    ]
    assert holding == []


def test_circled_takes_are_released_without_a_cut(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    make_release(film, manager, plan_release(film, "selects", folder=tmp_path / "s"), under)
    release = read_release((tmp_path / "s" / "release.json").read_bytes())
    assert sorted(file.kind for file in release.files) == ["take", "take", "timeline", "timeline"]


def test_a_declared_song_is_recorded_as_declared(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path, clip: Clip
) -> None:
    song = load_song(clip("in/song.mp4", audio=True, seed=9), Declaration.HUMAN, "ana")
    film.registry.cuts.save(replace(film.registry.cuts.get("main"), song=song))
    make_release(film, manager, plan_release(film, "r", cut="main", folder=tmp_path / "r"), under)
    sound = read_release((tmp_path / "r" / "release.json").read_bytes()).sound
    assert sound is not None and (sound.origin, sound.declared_by) == ("human-made", "ana")
    assert probe(tmp_path / "r" / "main.mp4").facts.audio is not None


def test_a_folder_with_something_in_it_is_left_alone(film: Library, tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    plan_release(film, "r", cut="main", folder=tmp_path / "r")
    (tmp_path / "r" / "mine.txt").touch()
    with pytest.raises(BadInput, match="not empty"):
        plan_release(film, "r", cut="main", folder=tmp_path / "r")


def test_whichever_signature_fails_there_is_no_folder(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    """Fail the first signature, then the second, and so on until the release succeeds."""
    for failing in range(1, 20):
        signer = Failing(under.signer, failing)
        plan = plan_release(film, "r", cut="main", folder=tmp_path / "r")
        try:
            make_release(film, manager, plan, replace(under, signer=signer))
        except CircletakeError as error:
            assert error.reason == "was pulled out"
            assert leftovers(tmp_path) == ["in", "library"]
            assert list((film.home / "staging").iterdir()) == []
        else:
            break
    assert failing > 2
    assert (tmp_path / "r" / "release.json.c2pa").is_file()


def test_a_release_that_is_stopped_leaves_nothing_behind(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path, clock: Timestamper
) -> None:
    class Stopping:
        def step(self, done: int, total: int, note: str = "") -> None:
            raise KeyboardInterrupt

    circled(film)
    plan = plan_release(film, "r", folder=tmp_path / "r")
    with pytest.raises(KeyboardInterrupt):
        make_release(film, manager, plan, replace(under, timestamper=clock.url), progress=Stopping())
    assert leftovers(tmp_path) == ["in", "library"]
    assert only_known_files_are_kept(film)


def test_a_release_across_disks_is_copied_beside_its_place_and_checked(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def other_disk(self: Path, target: Any) -> Path:
        if self.name == "release":
            raise OSError(18, os.strerror(18))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", other_disk)
    make_release(film, manager, plan_release(film, "r", cut="main", folder=tmp_path / "r"), under)
    assert json.loads((tmp_path / "r" / "release.json").read_text())["name"] == "r"
    assert leftovers(tmp_path) == ["in", "library", "r"]


def test_a_cut_with_black_and_speeds_is_traced_to_its_last_second(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    set_gap(film, "main", [1, 2], Fraction(1, 2))
    set_speed(film, "main", [2], Fraction(2))
    made = make_release(film, manager, plan_release(film, "night", cut="main", folder=tmp_path / "r"), under)
    rules = PluginManager.load(only=("rules",))
    audit = audit_folder(made.folder, manager=rules, trust=[])
    (cut,) = (file for file in audit.files if file.case.recorded and file.case.recorded.kind == "cut")
    black = [(t.use.record_in, t.use.record_out) for t in cut.case.traced if t.use.is_black]
    assert black == [("0", "1/2"), ("1", "3/2")]
    answers = {o.rule: o.check for o in audit.outcomes if o.file == cut.case.path}
    for rule in ("cut.coverage", "cut.clips", "ai.source_type", "c2pa.conformance"):
        assert answers[rule] is not Check.FAILED, rule
    recorded = [(use.record_in, use.source_in, use.source_out) for use in cut.uses if use.take]
    assert recorded[1] == ("3/2", "0", "1") and recorded[2][0] == "2"
