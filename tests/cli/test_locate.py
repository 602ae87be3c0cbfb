"""``circletake locate`` as people type it: what is said, what is written, how it ends."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from circletake.model.cue import Gap
from circletake.model.recipe import Evidence
from circletake.model.take import Take
from circletake.workflows.library import find_library
from tests.cli.conftest import Cli
from tests.factories import claim, cue
from tests.locators import fingerprinted, pretend

Clip = Callable[..., Path]


@pytest.fixture
def film(clip: Clip) -> Path:
    return clip("the film.mp4", seconds=4, rate=12, seed=9)


@pytest.fixture
def takes(cli: Cli, clip: Clip, no_workers: None) -> tuple[Take, Take]:
    """Two fingerprinted takes, one with a recipe, in the library the command line stands in."""
    made = [
        claim(value="night bus, rain\x1b[2J on glass"),
        claim("model", "gen4.5", Evidence.OBSERVED),
        claim("generator", "runway", Evidence.OBSERVED),
    ]
    with find_library() as library:
        return (
            fingerprinted(library, clip("a.mp4", seconds=2, seed=1), claims=made),
            fingerprinted(library, clip("b.mp4", seconds=2, seed=2)),
        )


def test_a_line_for_each_stretch_then_how_much_was_found_and_what_to_do_next(
    cli: Cli, film: Path, takes: tuple[Take, Take], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = takes
    found = [
        cue(one.id, 0, 24, source_in=0.42, source_out=2.42),
        cue(other.id, 30, 48, speed=0.5, flipped=True),
    ]
    pretend(monkeypatch, found, [Gap(24, 30, other.id, "darker")])
    status, out, _ = cli("locate", film)
    assert out.splitlines() == [
        "the film.mp4  0:04, 12 fps · compared with 2 takes",
        "RECORD       TAKE     ID        SOURCE     SPEED  PICTURE  HOW",
        f"01:00:00:00  SH010/1  {one.short}  0.42-2.42  1      .998     same picture",
        "01:00:02:00  -        -         -          -      -        not found (nearest SH010/2: darker)",
        f"01:00:02:06  SH010/2  {other.short}  0.00-0.75  0.5    .998     same picture, mirrored",
        "2 of 3 stretches found · 0:03.5 of 0:04 (87.5%) · 1 not found",
        f"Next   circletake locate '{film}' --html cues.html",
    ]
    assert status == 1


def test_all_of_a_film_found_is_a_success(
    cli: Cli, film: Path, takes: tuple[Take, Take], monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, [cue(takes[0].id, 0, 48)])
    status, out, _ = cli("locate", film)
    assert status == 0
    assert "1 of 1 stretch found · 0:04 of 0:04 (100%)\n" in out


def test_prompts_come_with_who_says_so_and_cannot_drive_the_terminal(
    cli: Cli, film: Path, takes: tuple[Take, Take], monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, [cue(takes[0].id, 0, 24), cue(takes[1].id, 24, 48)])
    _, out, _ = cli("locate", film, "--prompts")
    assert f"01:00:00:00  SH010/1  {takes[0].short}\n  model     runway gen4.5  (observed)\n" in out
    assert "  prompt    night bus, rain[2J on glass  (declared by ana)\n" in out
    assert "  prompt    not known\n" in out
    assert "\x1b" not in out


def test_json_has_all_of_it_and_nothing_else_is_printed(
    cli: Cli, film: Path, takes: tuple[Take, Take], monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, [cue(takes[0].id, 0, 24)], [Gap(24, 48)])
    status, out, _ = cli("locate", film, "--json", "--csv", "cues.csv")
    told = json.loads(out)
    assert (status, told["film"], told["rate"], told["found"]) == (1, "the film.mp4", "12", 2.0)
    assert [(row["found"], row["record_in"], row["frames"]) for row in told["rows"]] == [
        (True, "01:00:00:00", 24),
        (False, "01:00:02:00", 24),
    ]
    assert told["rows"][0]["model"] == {"value": "runway gen4.5", "evidence": "observed"}
    assert takes[0].id not in out


def test_files_are_written_beside_and_told(
    cli: Cli, film: Path, takes: tuple[Take, Take], monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, [cue(takes[0].id, 0, 48)])
    words = ("locate", film, "--csv", "c.csv", "--otio", "c.otio", "--html", "c.html")
    status, out, _ = cli(*words)
    assert status == 0
    assert [line.split()[:2] for line in out.splitlines()[-3:]] == [
        ["Wrote", f"c.{kind}"] for kind in ("csv", "otio", "html")
    ]
    assert Path("c.html").read_text("utf-8").count("<img") == 6
    status, _, err = cli(*words)
    assert status == 2 and "exists already" in err and "--force" in err
    assert cli(*words, "--force")[0] == 0


def test_a_film_that_breaks_off_is_told_and_is_no_success(
    cli: Cli, clip: Clip, takes: tuple[Take, Take], monkeypatch: pytest.MonkeyPatch
) -> None:
    film = clip("torn.mkv", seconds=6, size=(160, 120), pattern="noise")
    film.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    pretend(monkeypatch, [cue(takes[0].id, 0, 12)])
    status, out, _ = cli("locate", film)
    assert status == 1
    assert "not all of the film could be read" in out
    assert "SH010/1" in out


def test_without_fingerprints_it_says_how_to_make_them(cli: Cli, film: Path) -> None:
    status, out, err = cli("locate", film)
    assert (status, out) == (2, "")
    assert "no take has a fingerprint" in err and "next: circletake import" in err


def test_takes_that_could_not_be_compared_are_told(
    cli: Cli, film: Path, takes: tuple[Take, Take], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.factories import new_take

    with find_library() as library:
        new_take(library.registry, "late")
    pretend(monkeypatch, [cue(takes[0].id, 0, 48)])
    assert "1 take not compared: circletake analyze\n" in cli("locate", film)[1]


@pytest.mark.parametrize(
    "target", [".circletake/registry.sqlite", "circletake.toml", "a take.mp4", "notes.md"]
)
def test_force_replaces_nothing_of_the_library_no_take_and_no_other_kind_of_file(
    cli: Cli, film: Path, takes: tuple[Take, Take], monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    pretend(monkeypatch, [cue(takes[0].id, 0, 48)])
    with find_library() as library:
        root, take = library.root, library.media(takes[0])
    path = take if target == "a take.mp4" else root / target
    if not path.exists():
        path.write_text("mine")
    before = path.read_bytes()
    status, _, err = cli("locate", film, "--csv", path, "--force")
    assert status == 2 and path.name in err
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("option", "begins"), [("--csv", "event,record in"), ("--otio", "{"), ("--html", "<!doctype html>")]
)
def test_a_dash_prints_the_file_alone_and_tells_the_rest_beside(
    cli: Cli,
    film: Path,
    takes: tuple[Take, Take],
    monkeypatch: pytest.MonkeyPatch,
    option: str,
    begins: str,
) -> None:
    pretend(monkeypatch, [cue(takes[0].id, 0, 48)])
    status, out, err = cli("locate", film, option, "-")
    assert status == 0 and out.lower().startswith(begins) and "RECORD " not in out
    assert "1 of 1 stretch found" in err
    assert not Path("-").exists()


def test_what_would_be_printed_twice_is_refused(cli: Cli, film: Path, takes: tuple[Take, Take]) -> None:
    for words in (("--csv", "-", "--json"), ("--csv", "-", "--otio", "-"), ("--otio", "-", "--prompts")):
        status, out, err = cli("locate", film, *words)
        assert (status, out) == (2, "") and "next: " in err


def test_a_search_that_is_stopped_says_that_nothing_is_kept(
    cli: Cli, film: Path, takes: tuple[Take, Take], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("circletake.workflows.analysis.locating.locate", stopped)
    status, out, err = cli("locate", film, "--csv", "c.csv")
    assert (status, out, err) == (2, "", "stopped; nothing is kept of a search; run the same again\n")
    assert not Path("c.csv").exists()


def test_a_folder_that_cannot_be_written_to_is_told_by_the_file_that_was_asked_for(
    cli: Cli, film: Path, takes: tuple[Take, Take], monkeypatch: pytest.MonkeyPatch
) -> None:
    def shut(**how: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", f"{how['dir']}/{how['prefix']}x7")

    pretend(monkeypatch, [cue(takes[0].id, 0, 48)])
    monkeypatch.setattr("circletake.files.tempfile.mkstemp", shut)
    status, _, err = cli("locate", film, "--csv", "c.csv")
    assert (status, err) == (2, "c.csv: Permission denied\n")
