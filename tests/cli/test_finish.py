"""``circletake finish`` and ``cut import`` as people type them: what is told, what is signed, how it ends."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from circletake.errors import LibraryError
from circletake.files import sha256_of
from circletake.media.probe import Probed, probe
from circletake.model.cue import CueList, Gap
from circletake.model.take import Take
from circletake.provenance.reading import read_credentials
from circletake.workflows.leaving import finishing
from circletake.workflows.library import find_library
from tests.cli.conftest import Cli
from tests.factories import claim, cue, half_black, new_take
from tests.locators import pretend
from tests.rubric import Rubric

Clip = Callable[..., Path]


@pytest.fixture
def takes(cli: Cli, clip: Clip, no_workers: None) -> tuple[Take, Take]:
    """Two takes of two seconds, imported, in a library that can sign."""
    clip("in/bus.mp4", seconds=2, seed=1)
    clip("in/river.mp4", seconds=2, seed=2)
    assert cli("keys", "init", "-o", "Lumen Films")[0] == 0
    assert cli("import", "../in", "--shot", "SH010")[0] == 0
    with find_library() as library:
        one, other = (slate.take for slate in library.registry.takes.slates())
        library.registry.takes.add_claims(
            one.id, [claim("source_type", "trainedAlgorithmicMedia"), claim("licence", "CC-BY-4.0")]
        )
    return one, other


@pytest.fixture
def film(clip: Clip) -> Path:
    return clip("the film.mp4", seconds=4, rate=12, seed=9)


@pytest.fixture
def edl(tmp_path: Path) -> Path:
    rows = [
        ("bus.mp4", "00:00:00:06", "00:00:01:06", "01:00:00:00", "01:00:01:00"),
        ("A001C002.mov", "10:00:00:00", "10:00:01:00", "01:00:01:00", "01:00:02:00"),
        ("river.mp4", "00:00:00:00", "00:00:02:00", "01:00:02:00", "01:00:04:00"),
    ]
    lines = [
        f"{number:03d}  AX  V  C  {' '.join(times)}\n* FROM CLIP NAME: {name}\n"
        for number, (name, *times) in enumerate(rows, 1)
    ]
    path = tmp_path / "cut.edl"
    path.write_text("TITLE: night bus\n" + "".join(lines))
    return path


def test_a_timeline_tells_its_takes_and_becomes_a_cut(cli: Cli, takes: tuple[Take, Take], edl: Path) -> None:
    status, out, err = cli("cut", "import", edl, "--rate", "12")
    assert status == 1
    assert [line.split("   ")[0] if "-  " in line else line for line in out.splitlines()[:6]] == [
        "night bus  EDL · 12 frames a second · 48 frames",
        "RECORD       OUT          ON  TAKE     SOURCE  SPEED  KNOWN BY",
        "01:00:00:00  01:00:01:00  V1  SH010/1  0.50    1      name: bus.mp4",
        "01:00:01:00  01:00:02:00  V1  -",
        "01:00:02:00  01:00:04:00  V1  SH010/2  0.00    1      name: river.mp4",
        "2 of 3 pieces are takes · 75.0% of the timeline",
    ]
    assert "not ours: A001C002.mov" in out
    assert "1.00 s of what is no take: black in the cut" in err
    with find_library() as library:
        cut = library.registry.cuts.get("night bus")
    assert [(e.take_id, e.source_in, e.source_out) for e in cut.events] == [
        (takes[0].id, Fraction(1, 2), Fraction(3, 2)),
        (takes[1].id, 0, 2),
    ]


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ("001  BL  V  C  00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00\n", "nothing but gaps"),
        (
            "001  AX  A  C  00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00\n* FROM CLIP NAME: song.wav\n",
            "only 1 sound",
        ),
    ],
)
def test_a_timeline_without_a_clip_says_what_it_holds_instead(
    cli: Cli, takes: tuple[Take, Take], tmp_path: Path, edit: str, told: str
) -> None:
    path = tmp_path / "empty.edl"
    path.write_text(f"TITLE: empty\n{edit}")
    status, out, _ = cli("cut", "import", path, "--rate", "12")
    assert (status, "0 of 0" in out) == (1, False)
    assert f"no clip is seen in it, {told}; no cut was made" in out


def test_a_timeline_of_no_take_says_that_no_cut_was_made(
    cli: Cli, takes: tuple[Take, Take], tmp_path: Path
) -> None:
    path = tmp_path / "other.edl"
    edit = "001  AX  V  C  00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00\n* FROM CLIP NAME: x.mov\n"
    path.write_text(f"TITLE: other\n{edit}")
    status, out, err = cli("cut", "import", path, "--rate", "12")
    assert (status, "0 of 1 piece are takes" in out) == (1, True)
    assert "no cut was made" in err


def test_a_dry_run_only_tells(cli: Cli, takes: tuple[Take, Take], edl: Path) -> None:
    _, out, _ = cli("cut", "import", edl, "--rate", "12", "--dry-run", "--json")
    rows = json.loads(out)["rows"]
    assert [(row["take"], row["known_by"], row["record_in"]) for row in rows] == [
        ("SH010/1", "name", 0),
        ("", "", 12),
        ("SH010/2", "name", 24),
    ]
    with find_library() as library:
        assert library.registry.cuts.names() == []


class TestFinish:
    def test_a_film_is_signed_with_its_takes_and_what_is_not_ours(
        self,
        cli: Cli,
        takes: tuple[Take, Take],
        film: Path,
        edl: Path,
        shared: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        one, _ = takes
        before = sha256_of(film)
        pretend(monkeypatch, [cue(one.id, 0, 12, source_in=0.5, source_out=1.5)], [Gap(12, 48)])
        status, out, _ = cli(
            *("finish", film, "-T", edl, "--rate", "12", "--by", "Ana"),
            *("--declare", "A001*", "camera", "--declare", "sound", "human"),
            *("--html", "cues.html", "--csv", "cues.csv"),
        )
        assert status == 0
        assert "2 takes in 2 stretches · 0:03 of 0:04 (75.0%)" in out
        assert "1 by timeline and picture, 1 by the timeline alone" in out
        assert "A001C002.mov: digitalCapture, declared by Ana" in out
        assert "SOUND    sound of the film: human-made, declared by Ana" in out
        signed = film.with_name("the film.signed.mp4")
        said = read_credentials(signed, [])
        assert said.active is not None
        assert (said.state, said.problems) == ("Valid", ("signingCredential.untrusted",))
        assert [each.role for each in said.active.ingredients] == ["parentOf", "componentOf", "componentOf"]
        assert [each.placed for each in said.active.ingredients[1:]] == [
            ((Fraction(0), Fraction(1)),),
            ((Fraction(2), Fraction(4)),),
        ]
        assert said.active.assertions["org.circletake.fingerprint"]["of"] == "film"
        record = said.active.assertions["org.circletake.film"]
        assert [each["evidence"] for each in record["takes"]] == ["timeline, matched", "timeline"]
        assert "confidence" not in record["takes"][1]
        assert (record["coverage"], record["film"]) == ("75.0", before)
        assert record["others"] == [
            {"record": ["1", "2"], "what": "A001C002.mov", "source_type": "digitalCapture", "by": "Ana"}
        ]
        assert record["sounds"][0]["origin"] == "human-made"
        assert sha256_of(film) == before
        page = Path("cues.html").read_text()
        assert "CC-BY-4.0" in page and "How its takes were chosen" in page
        assert "<bdi>digitalCapture</bdi>, declared by <bdi>Ana</bdi>; not verified" in page
        assert "sound of the film: human-made, declared by Ana" in page and "<b>Not found</b>" not in page
        with Path("cues.csv").open(encoding="utf-8-sig", newline="") as file:
            _, camera, _, sound = csv.DictReader(file)
        assert (camera["found"], camera["file"], camera["source type"], camera["declared by"]) == (
            *("no", "A001C002.mov", "digitalCapture", "Ana"),
        )
        assert (sound["found"], sound["source type"], sound["declared by"]) == ("sound", "human-made", "Ana")
        told = cli("audit", signed, "--all")[1]
        assert "SOUND    sound of the film: declared human-made by Ana; not verified" in told
        assert "camera, declared 0:01" in told
        assert "sound of the film: declared human-made by Ana" in cli("disclose", signed)[1]
        rubric = Rubric(shared / "specs" / "c2pa" / "asset-rubric-conformance0.2-spec2.4.yml")
        assert rubric.failures(signed) == []

    def test_black_of_the_timeline_that_the_picture_confirms_is_black_and_no_gap(
        self,
        cli: Cli,
        takes: tuple[Take, Take],
        edl: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """The timeline has nothing where its camera clip was, and the film is black there."""
        film = half_black(tmp_path / "the film.mp4", black=range(12, 24), frames=48)
        lines = edl.read_text().splitlines(keepends=True)
        edl.write_text("".join(line for line in lines if not ("A001" in line or line.startswith("002"))))
        pretend(monkeypatch, [], [Gap(0, 48)])
        status, out, _ = cli("finish", film, "-T", edl, "--rate", "12", "--by", "Ana", "--csv", "cues.csv")
        assert (status, "OTHER" in out) == (0, False)
        assert "BLACK    01:00:01:00-01:00:02:00  by the timeline and the picture" in out
        signed = film.with_name("the film.signed.mp4")
        said = read_credentials(signed, [])
        assert said.active is not None
        record = said.active.assertions["org.circletake.film"]
        assert (record["black"], record["others"], record["coverage"]) == ([["1", "2"]], [], "75.0")
        with Path("cues.csv").open(encoding="utf-8-sig", newline="") as file:
            told = [row["source type"] for row in csv.DictReader(file)]
        assert told == ["trainedAlgorithmicMedia", "black", ""]
        assert "black, declared 0:01" in cli("audit", signed)[1]

    def test_without_a_timeline_only_what_the_picture_shows_is_claimed(
        self, cli: Cli, takes: tuple[Take, Take], film: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pretend(monkeypatch, [cue(takes[0].id, 0, 24, source_out=2.0)], [Gap(24, 48)])
        status, out, _ = cli("finish", film, "--by", "Ana", "--json")
        told = json.loads(out)
        assert (status, told["covered"], told["others"][0]["source_type"]) == (1, 24, "")
        assert [each["known_by"] for each in told["takes"]] == ["matched"]
        assert Path(told["signed"]).is_file()

    def test_sound_of_which_nobody_says_anything_is_undeclared(
        self, cli: Cli, takes: tuple[Take, Take], clip: Clip, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        heard = clip("heard.mp4", seconds=4, rate=12, seed=9, audio=True)
        pretend(monkeypatch, [cue(takes[0].id, 0, 48, source_out=4.0)])
        status, out, _ = cli("finish", heard, "--by", "Ana")
        assert (status, "SOUND    sound of the film: undeclared" in out) == (0, True)
        assert "sound of the film: undeclared" in cli("audit", heard.with_name("heard.signed.mp4"))[1]

    def test_a_film_is_read_once_by_the_worker_that_looks_through_it(
        self, cli: Cli, takes: tuple[Take, Take], clip: Clip, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        heard = clip("heard.mp4", seconds=4, rate=12, seed=9, audio=True)
        pretend(monkeypatch, [cue(takes[0].id, 0, 48, source_out=4.0)])
        probed: list[Path] = []

        def counting(file: Path, **over: Any) -> Probed:
            probed.append(file)
            return probe(file, **over)

        monkeypatch.setattr("circletake.media.probe.probe", counting)
        assert "SOUND    sound of the film" in cli("finish", heard, "--dry-run")[1]
        assert probed.count(heard) == 1

    def test_where_no_take_can_be_compared_the_timeline_speaks_alone(
        self, cli: Cli, takes: tuple[Take, Take], film: Path, edl: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def nothing(*_: object, **__: object) -> CueList:
            raise LibraryError("locate", "no take has a fingerprint to compare with")

        monkeypatch.setattr(finishing, "locate", nothing)
        words = ("-T", edl, "--rate", "12", "--dry-run")
        _, out, err = cli("finish", film, *words)
        assert "2 takes in 2 stretches · 0:03 of 0:04 (75.0%) · 2 by the timeline alone" in out
        assert "the picture was not looked at: no take has a fingerprint" in err
        film.write_bytes(film.read_bytes()[:200])
        assert cli("finish", film, *words)[0] == 2

    @pytest.mark.parametrize("spelling", ["human", "human-made"])
    def test_sound_is_declared_in_the_words_of_a_cuts_song(
        self, cli: Cli, takes: tuple[Take, Take], clip: Clip, monkeypatch: pytest.MonkeyPatch, spelling: str
    ) -> None:
        heard = clip("heard.mp4", seconds=4, rate=12, seed=9, audio=True)
        pretend(monkeypatch, [cue(takes[0].id, 0, 48, source_out=4.0)])
        out = cli("finish", heard, "--dry-run", "--by", "Ana", "--declare", "sound", spelling)[1]
        assert "SOUND    sound of the film: human-made, declared by Ana" in out

    def test_a_take_the_picture_contradicts_is_not_claimed(
        self,
        cli: Cli,
        takes: tuple[Take, Take],
        film: Path,
        edl: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        _, other = takes
        pretend(monkeypatch, [cue(other.id, 0, 12), cue(other.id, 24, 48)], [Gap(12, 24)])
        status, out, _ = cli("finish", film, "-T", edl, "--rate", "12", "--by", "Ana", "--dry-run")
        assert status == 1
        assert "AGAINST  01:00:00:00 the timeline names SH010/1" in out
        assert "1 take in 1 stretch" in out

    @pytest.mark.parametrize(
        ("more", "reason"),
        [
            (("--declare", "nothing*", "camera"), "nothing without a take"),
            (("--declare", "rest", "magic"), "no kind of picture"),
            (("--to", "x.mov"), "is no .mp4 file"),
            (("--to", "../cut.edl"), "is no .mp4 file"),
            (("--declare", "sound", "camera"), "no kind of sound"),
        ],
    )
    def test_what_makes_no_sense_is_refused_and_nothing_signed(
        self,
        cli: Cli,
        takes: tuple[Take, Take],
        film: Path,
        more: tuple[str, ...],
        reason: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        pretend(monkeypatch, [cue(takes[0].id, 0, 24)], [Gap(24, 48)])
        status, _, err = cli("finish", film, "--by", "Ana", *more)
        assert (status, reason in err) == (2, True)
        assert not film.with_name("the film.signed.mp4").exists()

    def test_a_place_that_is_taken_is_refused_before_the_film_is_searched(
        self, cli: Cli, takes: tuple[Take, Take], film: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pretend(monkeypatch, fail=AssertionError("searched"))
        film.with_name("the film.signed.mp4").write_bytes(b"mine")
        status, _, err = cli("finish", film, "--by", "Ana")
        assert (status, "exists already" in err) == (2, True)
        assert film.with_name("the film.signed.mp4").read_bytes() == b"mine"

    def test_stopped_before_the_search_it_says_that_nothing_was_made(
        self, cli: Cli, takes: tuple[Take, Take], film: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stopped(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("circletake.workflows.leaving.finishing.check_place", stopped)
        status, _, err = cli("finish", film, "--by", "Ana")
        assert status == 2 and "stopped; nothing was made; run the same again" in err

    @pytest.mark.parametrize("step", ["signing.sign", "derived.plan_finished"])
    def test_stopped_midway_nothing_is_left_and_it_can_be_run_again(
        self,
        cli: Cli,
        takes: tuple[Take, Take],
        film: Path,
        monkeypatch: pytest.MonkeyPatch,
        step: str,
    ) -> None:
        def stopped(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        pretend(monkeypatch, [cue(takes[0].id, 0, 48, source_out=4.0)])
        lying = sorted(path.name for path in film.parent.iterdir())
        with monkeypatch.context() as patch:
            patch.setattr(f"circletake.provenance.{step}", stopped)
            status, out, err = cli("finish", film, "--by", "Ana")
        assert (status, out) == (2, "")
        assert "stopped; the film is not signed; run the same again" in err
        assert sorted(path.name for path in film.parent.iterdir()) == lying
        with find_library() as library:
            assert list((library.home / "staging").iterdir()) == []
        assert cli("finish", film, "--by", "Ana")[0] == 0
        assert read_credentials(film.with_name("the film.signed.mp4")).active is not None

    def test_a_film_without_a_take_is_not_signed(
        self, cli: Cli, takes: tuple[Take, Take], film: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pretend(monkeypatch, [], [Gap(0, 48)])
        status, _, err = cli("finish", film, "--by", "Ana")
        assert status == 2
        assert "no take of this library is in it" in err


class TestFinishedAgain:
    """What people declared of a film is not forgotten when the film comes back."""

    @pytest.fixture
    def first(
        self,
        cli: Cli,
        takes: tuple[Take, Take],
        clip: Clip,
        edl: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> Path:
        """A film with sound, finished with its timeline; camera footage and sound declared by Ana."""
        film = clip("film.mp4", seconds=4, rate=12, seed=9, audio=True)
        self.seen(takes, monkeypatch)
        words = ("--declare", "A001*", "camera", "--declare", "sound", "human")
        assert cli("finish", film, "-T", edl, "--rate", "12", "--by", "Ana", *words)[0] == 0
        return film

    @staticmethod
    def seen(takes: tuple[Take, Take], monkeypatch: pytest.MonkeyPatch) -> None:
        one, other = takes
        shown = [cue(one.id, 0, 12, source_in=0.5, source_out=1.5), cue(other.id, 24, 48, source_out=2.0)]
        pretend(monkeypatch, shown, [Gap(12, 24)])

    def test_what_was_declared_of_a_signed_film_is_kept_when_that_film_comes_again(
        self, cli: Cli, first: Path
    ) -> None:
        """The film itself says less than what was signed from it."""
        signed, second, third = (
            first.with_name(f"{each}.mp4") for each in ("film.signed", "second", "third")
        )
        assert cli("finish", signed, "--to", second, "--declare", "sound", "ai", "--by", "Bo")[0] == 0
        _, out, err = cli("finish", signed, "--to", third, "--by", "Cy")
        assert "SOUND    sound of the film: ai-made, declared by Bo on" in out
        assert "A001C002.mov: digitalCapture, declared by Ana on" in out
        assert "what was declared in second.mp4, signed by Lumen Films on" in err and "is kept" in err
        second.unlink()
        third.unlink()
        assert "human-made, declared by Ana" in cli("finish", signed, "--dry-run")[1]

    def test_a_film_that_was_signed_before_has_a_fingerprint_of_its_own_and_so_has_its_redacted_copy(
        self, cli: Cli, first: Path
    ) -> None:
        again, quiet = first.with_name("again.mp4"), first.with_name("quiet.mp4")
        with find_library() as library:
            take = library.registry.takes.slates()[0].take
            library.registry.takes.add_claims(take.id, [claim("prompt", "a lantern at dusk")])
        assert cli("finish", first.with_name("film.signed.mp4"), "--to", again)[0] == 0
        assert cli("redact", again, "--to", quiet)[0] == 0
        prints = []
        for path in (again, quiet):
            said = read_credentials(path).active
            assert said is not None
            prints.append(said.assertions["org.circletake.fingerprint"])
        assert prints[0]["of"] == "film" and len(prints[0]["frames"]) > 4
        assert prints[0] == prints[1]

    @pytest.mark.parametrize("name", ["film.mp4", "film.signed.mp4"])
    def test_the_same_film_keeps_what_was_declared_with_who_and_when(
        self, cli: Cli, first: Path, name: str
    ) -> None:
        today = f"{datetime.now(UTC):%Y-%m-%d}"
        again = first.with_name("again.mp4")
        status, out, err = cli("finish", first.with_name(name), "--to", again, "--by", "Bo")
        assert status == 0
        assert f"A001C002.mov: digitalCapture, declared by Ana on {today}" in out
        assert f"SOUND    sound of the film: human-made, declared by Ana on {today}" in out
        assert f"what was declared in film.signed.mp4, signed by Lumen Films on {today}, is kept" in err
        assert f"digitalCapture, declared by Ana on {today}" in cli("cues", again)[1]
        said = read_credentials(again).active
        assert said is not None
        record = said.assertions["org.circletake.film"]
        assert (record["others"][0]["at"], record["sounds"][0]["at"]) == (today, today)
        assert (record["exported_by"], record["others"][0]["by"]) == ("Bo", "Ana")
        assert "camera, declared 0:01" in cli("audit", again)[1]

    def test_what_is_said_now_goes_before_it_and_the_rest_does_not(self, cli: Cli, first: Path) -> None:
        words = ("--dry-run", "--by", "Bo", "--declare")
        _, out, _ = cli("finish", first, *words, "1-1.5", "ai", "--declare", "rest", "hand")
        assert "01:00:01:00-01:00:01:06  A001C002.mov: trainedAlgorithmicMedia, declared by Bo\n" in out
        assert "01:00:01:06-01:00:02:00  A001C002.mov: digitalCapture, declared by Ana on" in out
        assert "declared by Bo\n" in cli("finish", first, *words, "sound", "ai")[1].split("SOUND")[1]

    def test_a_take_that_only_the_timeline_named_is_missed_and_the_timeline_asked_for(
        self, cli: Cli, first: Path, takes: tuple[Take, Take], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pretend(monkeypatch, [cue(takes[0].id, 0, 12, source_out=1.0)], [Gap(12, 48)])
        status, _, err = cli("finish", first, "--dry-run")
        assert status == 1
        assert "1 stretch was a take by a timeline then, in film.signed.mp4" in err
        assert "name it again with --timeline" in err

    def test_another_grade_is_another_picture_and_the_words_are_told_that_say_it_again(
        self, cli: Cli, first: Path, clip: Clip
    ) -> None:
        graded = clip("graded.mp4", seconds=4, rate=12, seed=8, audio=True)
        status, out, err = cli("finish", graded, "--dry-run", "--by", "Bo")
        assert (status, "Ana" in out) == (1, False)
        lost = "A001C002.mov: digitalCapture by Ana; sound of the film: human-made by Ana"
        assert f"not taken over: {lost}" in err
        assert f"circletake regrade {graded} --of {first.with_name('film.signed.mp4')} --to FILE" in err
        again = "--declare 1-2 camera --declare sound human"
        assert f"to declare it again, as your own word: {again}" in err
        status, out, err = cli("finish", graded, "--dry-run", "--by", "Bo", *again.split())
        assert (status, "not taken over" in err) == (0, False)
        assert "digitalCapture, declared by Bo\n" in out

    def test_a_grade_signed_by_regrade_is_the_same_film_on_the_word_of_whoever_signed_it(
        self, cli: Cli, first: Path, clip: Clip
    ) -> None:
        graded = clip("graded.mp4", seconds=4, rate=12, seed=8, audio=True)
        regraded = first.with_name("regraded.mp4")
        words = ("--of", first.with_name("film.signed.mp4"), "--to", regraded, "--by", "Bo")
        assert cli("regrade", graded, *words)[0] == 0
        status, out, err = cli("finish", regraded, "--dry-run")
        assert (status, "digitalCapture, declared by Ana on" in out) == (0, True)
        assert "said to be in another grade since" in err

    def test_a_film_of_another_length_or_of_other_takes_is_another_film(
        self, cli: Cli, first: Path, clip: Clip, takes: tuple[Take, Take], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        longer = clip("longer.mp4", seconds=5, rate=12, seed=8, audio=True)
        assert "declared" not in cli("finish", longer, "--dry-run")[2]
        pretend(monkeypatch, [cue(takes[0].id, 24, 48)], [Gap(0, 24)])
        other = clip("other.mp4", seconds=4, rate=12, seed=7, audio=True)
        assert "declared" not in cli("finish", other, "--dry-run")[2]

    def test_a_stranger_cannot_put_words_into_anybodys_mouth(
        self, cli: Cli, first: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The same film as another library signed it: whoever signs says who declared what."""
        monkeypatch.chdir(first.parent)
        assert cli("init", "theirs")[0] == 0
        monkeypatch.chdir("theirs")
        assert cli("import", "../in", "--shot", "SH010")[0] == 0
        with find_library() as library:
            one, other = (slate.take for slate in library.registry.takes.slates())
        self.seen((one, other), monkeypatch)
        _, out, err = cli("finish", first.with_name("film.signed.mp4"), "--dry-run")
        assert "Ana" not in out
        assert "what its own credentials declare is not taken over: it is signed by Lumen Films, whose" in err

    def test_a_signed_film_that_was_altered_since_says_why_nothing_is_kept(
        self, cli: Cli, first: Path
    ) -> None:
        data = bytearray(first.with_name("film.signed.mp4").read_bytes())
        data[data.index(b"mdat") + 4000] ^= 1
        altered = first.with_name("altered.mp4")
        altered.write_bytes(data)
        _, out, err = cli("finish", altered, "--dry-run")
        assert "Ana" not in out and "not taken over: A001C002.mov: digitalCapture by Ana" in err


