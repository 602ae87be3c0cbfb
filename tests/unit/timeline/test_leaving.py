"""Round trips: 55 mixed takes leave in every format and come back whole, or what does not is named."""

from __future__ import annotations

import csv
import io
import re
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from circletake.model.cut import Cut, CutEvent, Song, timecode
from circletake.model.event import Standing, Verdict
from circletake.model.export import ExportRequest, ProducedFile, SongFile
from circletake.model.marker import markers_of
from circletake.model.score import Finding
from circletake.model.slate import Found, Slate
from circletake.model.take import AudioFacts, Declaration
from circletake.plugins.context import CallContext
from circletake.plugins.manager import PluginManager
from tests.factories import actor, claim, media_facts, sha256, slate

RATES = (
    *(Fraction(rate) for rate in ("16", "24000/1001", "24", "25", "30000/1001", "30", "60")),
    None,
)
SIZES = ((1280, 720), (720, 1280), (832, 480), (1920, 1080))
ASPECTS = {4: Fraction(4, 3), 6: Fraction(64, 45), 7: Fraction(10, 11), 8: Fraction(6, 5)}
"""Pixels that are not square, by the last digit in base nine of a take's number."""

VERDICTS = (Verdict.CIRCLED, Verdict.HOLD, Verdict.NG, Verdict.UNREVIEWED)
PROMPTS = ("night bus, 夜のバス 🚌 é", 'she said: "run" & <left>\nsecond line', "=1+1; ثلاثة قطط")
FOLDER = "/jobs/Night Bus"
REAL = Path(__file__).parents[3].parent / "shared" / "data" / "editorial"
ADAPTER = REAL / "OpenTimelineIO__otio-fcp-adapter" / "tests" / "sample_data"


def mixed(number: int) -> Slate:
    """A take of a rate, shape, length, prompt and verdict of its own; each third has a note and a finding."""
    rate = RATES[number % len(RATES)]
    width, height = SIZES[number % len(SIZES)]
    frames = round((80 + number) * max(Fraction(1), (rate or 0) / Fraction(30)))
    seconds = float(frames / (rate or Fraction(24)))
    facts = media_facts(
        rate=rate,
        frames=frames if rate else None,
        seconds=seconds,
        width=width,
        height=height,
        audio=AudioFacts("aac", 48000, 1 + number % 2) if number % 4 else None,
        aspect=ASPECTS.get(number % 9, Fraction(1)),
    )
    marked = number % 3 == 0
    finding = Found("technical", "1", Finding("frozen", 0.5, 1.25, 0, 0, "held still; mouth é"))
    known = slate(
        claims=[
            claim(value=PROMPTS[number % 3]),
            claim("model", "gen4.5"),
            claim("seed", str(2**64 + number)),
        ],
        number=number,
        shot=f"SH{10 * (1 + number // 7):03d}",
        standing=Standing(VERDICTS[number % 4], number % 6, ("keep the rain",) if marked else (), actor()),
        media=facts,
    )
    return replace(known, findings=(finding,) if marked else ())


def whole_cut(rate: Fraction, song: bool = True) -> tuple[Cut, dict[str, Slate]]:
    """55 events, some sped up, some after black, starting at places between the frames of any rate."""
    slates = {s.take.id: s for s in (mixed(number) for number in range(1, 56))}
    events = tuple(
        CutEvent(
            take_id,
            Fraction(index % 9, 16),
            Fraction(index % 9, 16) + Fraction(3, 2) + Fraction(index % 5, 24),
            Fraction(2) if index % 11 == 10 else Fraction(1),
            gap=Fraction(1, 2) if index % 20 == 19 else Fraction(0),
        )
        for index, take_id in enumerate(slates)
    )
    sound = Song("/x/night bus.wav", sha256("s"), "night bus.wav", Declaration.HUMAN, "ana", Fraction(5, 2))
    return Cut("Night Bus é", rate, 1280, 720, events, sound if song else None), slates


@pytest.fixture(params=["24", "24000/1001", "25", "30000/1001"])
def cut(request: pytest.FixtureRequest) -> tuple[Cut, dict[str, Slate]]:
    return whole_cut(Fraction(request.param))


