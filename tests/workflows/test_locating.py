"""Locating: what the engine is given, what is told of the film, and what cannot be done."""

from __future__ import annotations

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from circletake.errors import Cancelled, LibraryError, MediaError, NotFound
from circletake.files import sha256_of
from circletake.model.analysis import StageResult
from circletake.model.cue import Gap
from circletake.workflows.analysis.analyze import FINGERPRINT
from circletake.workflows.analysis.locating import locate, locate_each, slates_of
from circletake.workflows.analysis.records import Records
from circletake.workflows.analysis.searching import Position
from circletake.workflows.library import Library
from tests.factories import cue, damaged_at, new_take
from tests.locators import fingerprinted, pretend

Clip = Callable[..., Path]


@pytest.fixture
def film(clip: Clip) -> Path:
    return clip("film.mp4", seconds=3, size=(96, 64), rate=12, seed=9)


def test_the_engine_gets_fingerprints_and_thumbnails_and_sees_every_frame_once(
    library: Library, film: Path, clip: Clip, monkeypatch: pytest.MonkeyPatch, no_workers: None
) -> None:
    take = fingerprinted(library, clip("a.mp4", seconds=2))
    new_take(library.registry, "waiting")
    told = pretend(monkeypatch, [cue(take.id, 0, 24)], [Gap(24, 36)])
    cues = locate(library, film)
    assert (list(told.takes), told.looked[take.id][1:], told.rate, told.frames) == (
        [take.id],
        (64, 64),
        12.0,
        36,
    )
    assert (cues.film, cues.sha256, cues.rate, cues.frames) == ("film.mp4", sha256_of(film), Fraction(12), 36)
    assert (cues.width, cues.height, cues.takes, cues.waiting, cues.problem) == (96, 64, 1, 1, "")
    assert (cues.found, [each.take_id for each in cues.cues]) == (24, [take.id])
    assert list((library.home / "staging").iterdir()) == []


def test_a_take_whose_record_is_damaged_is_told_as_not_compared(
    library: Library, film: Path, clip: Clip, monkeypatch: pytest.MonkeyPatch, no_workers: None
) -> None:
    sound, damaged = (fingerprinted(library, clip(f"{n}.mp4", seed=n)) for n in (1, 2))
    bad = StageResult(FINGERPRINT, blob=b"bad", pictures=b"bad")
    library.registry.analyses.save(damaged.id, [bad])
    told = pretend(monkeypatch, [cue(sound.id, 0, 24)], [])
    cues = locate(library, film)
    assert (list(told.takes), cues.takes, cues.waiting) == ([sound.id], 1, 1)


def test_of_several_films_each_is_told_and_one_that_cannot_be_read_costs_no_other(
    library: Library, film: Path, clip: Clip, monkeypatch: pytest.MonkeyPatch, no_workers: None
) -> None:
    take = fingerprinted(library, clip("a.mp4", seconds=2))
    pretend(monkeypatch, [cue(take.id, 0, 24)], [Gap(24, 36)])
    broken = film.with_name("broken.mp4")
    broken.write_bytes(b"no film")
    found = dict(locate_each(library, [broken, film, film.with_name("gone.mp4")]))
    assert found[film] == locate(library, film)
    told = [found[each] for each in (broken, film.with_name("gone.mp4"))]
    assert [isinstance(each, MediaError) for each in told] == [True, True]
    assert list((library.home / "staging").iterdir()) == []


def test_slates_come_for_what_was_found_and_for_what_came_near(
    library: Library, film: Path, clip: Clip, monkeypatch: pytest.MonkeyPatch, no_workers: None
) -> None:
    found, near = (fingerprinted(library, clip(f"{n}.mp4", seed=n)) for n in (1, 2))
    pretend(monkeypatch, [cue(found.id, 0, 24)], [Gap(24, 36, near.id, "pictures differ")])
    assert list(slates_of(library, locate(library, film))) == [found.id, near.id]


def test_a_film_that_ends_early_is_told_as_far_as_it_goes(
    library: Library, clip: Clip, monkeypatch: pytest.MonkeyPatch, no_workers: None
) -> None:
    take = fingerprinted(library, clip("a.mp4"))
    film = clip("film.mkv", seconds=6, size=(160, 120), pattern="noise")
    film.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    told = pretend(monkeypatch, [cue(take.id, 0, 12)])
    cues = locate(library, film)
    assert 0 < told.frames < 72
    assert cues.cues and cues.problem


def test_the_seconds_that_cannot_be_decoded_are_told_and_no_part_of_a_take(
    library: Library, clip: Clip, monkeypatch: pytest.MonkeyPatch, no_workers: None
) -> None:
    take = fingerprinted(library, clip("a.mp4"))
    film = damaged_at(clip("film.mp4", seconds=4, pattern="noise"), 1.0)
    pretend(monkeypatch, [cue(take.id, 0, 24, source_in=0.0, source_out=2.0)], [Gap(24, 33, why="far")])
    cues = locate(library, film)
    assert cues.problem == "damaged, 1.00-2.25 s cannot be decoded"
    assert [(each.record_in, each.record_out) for each in cues.rows] == [
        (0, 12),
        (12, 27),
        (27, 39),
        (39, 48),
    ]
    assert [(each.record_in, each.why) for each in cues.gaps] == [
        (12, "damaged, cannot be decoded"),
        (39, "far"),
    ]
    assert [each.source_in for each in cues.cues] == [0.0, pytest.approx(27 / 39 * 2)]