class TestKeptBack:
    """What of prompts travels is asked of the film's own credentials too, not of its takes alone."""

    WORDS = "a lantern in the SECRETJUNGLE at dusk"

    @pytest.fixture
    def signed(
        self, cli: Cli, takes: tuple[Take, Take], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Path:
        """A cut of one take, signed with its prompt."""
        with find_library() as library:
            library.registry.takes.add_claims(takes[0].id, [claim("prompt", self.WORDS)])
        cli("cut", "new", "main", "--size", "64x36", "--rate", "12")
        cli("cut", "add", "main", takes[0].label)
        assert cli("export", "--cut", "main", "--to", tmp_path / "out")[0] == 0
        pretend(monkeypatch, [cue(takes[0].id, 0, 24, source_out=2.0)])
        return tmp_path / "out" / "main.mp4"

    @pytest.mark.parametrize("policy", ["omit", "hash", "settings"])
    def test_the_prompts_of_a_signed_film_are_taken_out_of_it(
        self, cli: Cli, signed: Path, policy: str
    ) -> None:
        assert b"SECRETJUNGLE" in signed.read_bytes()
        words = ["--prompts", policy]
        if policy == "settings":
            with Path("circletake.toml").open("a") as settings:
                settings.write('\n[export]\nprompts = "omit"\n')
            words = []
        again = signed.with_name("again.mp4")
        status, _, err = cli("finish", signed, "--to", again, *words)
        assert status == 0
        told = "1 of 1 prompts, each as a salted digest," if policy == "hash" else "0 of 1 prompts"
        assert f"{told} travel in manifests that anybody can read\n" in err
        assert b"SECRETJUNGLE" not in again.read_bytes()
        said = read_credentials(again)
        assert said.problems == ("signingCredential.untrusted",)
        assert said.active is not None
        assert "c2pa.redacted" in [action.name for action in said.active.actions]
        assert said.active.ingredients[0].manifest

    def test_a_film_that_was_finished_before_keeps_its_credentials_less_the_words(
        self, cli: Cli, signed: Path
    ) -> None:
        """What circletake itself says of takes and of the finish is known to be no prompt."""
        once, again = signed.with_name("once.mp4"), signed.with_name("again.mp4")
        assert cli("finish", signed, "--to", once)[0] == 0
        _, _, err = cli("finish", once, "--to", again, "--prompts", "omit")
        assert "stay here" not in err
        said = read_credentials(again)
        assert said.active is not None and said.active.ingredients[0].manifest
        assert len(said.manifests) > len(read_credentials(once).manifests)
        assert b"SECRETJUNGLE" in once.read_bytes() and b"SECRETJUNGLE" not in again.read_bytes()

    def test_where_no_redaction_reaches_one_the_credentials_stay_behind_and_that_is_told(
        self, cli: Cli, signed: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from circletake.provenance import keeping
        from circletake.provenance.redaction import Held

        unreached = Held(texts=(self.WORDS,), fixed=("words of a prompt in c2pa.actions.v2",))
        monkeypatch.setattr(keeping, "words_in", lambda source, known: unreached)
        again = signed.with_name("again.mp4")
        status, _, err = cli("finish", signed, "--to", again, "--prompts", "omit")
        assert status == 0
        assert (
            "the credentials it came with stay here: no redaction reaches what may be words in them (" in err
        )
        assert b"SECRETJUNGLE" not in again.read_bytes()
        said = read_credentials(again).active
        assert said is not None and not said.ingredients[0].manifest

    def test_a_manifest_that_stands_in_the_film_and_in_a_take_is_redacted_once(
        self, cli: Cli, signed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A take that came signed: its own manifest is whole in the film, and without words in the take."""
        monkeypatch.chdir(tmp_path)
        assert cli("init", "theirs")[0] == 0
        monkeypatch.chdir("theirs")
        assert cli("import", signed, "--shot", "SH020")[0] == 0
        with find_library() as library:
            (came,) = (each.take for each in library.registry.takes.slates())
        cli("cut", "new", "second", "--size", "64x36", "--rate", "12")
        cli("cut", "add", "second", came.label)
        assert cli("export", "--cut", "second", "--to", tmp_path / "out")[0] == 0
        pretend(monkeypatch, [cue(came.id, 0, 24, source_out=2.0)])
        film, again = tmp_path / "out" / "second.mp4", tmp_path / "again.mp4"
        assert b"SECRETJUNGLE" in film.read_bytes()
        assert cli("finish", film, "--to", again, "--prompts", "omit")[0] == 0
        assert b"SECRETJUNGLE" not in again.read_bytes()
        assert read_credentials(again).problems == ("signingCredential.untrusted",)

    def test_a_film_that_says_a_prompt_in_its_own_tags_is_not_signed(
        self, cli: Cli, signed: Path, clip: Clip
    ) -> None:
        film = clip("tagged.mp4", seconds=2, rate=12, tags={"comment": self.WORDS})
        again = signed.with_name("again.mp4")
        status, _, err = cli("finish", film, "--to", again, "--prompts", "omit")
        assert (status, again.exists()) == (2, False)
        assert "still holds words of a prompt that is to be kept back" in err

    def test_how_many_prompts_travel_is_told_before_it_is_signed(self, cli: Cli, signed: Path) -> None:
        again = signed.with_name("again.mp4")
        assert "1 of 1 prompts travel in manifests that anybody" in cli("finish", signed, "--to", again)[2]
        assert b"SECRETJUNGLE" in again.read_bytes()


def test_how_takes_were_chosen_is_counted_from_what_people_decided(
    cli: Cli, takes: tuple[Take, Take], film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with find_library() as library:
        new_take(library.registry, "third", shot="SH010")
    assert cli("circle", "SH010/1", "--by", "Ana")[0] == 0
    assert cli("rate", "SH010/2", "3", "--by", "Bo")[0] == 0
    assert cli("ng", "SH010/3", "--script")[0] == 0
    pretend(monkeypatch, [cue(takes[0].id, 0, 24)], [Gap(24, 48)])
    _, out, _ = cli("locate", film, "--json")
    (row,) = json.loads(out)["selection"]
    assert {
        name: row[name] for name in ("shot", "made", "seen", "circled", "used", "people", "scripted")
    } == {
        "shot": "SH010",
        "made": 3,
        "seen": 2,
        "circled": 1,
        "used": 1,
        "people": ["Ana", "Bo"],
        "scripted": 1,
    }


def test_a_disclosure_drawn_with_the_library_has_the_choice_of_each_shot(
    cli: Cli, takes: tuple[Take, Take]
) -> None:
    assert cli("circle", "SH010/1", "--by", "Ana")[0] == 0
    assert cli("release", "r1", "--circled", "--by", "Ana")[0] in (0, 1)
    _, out, _ = cli("disclose", "r1", "--library", ".", "--to", "said.html", "--json")
    (row,) = json.loads(out)["selection"]
    assert (row["made"], row["seen"], row["circled"], row["used"]) == (2, 1, 1, 1)
    assert row["people"] == ["Ana"] and row["first"] <= row["last"]
    assert "How the takes were chosen" in Path("said.html").read_text()
    _, alone, _ = cli("disclose", "r1", "--json")
    assert json.loads(alone)["selection"] == []