def left(name: str, cut: Cut, slates: dict[str, Slate], staging: Path, **over: Any) -> ProducedFile:
    """What a format makes of a cut whose media lie in ``clips`` beside it."""
    media = {take_id: staging / "clips" / f"{s.take.slate}.mp4" for take_id, s in slates.items()}
    song = SongFile(staging / "clips" / "night bus.wav", Fraction(200), AudioFacts("pcm_s16le", 48000, 2))
    asked = ExportRequest("main", cut, slates, media, folder=FOLDER, song=song if cut.song else None)
    item = PluginManager.load(only=("timeline",)).exporter(name).item
    (made,) = item.export(replace(asked, **over), staging, item.about.settings(), CallContext(name))
    return made


def read(made: ProducedFile) -> str:
    return made.path.read_bytes().decode("utf-8")


def frames(cut: Cut) -> list[tuple[int, int]]:
    return [(round(p.record_in * cut.rate), round(p.record_out * cut.rate)) for p in cut.placed]


def text(parent: ET.Element, path: str) -> str:
    found = parent.findtext(path)
    assert found is not None, f"{parent.tag} has no {path}"
    return found


class TestFcp7:
    def test_every_take_range_and_comment_comes_back(
        self, cut: tuple[Cut, dict[str, Slate]], tmp_path: Path
    ) -> None:
        edit, slates = cut
        made = left("fcp7", edit, slates, tmp_path)
        (sequence,) = ET.fromstring(read(made)).iter("sequence")
        items = sequence.findall("media/video/track/clipitem")
        assert len(items) == 55
        assert [(int(text(i, "start")), int(text(i, "end"))) for i in items] == frames(edit)
        for placed, item in zip(edit.placed, items, strict=True):
            known, event = slates[placed.event.take_id], placed.event
            assert text(item, "name") == f"{known.take.slate}.mp4"
            assert Fraction(int(text(item, "pproTicksIn")), 254_016_000_000) * event.speed == event.source_in
            first = int(text(item, "in"))
            assert abs(first / edit.rate * event.speed - event.source_in) <= event.speed / edit.rate / 2
            assert int(text(item, "out")) - first == int(text(item, "end")) - int(text(item, "start"))
            log = {child.tag: child.text or "" for child in item.findall("logginginfo/*")}
            assert log["description"] == known.recipe["prompt"]
            assert (log["scene"], log["shottake"]) == (known.take.shot, str(known.take.number))
            assert (log["good"] == "TRUE") == (known.standing.verdict is Verdict.CIRCLED)
            said = {child.tag: child.text for child in item.findall("comments/*")}
            masters = [said.pop(f"mastercomment{number}") for number in (1, 2, 3, 4)]
            assert masters == [known.take.sha256, "gen4.5", known.recipe["seed"], known.take.label]
            shaped = edit.reshapes(*known.take.media.shape)
            assert said == ({"clipcommenta": "fit: letterbox"} if shaped else {})
            speed = item.find("filter/effect[effectid='timeremap']/parameter[parameterid='speed']/value")
            assert (speed.text if speed is not None else "100") == str(event.speed * 100)

    def test_labels_tell_verdicts_and_markers_come_back_with_colours(self, tmp_path: Path) -> None:
        edit, slates = whole_cut(Fraction(24))
        (sequence,) = ET.fromstring(read(left("fcp7", edit, slates, tmp_path))).iter("sequence")
        seen = 0
        for placed, item in zip(edit.placed, sequence.findall("media/video/track/clipitem"), strict=True):
            known, event = slates[placed.event.take_id], placed.event
            label = {"circled": "Forest", "hold": "Mango", "ng": "Rose", "unreviewed": "Iris"}
            assert text(item, "labels/label2") == label[known.standing.verdict.value]
            wanted = markers_of(known, event.source_in, event.source_out)
            markers = item.findall("marker")
            assert [(text(m, "name"), text(m, "comment")) for m in markers] == [
                (w.name, w.comment) for w in wanted
            ]
            colours = {"red": "4281740498", "yellow": "4281049552"}
            assert [text(m, "pproColor") for m in markers] == [colours[w.color] for w in wanted]
            for marker in markers:
                assert int(text(item, "in")) <= int(text(marker, "in")) < int(text(item, "out"))
            seen += len(markers)
        assert seen > 20

    def test_rates_say_ntsc_and_the_sequence_starts_at_its_hour(
        self, cut: tuple[Cut, dict[str, Slate]], tmp_path: Path
    ) -> None:
        edit, slates = cut
        root = ET.fromstring(read(left("fcp7", edit, slates, tmp_path)))
        (sequence,) = root.iter("sequence")
        ntsc = edit.rate.denominator == 1001
        nominal = round(edit.rate)
        rates = [sequence.find("rate"), *(i.find("rate") for i in sequence.iter("clipitem"))]
        assert {(text(r, "timebase"), text(r, "ntsc")) for r in rates if r is not None} == {
            (str(nominal), str(ntsc).upper())
        }
        assert (text(sequence, "timecode/string"), text(sequence, "timecode/frame")) == (
            "01:00:00:00",
            str(3600 * nominal),
        )
        files = {f.get("id"): f for f in sequence.iter("file") if len(f)}
        assert len(files) == 56
        sixteen = slates["id-8"].take
        file = next(f for f in files.values() if text(f, "name") == f"{sixteen.slate}.mp4")
        assert (text(file, "rate/timebase"), text(file, "rate/ntsc")) == ("16", "FALSE")
        assert (text(file, "duration"), text(file, "media/video/samplecharacteristics/width")) == (
            "88",
            "1280",
        )

    def test_pixels_that_are_not_square_are_told_by_the_names_of_final_cut(self, tmp_path: Path) -> None:
        edit, slates = whole_cut(Fraction(24))
        made = left("fcp7", edit, slates, tmp_path)
        (sequence,) = ET.fromstring(read(made)).iter("sequence")
        looks = sequence.find("media/video/format/samplecharacteristics")
        assert looks is not None
        assert (text(looks, "pixelaspectratio"), text(looks, "anamorphic")) == ("square", "FALSE")
        wanted = {
            Fraction(1): ("square", "FALSE"),
            Fraction(4, 3): ("HD-(1440x1080)", "FALSE"),
            Fraction(64, 45): ("PAL-601", "TRUE"),
            Fraction(10, 11): ("NTSC-601", "FALSE"),
            Fraction(6, 5): ("square", "FALSE"),
        }
        for placed, item in zip(edit.placed, sequence.findall("media/video/track/clipitem"), strict=True):
            facts = slates[placed.event.take_id].take.media
            inside = item.find("file/media/video/samplecharacteristics")
            assert inside is not None
            for place in (item, inside):
                told = (text(place, "pixelaspectratio"), text(place, "anamorphic"))
                assert told == wanted[facts.aspect]
        (lost,) = [each for each in made.not_carried if "square" in each]
        assert lost == "fcp7: pixels that are not square, of 6 of 55 clips (6:5)"

    def test_a_wide_pixel_is_scaled_as_wide_as_it_is_shown(self, tmp_path: Path) -> None:
        edit, _ = whole_cut(Fraction(24))
        facts = media_facts(width=960, height=720, aspect=Fraction(4, 3))
        one = replace(edit, events=edit.events[:1])
        known = {"id-1": slate(number=1, media=facts)}
        (item, *_) = ET.fromstring(read(left("fcp7", one, known, tmp_path))).iter("clipitem")
        assert text(item, "pixelaspectratio") == "HD-(960x720)"
        assert item.find("filter/effect[effectid='basic']") is None
        assert item.find("comments/clipcommenta") is None

    def test_media_are_named_for_the_machine_that_opens_it(self, tmp_path: Path) -> None:
        edit, slates = whole_cut(Fraction(24))

        def urls(**over: Any) -> set[str]:
            root = ET.fromstring(read(left("fcp7", edit, slates, tmp_path, **over)))
            return {url.text or "" for url in root.iter("pathurl")}

        stem = slates["id-1"].take.slate
        assert f"file://localhost/jobs/Night%20Bus/clips/{stem}.mp4" in urls()
        assert f"file://localhost/D%3a/a%20b/clips/{stem}.mp4" in urls(folder="D:\\a b")
        assert f"file://server/cuts/clips/{stem}.mp4" in urls(folder="\\\\server\\cuts")
        assert f"clips/{stem}.mp4" in urls(folder="")

    def test_the_song_lies_on_a1_with_its_offset_and_fade(self, tmp_path: Path) -> None:
        edit, slates = whole_cut(Fraction(25))
        (sequence,) = ET.fromstring(read(left("fcp7", edit, slates, tmp_path))).iter("sequence")
        first, second = sequence.findall("media/audio/track")
        (song,), (other,) = first.findall("clipitem"), second.findall("clipitem")
        assert text(song, "file/pathurl").endswith("/clips/night%20bus.wav")
        assert (text(song, "start"), text(song, "end")) == ("0", str(round(edit.seconds * 25)))
        assert int(text(song, "pproTicksIn")) == Fraction(5, 2) * 254_016_000_000
        said = [child.text for child in song.findall("comments/*")]
        assert said == [sha256("s"), "human-made", "ana"]
        assert [text(i, "sourcetrack/trackindex") for i in (song, other)] == ["1", "2"]
        keys = song.findall("filter/effect[effectid='audiolevels']/parameter/keyframe")
        assert [text(k, "value") for k in keys] == ["1", "1", "0"]

    def test_without_a_song_each_clip_brings_its_own_sound_linked(self, tmp_path: Path) -> None:
        edit, slates = whole_cut(Fraction(24), song=False)
        (sequence,) = ET.fromstring(read(left("fcp7", edit, slates, tmp_path))).iter("sequence")
        first, second = (len(t.findall("clipitem")) for t in sequence.findall("media/audio/track"))
        facts = [s.take.media for s in slates.values()]
        assert first == sum(f.audio is not None for f in facts)
        assert second == sum(f.audio is not None and f.audio.channels == 2 for f in facts)
        ids = {item.get("id") for item in sequence.iter("clipitem")}
        assert len(ids) == 55 + first + second
        assert {link.text for link in sequence.iter("linkclipref")} <= ids

    def test_another_reader_reads_it_whole(self, tmp_path: Path) -> None:
        pytest.importorskip("otio_fcp_adapter", reason="the adapter is not installed")
        edit, slates = whole_cut(Fraction(24))
        made = left("fcp7", edit, slates, tmp_path)
        timeline = otio.adapters.read_from_file(str(made.path), "fcp_xml")
        clips = list(timeline.video_tracks()[0].find_clips())
        assert [c.name for c in clips] == [f"{s.take.slate}.mp4" for s in slates.values()]
        assert timeline.global_start_time.value == 86400

    def test_bins_hold_the_takes_of_each_shot(self, tmp_path: Path) -> None:
        edit, slates = whole_cut(Fraction(24))
        root = ET.fromstring(read(left("fcp7", edit, slates, tmp_path, bins=True)))
        bins = root.findall("project/children/bin")
        assert [text(b, "name") for b in bins] == list(dict.fromkeys(s.take.shot for s in slates.values()))
        clips = [clip for b in bins for clip in b.findall("children/clip")]
        assert {text(c, "comments/mastercomment1") for c in clips} == {s.take.sha256 for s in slates.values()}
        assert sum(len(c.findall("marker")) for c in clips) == 36
        assert all(c.findtext("logginginfo/description") for c in clips)

    def test_what_xml_cannot_say_is_left_out_of_prompts(self, tmp_path: Path) -> None:
        edit, _ = whole_cut(Fraction(24))
        said = [claim(value="a\x1b[31m\x00 b\ufffe ]]> </x>")]
        hostile = slate(claims=said, number=1, media=media_facts())
        one = replace(edit, events=edit.events[:1])
        (item, *_) = ET.fromstring(read(left("fcp7", one, {"id-1": hostile}, tmp_path))).iter("clipitem")
        assert text(item, "logginginfo/description") == "a[31m b ]]> </x>"


