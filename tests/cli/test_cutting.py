"""What the commands that change a cut print, and what they refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from circletake.workflows.demo.song import write_song
from tests.cli.conftest import Cli

pytestmark = pytest.mark.usefixtures("no_workers")


@pytest.fixture
def film(cli: Cli, clip: Callable[..., Path]) -> Cli:
    """A library with two takes of a second, and a cut of both."""
    for number in (1, 2):
        clip(f"in/{number}.mp4", seed=number)
    assert cli("import", "../in", "--shot", "SH010", "--by", "ana")[0] == 0
    cli("cut", "new", "main", "--size", "64x48", "--rate", 12)
    cli("cut", "add", "main", "SH010/1", "SH010/2")
    return cli


def stored(cli: Cli) -> Any:
    return json.loads(cli("cut", "show", "main", "--json")[1])


def test_a_change_shows_the_cut_as_it_is_and_how_to_take_it_back(film: Cli) -> None:
    status, out, _ = film("cut", "speed", "main", 1, "2x", "--by", "ana")
    lines = out.splitlines()
    assert status == 0 and lines[-1] == "Undo: circletake undo"
    number, record, take, _, source, length, *_ = lines[1].split()
    assert (number, record, take, source, length) == ("1", "01:00:00:00", "SH010/1", "0.00-1.00", "0.50")
    assert "[2x]" in lines[1]
    film("cut", "gap", "main", 2, 0.5, "--by", "ana")
    assert film("cut", "show", "main")[1].splitlines()[2].split() == ["01:00:00:06", "black", "0.50"]
    said = film("undo", "--by", "ana")[1].splitlines()
    assert said[0].startswith("Took back 1 change of a cut, by ana")
    assert said[1] == "cut main: gap of 0.5 s before 2: taken back"
    assert stored(film)["events"][1]["gap"] == "0"
    logged = [" ".join(line.split()[-9:]) for line in film("log")[1].splitlines()]
    assert "cut main: gap of 0.5 s before 2 (undone)" in logged


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("speed", "main", 1, "fast"), "fast: is no speed"),
        (("speed", "main", 1, "1/0"), "1/0: is no speed"),
        (("add", "main", "SH010/1@1f"), "is not a stretch"),
        (("add", "main", "SH010/1@xf-2"), "xf: is no place in a take"),
        (("add", "main", "SH010/1@1f-200f"), "the take has 0 to 1.000 s"),
    ],
)
def test_what_is_no_speed_or_range_is_said_in_its_own_words(
    film: Cli, words: tuple[Any, ...], said: str
) -> None:
    status, _, err = film("cut", *words)
    assert (status, said in err) == (2, True)


def test_a_range_may_be_named_in_frames_of_the_take(film: Cli) -> None:
    assert film("cut", "add", "main", "SH010/1@3f-9f", "SH010/2@6f-")[0] == 0
    *_, one, other = stored(film)["events"]
    assert [(e["in"], e["out"]) for e in (one, other)] == [("1/4", "3/4"), ("1/2", "1")]


def test_the_song_that_is_there_is_laid_otherwise_without_losing_what_was_declared(
    film: Cli, tmp_path: Path
) -> None:
    write_song(tmp_path / "song.wav", 4)
    film("cut", "song", "main", tmp_path / "song.wav", "--origin", "human", "--by", "Ana", "--offset", 1)
    assert film("cut", "song", "main", "--volume", "0.5", "--fade-in", "1/4")[0] == 0
    song = stored(film)["song"]
    assert (song["origin"], song["declared_by"], song["offset"]) == ("human-made", "Ana", "1")
    assert (song["volume"], song["fade_in"], song["fade_out"]) == ("1/2", "1/4", "1/2")
    status, _, err = film("cut", "song", "main", "--volume", 2)
    assert status == 2 and "louder would distort" in err
    (tmp_path / "song.wav").unlink()
    write_song(tmp_path / "song.wav", 3)
    assert "another song by now" in film("cut", "song", "main", "--volume", 1)[2]
    film("cut", "song", "main", "--none")
    assert stored(film)["song"] is None
    assert "has no song yet" in film("cut", "song", "main", "--volume", 1)[2]


def test_a_fit_is_said_of_the_cut_and_of_events(film: Cli) -> None:
    assert "12 frames a second, fit crop" in film("cut", "fit", "main", "crop")[1]
    assert "[blur]" in film("cut", "fit", "main", "blur", "1")[1]
    assert "[blur]" not in film("cut", "fit", "main", "as-cut", "all")[1]
    status, _, err = film("cut", "fit", "main", "stretch")
    assert status == 2 and "letterbox, crop, blur, as-cut" in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("trim", "main", 3, "--in", 0.5), "event 3: the cut has 2"),
        (("trim", "main", 1, "--in", "2f", "--out", "1f"), "of a take that has 0 to 1.000 s"),
        (("move", "main", "1-3", "--to", 1), "the cut has 2 events"),
        (("remove", "main", "x"), "names no event"),
        (("gap", "main", 1, 601), "601 s is no gap"),
        (("speed", "main", 1, "20"), "20 is beyond what is done"),
        (("speed", "other", 1, "2"), "no such cut; there are: main"),
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_the_cut(film: Cli, words: tuple[Any, ...], told: str) -> None:
    before = stored(film)
    status, out, err = film("cut", *words)
    assert (status, out) == (2, "") and told in err
    assert stored(film) == before


def test_a_preview_says_where_it_is_and_that_it_is_not_signed(film: Cli) -> None:
    status, out, _ = film("cut", "preview", "main", "--json")
    told = json.loads(out)
    assert (status, told["signed"]) == (0, False)
    assert Path(told["preview"]).is_file()
    assert film("cut", "preview", "main", "--print")[1].strip() == told["preview"]
