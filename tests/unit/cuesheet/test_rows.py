"""Rows: timecode, what was done to a take in words, and on whose word its recipe is known."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from circletake.cuesheet.rows import Missing, Row, sheet_of
from circletake.cuesheet.wording import correlation, evidence, how, percent, speed
from circletake.model.cue import Gap
from circletake.model.recipe import Evidence, Recipe
from tests.factories import claim, cue, cue_list, slate

SLATES = {"id-1": slate(claims=[claim(), claim("seed", "7", Evidence.OBSERVED)]), "id-2": slate(number=2)}


def test_cues_and_gaps_come_in_the_order_of_the_film_with_record_timecode() -> None:
    sheet = sheet_of(cue_list(Gap(48, 60), cue("id-2", 60, 84), cue("id-1", 0, 48)), SLATES)
    assert [(row.number, row.record_in, row.record_out, row.seconds) for row in sheet.rows] == [
        (1, "01:00:00:00", "01:00:02:00", 2.0),
        (2, "01:00:02:00", "01:00:02:12", 0.5),
        (3, "01:00:02:12", "01:00:03:12", 1.0),
    ]
    assert [row.take for row in sheet.cues] == ["SH010/1", "SH010/2"]
    assert (sheet.found, sheet.seconds, sheet.complete) == (3.0, 3.5, False)


def test_a_fractional_rate_counts_frames_as_editors_do() -> None:
    sheet = sheet_of(cue_list(cue(record_out=240), rate=Fraction(24000, 1001)), SLATES)
    assert (sheet.rows[0].record_out, sheet.rows[0].seconds, sheet.shown_rate) == (
        "01:00:10:00",
        10.01,
        "23.976",
    )


def test_a_take_used_twice_is_one_take_and_takes_are_listed_in_the_order_of_shots() -> None:
    slates = {f"id-{n}": slate(number=n) for n in (2, 10)}
    sheet = sheet_of(cue_list(cue("id-10", 0, 24), cue("id-2", 24, 48), cue("id-10", 48, 72)), slates)
    assert sheet.used == ("SH010/2", "SH010/10")


def test_what_is_known_of_a_take_comes_with_who_says_so() -> None:
    (row,) = sheet_of(cue_list(cue()), SLATES).cues
    assert row.prompt and (row.prompt.value, row.prompt.evidence) == ("night bus, rain", "declared by ana")
    assert row.seed and row.seed.evidence == "observed"
    assert row.model is None
    assert row.negative_prompt is None


def test_a_gap_names_the_nearest_take_by_its_label_and_why_it_was_not_named() -> None:
    gaps = (Gap(0, 24, "id-2", "pictures differ"), Gap(24, 48), Gap(48, 72, "gone", "too dark"))
    told = [row.told for row in sheet_of(cue_list(*gaps), SLATES).rows if isinstance(row, Missing)]
    assert told == ["not found (nearest SH010/2: pictures differ)", "not found", "not found (too dark)"]


def test_a_film_that_broke_off_is_not_complete_though_all_that_was_read_was_found() -> None:
    assert sheet_of(cue_list(cue()), SLATES).complete
    assert not sheet_of(cue_list(cue(), problem="ends early"), SLATES).complete


def test_an_empty_film_has_no_rows_and_no_shares() -> None:
    sheet = sheet_of(cue_list(frames=0), {})
    assert (sheet.rows, sheet.used, percent(sheet.found_frames, sheet.frames)) == ((), (), "0%")


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ({}, "same picture"),
        ({"picture": 0.9}, "like picture"),
        ({"flipped": True, "zoom": 0.123}, "same picture, mirrored, 12% cropped"),
        ({"zoom": -0.2}, "same picture, within a larger frame"),
        ({"zoom": 0.01}, "same picture"),
        ({"speed": -1.0}, "same picture, backwards"),
        ({"speed": 0.0, "motion": None}, "same picture, held still"),
        ({"motion": None}, "same picture, hardly moves"),
        ({"confidence": 0.8}, "same picture, likely"),
        ({"confidence": 0.3}, "same picture, doubtful"),
    ],
)
def test_what_was_done_to_a_take_is_said_in_words(seen: dict[str, Any], said: str) -> None:
    assert how(cue(**seen)) == said


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (Evidence.OBSERVED, "observed"),
        (Evidence.SIGNED, "signed by ana"),
        (Evidence.DECLARED, "declared by ana"),
        (Evidence.EMBEDDED, "embedded, unsigned file tags"),
        (Evidence.SIDECAR, "sidecar, a file beside the clip"),
        (Evidence.FILENAME, "from the file name"),
        (Evidence.MATCHED, "matched, a like picture"),
    ],
)
def test_evidence_is_said_in_words(by: Evidence, said: str) -> None:
    assert evidence(claim(evidence=by)) == said


def test_what_a_manifest_says_is_no_unsigned_tag_even_where_nobody_kept_what_was_checked() -> None:
    said = claim("model", "sora", Evidence.EMBEDDED, "content credentials, embedded", "OpenAI")
    words = "declared by its manifest, signed by OpenAI; signer not verified"
    assert evidence(said) == words
    following = Recipe.of([said]).in_force["source_type"]
    assert (following.value, evidence(following)) == ("trainedAlgorithmicMedia", words)


def test_numbers_never_look_better_than_they_are() -> None:
    assert [correlation(v) for v in (1.0, 0.9999, 0.5, -0.2)] == ["1.000", ".999", ".500", "-.200"]
    assert [percent(n, 10_000) for n in (10_000, 9_999, 9_460, 0)] == ["100%", "99.9%", "94.6%", "0.0%"]
    assert [speed(v) for v in (1.0, 1.004, 0.5, -1.0, 2.0, -0.001)] == ["1", "1", "0.5", "-1", "2", "0"]


def test_rows_are_told_apart_by_their_type() -> None:
    rows = sheet_of(cue_list(cue(), Gap(48, 60)), SLATES).rows
    assert [type(row) for row in rows] == [Row, Missing]
