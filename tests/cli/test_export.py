"""``export`` for editors: timelines in each format, with their signed media, named for any machine."""

from __future__ import annotations

import csv
import json
import os
import wave
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from circletake.files import sha256_of
from circletake.media.probe import probe
from circletake.model.manifest import Check
from circletake.model.policy import PromptPolicy
from circletake.provenance import redaction
from circletake.provenance.keys import KeyRing
from circletake.provenance.manifest import plan_take
from circletake.provenance.reading import read_credentials
from circletake.provenance.signing import sign
from circletake.workflows.library import find_library
from tests.factories import NOW, OBSERVED, claim, slate
from tests.rubric import Rubric

Cli = Callable[..., tuple[int, str, str]]
pytestmark = pytest.mark.usefixtures("no_workers")

TIMELINES = [word for name in ("fcp7", "otio", "otioz", "edl", "csv") for word in ("--format", name)]


@pytest.fixture
def film(cli: Cli, tmp_path: Path) -> Cli:
    """Two takes of 12 frames a second, both circled, a cut of 24 with a song, and a key."""
    KeyRing(Path(os.environ["CIRCLETAKE_HOME"])).init("Lumen Films")
    asked = ("--model", "aurora", "--prompt", "neon sea", "--seed", 1, "--param", "size=64x36")
    cli("generate", *asked, "--shot", "SH010", "--param", "seconds=0.5", "--param", "rate=12", "--takes", 2)
    cli("circle", "SH010/1-2", "--by", "ana")
    song = tmp_path / "night bus.wav"
    with wave.open(str(song), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(4 * 16000))
    cli("cut", "new", "main", "--size", "64x36", "--rate", "24", "--song", song)
    cli("cut", "add", "main", "SH010/1", "SH010/2@0-0.25")
    return cli


def test_one_export_holds_every_timeline_and_its_signed_media_once(film: Cli, tmp_path: Path) -> None:
    to = tmp_path / "out"
    status, out, err = film("export", "--cut", "main", *TIMELINES, "--to", to)
    assert status == 0, err
    assert sorted(p.name for p in to.iterdir()) == [
        "clips",
        "main.csv",
        "main.edl",
        "main.otio",
        "main.otioz",
        "main.xml",
    ]
    clips = sorted((to / "clips").iterdir())
    assert [p.suffix for p in clips] == [".mp4", ".mp4", ".wav"]
    assert all(read_credentials(p).integrity is Check.PASSED for p in clips[:2])
    named = {url.text for url in ET.parse(to / "main.xml").iter("pathurl")}
    assert named == {p.as_uri().replace("file://", "file://localhost") for p in clips}
    with zipfile.ZipFile(to / "main.otioz") as archive:
        assert {n for n in archive.namelist() if n.startswith("media/")} >= {f"media/{p.name}" for p in clips}
    for word in (
        "fcp7: one rate: 2 of 2 clips keep their own (12)",
        "edl: verdicts",
        "csv: the song's volume",
    ):
        assert f"not carried: {word}" in err
    assert "signed, re-read" in out


@pytest.mark.parametrize("name", ["main.xml", "main.otio", "main.otioz", "main.edl"])
def test_what_left_comes_back_with_its_song(film: Cli, tmp_path: Path, name: str) -> None:
    film("cut", "song", "main", "--offset", "0.5", "--fade-in", "0.25", "--volume", "0.5")
    film("export", "--cut", "main", *TIMELINES, "--to", tmp_path / "out")
    rate = ("--rate", "24") if name == "main.edl" else ()
    status, out, err = film("cut", "import", tmp_path / "out" / name, "--name", "back", *rate, "--json")
    assert (status, json.loads(out)["not_carried"]) == (0, []), err
    told = json.loads(out)["song"]
    assert told["known_by"] == ("reel" if rate else "mark")
    before, after = (json.loads(film("cut", "show", cut, "--json")[1]) for cut in ("main", "back"))
    assert after["song"] == before["song"]
    assert told["sha256"] == before["song"]["sha256"]
    assert after["events"] == before["events"]
    status, out, _ = film("cut", "import", tmp_path / "out" / name, "--dry-run", *rate)
    assert "song   night bus.wav, from 0.50 s" in out
    assert "sound, not ours" not in out


@pytest.fixture
def signed_song(film: Cli, tmp_path: Path) -> Path:
    """The song of the cut, signed by its generator with the prompt it was made from."""
    song = tmp_path / "song.wav"
    claims = [*OBSERVED[:1], claim("prompt", "a slow SECRETSONG for a ferry")]
    source = (tmp_path / "night bus.wav").rename(tmp_path / "ferry.wav")
    made = plan_take(slate(source, claims), source, policy=PromptPolicy.FULL, when=NOW)
    sound = tuple(replace(each, mime="audio/wav" if each.path else "") for each in made.ingredients)
    sign(
        replace(made, ingredients=sound), source, song, KeyRing(Path(os.environ["CIRCLETAKE_HOME"])).signer()
    )
    film("cut", "song", "main", song)
    return song


