"""A folder full of files that mean harm: each costs its own row, and no more than that."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from circletake.audit.document import json_report
from circletake.audit.page import html_report
from circletake.audit.text import text_report
from circletake.errors import BadInput
from circletake.media.probe import probe
from circletake.model.audit import Audit
from circletake.plugins.manager import PluginManager
from circletake.workflows import contents
from circletake.workflows.auditing.audit import audit_folder
from circletake.workflows.auditing.looking import Look, look
from tests.factories import tiny_clip
from tests.faults.hostile import BOMB, HOSTILE, VIDEO, external, png, tarred, zipped
from tests.releases import Made

GOOD = "signed.mp4"


@dataclass(frozen=True)
class Audited:
    folder: Path
    audit: Audit


@pytest.fixture(scope="module")
def hostile(pristine: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    """All of them and one whole clip, audited together, by worker processes."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / GOOD).write_bytes((clip := next(pristine.folder.rglob("SH010*.mp4"))).read_bytes())
    for name, make in HOSTILE.items():
        make(folder / name, clip.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CIRCLETAKE_HOME", str(folder.parent))
        manager = PluginManager.load(only=("rules",))
        yield Audited(folder, audit_folder(folder, manager=manager, trust=[pristine.keys.anchor()]))


@pytest.mark.parametrize("name", HOSTILE)
def test_each_has_a_finding_and_none_is_intact(name: str, hostile: Audited) -> None:
    (row,) = [file for file in hostile.audit.files if file.case.path == name]
    found = {outcome.rule for outcome in hostile.audit.failed if outcome.file == name}
    assert found, "no finding"
    assert row.verdict != "intact"


def test_the_clip_beside_them_is_intact_and_the_run_ends_with_findings(hostile: Audited) -> None:
    verdicts = {file.case.path: file.verdict for file in hostile.audit.files}
    assert verdicts[GOOD] == "intact"
    assert hostile.audit.exit_code == 1


def test_every_entry_has_one_row_in_a_fixed_order(hostile: Audited) -> None:
    rows = [file.case.path for file in hostile.audit.files]
    assert rows == sorted([*HOSTILE, GOOD])


def test_nothing_of_them_reaches_a_terminal_or_breaks_a_report(hostile: Audited) -> None:
    for line in text_report(hostile.audit, everything=True):
        assert not [c for c in line if unicodedata.category(c) == "Cc" and c != "\n"]
    json.loads(json.dumps(json_report(hostile.audit)))
    assert "root:x:0" not in html_report(hostile.audit)


def test_what_cannot_be_read_says_why(hostile: Audited) -> None:
    why = {file.case.path: file.case.unreadable for file in hostile.audit.files}
    told = {
        "slip.otioz": "leads out of it",
        "absolute.zip": "leads out of it",
        "windows.zip": "leads out of it",
        "link.zip": "holds a link",
        "link.tar.gz": "holds a link",
        "nested.zip": "nested too deeply",
        "playlist.mp4": "a playlist",
        "concat.mp4": "a playlist",
        "fifo.mp4": "not a plain file",
        "socket.mp4": "not a plain file",
        "link.mp4": "a link; not followed",
        "loop.mp4": "a link; not followed",
        "folder": "a link; not followed",
    }
    assert {name: text for name, text in told.items() if text not in why[name]} == {}


def test_a_picture_in_another_file_is_not_fetched_from_there(tmp_path: Path) -> None:
    other = tiny_clip(tmp_path / "secret.mov", seed=3)
    secret = probe(other).facts.picture_sha256
    alias = external(tiny_clip(tmp_path / "alias.mov", seed=3), other)
    assert b"alis" in alias.read_bytes()
    try:
        seen = probe(alias).facts.picture_sha256
    except Exception as error:
        seen = str(error)
    assert seen != secret


def test_a_picture_of_billions_of_pixels_is_not_decoded(tmp_path: Path) -> None:
    (tmp_path / "reference.png").write_bytes(png(50_000, 50_000))
    case = look(Look(str(tmp_path), "reference.png"))
    assert (case.kind, case.unreadable, case.media) == ("image", "", None)


def test_a_bomb_is_put_down_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "UNPACKED", BOMB // 4)
    for name, data in {"a.zip": zipped({"a.mp4": VIDEO + bytes(BOMB)}), "a.tgz": tarred("a", BOMB)}.items():
        (tmp_path / name).write_bytes(data)
        assert len(data) < 1_000_000
        with pytest.raises(ValueError, match="unpacks to more than"):
            contents.videos_inside(tmp_path / name)


def test_what_is_no_file_is_not_waited_for(hostile: Audited) -> None:
    with pytest.raises(BadInput, match="not a plain file"):
        audit_folder(hostile.folder / "fifo.mp4", manager=PluginManager.load(only=("rules",)))


def test_a_manifest_that_is_a_link_is_nobodys(tmp_path: Path, pristine: Made) -> None:
    from circletake.provenance.reading import has_credentials

    clip = tiny_clip(tmp_path / "a.webm")
    elsewhere = pristine.folder / "release.json.c2pa"
    (tmp_path / "a.c2pa").symlink_to(elsewhere)
    assert not has_credentials(clip)
    (tmp_path / "b.webm").symlink_to(clip)
    (tmp_path / "b.webm.c2pa").symlink_to(elsewhere)
    assert has_credentials(tmp_path / "b.webm")


def test_reasons_name_no_place_on_this_machine(hostile: Audited) -> None:
    text = json.dumps(json_report(hostile.audit))
    assert str(hostile.folder) not in text
    assert not re.search(r"site-packages|\.py\b", text)