def paths(element: ET.Element, above: str = "") -> Iterator[str]:
    """Where each field of an element stands below it; effects and their parameters by what they are called.

    What a nested sequence holds is its own.
    """
    for child in element:
        if child.tag == "sequence":
            continue
        called = child.findtext("effectid") if child.tag == "effect" else child.findtext("parameterid")
        place = f"{above}/{child.tag}[{called}]" if called else f"{above}/{child.tag}"
        yield place
        yield from paths(child, place)


NOT_IN_A_CUT = {
    r"^/media/\w+/track/transitionitem": "a cut has no dissolves",
    r"^/media/video/track/generatoritem": "a cut has no titles or colours of the editing program",
    r"^/marker": "a cut has no markers of its own; those of its takes stand on their clips",
    r"/file/mediaSource": "media that the editing program makes itself: slugs, bars",
    r"/filter/effect\[(crop|GraphicAndType)\]": "a cut is cropped by its scale alone, and has no graphics",
}
"""What Premiere writes for things that a cut does not have, and why."""


@pytest.mark.skipif(not ADAPTER.is_dir(), reason="no real files from Premiere at ../shared")
@pytest.mark.parametrize(
    "name",
    [
        "premiere_example.xml",
        "premiere_enable_property.xml",
        "premiere_generators.xml",
        "empty_name_tags.xml",
    ],
)
def test_the_xml_has_every_field_where_premiere_has_it(name: str, tmp_path: Path) -> None:
    cuts = (whole_cut(Fraction(24), song) for song in (True, False))
    ours = {
        path
        for edit, slates in cuts
        for path in paths(ET.fromstring(read(left("fcp7", edit, slates, tmp_path)))[0])
    }
    sequences = [each for each in ET.parse(ADAPTER / name).getroot().iter("sequence") if len(each)]
    theirs = {path for sequence in sequences for path in paths(sequence)}
    assert len(theirs) > 150
    excepted = {path for path in theirs if any(re.search(each, path) for each in NOT_IN_A_CUT)}
    assert theirs - excepted - ours == set()
    assert excepted & ours == set()