@pytest.mark.parametrize("policy", ["full", "hash", "omit"])
def test_a_signed_song_is_collected_with_its_prompt_only_where_prompts_travel(
    film: Cli, signed_song: Path, tmp_path: Path, policy: str
) -> None:
    to = tmp_path / "out"
    words = ("--format", "fcp7", "--prompts", policy, "--to", to)
    status, _, err = film("export", "--cut", "main", *words)
    assert "stays" not in err, err
    (song,) = (to / "clips").glob("*.wav")
    assert status == 0
    assert (b"SECRETSONG" in song.read_bytes()) is (policy == "full")
    assert ("is a copy: prompts were taken out of its credentials" in err) is (policy != "full")
    assert ("1 other prompt in the credentials of what came along" in err) is (policy == "full")
    assert read_credentials(song).problems == ("signingCredential.untrusted",)
    told = json.loads(film("cut", "import", to / "main.xml", "--name", "back", "--json")[1])["song"]
    assert (told["known_by"], told["sha256"]) == ("mark", sha256_of(signed_song))


def test_a_song_that_may_hold_a_prompt_nobody_can_take_out_stays(
    film: Cli, signed_song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = tmp_path / "out"
    unreached = redaction.Held(fixed=("words of a prompt",))
    monkeypatch.setattr(redaction, "words_in", lambda path, **_: unreached)
    status, _, err = film("export", "--cut", "main", "--format", "fcp7", "--prompts", "omit", "--to", to)
    assert status == 0
    assert "song.wav stays: no redaction reaches what may be words in its credentials (words of a" in err
    assert not list((to / "clips").glob("*.wav"))


def test_a_song_whose_credentials_cannot_be_read_stays(film: Cli, tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes((tmp_path / "night bus.wav").read_bytes() + b"LIST c2pa.assertions")
    film("cut", "song", "main", broken)
    for policy, there in (("omit", []), ("full", ["broken.wav"])):
        to = tmp_path / policy
        words = ("--format", "fcp7", "--prompts", policy, "--to", to)
        status, _, err = film("export", "--cut", "main", *words)
        assert (status, [each.name for each in (to / "clips").glob("*.wav")]) == (0, there)
        assert ("carries credentials that cannot be read" in err) is (policy == "omit")


def test_a_song_in_an_m4a_comes_along_and_one_that_begins_as_a_video_stays(film: Cli, tmp_path: Path) -> None:
    import av
    import numpy as np

    for name, options in (("song.m4a", {}), ("clip.m4a", {"brand": "isom"})):
        with av.open(str(tmp_path / name), "w", format="ipod", options=options) as file:
            stream = file.add_stream("aac", rate=48000, layout="mono")
            for start in range(0, 60 * 1024, 1024):
                silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
                silence.sample_rate, silence.pts = 48000, start
                file.mux(stream.encode(silence))
            file.mux(stream.encode(None))
    for name, there in (("song.m4a", ["song.m4a"]), ("clip.m4a", [])):
        film("cut", "song", "main", tmp_path / name)
        to = tmp_path / f"out of {name}"
        status, _, err = film("export", "--cut", "main", "--format", "otio", "--to", to)
        assert status == 0, err
        assert [path.name for path in (to / "clips").glob("*.m4a")] == there
        assert ("its container may hold a video" in err) == (not there)


def test_media_are_named_as_the_editors_machine_has_them(film: Cli, tmp_path: Path) -> None:
    to = tmp_path / "out" / "v1"
    rewrite = rf"{tmp_path / 'out'}=D:\jobs\Night Bus"
    words = ("--format", "fcp7", "--format", "edl", "--collect", "media", "--rewrite", rewrite, "--to", to)
    assert film("export", "--cut", "main", *words)[0] == 0
    urls = [url.text or "" for url in ET.parse(to / "main.xml").iter("pathurl")]
    assert all(url.startswith("file://localhost/D%3a/jobs/Night%20Bus/v1/media/") for url in urls)
    assert r"* SOURCE FILE: D:\jobs\Night Bus\v1\media\SH010_tk001_" in (to / "main.edl").read_text()
    status, _, err = film("export", "--cut", "main", "--format", "fcp7", "--rewrite", "/a=/b", "--to", "x")
    assert status == 2 and "does not lie in /a" in err and not Path("x").exists()
    assert film("export", "--cut", "main", "--format", "fcp7", "--relative", "--to", tmp_path / "r")[0] == 0
    first, *_ = ET.parse(tmp_path / "r" / "main.xml").iter("pathurl")
    assert (first.text or "").startswith("clips/SH010_tk001_")


def test_conformed_clips_have_the_cuts_rate_and_are_signed(film: Cli, tmp_path: Path) -> None:
    to = tmp_path / "out"
    status, _, err = film("export", "--cut", "main", "--format", "fcp7", "--conform", "prores", "--to", to)
    assert status == 0 and "one rate" not in err
    clips = sorted((to / "clips").glob("*.mov"))
    assert len(clips) == 2
    for path in clips:
        facts = probe(path).facts
        assert (facts.codec, facts.rate) == ("prores", Fraction(24))
        assert (facts.width, facts.height) == (64, 36)
        assert read_credentials(path).integrity is Check.PASSED
    rates = {r.findtext("timebase") for r in ET.parse(to / "main.xml").iter("rate")}
    assert rates == {"24"}
    again = film("export", "SH010/1", "--to", tmp_path / "whole", "--json")
    assert json.loads(again[1])[0]["rows"][0]["path"].endswith(".mp4")


def test_circled_takes_leave_in_bins(film: Cli, tmp_path: Path) -> None:
    to = tmp_path / "out"
    words = ("--format", "fcp7", "--format", "csv", "--format", "video", "--format", "stills", "--to", to)
    status, _, err = film("export", "--circled", *words)
    assert status == 0, err
    (bin_,) = ET.parse(to / "circled.xml").iter("bin")
    assert bin_.findtext("name") == "SH010"
    assert [c.findtext("logginginfo/good") for c in bin_.iter("clip")] == ["TRUE", "TRUE"]
    with (to / "circled.csv").open(newline="") as file:
        assert [row["verdict"] for row in csv.DictReader(file)] == ["circled", "circled"]
    stills = sorted((to / "stills").iterdir())
    clips = sorted((to / "clips").iterdir())
    assert [p.stem for p in stills] == [p.stem for p in clips]
    assert stills[0].read_bytes()[:3] == b"\xff\xd8\xff" and "stills" not in err


def test_a_part_of_a_take_is_named_as_in_a_cut_and_the_audit_tells_it(
    film: Cli, tmp_path: Path, shared: Path
) -> None:
    to = tmp_path / "out"
    status, out, err = film("export", "SH010/1@0.25-", "SH010/2@1f-3f", "SH010/2", "--to", to)
    assert status == 0, err
    parts = sorted(to.glob("*f.mp4"))
    assert [path.stem.rpartition("_")[2] for path in parts] == ["3f-6f", "1f-3f"]
    assert [probe(path).facts.frames for path in parts] == [3, 2]
    assert len(list(to.iterdir())) == 3 and out.count("signed, re-read") == 3
    rubric = Rubric(shared / "specs" / "c2pa" / "asset-rubric-conformance0.2-spec2.4.yml")
    assert [rubric.failures(path) for path in parts] == [[], []]
    status, told, _ = film("audit", to, "--json")
    first = json.loads(told)["audits"][0]["files"][0]
    assert (status, first["verdict"]) == (0, "intact")
    (use,) = first["made_of"]
    assert (use["take"], use["prompt"]) == ("SH010/1", "neon sea")
    assert (use["source_in"], use["source_out"]) == ("1/4", "1/2")
    assert film("export", "SH010/1@0-", "--to", tmp_path / "all")[0] == 0
    assert [path.stem for path in (tmp_path / "all").iterdir()] == [parts[0].stem.removesuffix("_3f-6f")]


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (["SH010/1@0.25-9"], "the take has 0 to 0.500 s"),
        (["SH010/1@0.4-0.2"], "is not a stretch"),
        (["SH010/1-2@0-0.2"], "a range of 2 takes"),
        (["SH010/1@0-0.2", "--format", "fcp7"], "a timeline of takes has them whole"),
    ],
)
def test_a_part_that_cannot_be_is_refused(film: Cli, tmp_path: Path, words: list[str], wrong: str) -> None:
    status, _, err = film("export", *words, "--to", tmp_path / "out")
    assert (status, wrong in err, (tmp_path / "out").exists()) == (2, True, False), err


