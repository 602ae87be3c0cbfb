"""The timeline that leaves: exact, complete, and relative to where it lies."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import opentimelineio as otio

from circletake.model.cut import Cut, CutEvent, Fit, Song
from circletake.model.event import Standing
from circletake.model.slate import Slate
from circletake.model.take import Declaration
from circletake.timeline.otio import timeline_json
from tests.factories import claim, media_facts, sha256, slate

HOSTILE = 'line\n"quoted" \x1b[31m <script> 夜のバス 🚌'


def known(number: int, **facts: object) -> Slate:
    claims = [claim(value=HOSTILE), claim("seed", str(2**64))]
    standing = Standing(stars=4)
    return slate(None, claims, number, standing, id=str(number), media=media_facts(**facts))


def written(cut: Cut, slates: dict[str, Slate]) -> otio.schema.Timeline:
    media = {take_id: f"clips/a b {take_id}.mp4" for take_id in slates}
    return otio.adapters.read_from_string(timeline_json(cut, slates, media), "otio_json")


def test_events_lie_on_whole_frames_one_after_another() -> None:
    rate = Fraction(24000, 1001)
    slates = {"1": known(1, rate=Fraction(16), frames=80), "2": known(2)}
    cut = Cut(
        "Night",
        rate,
        640,
        360,
        (CutEvent("1", Fraction(1, 2), Fraction(2)), CutEvent("2", Fraction(0), Fraction(1))),
    )
    timeline = written(cut, slates)
    clips = list(timeline.tracks[0])
    lengths = [clip.source_range.duration for clip in clips]
    assert [(length.value, round(length.rate, 3)) for length in lengths] == [(36, 23.976), (24, 23.976)]
    assert round(clips[0].source_range.start_time.to_seconds(), 6) == 0.5
    assert (
        clips[0].media_reference.available_range.duration.value,
        clips[0].media_reference.available_range.duration.rate,
    ) == (80, 16)
    assert timeline.global_start_time.value == 86400


def test_what_is_known_of_a_take_comes_back_whole() -> None:
    cut = Cut("c", Fraction(24), 640, 360, (CutEvent("1", Fraction(0), Fraction(1)),))
    clip = written(cut, {"1": known(1)}).tracks[0][0]
    told = clip.metadata["circletake"]
    assert told["recipe"]["prompt"] == HOSTILE
    assert told["recipe"]["seed"] == str(2**64)
    assert told["evidence"]["prompt"] == "declared"
    assert (told["take"], told["stars"]) == ("SH010/1", 4)
    assert clip.media_reference.target_url == "clips/a%20b%201.mp4"


def test_the_song_lies_on_a_track_of_its_own_with_what_was_declared() -> None:
    song = Song("/home/ana/song.wav", sha256("song"), "song.wav", Declaration.HUMAN, "ana", Fraction(3))
    cut = Cut("c", Fraction(24), 640, 360, (CutEvent("1", Fraction(0), Fraction(1)),), song)
    track = written(cut, {"1": known(1)}).tracks[1]
    assert track.kind == "Audio"
    assert (track[0].source_range.start_time.value, track[0].source_range.duration.value) == (72, 24)
    assert track[0].metadata["circletake"]["declared_by"] == "ana"
    text = timeline_json(replace(cut), {"1": known(1)}, {"1": "clips/a.mp4"})
    assert "/home/ana" not in text


def test_a_speed_is_a_time_warp_and_black_is_a_gap_and_both_keep_the_clock() -> None:
    events = (
        CutEvent("1", Fraction(1), Fraction(3), Fraction(2), gap=Fraction(1, 2)),
        CutEvent("2", Fraction(0), Fraction(1), Fraction(1, 2), Fit.CROP, Fraction(1)),
    )
    track = written(Cut("c", Fraction(24), 640, 360, events), {"1": known(1), "2": known(2)}).tracks[0]
    told = [
        (type(each).__name__, each.range_in_parent().start_time.value, each.duration().value)
        for each in track
    ]
    assert told == [("Gap", 0, 12), ("Clip", 12, 24), ("Gap", 36, 24), ("Clip", 60, 48)]
    clips = [each for each in track if isinstance(each, otio.schema.Clip)]
    assert [clip.effects[0].time_scalar for clip in clips] == [2.0, 0.5]
    assert clips[0].source_range.start_time.value == 24
    assert [(c.metadata["circletake"]["speed"], c.metadata["circletake"]["fit"]) for c in clips] == [
        ("2", "letterbox"),
        ("1/2", "crop"),
    ]
