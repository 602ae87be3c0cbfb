"""The timeline exporter: a cue list a spreadsheet cannot be tricked by."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

from circletake import Cut, CutEvent, ExportRequest, NoSettings, Song
from circletake.plugins.context import CallContext
from circletake.testing import ExporterContract
from circletake_timeline.exporter import Timeline
from tests.factories import claim, media_facts, sha256, slate


class TestContract(ExporterContract):
    module = "circletake_timeline"


def test_the_cue_list_has_timecode_and_harmless_cells(tmp_path: Path) -> None:
    claims = [claim(value='=HYPERLINK("http://x")'), claim("model", "m1")]
    known = slate(claims=claims, number=7, id="t", media=media_facts(rate=Fraction(16)))
    spans = ((Fraction(1, 2), Fraction(3, 2)), (Fraction(0), Fraction(1, 4)))
    events = tuple(CutEvent("t", start, end) for start, end in spans)
    cut = Cut("c", Fraction(24), 64, 48, events, Song("/x/s.wav", sha256("s"), "s.wav"))
    media = {"t": tmp_path / "clips" / known.take.slate}
    request = ExportRequest("Night", cut, {"t": known}, media)
    timeline, cues = Timeline().export(request, tmp_path, NoSettings(), CallContext("timeline"))
    assert (timeline.path.name, cues.path.name, cues.not_carried) == (
        "Night.otio",
        "cues.csv",
        ("the song and its declaration",),
    )
    with cues.path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["record in"], r["record out"], r["source in"], r["source out"]) for r in rows] == [
        ("01:00:00:00", "01:00:01:00", "00:00:00:08", "00:00:01:08"),
        ("01:00:01:00", "01:00:01:06", "00:00:00:00", "00:00:00:04"),
    ]
    assert rows[0]["prompt"] == '\'=HYPERLINK("http://x")'
    assert (rows[0]["take"], rows[0]["file"], rows[0]["model"]) == (
        "SH010/7",
        f"clips/{known.take.slate}",
        "m1",
    )