def test_a_still_of_a_part_shows_its_middle(film: Cli, tmp_path: Path) -> None:
    assert film("export", "SH010/1@4f-6f", "--format", "stills", "--to", tmp_path / "out")[0] == 0
    (still,) = (tmp_path / "out" / "stills").iterdir()
    said = read_credentials(still).active
    assert said is not None and said.ingredients[0].source_range == (Fraction(5, 12), Fraction(1, 2))


def test_a_still_is_signed_with_its_take_as_its_parent_and_the_audit_reads_it(
    film: Cli, tmp_path: Path, shared: Path
) -> None:
    to = tmp_path / "out"
    assert film("export", "SH010/1", "--format", "stills", "--prompts", "omit", "--to", to)[0] == 0
    (still,) = (to / "stills").iterdir()
    said = read_credentials(still)
    assert said.active is not None
    assert (said.integrity, said.where) == (Check.PASSED, "embedded")
    (parent,) = said.active.ingredients
    assert (parent.role, parent.title) == ("parentOf", f"{still.stem}.mp4")
    assert parent.source_range == (Fraction(1, 4), Fraction(1, 3))
    take = said.named(parent.manifest)
    assert take is not None and take.assertions["org.circletake.take"]["prompts"] == "omit"
    assert "neon sea" not in still.read_bytes().decode("latin-1")
    actions = [action.name for action in said.active.actions]
    assert actions == ["c2pa.opened", "c2pa.trimmed", "c2pa.converted"]
    rubric = Rubric(shared / "specs" / "c2pa" / "asset-rubric-conformance0.2-spec2.4.yml")
    assert rubric.failures(still) == []
    status, told, _ = film("audit", to, "--json")
    (file,) = json.loads(told)["audits"][0]["files"]
    assert (status, file["kind"], file["verdict"]) == (0, "image", "intact")
    assert (file["made_of"][0]["take"], file["made_of"][0]["model"]) == ("SH010/1", "procedural aurora 1.0.0")
    told = film("audit", to)[1]
    assert "STILLS   1 of 1 still; 1 by an algorithm, no trained model" in told and "1 still ·" in told
    assert "SH010/1  procedural aurora 1.0.0  recorded by the signer's circletake" in told
    still.write_bytes(still.read_bytes()[:-60] + bytes(60))
    status, told, _ = film("audit", to)
    assert status == 1 and "STILLS   the still was altered" in told and "ALTERED    " in told


