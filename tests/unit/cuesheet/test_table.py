"""The cue sheet in a spreadsheet: every stretch a line, every cell a value and never a formula."""

from __future__ import annotations

import csv
import io

import pytest

from circletake.cuesheet.rows import sheet_of
from circletake.cuesheet.table import COLUMNS, csv_text
from circletake.model.cue import CueList, Gap
from circletake.model.slate import Slate
from tests.factories import claim, cue, cue_list, slate


def lines(cues: CueList, *slates: Slate) -> list[dict[str, str]]:
    text = csv_text(sheet_of(cues, {each.take.id: each for each in slates}))
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))


def test_a_line_for_each_stretch_found_or_not() -> None:
    cues = cue_list(cue(source_in=0.42, source_out=2.42, motion=None), Gap(48, 60, "id-1", "pictures differ"))
    found, lost = lines(cues, slate(claims=[claim(), claim("model", "wan 2.2", by="bo")]))
    assert (found["record in"], found["record out"], found["frames"]) == ("01:00:00:00", "01:00:02:00", "48")
    assert (found["found"], found["take"], found["source in"], found["speed"]) == (
        "yes",
        "SH010/1",
        "0.420",
        "1",
    )
    assert (found["model"], found["model known"]) == ("wan 2.2", "declared by bo")
    assert (found["motion"], found["mirrored"], found["how"]) == ("", "no", "same picture, hardly moves")
    assert (lost["found"], lost["take"], lost["how"]) == (
        "no",
        "",
        "not found (nearest SH010/1: pictures differ)",
    )
    assert all(len(line) == len(COLUMNS) and None not in line.values() for line in (found, lost))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_stranger_is_a_formula(start: str) -> None:
    evil = f'{start}HYPERLINK("http://x","y")'
    known = slate(claims=[claim(f, evil, by=evil) for f in ("prompt", "model", "seed")], name=f"{evil}.mp4")
    (line,) = lines(cue_list(cue()), known)
    text = [cell for name, cell in line.items() if name not in ("speed", "zoom")]
    assert not [cell for cell in text if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    (gap,) = lines(cue_list(Gap(0, 24, "", evil)))
    assert not gap["how"].startswith(("=", "+", "-", "@"))


def test_a_mirrored_take_played_backwards_keeps_its_numbers_plain() -> None:
    (line,) = lines(cue_list(cue(speed=-1.0, zoom=-0.2, flipped=True)), slate())
    assert (float(line["speed"]), float(line["zoom"]), line["mirrored"]) == (-1.0, -0.2, "yes")


def test_a_prompt_of_many_lines_comes_back_whole() -> None:
    prompt = 'night bus,\n"rain"; on glass ' * 500
    (line,) = lines(cue_list(cue()), slate(claims=[claim(value=prompt)]))
    assert line["prompt"] == prompt
