"""What an audit is asked: whose questions, for which moment, and what a rule means."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from circletake.cli.app import run
from tests.releases import Made
from tests.tampering import flipped

pytestmark = pytest.mark.usefixtures("no_workers")
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def mine(made: Made, monkeypatch: pytest.MonkeyPatch) -> Made:
    """A release signed with the keys of whoever runs the command."""
    monkeypatch.setenv("CIRCLETAKE_HOME", str(made.keys.folder.parent))
    return made


def document(arguments: list[str], capsys: Captured) -> dict[str, Any]:
    run(["audit", *arguments, "--json"])
    (told,) = json.loads(capsys.readouterr().out)["audits"]
    return dict(told)


def test_the_house_asks_where_nobody_names_a_profile(mine: Made, capsys: Captured) -> None:
    told = document([str(mine.folder)], capsys)
    assert (told["profile"]["name"], told["exit"]) == ("house", 0)
    assert "label.aigc" not in told["rules"]


def test_a_profile_weighs_the_same_release_in_its_own_way_and_says_so(mine: Made, capsys: Captured) -> None:
    assert run(["audit", str(mine.folder), "--profile", "youtube"]) == 1
    out = capsys.readouterr().out
    assert "FIX      platform.youtube" in out
    assert "PROFILE  youtube: evidence for what YouTube will say of an upload" in out
    told = document([str(mine.folder), "--profile", "cn-gb45438"], capsys)
    assert {f["rule"] for f in told["findings"]} == {"label.aigc"}
    assert told["profile"]["rules"]["label.aigc"]["date"] == "2025-09-01"


def test_a_profile_never_hides_an_altered_file(mine: Made, capsys: Captured) -> None:
    flipped(next((mine.folder / "clips").iterdir()))
    for profile in ("house", "eu-art50", "ca-sb942", "cn-gb45438", "youtube"):
        told = document([str(mine.folder), "--profile", profile], capsys)
        assert "c2pa.state" in {f["rule"] for f in told["findings"]}


@pytest.mark.parametrize(
    ("when", "rules"),
    [("2046-01-01", {"c2pa.time"}), ("2020-01-01T00:00:00", {"c2pa.time"})],
)
def test_a_certificate_is_judged_for_the_moment_asked_about(
    when: str, rules: set[str], mine: Made, capsys: Captured
) -> None:
    told = document([str(mine.folder), "--at", when], capsys)
    assert {f["rule"] for f in told["findings"]} == rules
    assert told["as_of"].startswith(when[:10])
    assert told["videos"] == {"intact": 4}


def test_a_list_is_judged_for_the_moment_asked_about(
    mine: Made, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(mine.keys.folder.parent, tmp_path / "home")
    monkeypatch.setenv("CIRCLETAKE_HOME", str(tmp_path / "home"))
    authority = tmp_path / "authority.pem"
    authority.write_text(mine.keys.anchor().pem)
    assert run(["trust", "add", "C2PA", str(authority), "--date", "2026-01-05"]) == 0
    capsys.readouterr()
    fresh = {
        when: [f["seen"] for f in document([str(mine.folder), "--at", when], capsys)["findings"]
               if f["rule"] == "trustlist.fresh"]
        for when in ("2026-02-01", "2027-02-01")
    }  # fmt: skip
    assert fresh == {"2026-02-01": [], "2027-02-01": ["C2PA 2026-01-05 is 392 days old"]}


def test_what_no_clock_can_be_turned_back_for_is_told(mine: Made, capsys: Captured) -> None:
    assert run(["audit", str(mine.folder), "--at", "2020-01-01"]) == 1
    out = capsys.readouterr().out
    assert "AS OF    2020-01-01T23:59:59+00:00: certificates and the age of lists judged for then" in out
    assert "whether a list knows a signer: judged today, by the lists as you hold them" in out
    assert "which signers your lists knew on 2020-01-01" in out.splitlines()[-1]
    told = document([str(mine.folder), "--at", "2020-01-01"], capsys)
    trusted = {(o["check"], o["reason"]) for o in told["outcomes"] if o["rule"] == "c2pa.trusted"}
    ((check, reason),) = trusted
    assert check == "not checked"
    assert reason.endswith("knows the signer, but was published after 2020-01-01")


def test_without_another_moment_nothing_is_said_of_one(mine: Made, capsys: Captured) -> None:
    assert run(["audit", str(mine.folder)]) == 0
    out = capsys.readouterr().out
    assert "AS OF" not in out
    assert "lists knew" not in out


def test_a_rule_is_explained_without_a_folder(capsys: Captured) -> None:
    assert run(["audit", "--explain", "bytes.slack"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "bytes.slack"
    assert lines[1] == "Passes   no bytes hide in free boxes; asked of each file"
    assert run(["audit", "--explain", "bytes.slack", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["severity"] == "warning"


def test_a_rule_that_weighs_some_cases_otherwise_says_so_where_it_says_how_it_matters(
    capsys: Captured,
) -> None:
    assert run(["audit", "--explain", "bytes.exclusions"]) == 0
    (matters,) = [line for line in capsys.readouterr().out.splitlines() if "error" in line]
    assert matters == (
        "Matters  note: told with --all, no finding; error where what it leaves out is seen or heard, or "
        "tells how to show it; warning where nobody can tell what it leaves out"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "audit: no folder and no video named"),
        (["x", "--profile", "eu"], "profile eu: there is none of this name"),
        (["x", "--at", "yesterday"], "--at yesterday: names no moment"),
        (["--explain", "c2pa.stat"], "rule c2pa.stat: there is none of this name"),
    ],
)
def test_what_cannot_be_asked_is_said_and_exit_2(arguments: list[str], said: str, capsys: Captured) -> None:
    assert run(["audit", *arguments]) == 2
    assert capsys.readouterr().err.splitlines()[0] == said


def test_real_sora_clips_are_never_called_altered_whenever_one_asks(shared: Path, capsys: Captured) -> None:
    sora = shared / "data" / "ai" / "videophy2__videophy2.github.io"
    for when in ("2025-03-01", "2026-11-24", "2040-01-01"):
        assert document([str(sora), "--at", when], capsys)["videos"] == {"intact": 2}


def test_real_files_of_many_makers_are_read_and_none_is_called_altered(
    shared: Path, capsys: Captured
) -> None:
    told = document([str(shared / "data" / "c2pa")], capsys)
    assert set(told["videos"]) == {"intact", "unsigned", "unreadable"}
    assert not [o for o in told["outcomes"] if o["reason"].startswith("the rule itself failed")]
    assert "c2pa.state" not in {f["rule"] for f in told["findings"]}
    premiere = next(f for f in told["files"] if f["path"].endswith("prmiere-firefly.mp4"))
    (made,) = premiere["made_of"]
    assert (made["kind"], made["model"]) == ("partly", "Adobe Firefly")
    assert made["says"] == "signed by Adobe Inc., as part of the picture"
