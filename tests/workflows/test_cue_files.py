"""The files of a cue list: pictures of both sides, written whole, and over nothing unasked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import opentimelineio as otio
import pytest

from circletake.cuesheet.rows import sheet_of
from circletake.errors import BadInput
from circletake.model.cue import Cue, CueList, Gap
from circletake.workflows.analysis.cue_files import CueFiles, cue_texts, write_cue_files
from circletake.workflows.analysis.locating import slates_of
from circletake.workflows.analysis.showing import pairs_of
from circletake.workflows.library import Library
from tests.factories import cue, cue_list
from tests.locators import fingerprinted

Clip = Callable[..., Path]


@pytest.fixture
def film(clip: Clip) -> Path:
    return clip("film.mp4", seconds=4, rate=24, seed=9)


def shown(library: Library, film: Path, *rows: Cue | Gap) -> dict[int, list[tuple[bool, bool, str]]]:
    cues = cue_list(*rows)
    pairs = pairs_of(library, cues, slates_of(library, cues), film)
    return {
        number: [(p.film is not None, p.take is not None, p.why) for p in each]
        for number, each in pairs.items()
    }


def test_each_moment_of_the_film_stands_beside_the_same_moment_of_the_take(
    library: Library, film: Path, clip: Clip, no_workers: None
) -> None:
    take = fingerprinted(library, clip("a.mp4", seconds=2))
    matches = tuple((n / 4, n / 8) for n in range(8))
    cues = cue_list(cue(take.id, 0, 48, matches=matches), Gap(48, 54))
    pairs = pairs_of(library, cues, slates_of(library, cues), film)
    assert [(p.film_at, p.take_at) for p in pairs[1]] == [(0.0, 0.0), (1.0, 0.5), (1.75, 0.875)]
    assert len({p.take.jpeg for p in pairs[1] if p.take}) == 3
    assert [(p.film_at, p.take_at, p.take) for p in pairs[2]] == [(2.125, None, None)]


def test_a_cue_that_names_no_moments_is_shown_at_some_of_its_own(
    library: Library, film: Path, clip: Clip, no_workers: None
) -> None:
    take = fingerprinted(library, clip("a.mp4", seconds=2))
    assert shown(library, film, cue(take.id, 0, 48)) == {1: [(True, True, "")] * 3}


def test_a_take_whose_media_is_missing_leaves_the_film_alone_and_says_why(
    library: Library, film: Path, clip: Clip, no_workers: None
) -> None:
    gone, torn = (fingerprinted(library, clip(f"{n}.mp4", seed=n)) for n in (1, 2))
    (film.parent / "1.mp4").unlink()
    (film.parent / "2.mp4").write_bytes(b"no video any more")
    rows = (cue(gone.id, 0, 12), cue(torn.id, 12, 24))
    assert shown(library, film, *rows) == {
        1: [(True, False, "its file is gone")],
        2: [(True, False, "it cannot be read")],
    }


def test_a_film_that_is_a_take_itself_is_shown_on_both_sides(
    library: Library, film: Path, no_workers: None
) -> None:
    take = fingerprinted(library, film)
    assert shown(library, film, cue(take.id, 0, 12)) == {1: [(True, True, "")]}


def test_many_cues_are_shown_with_fewer_pictures_each(
    library: Library, film: Path, clip: Clip, no_workers: None
) -> None:
    take = fingerprinted(library, clip("a.mp4", seconds=2))
    many = [cue(take.id, n, n + 1, matches=((n / 400, 0.0), (0.5, 0.5), (1.0, 1.0))) for n in range(301)]
    assert {len(each) for each in shown(library, film, *many).values()} == {1}


def test_a_timeline_names_files_as_seen_from_its_own_folder(
    library: Library, film: Path, clip: Clip, no_workers: None
) -> None:
    take = fingerprinted(library, clip("takes/a.mp4"))
    cues: CueList = cue_list(cue(take.id, 0, 24))
    slates = slates_of(library, cues)
    to = CueFiles(otio=film.parent / "out" / "cues.otio")
    write_cue_files(cue_texts(library, film, cues, sheet_of(cues, slates), slates, to))
    takes, above = otio.adapters.read_from_file(str(to.otio), "otio_json").tracks
    assert takes[0].media_reference.target_url == "../takes/a.mp4"
    assert above[0].media_reference.target_url == "../film.mp4"


def test_nothing_is_written_over_unasked_and_the_film_never(
    library: Library, film: Path, tmp_path: Path
) -> None:
    there = tmp_path / "there.csv"
    there.write_text("years of work")
    CueFiles(csv=there).check(library, film, force=True)
    with pytest.raises(BadInput, match="exists already"):
        CueFiles(csv=there).check(library, film, force=False)
    with pytest.raises(BadInput, match="the film itself"):
        CueFiles(html=film).check(library, film, force=True)
    with pytest.raises(BadInput, match="a folder"):
        CueFiles(otio=tmp_path).check(library, film, force=True)
    with pytest.raises(BadInput, match="twice"):
        CueFiles(csv=tmp_path / "a", html=tmp_path / "a").check(library, film, force=True)
