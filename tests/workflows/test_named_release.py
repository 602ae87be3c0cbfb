"""Every video of a release names it: how it comes to, and what an audit tells when the rest is gone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from circletake.audit.answer import Verdict, verdict_on
from circletake.audit.page import html_report
from circletake.audit.record import read_release
from circletake.audit.summary import summarise
from circletake.audit.text import text_report
from circletake.errors import CircletakeError
from circletake.model.audit import Audit, Severity
from circletake.model.belonging import Belonging
from circletake.model.edit import Edit
from circletake.model.export import Release
from circletake.model.policy import PromptPolicy
from circletake.plugins.manager import PluginManager
from circletake.provenance.keys import KeyRing
from circletake.provenance.reading import read_credentials
from circletake.workflows.auditing.audit import audit_each, audit_folder
from circletake.workflows.leaving.cutting import single
from circletake.workflows.leaving.exporting import export
from circletake.workflows.leaving.redacting import redact
from circletake.workflows.leaving.regrading import regrade
from circletake.workflows.leaving.release import make_release, plan_release
from circletake.workflows.leaving.terms import Terms
from circletake.workflows.leaving.workbench import Workbench
from circletake.workflows.library import Library
from circletake.workflows.upkeep import tidying
from tests import releases
from tests.factories import NOW, actor
from tests.outgoing import PROMPT, Failing, circled, leftovers
from tests.releases import Made

Audited = Callable[..., Audit]
pytestmark = pytest.mark.usefixtures("no_workers")
ID = "5e" * 16
OTHER = "c0" * 16


def places(folder: Path) -> list[Belonging | None]:
    """What each video of a release says, in the order of its list."""
    release = read_release((folder / "release.json").read_bytes())
    videos = [folder / file.path for file in release.files if file.kind in ("take", "cut")]
    return [place_of(path) for path in videos]


def place_of(path: Path) -> Belonging | None:
    active = read_credentials(path).active
    return Belonging.read(active.assertions.get("org.circletake.release")) if active else None


class TestReleasing:
    def test_every_video_names_the_release_and_its_own_number(
        self, film: Library, manager: PluginManager, under: Terms, tmp_path: Path
    ) -> None:
        plan = plan_release(film, "r", cut="main", folder=tmp_path / "r")
        made = make_release(film, manager, plan, under).release
        assert places(tmp_path / "r") == [Belonging(made.id, number, 3) for number in (1, 2, 3)]
        assert read_release((tmp_path / "r" / "release.json").read_bytes()).id == made.id

    def test_two_releases_of_the_same_takes_have_two_ids_and_no_clip_in_common(
        self, film: Library, manager: PluginManager, under: Terms, tmp_path: Path
    ) -> None:
        made = [
            make_release(film, manager, plan_release(film, "r", folder=tmp_path / each), under)
            for each in ("a", "b")
        ]
        assert made[0].release.id != made[1].release.id
        assert not {f.sha256 for f in made[0].release.files if f.kind == "take"} & {
            f.sha256 for f in made[1].release.files
        }
        assert leftovers(film.signed_folder) == [], "clips are kept until the release is made, not longer"

    def test_one_that_was_stopped_goes_on_under_its_id_with_what_was_signed(
        self, film: Library, manager: PluginManager, under: Terms, tmp_path: Path
    ) -> None:
        circled(film)
        plan = plan_release(film, "r", folder=tmp_path / "r")
        with pytest.raises(CircletakeError, match="pulled out"):
            make_release(film, manager, plan, replace(under, signer=Failing(under.signer, 3)))
        kept = {place.release for path in film.signed_folder.glob("*.m*") if (place := place_of(path))}
        made = make_release(film, manager, plan, under)
        assert (made.reused, {made.release.id}) == (2, kept)
        assert places(tmp_path / "r") == [Belonging(made.release.id, n, 4) for n in (1, 2, 3, 4)]
        again = make_release(film, manager, plan_release(film, "r", folder=tmp_path / "s"), under)
        assert (again.reused, again.release.id in kept) == (0, False)

    def test_clips_of_one_that_was_stopped_and_never_made_are_cleared_away(
        self,
        film: Library,
        manager: PluginManager,
        under: Terms,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        export(film, manager, single(film.registry.takes.slates()[2]), under, tmp_path / "out", whole=True)
        kept = set(film.signed_folder.iterdir())
        plan = plan_release(film, "r", folder=tmp_path / "r")
        with pytest.raises(CircletakeError):
            make_release(film, manager, plan, replace(under, signer=Failing(under.signer, 2)))
        assert tidying.leftovers(film) == []
        monkeypatch.setattr(tidying, "LEFT_ALONE", -60)
        rows = [row for row in tidying.leftovers(film) if row.path.parent == film.signed_folder]
        assert {row.path for row in rows} == set(film.signed_folder.iterdir()) - kept
        assert {row.why for row in rows} == {"clip of a release that was never made"}
        tidying.sweep(film, rows)
        assert make_release(film, manager, plan, under).reused == 0
        assert set(film.signed_folder.iterdir()) == kept

    def test_a_damaged_note_of_an_id_is_not_believed(
        self, film: Library, manager: PluginManager, under: Terms, tmp_path: Path
    ) -> None:
        plan = plan_release(film, "r", folder=tmp_path / "r")
        with pytest.raises(CircletakeError):
            make_release(film, manager, plan, replace(under, signer=Failing(under.signer, 1)))
        (note,) = (film.home / "unfinished").iterdir()
        note.write_bytes(b"\xff not an id")
        assert len(make_release(film, manager, plan, under).release.id) == 32
        assert leftovers(film.home / "unfinished") == []

    def test_a_take_whose_file_is_gone_is_released_as_it_was_signed_for_exports(
        self, film: Library, manager: PluginManager, under: Terms, tmp_path: Path
    ) -> None:
        bench = Workbench(film, manager, under)
        for slate in film.registry.takes.slates():
            bench.take(slate)
            film.media(slate.take).unlink()
        made = make_release(film, manager, plan_release(film, "r", folder=tmp_path / "r"), under)
        assert places(tmp_path / "r") == [Belonging(made.release.id, n, 2) for n in (1, 2)]
        assert ["its copy signed on" in warning for warning in made.warnings] == [True, True]
        audit = audit_folder(made.folder, manager=PluginManager.load(only=("rules",)))
        assert {use.prompt for file in audit.files for use in file.uses} == {PROMPT}
        circled(film)  # the other two; nothing that was signed says so
        with pytest.raises(CircletakeError, match="its file is gone"):
            make_release(film, manager, plan_release(film, "r", folder=tmp_path / "s"), under)

    def test_what_is_made_of_a_released_video_is_none_of_the_release(
        self, film: Library, manager: PluginManager, under: Terms, tmp_path: Path, clip: Callable[..., Path]
    ) -> None:
        make_release(film, manager, plan_release(film, "r", cut="main", folder=tmp_path / "r"), under)
        cut = tmp_path / "r" / "main.mp4"
        quiet, graded = tmp_path / "quiet.mp4", tmp_path / "graded.mp4"
        redact(cut, quiet, under.signer, when=under.when)
        film_file = clip("in/graded_film.mp4", seconds=2, seed=5)
        regrade(film_file, cut, graded, under.signer, edits=[Edit.COLOUR], when=under.when, by=actor())
        assert [place_of(path) for path in (quiet, graded)] == [None, None]
        assert place_of(cut) is not None


@pytest.fixture(scope="session")
def keys(pristine: Made) -> KeyRing:
    return pristine.keys


@pytest.fixture(scope="session")
def mallory(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    ring = KeyRing(tmp_path_factory.mktemp("mallory"))
    ring.init("Mallory")
    return ring


@pytest.fixture(scope="session")
def originals(tmp_path_factory: pytest.TempPathFactory, keys: KeyRing, mallory: KeyRing) -> dict[str, Made]:
    """A release, the next version of it, and Mallory's of the same names."""
    root = tmp_path_factory.mktemp("named")
    made = {"v1": (keys, ID), "v2": (keys, OTHER), "mallory": (mallory, "aa" * 16)}
    return {name: releases.make_release(root / name, ring, id=id) for name, (ring, id) in made.items()}