def test_a_picture_that_the_decoder_filled_in_is_searched_and_told(
    library: Library, clip: Clip, monkeypatch: pytest.MonkeyPatch, no_workers: None
) -> None:
    take = fingerprinted(library, clip("a.mp4"))
    film = damaged_at(clip("film.mp4", seconds=4, pattern="noise"), 1.0, half=True)
    pretend(monkeypatch, [cue(take.id, 0, 48)])
    cues = locate(library, film)
    assert cues.problem.startswith("damaged at 1.00-1.08 s, where the decoder filled in")
    assert [(each.record_in, each.record_out) for each in cues.rows] == [(0, 48)]


def test_a_film_without_a_rate_is_timed_by_its_frames_and_a_torn_one_is_told(
    library: Library, clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_workers: None
) -> None:
    take = fingerprinted(library, clip("a.mp4"))
    film = _uneven(tmp_path / "film.webm", [n * 0.04 + n % 3 * 0.007 for n in range(60)])
    told = pretend(monkeypatch, [cue(take.id, 0, 31)])
    cues = locate(library, film)
    assert (cues.rate, cues.frames, told.frames, cues.problem) == (Fraction(25), 61, 60, "")
    assert 24 < told.rate < 26
    assert [(each.record_in, each.record_out) for each in cues.cues] == [(0, 31)]
    film.write_bytes(film.read_bytes()[:-40])
    assert "ends early" in locate(library, film).problem


def _uneven(path: Path, seconds: list[float]) -> Path:
    """A film whose container tells no rate, each frame with a time of its own."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libvpx", rate=1000)
        assert isinstance(video, av.VideoStream)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        video.codec_context.time_base, video.codec_context.framerate = Fraction(1, 1000), Fraction(0)
        for number, second in enumerate(seconds):
            grey = np.full((48, 64, 3), 40 + 3 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(grey, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = round(second * 1000), Fraction(1, 1000)
            for packet in video.encode(frame):
                packet.duration = 0
                container.mux(packet)
        container.mux(video.encode(None))
    return path


def test_without_fingerprints_the_next_step_is_named(library: Library, film: Path) -> None:
    with pytest.raises(LibraryError, match="circletake import"):
        locate(library, film)
    new_take(library.registry)
    with pytest.raises(LibraryError, match="circletake analyze"):
        locate(library, film)


def test_what_is_no_film_is_refused_in_its_own_words(
    library: Library, clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_workers: None
) -> None:
    fingerprinted(library, clip("a.mp4"))
    pretend(monkeypatch)
    with pytest.raises(NotFound, match="no such file"):
        locate(library, tmp_path / "gone.mp4")
    (tmp_path / "list.mp4").write_text("#EXTM3U\nhttp://example.org/a.ts\n")
    with pytest.raises(MediaError, match=r"^list.mp4: a playlist"):
        locate(library, tmp_path / "list.mp4")


def test_an_engine_that_fails_is_an_error_in_words(
    library: Library, film: Path, clip: Clip, monkeypatch: pytest.MonkeyPatch, no_workers: None
) -> None:
    fingerprinted(library, clip("a.mp4"))
    pretend(monkeypatch, fail=ZeroDivisionError("oh"))
    with pytest.raises(MediaError, match=r"film.mp4: ZeroDivisionError: oh"):
        locate(library, film)


def test_it_can_be_stopped(library: Library, film: Path, clip: Clip) -> None:
    fingerprinted(library, clip("a.mp4"))
    with pytest.raises(Cancelled):
        locate(library, film, cancelled=lambda: True)
    assert list((library.home / "staging").iterdir()) == []


def test_the_position_of_a_worker_can_be_read_by_whoever_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "position"
    assert Position(place, total=90).packet() is False
    assert not place.exists()
    monkeypatch.setattr("circletake.workflows.analysis.searching._OFTEN", 0.0)
    assert Position(place).read() is None
    assert Position(place, total=90).packet() is False
    assert Position(place).read() == (1, 90)
    place.write_text("")
    assert Position(place).read() is None
    assert Position(tmp_path / "no" / "folder").packet() is False


def test_records_are_given_back_as_they_were_put(tmp_path: Path) -> None:
    records = {"a": os.urandom(70), "b": b"", "c": b"xyz"}
    kept = Records.fill(tmp_path / "records", records.items())
    assert {take_id: kept.read(take_id) for take_id in records} == records
    with pytest.raises(KeyError):
        kept.read("d")