class TestEdl:
    def events(self, made: ProducedFile) -> list[list[str]]:
        return [line.split() for line in read(made).splitlines() if line[:3].isdigit()]

    def test_every_event_has_its_take_and_its_times(
        self, cut: tuple[Cut, dict[str, Slate]], tmp_path: Path
    ) -> None:
        edit, slates = cut
        made = left("edl", edit, slates, tmp_path)
        *events, song = self.events(made)
        assert len(events) == 55
        for placed, (number, reel, kind, _, *times) in zip(edit.placed, events, strict=True):
            known = slates[placed.event.take_id]
            begin, end = frames(edit)[placed.index]
            first = round(placed.event.source_in * edit.rate)
            assert (number, reel, kind) == (f"{placed.index + 1:03d}", known.take.short, "V")
            assert len(reel) == 8
            assert times[2:] == [timecode(f, edit.rate, edit.start) for f in (begin, end)]
            assert times[0] == timecode(first, edit.rate)
            assert times[1] == timecode(first + round((end - begin) * placed.event.speed), edit.rate)
        assert events[0][6] == "01:00:00:00"
        assert (song[1], song[2], song[6]) == (sha256("s")[:8], "A", "01:00:00:00")
        names = [line for line in read(made).splitlines() if line.startswith("* FROM CLIP NAME:")]
        assert [line.split(":  ")[1] for line in names][:55] == [
            f"{s.take.slate}.mp4" for s in slates.values()
        ]

    def test_markers_lie_in_the_record_and_what_is_lost_is_named(self, tmp_path: Path) -> None:
        edit, slates = whole_cut(Fraction(24))
        made = left("edl", edit, slates, tmp_path)
        located = [line.split(None, 4) for line in read(made).splitlines() if line.startswith("* LOC:")]
        wanted = [
            marker
            for event in edit.events
            for marker in markers_of(slates[event.take_id], event.source_in, event.source_out)
        ]
        assert [(color, said) for _, _, _, color, said in located] == [
            (m.color.upper(), f"{m.name}: {m.comment}") for m in wanted
        ]
        lost = " ".join(made.not_carried)
        for word in ("prompts", "verdicts", "rate and size", "speeds", "declaration", "how long", "16"):
            assert word in lost

    def test_another_reader_reads_it(self, tmp_path: Path) -> None:
        pytest.importorskip("otio_cmx3600_adapter", reason="the adapter is not installed")
        edit, slates = whole_cut(Fraction(24), song=False)
        plain = replace(edit, events=tuple(replace(e, speed=Fraction(1)) for e in edit.events))
        made = left("edl", plain, slates, tmp_path)
        timeline = otio.adapters.read_from_file(str(made.path), "cmx_3600", rate=24)
        clips = list(timeline.video_tracks()[0].find_clips())
        assert [c.name for c in clips] == [f"{s.take.slate}.mp4" for s in slates.values()]
        begin = [round(c.source_range.start_time.value) for c in clips]
        assert begin == [round(event.source_in * 24) for event in edit.events]
        assert sum(len(c.markers) for c in clips) > 20

    def test_it_has_no_bins_and_says_so(self, tmp_path: Path) -> None:
        from circletake.errors import BadInput

        edit, slates = whole_cut(Fraction(24))
        with pytest.raises(BadInput, match="no bins"):
            left("edl", edit, slates, tmp_path, bins=True)