@pytest.fixture
def named(originals: dict[str, Made], tmp_path: Path) -> Made:
    """The release, to be tampered with."""
    made = originals["v1"]
    return replace(made, folder=Path(shutil.copytree(made.folder, tmp_path / "release")))


@pytest.fixture
def audited(keys: KeyRing) -> Audited:
    rules = PluginManager.load(only=("rules",))

    def audit(folder: Path) -> Audit:
        return audit_folder(folder, manager=rules, trust=[keys.anchor()], at=NOW)

    return audit


def without_a_list(made: Made, *gone: int) -> Path:
    for name in ("release.json", "release.json.c2pa", "SHA256SUMS"):
        (made.folder / name).unlink(missing_ok=True)
    for number in gone:
        clip(made, number).unlink()
    return made.folder


def clip(made: Made, number: int) -> Path:
    return made.folder / "clips" / f"{made.slates[number - 1].take.slate}.mp4"


def with_list_of(other: Made, made: Made) -> Path:
    for name in ("release.json", "release.json.c2pa"):
        shutil.copyfile(other.folder / name, made.folder / name)
    releases.write_sums(made.folder)
    return made.folder


def swap_all(made: Made, other: Made, *only: int) -> set[str]:
    """Put videos of ``other`` in the place of all of ``made``, under other names; which are gone."""
    gone = set((made.folder / "clips").iterdir()) | {made.folder / "night_bus.mp4"}
    for path in gone:
        path.unlink()
    new = [clip(other, number) for number in only or (1, 2, 3)]
    for path in [*new, other.folder / "night_bus.mp4"]:
        shutil.copyfile(path, made.folder / f"x_{path.name}")
    return {path.relative_to(made.folder).as_posix() for path in gone}


