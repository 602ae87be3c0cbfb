"""The film as a timeline of its takes: in sync with the film, exact, and complete."""

from __future__ import annotations

from fractions import Fraction

import opentimelineio as otio

from circletake.model.cue import CueList, Gap
from circletake.model.slate import Slate
from circletake.timeline.cues import cues_json
from tests.factories import claim, cue, cue_list, media_facts, slate

HOSTILE = 'line\n"quoted" \x1b[31m </script> 夜のバス 🚌'


def known(number: int) -> Slate:
    return slate(
        claims=[claim(value=HOSTILE)], number=number, media=media_facts(rate=Fraction(16), frames=80)
    )


def written(cues: CueList, media: dict[str, str] | None = None) -> otio.schema.Timeline:
    slates = {f"id-{number}": known(number) for number in (1, 2)}
    text = cues_json(cues, slates, media or {"id-1": "takes/a b.mp4"}, "../the film.mp4")
    return otio.adapters.read_from_string(text, "otio_json")


def test_takes_and_gaps_lie_where_the_film_has_them() -> None:
    rate = Fraction(24000, 1001)
    cues = cue_list(cue("id-1", 12, 60), Gap(0, 12), cue("id-2", 70, 82), rate=rate, frames=82)
    timeline = written(cues)
    takes = timeline.tracks[0]
    kinds = [(type(each).__name__, each.duration().value) for each in takes]
    assert kinds == [("Gap", 12), ("Clip", 48), ("Gap", 10), ("Clip", 12)]
    assert {round(each.duration().rate, 3) for each in takes} == {23.976}
    assert (timeline.global_start_time.value, timeline.duration().value) == (86400, 82)


def test_a_clip_points_at_its_take_and_says_how_it_was_found_and_made() -> None:
    (clip,) = written(cue_list(cue(source_in=0.5, source_out=2.5, flipped=True, zoom=0.1))).tracks[0]
    assert clip.media_reference.target_url == "takes/a%20b.mp4"
    assert round(clip.source_range.start_time.to_seconds(), 6) == 0.5
    told = clip.metadata["circletake"]
    assert (told["take"], told["recipe"]["prompt"], told["evidence"]["prompt"]) == (
        "SH010/1",
        HOSTILE,
        "declared",
    )
    assert (told["match"]["flipped"], told["match"]["zoom"], told["match"]["confidence"]) == (True, 0.1, 0.97)
    assert list(clip.effects) == []


def test_a_change_of_speed_is_a_warp_as_long_as_the_film_shows_it() -> None:
    speeds = (0.5, -1.0, 0.0)
    cues = [
        cue("id-1", 24 * n, 24 * n + 24, speed=v, source_in=1.0, source_out=1.0 + v)
        for n, v in enumerate(speeds)
    ]
    slow, back, still = written(cue_list(*cues)).tracks[0]
    assert [each.duration().value for each in (slow, back, still)] == [24, 24, 24]
    assert (slow.effects[0].time_scalar, back.effects[0].time_scalar) == (0.5, -1.0)
    assert isinstance(still.effects[0], otio.schema.FreezeFrame)
    assert back.source_range.start_time.to_seconds() == 0.0


def test_the_film_itself_lies_above_switched_off() -> None:
    takes, film = written(cue_list(cue(), problem="ends early")).tracks
    assert (takes.enabled, film.enabled) == (True, False)
    assert film[0].media_reference.target_url == "../the%20film.mp4"
    assert film[0].duration() == takes.duration()


def test_a_take_without_media_is_a_missing_reference() -> None:
    (clip,) = written(cue_list(cue("id-2"))).tracks[0]
    assert isinstance(clip.media_reference, otio.schema.MissingReference)


def test_a_gap_says_what_came_near() -> None:
    (gap,) = written(cue_list(Gap(0, 24, "id-2", "pictures differ"))).tracks[0]
    assert dict(gap.metadata["circletake"]) == {"nearest": "SH010/2", "why": "pictures differ"}
