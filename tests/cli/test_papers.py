"""The papers ``audit`` and ``disclose`` write: sealed, checked again, and over nothing that is not ours."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from circletake.cli.app import run
from circletake.errors import SigningError
from circletake.plugins.manager import PluginManager
from circletake.workflows.auditing.audit import audit_folder
from circletake.workflows.auditing.papers import write_own_report
from tests.releases import Made

pytestmark = pytest.mark.usefixtures("no_workers")
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def mine(made: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Made:
    """A release signed with the keys of whoever runs the command, who stands beside it."""
    monkeypatch.setenv("CIRCLETAKE_HOME", str(made.keys.folder.parent))
    monkeypatch.chdir(tmp_path)
    return made


def findings(capsys: Capture, *paths: object) -> tuple[int, list[str], list[str]]:
    """Exit status, rules that found something, and what was not checked."""
    capsys.readouterr()
    status = run(["audit", *map(str, paths), "--json"])
    (document,) = json.loads(capsys.readouterr().out)["audits"]
    return status, [found["rule"] for found in document["findings"]], document["not_checked"]


@pytest.mark.parametrize("name", ["report.html", "audit.json"])
def test_a_sealed_report_alone_is_verified_and_its_signer_named(
    name: str, mine: Made, capsys: Capture
) -> None:
    assert run(["audit", "release", "--report", name, "--sign"]) == 0
    assert Path(f"{name}.c2pa").is_file()
    capsys.readouterr()
    assert run(["audit", name]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{name} · no videos"
    assert lines[1] == f"REPORT   {name}: unchanged since Lumen Films sealed it"
    assert lines[2].strip() == f"SHA256 {mine.keys.show().certificate_sha256}"
    assert lines[3].strip() == "your own key; nobody else vouches for it"


def test_a_report_that_a_stranger_sealed_under_the_same_name_is_no_pass(
    mine: Made, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = mine.keys.folder.parent
    monkeypatch.setenv("CIRCLETAKE_HOME", str(tmp_path / "stranger"))
    run(["keys", "init", "-o", "Lumen Films"])
    run(["audit", "release", "--report", "r.html", "--sign"])
    monkeypatch.setenv("CIRCLETAKE_HOME", str(home))
    assert findings(capsys, "r.html")[:2] == (1, ["report.seal"])


@pytest.mark.parametrize("name", ["report.html", "audit.json"])
def test_one_byte_changed_in_a_sealed_report_is_told(name: str, mine: Made, capsys: Capture) -> None:
    run(["audit", "release", "--report", name, "--sign"])
    text = Path(name).read_text("utf-8")
    Path(name).write_text(text.replace("Night Bus", "Night Bos", 1), "utf-8")
    assert findings(capsys, name)[:2] == (1, ["report.seal"])


def test_a_folder_with_its_sealed_report_is_in_order(mine: Made, capsys: Capture) -> None:
    run(["audit", "release", "--report", "release/report.html", "--sign"])
    status, rules, not_checked = findings(capsys, "release")
    assert (status, rules) == (0, [])
    assert "report.html" not in not_checked


def test_a_folder_whose_report_was_changed_or_lost_its_seal_is_told(mine: Made, capsys: Capture) -> None:
    run(["audit", "release", "--report", "release/report.html", "--sign"])
    page = Path("release/report.html")
    page.write_text(page.read_text("utf-8").replace("intact", "superb"), "utf-8")
    assert findings(capsys, "release")[:2] == (1, ["report.seal"])
    assert "report.html" in findings(capsys, "release")[2]
    Path("release/report.html.c2pa").unlink()
    status, rules, not_checked = findings(capsys, "release")
    assert (status, rules) == (1, ["report.seal"])
    assert "report.html" in not_checked


@pytest.mark.parametrize(
    ("command", "name"),
    [("audit --report", "a & b.html"), ("audit --report", "a.json"), ("disclose --to", "d.html")],
)
def test_a_paper_misses_the_seal_that_it_names(command: str, name: str, mine: Made, capsys: Capture) -> None:
    asked, option = command.split()
    run([asked, "release", option, name, "--sign"])
    assert findings(capsys, name)[:2] == (0, [])
    Path(f"{name}.c2pa").unlink()
    capsys.readouterr()
    assert run(["audit", name]) == 1
    assert f"the seal it names, {name}.c2pa, is not there" in capsys.readouterr().out


def test_a_report_that_names_no_seal_is_not_checked(mine: Made, capsys: Capture) -> None:
    run(["audit", "release", "--report", "release/report.html"])
    assert findings(capsys, "release")[:2] == (0, [])
    assert "report.html" in findings(capsys, "release")[2]


def test_a_report_sealed_by_another_than_the_release_is_told(
    mine: Made, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = mine.keys.folder.parent
    monkeypatch.setenv("CIRCLETAKE_HOME", str(tmp_path / "stranger"))
    run(["keys", "init", "-o", "Somebody Else"])
    run(["audit", "release", "--report", "release/report.html", "--sign"])
    monkeypatch.setenv("CIRCLETAKE_HOME", str(home))
    assert findings(capsys, "release")[:2] == (1, ["report.seal"])
    run(["audit", "release"])
    out = capsys.readouterr().out
    assert "sealed by Somebody Else, who did not seal the release (" in out


@pytest.mark.parametrize("name", ["report.html", "audit.json"])
def test_a_report_of_another_release_is_told(name: str, mine: Made, capsys: Capture) -> None:
    run(["audit", "release", "--report", f"release/{name}", "--sign"])
    record = Path("release/release.json")
    record.write_bytes(record.read_bytes().replace(b"Night Bus", b"Day Tram "))
    capsys.readouterr()
    assert run(["audit", "release"]) == 1
    told = capsys.readouterr().out
    assert "sealed it; of another release" in told and "another release, “Night Bus v3”" in told


@pytest.mark.parametrize("option", ["audit --report", "disclose --to"])
def test_a_report_misses_the_record_it_was_held_against(option: str, mine: Made, capsys: Capture) -> None:
    command, to = option.split()
    run([command, "release", to, "release/report.html", "--sign"])
    for path in (*Path("release").glob("release.json*"), Path("release/SHA256SUMS")):
        path.unlink()
    assert findings(capsys, "release")[:2] == (1, ["report.seal"])
    run(["audit", "release"])
    assert "held against the release.json of “Night Bus v3”, and that is not here" in capsys.readouterr().out
    assert findings(capsys, "release/report.html")[0] == 0


@pytest.mark.parametrize("gone", ["report.html", "release.json"])
def test_a_seal_misses_what_it_seals(gone: str, mine: Made, capsys: Capture) -> None:
    run(["audit", "release", "--report", "release/report.html", "--sign"])
    Path(f"release/{gone}").unlink()
    capsys.readouterr()
    assert run(["audit", "release"]) == 1
    assert f"{gone}, which it seals, is not there" in capsys.readouterr().out


def test_a_report_written_anew_loses_the_seal_of_the_old_one(mine: Made, capsys: Capture) -> None:
    run(["audit", "release", "--report", "r.html", "--sign"])
    assert "This page is sealed by <bdi>Lumen Films</bdi>" in Path("r.html").read_text("utf-8")
    run(["audit", "release", "--report", "r.html"])
    assert not Path("r.html.c2pa").exists()
    assert "This page is not itself sealed" in Path("r.html").read_text("utf-8")
    capsys.readouterr()
    assert run(["audit", "r.html"]) == 2
    assert "holds no video to audit" in capsys.readouterr().err


def test_without_a_key_nothing_is_written(
    mine: Made, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CIRCLETAKE_HOME", str(tmp_path / "keyless"))
    assert run(["audit", "release", "--report", "r.html", "--sign"]) == 2
    assert "circletake keys init" in capsys.readouterr().err
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(("r.html", ".paper", ".sign"))]


def test_junit_and_cues_are_written_beside_what_is_printed(mine: Made, capsys: Capture) -> None:
    assert run(["audit", "release", "--junit", "r.xml", "--cues", "c.csv"]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == ["JUnit    r.xml", "Cues     c.csv"]
    whole = ET.parse("r.xml").getroot()
    assert (whole.get("failures"), int(whole.get("tests") or 0) > 50) == ("0", True)
    with Path("c.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["file"], row["prompt"]) for row in rows[:3]] == [
        ("night_bus.mp4", "night bus, rain"),
        ("night_bus.mp4", "a red kite"),
        ("night_bus.mp4", "wet asphalt"),
    ]
    assert len(rows) == 6


def test_a_disclosure_is_a_page_a_table_and_a_document(mine: Made, capsys: Capture) -> None:
    assert run(["disclose", "release", "--to", "d.html", "--shots", "s.csv", "--sign"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [
        "Night Bus v3 · AI disclosure",
        "PICTURE  0:03: 0:03 (100.0%) made by trained models",
    ]
    assert lines[-2:] == ["Page     d.html", "Shots    s.csv"]
    assert "3 of 698 takes, by Ana Ruiz, Bo" in Path("d.html").read_text("utf-8")
    assert len(Path("s.csv").read_text("utf-8-sig").splitlines()) == 4
    assert run(["audit", "d.html"]) == 0
    capsys.readouterr()
    assert run(["disclose", "release", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [used["model"] for used in document["register"]] == ["runway gen4.5", "runway wan 2.2"]


def test_a_disclosure_of_an_altered_release_says_so_and_ends_with_1(mine: Made, capsys: Capture) -> None:
    cut = mine.folder / "night_bus.mp4"
    cut.write_bytes(cut.read_bytes() + b"\0\0\0\x10free12345678")
    assert run(["disclose", "release", "--to", "d.html"]) == 1
    assert "not intact: of 4 videos listed, 3 are intact, 1 was altered; " in capsys.readouterr().out
    assert 'class="warned">Of 4 videos listed, 3 are intact, 1 was altered' in Path("d.html").read_text(
        "utf-8"
    )


def test_a_disclosure_of_a_release_whose_list_was_forged_does_not_read_as_intact(
    mine: Made, capsys: Capture
) -> None:
    record = mine.folder / "release.json"
    record.write_text(record.read_text("utf-8").replace("a red kite", "a blue kite"), "utf-8")
    assert run(["disclose", "release", "--to", "d.html"]) == 1
    told = "4 of 4 videos intact by credentials of their own, but the release's own list (release.json) was"
    assert f"RESTS ON not intact: {told} changed after it was sealed" in capsys.readouterr().out
    assert f'class="warned">{told}'.replace("release's", "release&#39;s") in Path("d.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["audit", "release", "--sign"], "--sign: there is nothing to seal"),
        (["audit", "release", "--report", "r.xml", "--sign"], "r.xml: must end in .html or .json"),
        (["audit", "release", "--junit", "a", "--cues", "a"], "--junit, --cues: name one file twice"),
        (["audit", "release", "--junit", "mine.txt"], "mine.txt: is a file that circletake did not write"),
        (["audit", "release", "--cues", "mine.txt"], "mine.txt: is a file that circletake did not write"),
        (["audit", "release", "--report", "mine.json"], "mine.json: is a file that circletake did not write"),
        (["audit", "release", "release", "--cues", "c.csv"], "--cues: one report is about one folder"),
        (["disclose", "release", "--sign"], "--sign: there is nothing to seal"),
        (["disclose", "release", "--to", "d.pdf"], "d.pdf: must end in .html"),
        (["disclose", "release", "--to", "page.html"], "page.html: is a file that circletake did not write"),
        (["disclose", "nowhere"], "nowhere: no such file or folder"),
        (["disclose", "release", "--to", "new/d.html"], "new/d.html: its folder is not there"),
        (["disclose", "release", "--shots", "new/s.csv"], "new/s.csv: its folder is not there"),
        (["audit", "release", "--report", "new/r.html"], "new/r.html: its folder is not there"),
        (["audit", "release", "--junit", "new/j.xml"], "new/j.xml: its folder is not there"),
    ],
)
def test_what_cannot_be_written_is_said_before_any_work(
    arguments: list[str], said: str, mine: Made, capsys: Capture
) -> None:
    for name in ("mine.txt", "mine.json", "page.html"):
        Path(name).write_text("years of work")
    assert run(arguments) == 2
    assert capsys.readouterr().err.splitlines()[0] == said
    assert Path("mine.txt").read_text() == "years of work"
    assert not Path("new").exists()


def test_the_schema_is_printed_and_nothing_else(capsys: Capture) -> None:
    assert run(["audit", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "circletake audit --json"


def test_what_json_prints_is_of_the_schema_that_is_printed(mine: Made, capsys: Capture) -> None:
    run(["audit", "--schema"])
    valid = Draft202012Validator(json.loads(capsys.readouterr().out))
    run(["audit", str(mine.folder), str(next(mine.folder.glob("*.mp4"))), "--json"])
    printed = json.loads(capsys.readouterr().out)
    assert [error.message for error in valid.iter_errors(printed)] == []
    assert len(printed["audits"]) == 2
    del printed["audits"][1]["files"][0]["verdict"]
    assert [error.message for error in valid.iter_errors(printed)] == ["'verdict' is a required property"]
    assert not valid.is_valid(printed["audits"][0]), "one audit alone is what --report FILE.json writes"


def test_a_paper_of_ours_under_a_link_is_not_followed(mine: Made, capsys: Capture) -> None:
    Path("target.html").write_text("x")
    Path("r.html").symlink_to("target.html")
    assert run(["audit", "release", "--report", "r.html"]) == 2
    assert "is a link" in capsys.readouterr().err


def test_a_library_adds_the_terms_its_recipes_know(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(["init", str(tmp_path / "film")])
    monkeypatch.chdir(tmp_path / "film")
    run(["keys", "init", "-o", "Lumen Films"])
    small = ["--param", "size=64x36", "--param", "seconds=0.5"]
    run(["generate", "--model", "aurora", "--prompt", "sea", "--shot", "SH010", *small])
    run(["circle", "SH010/1", "--by", "Ana"])
    run(["recipe", "set", "SH010/1", "param.terms=https://a.example/t", "param.terms_date=2026-08-01"])
    assert run(["release", "R", "--circled", "--to", str(tmp_path / "r"), "--by", "Ana"]) == 0
    capsys.readouterr()
    line = "provider circletake · licence CC0-1.0 · terms "
    run(["disclose", str(tmp_path / "r")])
    assert f"{line}not recorded" in capsys.readouterr().out
    run(["disclose", str(tmp_path / "r"), "--library", "."])
    assert f"{line}https://a.example/t 2026-08-01" in capsys.readouterr().out


def test_a_release_stands_when_its_report_cannot_be_sealed(
    mine: Made,
) -> None:
    class Gone:
        """A signer that has left."""

        def __init__(self) -> None:
            own = mine.keys.signer()
            self.algorithm, self.chain_pem = own.algorithm, own.chain_pem

        def sign(self, data: bytes) -> bytes:
            raise SigningError("kms", "the key service does not answer", "try again")

        def close(self) -> None:
            pass

    audit = audit_folder(mine.folder, manager=PluginManager.load(only=("rules",)))
    path, why = write_own_report(mine.folder, audit, Gone())
    assert (path.name, why) == ("report.html", "the key service does not answer")
    assert "This page is not itself sealed" in path.read_text("utf-8")
    assert not (mine.folder / "report.html.c2pa").exists()