def told(audit: Audit) -> set[tuple[str, str, str]]:
    return {(o.rule, o.file, o.seen) for o in audit.failed}


def answer(audit: Audit) -> Verdict:
    return verdict_on(audit, summarise(audit))


class TestTheListIsGone:
    def test_whole_it_says_nothing_of_it(self, named: Made, audited: Audited) -> None:
        audit = audited(named.folder)
        assert (answer(audit).word, audit.exit_code) == ("Intact", 0)

    def test_it_is_told_how_many_of_how_many_are_here(self, named: Made, audited: Audited) -> None:
        audit = audited(without_a_list(named, 2))
        seen = "3 of the 4 signed files of a release (without number 2) are here, and not its list"
        assert told(audit) == {("files.release", "", seen)}
        assert answer(audit).word == "Incomplete"
        assert answer(audit).sentence == f"All 3 videos are intact; {seen}"
        assert text_report(audit)[1].startswith(f"VERDICT  incomplete: all 3 videos are intact; {seen}; ")
        assert "<strong>Incomplete</strong>" in html_report(audit)
        assert {f.verdict for f in audit.files} == {"intact"}
        assert audit.exit_code == 1

    def test_with_all_files_the_list_is_missed_too(self, named: Made, audited: Audited) -> None:
        audit = audited(without_a_list(named))
        assert answer(audit).sentence.endswith("all 4 signed files of a release are here, and not its list")
        assert answer(audit).kind == "incomplete"

    def test_a_copy_of_a_file_is_no_further_file(self, named: Made, audited: Audited) -> None:
        folder = without_a_list(named, 2, 3)
        shutil.copyfile(clip(named, 1), folder / "again.mp4")
        assert (
            "2 of the 4 signed files of a release (without numbers 2-3)" in answer(audited(folder)).sentence
        )

    def test_an_altered_file_is_not_here_whole_and_the_word_is_not_intact(
        self, named: Made, audited: Audited
    ) -> None:
        folder = without_a_list(named)
        with clip(named, 1).open("ab") as file:
            file.write(b"more")
        assert answer(audited(folder)).word == "Not intact"
        assert (
            "3 of the 4 signed files of a release (without number 1) are here" in answer(audited(folder)).told
        )

    def test_of_a_clip_that_was_mailed_it_is_a_note(self, named: Made, audited: Audited) -> None:
        without_a_list(named)
        audit = audited(clip(named, 3))
        assert (answer(audit).word, audit.exit_code) == ("Intact", 0)
        (note,) = [o for o in audit.outcomes.failed() if o.rule == "files.release"]
        assert (note.severity, note.seen) == (
            Severity.NOTE,
            "1 of the 4 signed files of a release (number 3); its list was not looked at",
        )

    def test_a_release_in_a_folder_of_its_own_below_has_its_list(self, named: Made, audited: Audited) -> None:
        audit = audited(named.folder.parent)
        assert (answer(audit).word, audit.sealed) == ("Intact", True)
        assert [o for o in audit.outcomes.failed() if o.rule == "files.release"] == []

    def test_a_copy_beside_its_release_is_not_missed_from_it(self, named: Made) -> None:
        shutil.copyfile(clip(named, 1), named.folder.parent / "copy.mp4")
        manager = PluginManager.load(only=("rules",))
        done = audit_each([named.folder.parent], manager=manager, trust=[named.keys.anchor()])
        assert [answer(audit).word for audit in done.audits] == ["Intact", "Intact"]
        assert [o.seen for audit in done.audits for o in audit.failed] == []

    def test_files_of_two_releases_are_told_apart(
        self, named: Made, originals: dict[str, Made], audited: Audited
    ) -> None:
        folder = without_a_list(named, 3)
        shutil.copyfile(clip(originals["v2"], 3), folder / "clips" / "three.mp4")
        parts = ("3 of the 4", "without number 3) are"), ("1 of the 4", "number 3) is")
        assert {seen for rule, _, seen in told(audited(folder)) if rule == "files.release"} == {
            f"{many} signed files of a release ({which} here, signed by Lumen Films, and not its list"
            for many, which in parts
        }

    def test_whoever_names_the_id_of_another_signers_release_is_none_of_it(
        self, named: Made, mallory: KeyRing, audited: Audited, tmp_path: Path
    ) -> None:
        forged = releases.make_release(tmp_path / "forged", mallory, id=ID)
        folder = without_a_list(named, 2)
        shutil.copyfile(clip(forged, 2), clip(named, 2))
        assert "3 of the 4 signed files of a release (without number 2)" in answer(audited(folder)).told

    def test_of_a_release_made_before_files_named_theirs_nothing_is_missed(
        self, pristine: Made, audited: Audited, tmp_path: Path
    ) -> None:
        old = replace(pristine, folder=Path(shutil.copytree(pristine.folder, tmp_path / "old")))
        whole = audited(old.folder)
        assert not [o for o in whole.outcomes if o.rule == "files.release"]
        audit = audited(without_a_list(old, 2))
        assert (answer(audit).word, audit.exit_code) == ("Intact", 0)
        assert not [o for o in audit.outcomes if o.rule == "files.release"]