class TestOtio:
    def test_all_of_it_comes_back(self, cut: tuple[Cut, dict[str, Slate]], tmp_path: Path) -> None:
        edit, slates = cut
        made = left("otio", edit, slates, tmp_path)
        assert made.not_carried == ()
        timeline = otio.adapters.read_from_file(str(made.path))
        self.check(timeline, edit, slates)
        clip = next(iter(timeline.video_tracks()[0].find_clips()))
        assert clip.media_reference.target_url == f"clips/{slates['id-1'].take.slate}.mp4"

    def check(self, timeline: Any, edit: Cut, slates: dict[str, Slate]) -> None:
        picture, sound = timeline.tracks
        clips = list(picture.find_clips())
        assert timecode(round(timeline.global_start_time.value), edit.rate) == "01:00:00:00"
        at = [timeline.tracks[0].range_of_child(clip) for clip in clips]
        assert [(round(r.start_time.value), round(r.end_time_exclusive().value)) for r in at] == frames(edit)
        for event, clip in zip(edit.events, clips, strict=True):
            known, told = slates[event.take_id], clip.metadata["circletake"]
            assert (told["sha256"], told["verdict"]) == (known.take.sha256, known.standing.verdict.value)
            assert (Fraction(told["source_in"]), Fraction(told["source_out"])) == (
                event.source_in,
                event.source_out,
            )
            assert told["recipe"]["prompt"] == known.recipe["prompt"]
            wanted = markers_of(known, event.source_in, event.source_out)
            assert [(m.name, m.comment, m.color) for m in clip.markers] == [
                (w.name, w.comment, w.color.upper()) for w in wanted
            ]
        (song,) = sound.find_clips()
        assert song.metadata["circletake"]["declared_by"] == "ana"
        assert round(song.source_range.start_time.to_seconds(), 6) == 2.5

    def test_another_machine_gets_whole_urls(self, tmp_path: Path) -> None:
        edit, slates = whole_cut(Fraction(24))
        made = left("otio", edit, slates, tmp_path, elsewhere=True, folder="D:\\cuts")
        urls = {
            clip.media_reference.target_url
            for clip in otio.adapters.read_from_file(str(made.path)).find_clips()
        }
        assert f"file://localhost/D%3a/cuts/clips/{slates['id-1'].take.slate}.mp4" in urls

    def test_bins_hold_the_takes_of_each_shot(self, tmp_path: Path) -> None:
        edit, slates = whole_cut(Fraction(24))
        project = otio.adapters.read_from_file(str(left("otio", edit, slates, tmp_path, bins=True).path))
        assert [each.name for each in project] == list(dict.fromkeys(s.take.shot for s in slates.values()))
        assert sum(len(each) for each in project) == 55

    def test_one_file_holds_the_media_as_they_are(self, tmp_path: Path) -> None:
        edit, slates = whole_cut(Fraction(24))
        (tmp_path / "clips").mkdir()
        for known in slates.values():
            (tmp_path / "clips" / f"{known.take.slate}.mp4").write_bytes(known.take.sha256.encode())
        (tmp_path / "clips" / "night bus.wav").write_bytes(b"song")
        made = left("otioz", edit, slates, tmp_path)
        self.check(otio.adapters.read_from_file(str(made.path)), edit, slates)
        shutil.unpack_archive(made.path, tmp_path / "open", "zip")
        first = slates["id-1"].take
        assert (tmp_path / "open" / "media" / f"{first.slate}.mp4").read_text() == first.sha256


def test_the_table_has_every_range_and_the_song(cut: tuple[Cut, dict[str, Slate]], tmp_path: Path) -> None:
    edit, slates = cut
    made = left("csv", edit, slates, tmp_path)
    *rows, song = csv.DictReader(io.StringIO(read(made)))
    assert len(rows) == 55
    for placed, row in zip(edit.placed, rows, strict=True):
        known, event = slates[placed.event.take_id], placed.event
        begin, end = frames(edit)[placed.index]
        assert (row["record in"], row["record out"]) == (
            timecode(begin, edit.rate, edit.start),
            timecode(end, edit.rate, edit.start),
        )
        assert abs(float(row["source in s"]) - event.source_in) < 1e-6
        assert abs(float(row["source out s"]) - event.source_out) < 1e-6
        assert (row["take"], row["id"], row["file"]) == (
            known.take.label,
            known.take.short,
            f"clips/{known.take.slate}.mp4",
        )
        assert row["prompt"].removeprefix("'") == known.recipe["prompt"]
        assert row["markers"].count("frozen") == len(known.findings)
    assert (song["event"], song["file"], song["source in s"]) == ("A1", "clips/night bus.wav", "2.5")
    assert "rate and size" in made.not_carried[0]
