"""What ``generate``, ``jobs``, ``cut``, ``export`` and ``release`` print, and how they end."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from circletake.cli.wording import what_travels
from circletake.model.policy import PromptPolicy
from circletake.provenance.certificates import issue
from circletake.provenance.keys import KeyRing
from circletake.workflows.leaving.prompts import Travelling

Cli = Callable[..., tuple[int, str, str]]
pytestmark = pytest.mark.usefixtures("no_workers")

SMALL = ("--param", "size=64x36", "--param", "seconds=0.5")


@pytest.fixture
def film(cli: Cli) -> Cli:
    """A library with two takes made here, one circled, a cut of both, and a key."""
    KeyRing(Path(os.environ["CIRCLETAKE_HOME"])).init("Lumen Films")
    asked = ("--model", "aurora", "--prompt", "neon sea", "--seed", 1, "--shot", "SH010", *SMALL)
    assert cli("generate", *asked, "--takes", 2)[0] == 0
    cli("circle", "SH010/1", "--by", "ana")
    cli("cut", "new", "main", "--size", "64x36")
    cli("cut", "add", "main", "SH010/1", "SH010/2@0-0.25")
    return cli


def test_generate_lists_models_and_what_they_take(cli: Cli) -> None:
    status, out, _ = cli("generate")
    assert status == 0
    assert "silk" in out and "CC0-1.0" in out and "--param seconds=" in out
    assert json.loads(cli("generate", "--json")[1])[0]["source_type"] == "algorithmicMedia"


def test_a_dry_run_asks_for_nothing(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text("night bus\n")
    asked = ("generate", "--model", "silk", "--prompt", f"@{tmp_path / 'p.txt'}", "--takes", 3, "--seed", 4)
    status, out, err = cli(*asked, "--dry-run", "--param", "steps=20")
    assert (status, out.splitlines()[0]) == (0, "3 takes from procedural silk, seed 4 to 6, cost: free")
    assert "steps: not a parameter" in err
    assert json.loads(cli(*asked, "--dry-run", "--json")[1])["requests"][0]["prompt"] == "night bus"
    assert cli("jobs", "--all", "--json")[1].strip() == "[]"


def test_generate_makes_takes_and_says_which(cli: Cli) -> None:
    status, out, _ = cli(
        "generate", "--model", "aurora", "--prompt", "a", "--shot", "SH010", *SMALL, "--takes", 2
    )
    assert (status, out.splitlines()[0]) == (0, "2 takes: SH010/1, SH010/2")
    listed = cli("jobs", "--all")[1].splitlines()
    assert [line.split()[1:3] for line in listed[1:3]] == [["imported", "SH010"]] * 2
    assert len(cli("jobs")[1].splitlines()) == 1
    assert cli("jobs", "--resume")[1].startswith("0 takes from 0 jobs")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--model", "sora", "--prompt", "x"), "model 'sora' is none of"),
        (("--model", "silk", "--prompt", "x", "--param", "size=big"), "size: 'big' is not like 640x360"),
        (("--model", "silk", "--prompt", "x", "--param", "size"), "'size' is not NAME=VALUE"),
        (("--model", "silk"), "says nothing"),
        (("--backend", "veo", "--model", "x", "--prompt", "x"), "no such generator"),
    ],
)
def test_what_cannot_be_generated_is_said_in_a_line(cli: Cli, words: tuple[str, ...], said: str) -> None:
    status, _, err = cli("generate", *words)
    assert status == 2
    assert said in err and "Traceback" not in err


def test_a_cut_is_shown_event_by_event(film: Cli) -> None:
    lines = film("cut", "show", "main")[1].splitlines()
    assert lines[1].split()[:3] == ["1", "01:00:00:00", "SH010/1"]
    assert lines[2].split()[:3] == ["2", "01:00:00:12", "SH010/2"]
    assert lines[3] == "main: 2 events, 0:00.75, 64x36, 24 frames a second"
    assert film("cut", "show")[1].splitlines()[1].split() == ["main", "2", "0:00.75", "64x36", "24"]
    assert [e["out"] for e in json.loads(film("cut", "show", "main", "--json")[1])["events"]] == [
        "1/2",
        "1/4",
    ]


def test_auto_says_what_it_chose(film: Cli) -> None:
    status, out, _ = film("cut", "auto", "rough", "--length", "0.25")
    assert (status, out.splitlines()[-1]) == (0, "Next   circletake release NAME --cut 'rough'")
    assert "rough: 1 event, 0:00.25" in out
    assert film("cut", "auto", "x", "--length", "soon")[0] == 2
    assert "no such song" in film("cut", "auto", "x", "--song", "none.wav")[2]


def test_export_needs_a_key_and_says_how_to_make_one(cli: Cli) -> None:
    cli("generate", "--model", "aurora", "--prompt", "a", "--shot", "SH010", *SMALL)
    status, _, err = cli("export", "SH010/1")
    assert status == 2
    assert "circletake keys init" in err


def certificate_for(days: float) -> None:
    """Put a certificate with so much validity left in the place of the key there is."""
    folder = Path(os.environ["CIRCLETAKE_HOME"]) / "keys"
    files = ("signing.key", "signing.pem", "authority.pem")
    made = issue("Lumen Films", "", "es256", timedelta(days=days, hours=1))
    for name, data in zip(files, made, strict=True):
        (folder / name).write_bytes(data)


@pytest.mark.parametrize(
    ("words", "again"),
    [
        (("export", "SH010/1", "--to", "out"), ("export", "SH010/2", "--to", "out")),
        (("release", "one"), ("release", "two")),
    ],
)
def test_the_end_of_the_certificate_is_told_before_anything_is_rendered(
    words: tuple[str, ...], again: tuple[str, ...], film: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate_for(days=29)
    status, _, err = film(*words)
    assert status in (0, 1)
    assert "in 28 days; renew it before" in err

    certificate_for(days=-0.01)
    monkeypatch.setattr("circletake.workflows.leaving.calling.Exporters.run", None)
    status, _, err = film(*again)
    assert status == 2
    assert "the certificate is valid from" in err and "circletake keys csr" in err


def test_the_timestamper_is_named_before_it_is_asked(film: Cli) -> None:
    with Path("circletake.toml").open("a") as settings:
        settings.write('\n[signing]\ntimestamp = "http://127.0.0.1:9/"\n')
    status, _, err = film("export", "SH010/1", "--to", "out")
    assert status == 2
    assert "timestamps come from http://127.0.0.1:9/" in err
    assert "timestamper http://127.0.0.1:9/: cannot be reached" in err
    assert not Path("out").exists()


def test_export_says_what_it_made(film: Cli, tmp_path: Path) -> None:
    status, out, _ = film("export", "SH010/1", "--to", tmp_path / "out")
    assert status == 0
    assert "signed, re-read" in out
    (made,) = (tmp_path / "out").iterdir()
    assert made.name.startswith("SH010_tk001_") and made.name in out
    again = film("export", "--cut", "main", "--to", tmp_path / "out", "--json")
    assert json.loads(again[1])[0]["rows"][0]["kind"] == "cut"
    assert film("export")[0] == 2
    assert "no policy" in film("export", "SH010/1", "--prompts", "whisper")[2]


def test_a_timeline_brings_the_signed_clips_it_points_at(film: Cli, tmp_path: Path) -> None:
    status, _, _ = film("export", "--cut", "main", "--format", "timeline", "--to", tmp_path / "out")
    assert status == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["clips", "cues.csv", "main.otio"]
    assert len(list((tmp_path / "out" / "clips").iterdir())) == 2


def test_a_release_says_what_travels_and_is_audited(film: Cli) -> None:
    status, out, err = film("release", "Night Bus", "--by", "ana")
    assert "2 clips and the cut; 2 of 2 prompts travel in manifests that anybody can read" in err
    assert "Night_Bus: 3 videos signed and re-read" in out
    assert "INTACT   3 of 3 videos" in out
    assert status in (0, 1)
    assert Path("Night_Bus/report.html").is_file()
    status, _, err = film("release", "Night Bus")
    assert status == 2
    assert "exists already and is not empty" in err


def test_a_release_may_keep_prompts_and_may_be_tried_dry(film: Cli) -> None:
    status, out, err = film("release", "quiet", "--prompts", "omit", "--dry-run")
    assert status == 0
    assert "0 of 2 prompts travel" in err and "nothing was made" in out
    assert not Path("quiet").exists()
    assert "1 clip; 1 of 1 prompts" in film("release", "selects", "--circled", "--dry-run")[2]


def test_which_cut_is_asked_where_there_are_several(film: Cli) -> None:
    film("cut", "new", "other")
    status, _, err = film("release", "r")
    assert status == 2
    assert "there are 2 cuts" in err and "--cut NAME" in err


def test_a_prompt_that_left_as_a_digest_is_proven_by_one_line(film: Cli, tmp_path: Path) -> None:
    import subprocess

    assert "no prompt of it left as a digest" in film("prove", "SH010/1")[2]
    film("recipe", "set", "SH010/2", "prompt=neon\nsea 'at' night", "--by", "ana")
    status, _, err = film("export", "--cut", "main", "--prompts", "hash", "--to", tmp_path / "out")
    assert (status, err.splitlines()[0]) == (
        0,
        "2 of 2 prompts, each as a salted digest, travel in manifests that anybody can read",
    )
    written = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert b"neon" not in written
    for take in ("SH010/1", "SH010/2"):
        (proof,) = json.loads(film("prove", take, "--json")[1])
        ran = subprocess.run(["sh", "-c", proof["check"]], capture_output=True, text=True, check=True)
        assert ran.stdout.split()[0] == proof["digest"]
        assert proof["digest"].encode() in written
    lines = film("prove", "SH010/1")[1].splitlines()
    assert lines[3] == "  prompt  neon sea" and lines[4].startswith("  check   printf %s ")


def test_a_release_of_hashed_prompts_is_audited_as_such(film: Cli) -> None:
    settings = Path("circletake.toml")
    settings.write_text(settings.read_text() + '\n[export]\nprompts = "hash"\n')
    status, out, err = film("release", "quiet")
    assert status in (0, 1)
    assert "2 of 2 prompts, each as a salted digest, travel" in err
    assert "PROMPTS  2 kept back by the producer, with a digest" in out
    record = json.loads(Path("quiet/release.json").read_text())
    uses = [use for file in record["files"] for use in file["uses"]]
    assert record["prompt_policy"] == "hash" and {use["prompt"] for use in uses} == {""}
    assert {len(use["prompt_digest"]) for use in uses} == {64}
    assert not any(b"neon" in path.read_bytes() for path in Path("quiet").rglob("*") if path.is_file())
    audit = json.loads(film("audit", "quiet", "--json", "--library", ".")[1])["audits"][0]
    found = [each for each in audit["outcomes"] if each["rule"] in ("ai.prompt", "prompt.matches")]
    assert {each["check"] for each in found} == {"passed"} and len(found) >= 4


def test_a_redacted_copy_says_what_is_gone_and_is_traced_as_before(film: Cli, tmp_path: Path) -> None:
    film("export", "--cut", "main", "--to", tmp_path / "out")
    cut, copy = tmp_path / "out" / "main.mp4", tmp_path / "copy.mp4"
    before = cut.read_bytes()
    status, out, _ = film("redact", cut, "--to", copy, "--by", "ana")
    assert (status, out.splitlines()[1]) == (0, "removed  2 prompts")
    assert b"neon" in before == cut.read_bytes() and b"neon" not in copy.read_bytes()
    assert "INTACT   1 of 1 video" in (told := film("audit", copy)[1])
    assert "procedural aurora" in told and "2 clips" in told
    assert "PROMPTS  2 left out by the producer" in told
    status, _, err = film("redact", cut, "--to", copy)
    assert status == 2 and "exists already" in err
    assert json.loads(film("redact", cut, "--to", copy, "--force", "--seeds", "--json")[1])["left"] == []
    status, _, err = film("redact", copy, "--to", tmp_path / "again.mp4")
    assert status == 2 and "nothing in its credentials can be redacted" in err


def test_a_prompt_that_no_redaction_reaches_is_told_with_exit_1(film: Cli, tmp_path: Path) -> None:
    film("export", "SH010/1", "--to", tmp_path / "out")
    (signed,) = (tmp_path / "out").iterdir()
    with signed.open("ab") as file:  # as editors leave it in a box of tags
        file.write((18).to_bytes(4, "big") + b"free\0\0neon sea")
    status, out, err = film("redact", signed, "--to", tmp_path / "copy.mp4")
    assert status == 1
    assert "left     1 of them stands in the file's own tags or words" in out
    assert "--prompts omit" in err


def test_redacting_needs_no_library(film: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film("export", "SH010/1", "--to", tmp_path / "out")
    (signed,) = (tmp_path / "out").iterdir()
    monkeypatch.chdir(tmp_path / "out")
    monkeypatch.delenv("CIRCLETAKE_LIBRARY", raising=False)
    assert film("redact", signed.name, "--to", f"copy{signed.suffix}")[0] == 0


def test_what_would_travel_is_said_before_an_export_references_too(film: Cli, tmp_path: Path) -> None:
    film("recipe", "set", "SH010/1", "input.image=still.png", "--by", "ana")
    words = ("export", "SH010/1", "--to", tmp_path, "--prompts")
    refused = film(*words, "full")[2], film(*words, "omit")[2]
    assert 0 <= refused[1].find("in manifests") < refused[1].find("exists already")
    said = refused[0], film(*words, "omit", "--force")[2]
    assert "1 of 1 prompts and 1 reference travel in manifests that anybody can read (--prompts" in said[0]
    assert "0 of 1 prompts travel in manifests that anybody can read\n" in said[1]


def test_what_travels_is_worded_for_people() -> None:
    told = Travelling(PromptPolicy.FULL, 3, 2, 1, 4, 1)
    assert what_travels(told) == (
        "2 of 3 prompts, 1 reference and 4 other prompts in the credentials of what came along "
        "travel in manifests that anybody can read; "
        "1 of these prompts holds an e-mail address or the name of a machine "
        "(--prompts hash or omit keeps them here)"
    )
    assert what_travels(replace(told, references=0, inside=0, private=0)) == (
        "2 of 3 prompts travel in manifests that anybody can read (--prompts hash or omit keeps them here)"
    )


def test_a_release_stopped_before_anything_was_made_says_so(
    film: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("circletake.workflows.leaving.release.plan_release", stopped)
    status, _, err = film("release", "Night Bus", "--to", tmp_path / "out")
    assert status == 2 and "stopped; nothing was made; run the same again" in err
    assert not (tmp_path / "out").exists()