class TestTheListIsAnothers:
    def test_another_release_of_its_own_signer(
        self, named: Made, originals: dict[str, Made], audited: Audited
    ) -> None:
        audit = audited(with_list_of(originals["v2"], named))
        assert answer(audit).word == "Not intact"
        assert "was made for another release than its files name" in answer(audit).sentence
        assert {f.verdict for f in audit.files if f.case.kind == "video"} == {"intact"}
        assert {rule for rule, _, _ in told(audit)} == {"files.release", "bytes.exact"}
        assert {seen for rule, _, seen in told(audit) if rule == "bytes.exact"} == {
            "whole by its own signature, and not what release.json, another release's list, says"
        }

    def test_another_signers(self, named: Made, originals: dict[str, Made], audited: Audited) -> None:
        audit = audited(with_list_of(originals["mallory"], named))
        assert answer(audit).word == "Not intact"
        assert "was sealed by somebody who did not sign its files" in answer(audit).sentence
        assert {f.verdict for f in audit.files if f.case.kind == "video"} == {"intact"}
        assert {rule for rule, _, _ in told(audit)} == {"seal.signer", "bytes.exact"}
        assert {(o.seen, o.severity) for o in audit.failed if o.rule == "bytes.exact"} == {
            (
                "whole by its own signature, and not what release.json, another signer's list, says",
                Severity.WARNING,
            )
        }

    def test_an_altered_file_beside_another_signers_list_is_altered(
        self, named: Made, originals: dict[str, Made], audited: Audited
    ) -> None:
        with clip(named, 1).open("ab") as file:
            file.write(b"more")
        audit = audited(with_list_of(originals["mallory"], named))
        wrong = {f.case.path: f.verdict for f in audit.files if f.verdict == "altered"}
        assert list(wrong) == [clip(named, 1).relative_to(named.folder).as_posix()]

    def test_files_that_a_stranger_signed_are_not_whole_beside_a_list_of_a_signer_you_know(
        self, originals: dict[str, Made], audited: Audited, tmp_path: Path
    ) -> None:
        swapped = replace(
            originals["mallory"], folder=Path(shutil.copytree(originals["mallory"].folder, tmp_path / "m"))
        )
        audit = audited(with_list_of(originals["v1"], swapped))
        assert {f.verdict for f in audit.files if f.case.kind == "video"} == {"altered"}
        assert "signer.recorded" in {rule for rule, _, _ in told(audit)}

    def test_one_file_that_somebody_signed_again_does_not_make_the_list_anothers(
        self, named: Made, originals: dict[str, Made], audited: Audited
    ) -> None:
        shutil.copyfile(clip(originals["mallory"], 1), clip(named, 1))
        audit = audited(named.folder)
        assert answer(audit).sentence == "Of 4 videos listed, 3 are intact, 1 was altered"

    def test_a_clip_of_the_next_version_under_its_name_is_told(
        self, named: Made, originals: dict[str, Made], audited: Audited
    ) -> None:
        shutil.copyfile(clip(originals["v2"], 1), clip(named, 1))
        seen = {rule: seen for rule, _, seen in told(audited(named.folder))}
        assert "names another release than release.json is the list of" in seen["files.release"]

    def test_of_a_clip_that_is_not_listed_it_is_told_that_it_is_of_another_release(
        self, named: Made, originals: dict[str, Made], audited: Audited
    ) -> None:
        shutil.copyfile(clip(originals["v2"], 1), named.folder / "clips" / "extra.mp4")
        assert {(rule, seen) for rule, _, seen in told(audited(named.folder))} == {
            (
                "files.known",
                "a foreign clip, signed by Lumen Films, file 1 of 4 of another release, that nobody listed",
            )
        }

    @pytest.mark.parametrize("with_sums", [True, False])
    def test_a_list_whose_files_are_all_elsewhere_is_told_as_that(
        self, named: Made, originals: dict[str, Made], keys: KeyRing, audited: Audited, with_sums: bool
    ) -> None:
        release = Release.from_json(json.loads((originals["v2"].folder / "release.json").read_text()))
        files = [replace(f, path=f"kite/{number}.mp4") for number, f in enumerate(release.files)]
        releases.resealed(named, replace(release, name="Kite", files=tuple(files)), keys.signer())
        rows = [f"{f.sha256}  {f.path}\n" for f in files]
        (named.folder / "SHA256SUMS").write_text("".join(rows) if with_sums else "")
        audit = audited(named.folder)
        assert answer(audit).word == "Incomplete"
        assert "of another release, “Kite”" in answer(audit).against
        other = (
            "this is the list of another release, “Kite”, sealed by Lumen Films: none of its files is here"
        )
        assert told(audit) == {("files.release", "release.json", other)}
        assert audit.release is None

    def test_beside_files_that_name_no_release_such_a_list_leaves_them_unchecked(
        self, pristine: Made, originals: dict[str, Made], audited: Audited, tmp_path: Path
    ) -> None:
        folder = tmp_path / "handed"
        folder.mkdir()
        shutil.copyfile(clip(pristine, 1), folder / "one.mp4")
        for name in ("release.json", "release.json.c2pa"):
            shutil.copyfile(originals["v1"].folder / name, folder / name)
        audit = audited(folder)
        assert (answer(audit).word, answer(audit).told) == ("Not checked", "the video is intact")
        assert {rule for rule, _, _ in told(audit)} == {"files.release"}

    @pytest.mark.parametrize("swapped_for", ["mallory", "mallory, without ids"])
    def test_files_of_a_stranger_under_any_names_are_not_released_ones(
        self,
        named: Made,
        originals: dict[str, Made],
        mallory: KeyRing,
        audited: Audited,
        tmp_path: Path,
        swapped_for: str,
    ) -> None:
        stranger = originals.get(swapped_for) or releases.make_release(tmp_path / "m", mallory)
        gone = swap_all(named, stranger)
        audit = audited(named.folder)
        assert answer(audit).word == "Not intact"
        assert set(audit.missing) == gone
        assert {file for rule, file, _ in told(audit) if rule == "files.missing"} == gone
        assert len([file for rule, file, _ in told(audit) if rule == "files.known"]) == 4

    def test_nor_are_they_beside_one_that_its_signer_signed(
        self, named: Made, originals: dict[str, Made], audited: Audited
    ) -> None:
        swap_all(named, originals["mallory"])
        shutil.copyfile(clip(originals["v2"], 1), named.folder / "of_another_release.mp4")
        assert answer(audited(named.folder)).word == "Not intact"

    def test_nor_are_unsigned_files_beside_one_that_its_signer_signed(
        self, named: Made, originals: dict[str, Made], audited: Audited
    ) -> None:
        for number in (1, 2, 3):
            releases.unsigned_copy(clip(named, number), named.folder / f"{number}.mp4")
        swap_all(named, originals["v2"], 1)
        assert answer(audited(named.folder)).word == "Not intact"

    def test_of_clips_and_a_list_that_name_no_release_nobody_can_tell_that_they_are_of_two(
        self, pristine: Made, originals: dict[str, Made], audited: Audited, tmp_path: Path
    ) -> None:
        old = replace(pristine, folder=Path(shutil.copytree(pristine.folder, tmp_path / "old")))
        other = releases.make_release(tmp_path / "other", pristine.keys, policy=PromptPolicy.OMIT)
        swap_all(old, other)
        assert answer(audited(old.folder)).word == "Not intact"

    def test_a_list_that_lost_its_seal_is_not_taken_for_anothers(
        self, named: Made, originals: dict[str, Made], audited: Audited
    ) -> None:
        swap_all(named, originals["v2"])
        (named.folder / "release.json.c2pa").unlink()
        (named.folder / "SHA256SUMS").unlink()
        assert answer(audited(named.folder)).word == "Not intact"

    def test_sums_that_did_not_come_with_such_a_list_still_count(
        self, named: Made, originals: dict[str, Made], audited: Audited
    ) -> None:
        swap_all(named, originals["v2"])
        with (named.folder / "SHA256SUMS").open("a") as sums:
            sums.write(f"{'0' * 64}  gone.mp4\n")
        assert audited(named.folder).missing == ("gone.mp4",)

    def test_a_release_json_of_another_program_is_no_list(
        self, pristine: Made, audited: Audited, tmp_path: Path
    ) -> None:
        folder = tmp_path / "handed"
        folder.mkdir()
        shutil.copyfile(clip(pristine, 1), folder / "one.mp4")
        (folder / "release.json").write_text('{"version": "1.2.0"}')
        assert "no release list of circletake" in answer(audited(folder)).against

    def test_where_it_lies_beside_what_circletake_signed_it_may_be_in_the_lists_place(
        self, pristine: Made, audited: Audited, tmp_path: Path
    ) -> None:
        old = replace(pristine, folder=Path(shutil.copytree(pristine.folder, tmp_path / "old")))
        folder = without_a_list(old, 2)
        (folder / "release.json").write_text('{"version": "1.2"}')
        audit = audited(folder)
        assert (answer(audit).word, audit.exit_code) == ("Not checked", 1)
        assert told(audit) == {
            (
                "files.release",
                "release.json",
                "this is no release list of circletake, and lies beside what circletake signed",
            )
        }

    def test_beside_a_seal_it_is_a_list_that_was_written_over(
        self, pristine: Made, audited: Audited, tmp_path: Path
    ) -> None:
        old = replace(pristine, folder=Path(shutil.copytree(pristine.folder, tmp_path / "old")))
        folder = without_a_list(old)
        (folder / "release.json").write_text('{"version": "1.2"}')
        for seal in (b"", b"x", (pristine.folder / "release.json.c2pa").read_bytes()):
            (folder / "release.json.c2pa").write_bytes(seal)
            assert answer(audited(folder)).word == "Not intact"

    @pytest.mark.parametrize(
        "text", ['{"schema": "circletake.release/99"}', '{"schema": "circletake.release/1"', "", "[" * 9_000]
    )
    def test_what_may_have_been_ours_and_cannot_be_read_is_not_taken_for_that(
        self, named: Made, audited: Audited, text: str
    ) -> None:
        without_a_list(named)
        (named.folder / "release.json").write_text(text)
        assert answer(audited(named.folder)).word == "Not intact"
