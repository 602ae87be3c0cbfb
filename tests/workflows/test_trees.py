"""A folder above releases: each is judged by its own list, as if it had been named."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from circletake.audit.answer import verdict_on
from circletake.audit.junit import junit_text
from circletake.audit.overview import overview
from circletake.audit.page import html_report
from circletake.audit.sealing import REPORT_MARK
from circletake.audit.summary import summarise
from circletake.audit.text import text_report
from circletake.errors import BadInput, NotFound
from circletake.model.audit import Audit, Severity
from circletake.plugins.manager import PluginManager
from circletake.provenance.keys import KeyRing
from circletake.provenance.signing import seal as seal_record
from circletake.workflows import pool
from circletake.workflows.auditing import finding
from circletake.workflows.auditing.audit import Audited, audit_each, audit_folder
from circletake.workflows.auditing.disclosing import disclose
from circletake.workflows.auditing.papers import write_paper
from tests.factories import tiny_clip
from tests.releases import WHEN, Made

pytestmark = pytest.mark.usefixtures("no_workers")

OUTSIDE = "tree, outside its releases"

Audits = Callable[..., Audited]


@pytest.fixture(scope="module")
def manager() -> PluginManager:
    return PluginManager.load(only=("rules",))


@pytest.fixture
def audits(manager: PluginManager, pristine: Made) -> Audits:
    """Audit some paths as somebody who trusts the signer."""
    return lambda *paths: audit_each(paths, manager=manager, trust=[pristine.keys.anchor()])


@pytest.fixture
def put(pristine: Made, tmp_path: Path) -> Callable[[str], Path]:
    """Put a whole release into a folder of the tree."""

    def copied(name: str) -> Path:
        return Path(shutil.copytree(pristine.folder, tmp_path / "tree" / name, dirs_exist_ok=True))

    return copied


def kind(audit: Audit) -> str:
    return verdict_on(audit, summarise(audit)).kind


def told(done: Audited) -> dict[str, str]:
    """By what was audited, the first word of it."""
    return {audit.root: kind(audit) for audit in done.audits}


def paths_of(done: Audited) -> list[str]:
    roots = {audit.root: audit.root.partition(",")[0] for audit in done.audits}
    return sorted(f"{roots[audit.root]}/{file.case.path}" for audit in done.audits for file in audit.files)


def test_an_unpacked_release_is_judged_as_if_it_had_been_named(
    put: Callable[[str], Path], audits: Audits, tmp_path: Path
) -> None:
    release = put("night")
    (audit,), (named,) = audits(tmp_path / "tree").audits, audits(release).audits
    assert (audit.root, named.root) == ("tree/night", "night")
    assert (audit.sealed, kind(audit), audit.exit_code) == (True, "intact", 0)
    assert list(audit.outcomes) == list(named.outcomes)


def test_what_was_done_to_one_release_is_told_of_that_one(
    put: Callable[[str], Path], audits: Audits, tmp_path: Path
) -> None:
    put("a")
    clip = next((put("b") / "clips").iterdir())
    clip.unlink()
    record = put("deep/er/c") / "release.json"
    record.write_text(record.read_text().replace("Night Bus", "Day Bus"))
    done = audits(tmp_path / "tree")
    assert told(done) == {"tree/a": "intact", "tree/b": "altered", "tree/deep/er/c": "altered"}
    assert [audit.exit_code for audit in done.audits] == [0, 1, 1]


@pytest.mark.parametrize("left", ["release.json", "release.json.c2pa", "SHA256SUMS"])
def test_what_is_left_of_a_list_still_makes_a_release(
    put: Callable[[str], Path], audits: Audits, tmp_path: Path, left: str
) -> None:
    release = put("a")
    for name in {"release.json", "release.json.c2pa", "SHA256SUMS"} - {left}:
        (release / name).unlink()
    done, named = audits(tmp_path / "tree"), audits(release)
    assert told(done) == {"tree/a": "altered"}
    assert list(done.audits[0].outcomes) == list(named.audits[0].outcomes)


def test_what_lies_in_no_release_is_one_audit_more_and_no_file_is_counted_twice(
    put: Callable[[str], Path], audits: Audits, tmp_path: Path
) -> None:
    put("a")
    put("b")
    tree = tmp_path / "tree"
    tiny_clip(tree / "loose.mp4")
    (tree / "more").mkdir()
    (tree / "more" / "notes.txt").write_text("x")
    done = audits(tree)
    assert told(done) == {"tree/a": "intact", "tree/b": "intact", OUTSIDE: "unsigned"}
    everything = [f"tree/{p.relative_to(tree).as_posix()}" for p in tree.rglob("*") if p.is_file()]
    assert paths_of(done) == sorted(everything)


def test_notes_and_links_beside_releases(put: Callable[[str], Path], audits: Audits, tmp_path: Path) -> None:
    put("a")
    tree = tmp_path / "tree"
    (tree / "read me.txt").write_text("x")
    assert told(audits(tree)) == {"tree/a": "intact"}, "nothing there can be audited"
    (tree / "latest").symlink_to("a")
    done = audits(tree)
    assert told(done) == {"tree/a": "intact", OUTSIDE: "no videos"}
    assert [(o.rule, o.seen) for o in done.audits[1].failed] == [("file.readable", "a link; not followed")]


def test_a_hard_link_is_judged_where_it_lies(
    put: Callable[[str], Path], audits: Audits, tmp_path: Path
) -> None:
    a, b = put("a"), put("b")
    for path in b.rglob("*.mp4"):
        path.unlink()
        os.link(a / path.relative_to(b), path)
    assert told(audits(tmp_path / "tree")) == {"tree/a": "intact", "tree/b": "intact"}


def test_a_release_inside_a_release_is_judged_by_its_own_list(
    put: Callable[[str], Path], audits: Audits, tmp_path: Path
) -> None:
    put("")
    second = put("extras/second")
    next((put("extras/third") / "clips").iterdir()).unlink()
    assert told(audits(tmp_path / "tree")) == {
        "tree": "altered",
        "tree/extras/second": "intact",
        "tree/extras/third": "altered",
    }
    assert told(audits(second)) == {"second": "intact"}


def plant_garbage(folder: Path, _: Path) -> None:
    (folder / "release.json").write_text("x")
    tiny_clip(folder / "uncut_scene.mp4")


def plant_a_seal(folder: Path, _: Path) -> None:
    (folder / "release.json.c2pa").write_bytes(b"x")
    tiny_clip(folder / "uncut_scene.mp4")


def plant_sums(folder: Path, _: Path) -> None:
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  release.json\n")
    tiny_clip(folder / "deep" / "er" / "uncut_scene.mp4")


def plant_one_in_another(folder: Path, _: Path) -> None:
    (folder / "release.json").write_text("x")
    (folder / "deep").mkdir()
    (folder / "deep" / "release.json").write_text("x")


def plant_a_whole_release(folder: Path, release: Path) -> None:
    shutil.copytree(release, folder, dirs_exist_ok=True)


def plant_a_link(folder: Path, _: Path) -> None:
    (folder / "release.json").write_text("x")
    (folder / "uncut_scene.mp4").symlink_to("/dev/null")


@pytest.mark.parametrize(
    ("plant", "files"),
    [
        (plant_garbage, 2),
        (plant_a_seal, 2),
        (plant_sums, 2),
        (plant_one_in_another, 2),
        (plant_a_link, 2),
        (plant_a_whole_release, 7),
    ],
)
def test_nothing_put_into_a_release_leaves_it_by_a_list_of_its_own(
    put: Callable[[str], Path],
    manager: PluginManager,
    tmp_path: Path,
    pristine: Made,
    plant: Callable[[Path, Path], None],
    files: int,
) -> None:
    release = put("")
    (release / "extras").mkdir()
    plant(release / "extras", pristine.folder)
    audit = audit_folder(release, manager=manager, trust=[pristine.keys.anchor()])
    assert (audit.root, audit.exit_code) == ("tree", 1)
    verdict = verdict_on(audit, summarise(audit))
    assert (verdict.kind, verdict.amiss) == ("altered", f"{files} files here are not listed")
    assert ("extras", f"{files} files that are not in the release's list") in verdict.wrong
    assert "Every file was compared" not in verdict.against
    (known,) = [o for o in audit.failed if o.rule == "files.known"]
    assert (known.severity, known.file) == (Severity.ERROR, "extras")
    assert known.seen == f"{files} files with a list of their own lie there, and none of them is on this one"


def test_papers_of_a_release_count_what_was_put_into_it_with_a_list_of_its_own(
    put: Callable[[str], Path], manager: PluginManager, tmp_path: Path, pristine: Made
) -> None:
    release = put("")
    (release / "extras").mkdir()
    plant_garbage(release / "extras", release)
    audit = audit_folder(release, manager=manager, trust=[pristine.keys.anchor()])
    assert "<strong>Not intact</strong>" in html_report(audit)
    assert text_report(audit)[1].startswith(
        "VERDICT  not intact: all 4 videos listed are intact; 2 files here"
    )
    disclosed = disclose(audit, manager)
    assert (disclosed.intact, "2 files here are not listed" in disclosed.verdict) == (False, True)
    assert "<failure" in junit_text(audit)


def test_a_list_put_among_the_files_of_a_release_takes_nothing_from_it(
    put: Callable[[str], Path], audits: Audits, tmp_path: Path
) -> None:
    release = put("a")
    shutil.copyfile(release / "release.json", release / "clips" / "release.json")
    done = audits(tmp_path / "tree")
    assert told(done) == {"tree/a": "altered"}
    assert [(o.rule, o.file) for o in done.audits[0].failed] == [("files.known", "clips/release.json")]


def list_above(release: Path, folder: Path) -> Path:
    """Drop a list into a folder above a release that names the files of that as its own."""
    document = json.loads((release / "release.json").read_text())
    for file in document["files"]:
        file["path"] = (release.relative_to(folder) / file["path"]).as_posix()
    (folder / "release.json").write_text(json.dumps(document))
    return folder / "release.json"


def unsealed(record: Path) -> None:
    assert not record.with_name("release.json.c2pa").exists()


def sealed_by_a_stranger(record: Path) -> None:
    stranger = KeyRing(record.parent.parent / "stranger")
    stranger.init("Somebody Else")
    seal_record(record, stranger.signer(), when=WHEN)


@pytest.mark.parametrize("seal", [unsealed, sealed_by_a_stranger])
@pytest.mark.parametrize("times", [1, 2])
def test_no_list_above_a_sealed_release_silences_its_own(
    put: Callable[[str], Path],
    audits: Audits,
    tmp_path: Path,
    seal: Callable[[Path], None],
    times: int,
) -> None:
    release = put("disk/night")
    (named,) = audits(release).audits
    for folder in (tmp_path / "tree" / "disk", tmp_path / "tree")[:times]:
        seal(list_above(release, folder))
    done = audits(tmp_path / "tree")
    by_place = {audit.root: audit for audit in done.audits}
    own = by_place.pop("tree/disk/night")
    assert (kind(own), own.exit_code, list(own.outcomes)) == ("intact", 0, list(named.outcomes))
    assert {kind(audit) for audit in by_place.values()} == {"altered"}
    assert overview(done.audits)[0].startswith("VERDICT  not intact: of ")
    clip = next((release / "clips").iterdir())
    clip.unlink()
    again = {audit.root: kind(audit) for audit in audits(tmp_path / "tree").audits}
    assert set(again.values()) == {"altered"}


def test_a_sealed_list_put_among_the_files_of_a_release_takes_nothing_from_it(
    put: Callable[[str], Path], audits: Audits, tmp_path: Path
) -> None:
    release = put("a")
    for name in ("release.json", "release.json.c2pa"):
        shutil.copyfile(release / name, release / "clips" / name)
    first, second = audits(tmp_path / "tree").audits
    assert (first.root, kind(first)) == ("tree/a", "altered")
    assert [o.file for o in first.failed] == ["clips/release.json", "clips/release.json.c2pa"]
    assert (second.root, kind(second)) == ("tree/a/clips", "altered")


def test_lists_upon_lists_of_the_same_files_are_refused(
    put: Callable[[str], Path], audits: Audits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = put("disk/night")
    list_above(release, tmp_path / "tree")
    files = sum(path.is_file() for path in (tmp_path / "tree").rglob("*"))
    monkeypatch.setattr(finding, "MOST_FILES", files)
    (problem,) = audits(tmp_path / "tree").problems
    assert "too many lists of the same files" in str(problem)


def test_another_programs_release_json_makes_no_release(
    put: Callable[[str], Path], audits: Audits, tmp_path: Path
) -> None:
    put("a")
    (tmp_path / "tree" / "package").mkdir()
    (tmp_path / "tree" / "package" / "release.json").write_text('{"version": "1.2"}')
    assert told(audits(tmp_path / "tree")) == {"tree/a": "intact"}


def test_a_list_that_is_a_pipe_or_a_link_is_not_opened(
    put: Callable[[str], Path], audits: Audits, tmp_path: Path
) -> None:
    release = put("a")
    (release / "release.json").unlink()
    os.mkfifo(release / "release.json")
    os.mkfifo(release / "clips" / "SHA256SUMS")
    assert told(audits(tmp_path / "tree")) == {"tree/a": "altered"}


def test_a_sum_over_a_whole_disk_is_held_against_the_releases_on_it(
    put: Callable[[str], Path], audits: Audits, tmp_path: Path
) -> None:
    put("a")
    tree = tmp_path / "tree"
    tiny_clip(tree / "loose.mp4")
    rows = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(tree).as_posix()}"
        for file in sorted(tree.rglob("*"))
        if file.is_file()
    ]
    sums = tree / "SHA256SUMS"
    sums.write_text("\n".join(rows) + "\n")
    whole = audits(tree)
    assert [(o.rule, o.file) for each in whole.audits for o in each.failed] == [
        ("c2pa.present", "loose.mp4")
    ], "nothing is missing"
    wrong = f"{'0' * 64}  a/night_bus.mp4"
    sums.write_text(
        "\n".join([row for row in rows if "night_bus" not in row] + [wrong, f"{'0' * 64}  a/gone.mp4"])
    )
    first, _ = audits(tree).audits
    assert [(o.rule, o.file) for o in first.failed] == [
        ("files.missing", "gone.mp4"),
        ("sums.agree", "night_bus.mp4"),
    ]


def sum_over(folder: Path) -> Path:
    """A ``SHA256SUMS`` of all that lies below a folder, as ``sha256sum`` writes it."""
    rows = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(folder).as_posix()}\n"
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    ]
    sums = folder / "SHA256SUMS"
    sums.write_text("".join(rows))
    return sums


def lose_a_release(tree: Path) -> None:
    shutil.rmtree(tree / "b")


def lose_a_note(tree: Path) -> None:
    (tree / "notes.txt").unlink()


def change_a_note(tree: Path) -> None:
    (tree / "notes.txt").write_text("y")


@pytest.mark.parametrize("below", ["", "disk/1"])
@pytest.mark.parametrize(
    ("alter", "rule", "files", "amiss"),
    [
        (lose_a_release, "files.missing", 7, "7 listed files are missing"),
        (lose_a_note, "files.missing", 1, "1 listed file is missing"),
        (change_a_note, "sums.agree", 1, "1 file here is not what SHA256SUMS lists"),
    ],
)
def test_a_list_above_releases_is_held_against_all_where_nothing_else_lies_beside_them(
    put: Callable[[str], Path],
    audits: Audits,
    manager: PluginManager,
    tmp_path: Path,
    below: str,
    alter: Callable[[Path], None],
    rule: str,
    files: int,
    amiss: str,
) -> None:
    put(f"{below}/a".lstrip("/"))
    put(f"{below}/b".lstrip("/"))
    tree = tmp_path / "tree"
    (tree / below / "notes.txt").write_text("x")
    sum_over(tree / below)
    as_listed = audits(tree)
    assert {audit.exit_code for audit in as_listed.audits} == {0}
    assert overview(as_listed.audits) == ["INTACT   2 of 2 releases, each for itself"]
    alter(tree / below)
    done = audits(tree)
    *whole, outside = done.audits
    assert {kind(audit) for audit in whole} == {"intact"}
    assert (outside.root, kind(outside), outside.exit_code) == (OUTSIDE, "altered", 1)
    assert [o.rule for o in outside.failed] == [rule] * files
    verdict = verdict_on(outside, summarise(outside))
    assert (verdict.amiss, len(verdict.wrong)) == (amiss, files)
    assert overview(done.audits)[0].startswith("VERDICT  not intact: of ")
    with pytest.raises(BadInput, match="and one is wanted"):
        audit_folder(tree, manager=manager)


def test_a_list_above_that_is_right_stands_in_the_way_of_no_paper(
    put: Callable[[str], Path], manager: PluginManager, tmp_path: Path
) -> None:
    put("a")
    sum_over(tmp_path / "tree")
    assert audit_folder(tmp_path / "tree", manager=manager).root == "tree/a"


def test_of_two_lists_above_a_release_the_one_that_objects_is_told(
    put: Callable[[str], Path], audits: Audits, tmp_path: Path
) -> None:
    release = put("disk/a")
    (release / "SHA256SUMS").unlink()
    sum_over(tmp_path / "tree" / "disk")
    sums = sum_over(tmp_path / "tree")
    clip = hashlib.sha256((release / "night_bus.mp4").read_bytes()).hexdigest()
    sums.write_text(sums.read_text().replace(clip, "0" * 64))
    done = audits(tmp_path / "tree")
    assert [(o.rule, o.file) for each in done.audits for o in each.failed] == [
        ("sums.agree", "night_bus.mp4")
    ]


def test_papers_and_archives_beside_a_release_are_held_against_it(
    put: Callable[[str], Path], audits: Audits, tmp_path: Path, pristine: Made
) -> None:
    release = put("a")
    tree = tmp_path / "tree"
    (audit,) = audits(release).audits
    page = html_report(audit, sealed_by="Lumen Films", seal="mine.html.c2pa")
    write_paper(tree / "mine.html", page, REPORT_MARK, pristine.keys.signer())
    clip = next((release / "clips").iterdir())
    shutil.copyfile(clip, tree / "clip.mp4")
    with zipfile.ZipFile(tree / "a.zip", "w") as archive:
        archive.write(release / "night_bus.mp4", "night_bus.mp4")
    done = audits(tree)
    assert told(done) == {"tree/a": "intact", OUTSIDE: "intact"}
    assert [o for each in done.audits for o in each.failed] == []


def test_a_path_named_twice_or_within_another_is_audited_once(
    put: Callable[[str], Path], audits: Audits, tmp_path: Path
) -> None:
    put("a")
    b, tree = put("b"), tmp_path / "tree"
    assert list(told(audits(b, tree, tree / "." / "b"))) == ["b", "tree/a"]


def test_one_path_that_is_missing_hides_no_other(
    put: Callable[[str], Path], audits: Audits, tmp_path: Path
) -> None:
    release = put("a")
    (tmp_path / "empty").mkdir()
    done = audits(tmp_path / "gone", release, tmp_path / "empty")
    assert told(done) == {"a": "intact"}
    missing, nothing = done.problems
    assert isinstance(missing, NotFound)
    assert (missing.thing, missing.reason) == (str(tmp_path / "gone"), "no such file or folder")
    assert (nothing.thing, nothing.reason) == (str(tmp_path / "empty"), "holds no video to audit")


def test_a_hundred_releases_need_one_crew_of_workers(
    tmp_path: Path, pristine: Made, manager: PluginManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(100):
        release = tmp_path / "tree" / f"{number:03}"
        release.mkdir(parents=True)
        for name in ("release.json", "release.json.c2pa"):
            os.link(pristine.folder / name, release / name)
    crews = []
    started = pool.local_processes

    def counted(*given: object) -> object:
        crews.append(given)
        return started(*given)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(pool, "local_processes", counted)
    done = audit_each([tmp_path / "tree"], manager=manager, trust=[pristine.keys.anchor()])
    assert (len(done.audits), len(crews)) == (100, 1)


def test_one_audit_of_several_releases_is_refused_before_anything_is_read(
    put: Callable[[str], Path], manager: PluginManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("a")
    tree = tmp_path / "tree"
    assert audit_folder(tree, manager=manager).root == "tree/a"
    put("b")
    monkeypatch.setattr(pool, "run", lambda *_, **__: pytest.fail("something was read"))
    with pytest.raises(BadInput, match="holds 2 releases") as refused:
        audit_folder(tree, manager=manager)
    assert refused.value.next_step == f"name one of them: {tree / 'a'}"