@pytest.mark.parametrize("form", ["fcp7", "otio"])
def test_bins_that_come_back_are_called_bins_and_no_timeline(film: Cli, tmp_path: Path, form: str) -> None:
    film("export", "--circled", "--format", form, "--to", tmp_path)
    (bins,) = tmp_path.glob("circled.*")
    status, _, err = film("cut", "import", bins)
    assert status == 2 and "holds clips in bins and no timeline: export a sequence" in err


def test_of_several_formats_the_one_that_cannot_hold_it_is_named_and_the_others_made(
    film: Cli, tmp_path: Path
) -> None:
    to = tmp_path / "out"
    words = ("--format", "fcp7", "--format", "edl", "--format", "csv", "--to", to)
    status, out, err = film("export", "--circled", *words)
    assert status == 1
    assert sorted(path.name for path in to.iterdir()) == ["circled.csv", "circled.xml", "clips"]
    assert "left out: edl has no bins, it is a list of edits: name a cut: --cut NAME" in err
    assert "signed, re-read" in out


def test_what_is_said_of_each_of_many_takes_is_said_once_with_a_count(film: Cli, tmp_path: Path) -> None:
    film("export", "--circled", "--to", tmp_path / "one")
    with find_library() as library:
        for slate in library.registry.takes.slates():
            library.media(slate.take).unlink()
    status, _, err = film("export", "--circled", "--to", tmp_path / "two")
    assert status == 0
    missing = [line for line in err.splitlines() if "its copy signed on" in line]
    assert [line.split(":")[0] for line in missing] == ["SH010/1", "SH010/2"]
    assert len(list((tmp_path / "two").iterdir())) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--circled", "--cut", "main"), "--cut and --circled: are different things to export"),
        (("SH010/1", "--circled"), "takes by name and --circled: are different things"),
        ((), "name takes, or --cut NAME"),
        (("--circled", "--format", "edl"), "no bins"),
        (("--circled", "--format", "edl", "--format", "otioz"), "no bins"),
        (("--cut", "main", "--format", "aaf"), "aaf"),
        (("--cut", "main", "--format", "fcp7", "--collect", "../x"), "no folder beside"),
        (("--cut", "main", "--format", "fcp7", "--rewrite", "x"), "is not FROM=TO"),
        (("--cut", "main", "--format", "fcp7", "--rewrite", "/=/b", "--relative"), "leave out --relative"),
        (("--cut", "main", "--conform", "prores"), "for the clips of a timeline"),
        (("--cut", "main", "--format", "otio", "--conform", "stills"), "did not make one video"),
        (("--cut", "main", "--format", "otio", "--conform", "dnxhr"), "less than its 256x120"),
    ],
)
def test_what_cannot_be_is_said_in_a_line_and_nothing_leaves(
    film: Cli, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    status, _, err = film("export", *words, "--to", tmp_path / "out")
    assert status == 2
    assert said in err and "Traceback" not in err
    assert not (tmp_path / "out").exists()
