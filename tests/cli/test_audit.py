"""``circletake audit`` as a user meets it."""

from __future__ import annotations

import html
import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from jsonschema import Draft202012Validator

from circletake.audit.schema import printed_schema
from circletake.cli.app import run
from circletake.model.manifest import EditSaid
from circletake.provenance.derived import plan_edited
from circletake.provenance.keys import KeyRing
from circletake.provenance.signing import seal, sign
from tests.factories import tiny_clip
from tests.releases import Made, make_release, write_sums


@pytest.fixture
def mine(made: Made, monkeypatch: pytest.MonkeyPatch) -> Made:
    """A release signed with the keys of whoever runs the command."""
    monkeypatch.setenv("CIRCLETAKE_HOME", str(made.keys.folder.parent))
    return made


def test_an_own_release_is_told_whole_in_the_order_that_matters(
    mine: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["audit", str(mine.folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Night Bus v3 · 1 cut, 3 clips"
    assert lines[1] == "INTACT   4 of 4 videos; bytes equal the sealed list"
    assert lines[2].startswith("SIGNER   Lumen Films, SHA256 ")
    assert lines[2].endswith("4 videos · your own key; nobody else vouches for it")
    assert lines[3] == "AI-MADE  0:03 of 0:03 (100.0%)"
    assert lines[4].split() == [
        "runway",
        "gen4.5",
        "0:02",
        "2",
        "clips",
        *["recorded", "by", "the", "signer's", "circletake"],
    ]
    assert "PROMPTS  3 recorded" in lines
    assert "CHOSEN   3 of 698 takes, by 2 people; as the producer recorded" in lines
    asked = "3 questions could not be asked, with --all"
    assert lines[-1] == f"Not checked: watermark, likeness, music rights, visible label · {asked}"


def test_a_stranger_is_told_how_to_confirm_the_signer(
    mine: Made, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fingerprint = mine.keys.show().certificate_sha256
    monkeypatch.setenv("CIRCLETAKE_HOME", str(tmp_path / "elsewhere"))
    assert run(["audit", str(mine.folder)]) == 1
    out = capsys.readouterr().out
    assert fingerprint in out
    assert "ask the producer for this fingerprint, then: circletake trust add NAME PEM" in out
    assert "INTACT   4 of 4 videos" in out
    pem = tmp_path / "lumen.pem"
    pem.write_text(mine.keys.anchor().pem)
    assert run(["audit", str(mine.folder), "--trust", str(pem)]) == 0


def test_one_byte_changed_is_altered_and_exit_1(mine: Made, capsys: pytest.CaptureFixture[str]) -> None:
    clip = next((mine.folder / "clips").iterdir())
    data = bytearray(clip.read_bytes())
    data[data.rindex(b"mdat") + 40] ^= 1
    clip.write_bytes(data)
    assert run(["audit", str(mine.folder)]) == 1
    out = capsys.readouterr().out
    assert f"ALTERED    clips/{clip.name}" in out
    assert f"FIX      c2pa.state  clips/{clip.name}" in out


@pytest.mark.usefixtures("no_workers")
def test_json_is_one_document_for_each_path(mine: Made, capsys: pytest.CaptureFixture[str]) -> None:
    clip = next((mine.folder / "clips").iterdir())
    assert run(["audit", str(mine.folder), str(clip), "--json"]) == 0
    whole, alone = json.loads(capsys.readouterr().out)["audits"]
    assert (whole["schema"], whole["exit"], whole["videos"]) == ("circletake.audit/1", 0, {"intact": 4})
    assert whole["made"]["ai_seconds"] == "3"
    cut = next(f for f in whole["files"] if f["path"] == "night_bus.mp4")
    assert [row["prompt"] for row in cut["made_of"]] == ["night bus, rain", "a red kite", "wet asphalt"]
    assert alone["videos"] == {"intact": 1}


@pytest.mark.usefixtures("no_workers")
def test_every_field_of_the_document_stands_in_the_docs(
    mine: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["audit", str(mine.folder), "--json"])
    (document,) = json.loads(capsys.readouterr().out)["audits"]
    page = (Path(__file__).resolve().parents[2] / "docs" / "audit.md").read_text("utf-8")
    assert [name for name in document if f"`{name}`" not in page] == ["schema"]


@pytest.mark.usefixtures("no_workers")
def test_the_report_is_one_file_and_its_place_is_told(
    mine: Made, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["audit", str(mine.folder), "--report", str(tmp_path / "r.html")]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"Report   {tmp_path / 'r.html'}"
    assert "All 4 videos are intact" in (tmp_path / "r.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere: no such file or folder"),
        (["empty"], "empty: holds no video to audit"),
        (["empty", "empty", "--report", "r.html"], "--report: one report is about one folder"),
        (["bare", "--report", "bare/bare.mp4"], "bare/bare.mp4: is a file that circletake did not write"),
    ],
)
def test_what_cannot_be_done_is_said_and_exit_2(
    arguments: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    tiny_clip(tmp_path / "bare" / "bare.mp4")
    assert run(["audit", *arguments]) == 2
    assert capsys.readouterr().err.splitlines()[0] == said


@pytest.mark.usefixtures("no_workers")
def test_a_folder_above_releases_is_told_by_the_worst_first_and_each_with_its_place(
    mine: Made, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("a", "b"):
        shutil.copytree(mine.folder, tmp_path / "tree" / name)
    assert run(["audit", str(tmp_path / "tree")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "INTACT   2 of 2 releases, each for itself",
        "",
        "Night Bus v3 in tree/a · 1 cut, 3 clips",
    ]
    next((tmp_path / "tree" / "b" / "clips").iterdir()).unlink()
    assert run(["audit", str(tmp_path / "tree")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "VERDICT  not intact: of 2 releases, 1 intact, 1 not intact"
    assert lines[1].split() == ["NOT", "INTACT", "tree/b"]
    assert [line for line in lines if line.startswith("Night Bus")] == [
        "Night Bus v3 in tree/a · 1 cut, 3 clips",
        "Night Bus v3 in tree/b · 1 cut, 2 clips",
    ]
    assert run(["audit", str(tmp_path / "tree"), "--report", str(tmp_path / "r.html")]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"{tmp_path / 'tree'}: holds 2 releases, and one is wanted",
        f"  next: name one of them: {tmp_path / 'tree' / 'a'}",
    ]


@pytest.mark.usefixtures("no_workers")
def test_a_path_that_is_missing_hides_no_other_and_is_told(
    mine: Made, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(mine.folder.parent)
    paths = ["gone", str(mine.folder), "lost"]
    assert run(["audit", *paths]) == 2
    out, err = capsys.readouterr()
    assert (
        out.splitlines()[0]
        == "VERDICT  not all audited: of 1 release, 1 intact; 2 paths could not be audited"
    )
    assert "INTACT   4 of 4 videos; bytes equal the sealed list" in out
    assert [line for line in err.splitlines() if "next" not in line] == [
        "gone: no such file or folder",
        "lost: no such file or folder",
    ]
    assert run(["audit", *paths, "--json"]) == 2
    said = json.loads(capsys.readouterr().out)
    assert [*Draft202012Validator(json.loads(printed_schema())).iter_errors(said)] == []
    assert [each["videos"] for each in said["audits"]] == [{"intact": 4}]
    assert said["not_audited"] == [
        {"path": name, "reason": "no such file or folder", "next_step": "name a release folder or a video"}
        for name in ("gone", "lost")
    ]
    assert run(["audit", "gone", "lost"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("no such file or folder")) == ("", 2)


@pytest.mark.usefixtures("no_workers")
def test_real_signed_clips_are_told_for_what_they_are(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sora = shared / "data" / "ai" / "videophy2__videophy2.github.io"
    firefly = shared / "data" / "c2pa" / "Security4Media__c2pa-video-player"
    assert run(["audit", str(sora), str(firefly), "--json"]) == 1
    clips, edited = json.loads(capsys.readouterr().out)["audits"]
    assert clips["videos"] == {"intact": 2}
    assert {row["model"] for file in clips["files"] for row in file["made_of"]} == {"Sora"}
    assert {f["rule"] for f in clips["findings"]} == {"ai.prompt", "c2pa.trusted"}
    (row,) = edited["files"][0]["made_of"]
    assert (row["kind"], row["model"]) == ("partly", "Adobe Firefly")


def first_words(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """The second line of a terminal, and how a page opens: its word, what it says, what is wrong."""
    page = tmp_path / "page.html"
    run(["audit", str(folder), "--report", str(page)])
    line = capsys.readouterr().out.splitlines()[1]
    opening = re.search(r"<div><strong>.*?</div>", page.read_text("utf-8"), re.DOTALL)
    assert opening
    return line, html.unescape(" ".join(re.sub(r"<[^>]+>", " ", opening[0]).split()))


def test_a_file_that_nobody_listed_and_one_that_is_gone_are_not_intact(
    mine: Made, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (clip, *_) = sorted((mine.folder / "clips").iterdir())
    other = tiny_clip(tmp_path / "other.mp4", seconds=4, seed=77)
    keys = KeyRing(tmp_path / "mallory")
    keys.init("Mallory Inc")
    plan = plan_edited(clip, [EditSaid("c2pa.edited.metadata")], when=datetime.now(UTC))
    sign(plan, other, mine.folder / "zz.mp4", keys.signer(), "video/mp4")
    clip.unlink()
    line, page = first_words(mine.folder, tmp_path, capsys)
    counts = "f 4 videos listed, 3 are intact, 1 is missing; 1 file here is not listed"
    assert line == f"VERDICT  not intact: o{counts}; the intact ones equal the sealed list"
    assert page.startswith(
        f"Not intact O{counts}. The listed files that are here were compared, byte for byte"
    )
    assert f"clips/{clip.name} : missing" in page
    assert "zz.mp4 : a foreign clip, signed by Mallory Inc, that nobody listed" in page


def test_files_that_changed_names_are_not_the_release_as_listed(
    mine: Made, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    one, other, *_ = sorted((mine.folder / "clips").iterdir())
    one.rename(tmp_path / "held")
    other.rename(one)
    (tmp_path / "held").rename(other)
    line, page = first_words(mine.folder, tmp_path, capsys)
    assert line.startswith("VERDICT  not intact: ")
    assert "; 2 files here hold what another should" in line
    assert f"clips/{one.name} : the bytes of clips/{other.name} under this name" in page


def test_a_file_under_a_new_name_is_told_and_alters_nothing(
    mine: Made, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    one = min((mine.folder / "clips").iterdir())
    one.rename(one.with_name("final.mp4"))
    assert first_words(mine.folder, tmp_path, capsys)[0].startswith("INTACT")
    run(["audit", str(mine.folder)])
    assert f"clips/{one.name} under another name" in capsys.readouterr().out


def test_a_sealed_list_of_a_later_version_is_not_called_changed(
    mine: Made, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    record = mine.folder / "release.json"
    said = json.loads(record.read_text("utf-8"))
    said["schema"] += ".later"
    record.write_text(json.dumps(said), "utf-8")
    (mine.folder / "release.json.c2pa").unlink()
    seal(record, mine.keys.signer(), when=datetime.now(UTC).replace(microsecond=0))
    write_sums(mine.folder)
    line, page = first_words(mine.folder, tmp_path, capsys)
    assert line.startswith("VERDICT  not checked")
    assert "is sealed, but cannot be read here" in page


def test_litter_and_papers_beside_a_release_change_nothing(
    mine: Made, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (mine.folder / ".DS_Store").write_bytes(b"x")
    (mine.folder / "._night_bus.mp4").write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X        ")
    run(["audit", str(mine.folder), "--report", str(mine.folder / "mine.html"), "--sign"])
    capsys.readouterr()
    assert first_words(mine.folder, tmp_path, capsys)[0].startswith("INTACT   4 of 4 videos; ")


def test_a_list_that_lost_its_seal_is_not_intact(
    mine: Made, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (mine.folder / "release.json.c2pa").unlink()
    line, page = first_words(mine.folder, tmp_path, capsys)
    assert line.startswith("VERDICT  not intact: all 4 videos are intact; 1 listed file is missing; ")
    assert line.endswith("release.json was stripped of its seal, so it proves nothing")
    assert "release.json : the release's own list: stripped of its seal" in page
    sums = mine.folder / "SHA256SUMS"
    rows = [row for row in sums.read_text().splitlines() if not row.endswith(".c2pa")]
    sums.write_text("\n".join(rows) + "\n")
    record = mine.folder / "release.json"
    record.write_text(record.read_text().replace("Night Bus", "Day Bus"))
    assert (
        "release.json was changed since SHA256SUMS was written"
        in first_words(mine.folder, tmp_path, capsys)[0]
    )


def test_another_signers_list_of_the_same_names_is_told_as_that(
    mine: Made, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    keys = KeyRing(tmp_path / "eve")
    keys.init("Lumen Films")
    other = make_release(tmp_path / "other", keys, [slate.recipe for slate in mine.slates])
    for name in ("release.json", "release.json.c2pa"):
        shutil.copyfile(other.folder / name, mine.folder / name)
    write_sums(mine.folder)
    line, _ = first_words(mine.folder, tmp_path, capsys)
    assert "release.json was sealed by somebody who did not sign its files" in line


def test_an_altered_still_beside_a_good_video_is_not_intact(
    mine: Made, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "handed"
    folder.mkdir()
    shutil.copy(next((mine.folder / "clips").glob("*.mp4")), folder / "bus.mp4")
    picture = tmp_path / "frame.jpg"
    cv2.imwrite(str(picture), np.full((48, 64, 3), 90, np.uint8))
    plan = plan_edited(folder / "bus.mp4", [EditSaid("c2pa.edited")], when=datetime.now(UTC))
    sign(plan, picture, folder / "bus.jpg", mine.keys.signer(), "image/jpeg")
    line, page = first_words(folder, tmp_path, capsys)
    assert line.startswith("INTACT   1 of 1 video; ")
    assert page.startswith("Intact 1 video and 1 still, all intact.")
    data = bytearray((folder / "bus.jpg").read_bytes())
    data[-40] ^= 1
    (folder / "bus.jpg").write_bytes(data)
    line, page = first_words(folder, tmp_path, capsys)
    assert line.startswith("VERDICT  not intact: the video is intact; the still was altered; ")
    assert page.startswith("Not intact The video is intact; the still was altered.")
    assert "bus.jpg : picture, sound or how they are stored was changed after signing" in page
