"""``circletake cues``: the cue sheet of what was cut, released or finished before, in every form."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from circletake.model.case import FileCase
from circletake.model.cue import Gap
from circletake.model.manifest import Check, EditSaid
from circletake.model.take import Take
from circletake.provenance.derived import plan_edited
from circletake.provenance.keys import KeyRing
from circletake.provenance.signing import sign
from circletake.workflows.auditing.looking import Look, look
from circletake.workflows.demo.song import write_song
from circletake.workflows.leaving import recalling
from circletake.workflows.library import find_library
from tests.cli.conftest import Cli
from tests.factories import claim, cue, half_black, tiny_clip
from tests.locators import pretend

Clip = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("no_workers")


@pytest.fixture
def takes(cli: Cli, clip: Clip, tmp_path: Path) -> tuple[Take, Take]:
    """Two takes of two seconds with recipes, one circled; a cut with black and a declared song."""
    clip("in/bus.mp4", seconds=2, seed=1)
    clip("in/river.mp4", seconds=2, seed=2)
    cli("keys", "init", "-o", "Lumen Films")
    cli("import", "../in", "--shot", "SH010", "--by", "Ana")
    cli("circle", "SH010/1", "--by", "Ana")
    with find_library() as library:
        one, other = (slate.take for slate in library.registry.takes.slates())
        made = {"model": "wan 2.2", "seed": "7", "licence": "CC-BY-4.0", "prompt": "night bus"}
        library.registry.takes.add_claims(one.id, [claim(name, value) for name, value in made.items()])
    write_song(tmp_path / "song.wav", 4)
    cli("cut", "new", "main", "--size", "64x48", "--rate", 12, "--song", "../song.wav")
    cli("cut", "song", "main", "--origin", "human", "--by", "Ana")
    cli("cut", "add", "main", "SH010/1@0.5-1.5", "SH010/2")
    cli("cut", "gap", "main", 2, 1)
    return one, other


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_cut_has_its_cue_sheet_before_anything_is_rendered(cli: Cli, takes: tuple[Take, Take]) -> None:
    status, out, err = cli("cues", "main")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "main  0:04, 12 fps"
    assert lines[2].split()[:4] == ["01:00:00:00", "01:00:01:00", "SH010/1", takes[0].short]
    assert lines[2].endswith("wan 2.2  7     CC-BY-4.0  night bus")
    assert "black, as it was cut" in lines[3]
    assert "SOUND    song.wav: human-made, declared by Ana" in lines
    assert "TAKES    2 takes in 2 stretches · 0:03 of 0:04 (75.0%)" in lines
    (chosen,) = [line for line in lines if line.startswith("CHOSEN")]
    assert "SH010  2 made, 1 seen, 1 circled, 2 used, by Ana, 20" in chosen


def test_a_cut_a_release_and_the_signed_video_say_the_same(cli: Cli, takes: tuple[Take, Take]) -> None:
    assert cli("release", "r1", "--cut", "main", "--by", "Ana")[0] in (0, 1)
    told = [cli("cues", what, "--format", "csv") for what in ("main", "r1", "r1/main.mp4")]
    assert [status for status, _, _ in told] == [0, 0, 0]
    cut, release, video = (
        [{**row, "how": row["how"].replace("signed", "cut")} for row in rows_of(out)] for _, out, _ in told
    )
    assert cut == release == video
    assert [row["found"] for row in cut] == ["yes", "no", "yes", "sound"]
    assert (cut[0]["model"], cut[0]["model known"]) == ("wan 2.2", "declared by ana")
    assert "as Lumen Films signed it" in told[1][2]


def test_one_moment_has_one_timecode_on_the_sheet_and_on_the_shot_map(
    cli: Cli, takes: tuple[Take, Take]
) -> None:
    assert cli("release", "r1", "--cut", "main", "--by", "Ana")[0] in (0, 1)
    cli("disclose", "r1", "--shots", "shots.csv", "--to", "said.html")
    cli("audit", "r1", "--cues", "audited.csv")
    sheet = [
        (row["record in"], row["record out"])
        for row in rows_of(cli("cues", "r1", "--format", "csv")[1])
        if row["record in"]
    ]
    for name in ("shots.csv", "audited.csv"):
        rows = rows_of(Path(name).read_text("utf-8-sig"))
        told = [
            (row["record in timecode"], row["record out timecode"])
            for row in rows
            if row["file"] == "main.mp4"
        ]
        assert told == sheet
        assert told[0][0] == "01:00:00:00"
    assert "01:00:00:00" in Path("said.html").read_text()


def test_a_finished_film_tells_again_what_it_was_signed_with(
    cli: Cli, takes: tuple[Take, Take], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = half_black(tmp_path / "film.mp4", black=range(0), frames=48)
    pretend(monkeypatch, [cue(takes[0].id, 0, 24)], [Gap(24, 48)])
    words = ("--by", "Ana", "--declare", "2-3", "camera", "--declare", "sound", "ai")
    assert cli("finish", film, *words)[0] == 1
    status, out, _ = cli("cues", tmp_path / "film.signed.mp4", "--json")
    told = json.loads(out)
    assert (status, told["said_by"], told["found_frames"]) == (1, "Lumen Films", 24)
    assert [(row["found"], row.get("kind"), row["frames"]) for row in told["rows"]] == [
        (True, None, 24),
        (False, "digitalCapture", 12),
        (False, "", 12),
    ]
    assert (told["rows"][0]["how"], told["rows"][0]["confidence"]) == ("by the picture", 0.97)
    assert told["rows"][0]["picture"] is None
    assert told["sounds"] == [
        {"name": "sound of the film", "sha256": "", "origin": "ai-made", "declared_by": "Ana", "at": ""}
    ]


def test_a_take_that_no_model_made_is_told_as_what_it_is_and_misses_no_prompt(
    cli: Cli, takes: tuple[Take, Take]
) -> None:
    cli("recipe", "set", "SH010/2", "source_type=digitalCapture", "--by", "Mia")
    assert "digitalCapture" in cli("cues", "main")[1]
    rows = csv.DictReader(io.StringIO(cli("cues", "main", "--format", "csv")[1].removeprefix("\ufeff")))
    filmed = next(row for row in rows if row["take"] == "SH010/2")
    assert (filmed["source type"], filmed["source type known"]) == ("digitalCapture", "declared by Mia")
    page = cli("cues", "main", "--format", "html")[1]
    assert "1 of 1" in page and "model unknown" not in page and "not known</span>" not in page


@pytest.mark.parametrize(("name", "begins"), [("a.csv", "\ufeff"), ("a.json", "{"), ("a.HTML", "<!doctype")])
def test_the_name_of_a_file_says_what_it_is(
    cli: Cli, takes: tuple[Take, Take], tmp_path: Path, name: str, begins: str
) -> None:
    status, _, said = cli("cues", "main", "--to", tmp_path / name)
    assert status == 0, said
    assert (tmp_path / name).read_text().lower().startswith(begins)


def test_the_page_of_a_cut_shows_its_takes_alone(cli: Cli, takes: tuple[Take, Take]) -> None:
    status, out, _ = cli("cues", "main", "--format", "html", "--to", "cues.html")
    assert (status, out.startswith("Wrote  cues.html")) == (0, True)
    page = Path("cues.html").read_text()
    assert "The film at" not in page and "Take SH010/1 at" in page
    assert "no picture was searched" in page and "SHA-256" not in page
    assert "song.wav: human-made, declared by Ana" in page
    assert cli("cues", "main", "--format", "html", "--to", "cues.html")[0] == 2
    assert cli("cues", "main", "--format", "html", "--to", "cues.html", "--force")[0] == 0


def test_a_take_of_another_library_is_told_as_that(
    cli: Cli, takes: tuple[Take, Take], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("export", "--cut", "main", "--to", "../out")[0] == 0
    monkeypatch.chdir(tmp_path)
    assert cli("init", "other")[0] == 0
    status, out, _ = cli("cues", "out/main.mp4", "-L", "other")
    assert status == 1
    assert f"not found (SH010/1, {takes[0].sha256[:8]}, is not in this library)" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nothing",), "no such cut, release or film"),
        (("../in",), "holds no release.json"),
        (("../in/bus.mp4",), "carries no credentials"),
        (("../altered.mp4",), "altered"),
        (("../take.mp4",), "tell of no cut"),
        (("main", "--to", "x.txt"), "its name does not say as what"),
    ],
)
def test_what_has_no_cue_sheet_is_refused_with_the_reason(
    cli: Cli, takes: tuple[Take, Take], words: tuple[str, ...], said: str
) -> None:
    cli("export", "SH010/1", "--to", "../one")
    (take,) = Path("../one").glob("*.mp4")
    take.rename("../take.mp4")
    data = bytearray(Path("../take.mp4").read_bytes())
    data[data.index(b"mdat") + 40] ^= 1
    Path("../altered.mp4").write_bytes(data)
    status, out, err = cli("cues", *words)
    assert (status, out, said in err) == (2, "", True)


class TestPromptsThatWereKeptBack:
    """What a release kept back is not told by its cue sheet either, unless it is asked for."""

    @pytest.mark.parametrize("policy", ["hash", "omit"])
    @pytest.mark.parametrize("form", ["csv", "json", "html", None])
    def test_the_sheet_follows_the_release(
        self, cli: Cli, takes: tuple[Take, Take], policy: str, form: str | None
    ) -> None:
        assert cli("release", "r1", "--cut", "main", "--by", "Ana", "--prompts", policy)[0] in (0, 1)
        as_form = ("--format", form) if form else ()
        for what in ("r1", "r1/main.mp4"):
            status, out, err = cli("cues", what, *as_form)
            assert status == 0
            assert "night bus" not in out and "bus.mp4" not in out and "kept back" in out
            assert f"1 prompt kept back, as it was signed ({policy}); --prompts full tells it" in err
        _, out, err = cli("cues", "r1", "--prompts", "full", *as_form)
        assert "night bus" in out and "kept back" not in out + err

    def test_a_table_says_which_prompts_there_are(self, cli: Cli, takes: tuple[Take, Take]) -> None:
        cli("release", "r1", "--cut", "main", "--by", "Ana", "--prompts", "hash")
        bus, _, river, _ = rows_of(cli("cues", "r1", "--format", "csv")[1])
        assert (bus["prompt"], bus["prompt known"]) == ("", "kept back")
        assert (river["prompt"], river["prompt known"]) == ("", "")
        assert (bus["model"], bus["seed"]) == ("wan 2.2", "7")
        assert json.loads(cli("cues", "r1", "--json")[1])["prompts"] == "hash"

    def test_a_redacted_copy_tells_none(self, cli: Cli, takes: tuple[Take, Take]) -> None:
        cli("export", "--cut", "main", "--to", "../out")
        assert "night bus" in cli("cues", "../out/main.mp4")[1]
        assert cli("redact", "../out/main.mp4", "--to", "../kept.mp4")[0] == 0
        _, out, err = cli("cues", "../kept.mp4")
        assert "night bus" not in out and "kept back" in err

    def test_a_cut_tells_its_prompts_until_it_is_asked_not_to(
        self, cli: Cli, takes: tuple[Take, Take]
    ) -> None:
        assert "night bus" in cli("cues", "main")[1]
        assert "night bus" not in cli("cues", "main", "--prompts", "omit")[1]

    def test_a_film_that_is_finished_without_prompts_has_a_sheet_without(
        self, cli: Cli, takes: tuple[Take, Take], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        film = half_black(tmp_path / "film.mp4", black=range(0), frames=48)
        pretend(monkeypatch, [cue(takes[0].id, 0, 48)])
        for more in (("--dry-run",), ()):
            cli("finish", film, "--by", "Ana", "--prompts", "omit", "--csv", "cues.csv", "--force", *more)
            assert "night bus" not in Path("cues.csv").read_text()
            assert "kept back" in Path("cues.csv").read_text()


class TestWhoseWord:
    """Which takes a signed video shows is its signer's word, as far as it speaks of this very file."""

    @pytest.fixture
    def film(self, cli: Cli, takes: tuple[Take, Take], tmp_path: Path) -> Path:
        """The cut, signed by Lumen Films."""
        assert cli("export", "--cut", "main", "--to", "../out")[0] == 0
        return tmp_path / "out/main.mp4"

    @pytest.fixture
    def others(self, film: Path, tmp_path: Path) -> Path:
        """Quite another video, whose signer names the film as its source, and says it was not touched."""
        keys = KeyRing(tmp_path / "mallory")
        keys.init("Mallory Inc")
        other = tiny_clip(tmp_path / "other.mp4", seconds=4, seed=77)
        plan = plan_edited(film, [EditSaid("c2pa.edited.metadata")], when=datetime.now(UTC))
        return sign(plan, other, tmp_path / "forged.mp4", keys.signer(), "video/mp4").path

    def test_another_signer_cannot_speak_for_the_one_it_names(self, cli: Cli, others: Path) -> None:
        status, out, err = cli("cues", others)
        assert (status, out) == (2, "")
        assert "only passes on what Lumen Films signed of another file; passed on by Mallory Inc" in err
        assert f"ask Lumen Films for their own file, or: circletake locate {others}" in err

    def test_an_audit_tells_who_passes_it_on(self, cli: Cli, others: Path) -> None:
        _, out, _ = cli("audit", others)
        assert "declared by ana; passed on by Mallory Inc" in out
        assert "declared human-made by Ana; passed on by Mallory Inc; not verified" in out
        _, out, _ = cli("audit", others, "--json")
        (file,) = json.loads(out)["audits"][0]["files"]
        assert {row["says"].partition("; ")[2] for row in file["made_of"]} == {"passed on by Mallory Inc"}

    def test_what_one_signer_passes_on_of_his_own_is_followed(self, cli: Cli, film: Path) -> None:
        assert cli("redact", film, "--to", "../kept.mp4")[0] == 0
        status, out, err = cli("cues", "../kept.mp4")
        assert (status, "SH010/2" in out) == (0, True)
        assert "as Lumen Films signed it\n" in err

    def test_a_name_on_no_list_is_told_as_that(
        self, cli: Cli, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CIRCLETAKE_HOME", str(tmp_path / "somebody else"))
        status, out, err = cli("cues", film)
        assert status == 0
        assert "as Lumen Films signed it; a name that no list of yours could vouch for" in err
        cli("keys", "init", "-o", "Other Films")
        _, out, err = cli("cues", film, "--json")
        assert "as Lumen Films signed it; a name on none of your lists of signers" in err
        assert json.loads(out)["doubts"] == "a name on none of your lists of signers"

    def test_bytes_that_nothing_was_shown_of_are_refused(
        self, cli: Cli, film: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def unchecked(task: Look) -> FileCase:
            case = look(task)
            return replace(case, credentials=replace(case.credentials, integrity=Check.NOT_CHECKED))

        monkeypatch.setattr(recalling, "look", unchecked)
        status, out, err = cli("cues", film)
        assert (status, out) == (2, "")
        assert "nothing shows that its bytes are those that were signed" in err
