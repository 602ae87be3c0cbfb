"""Timelines as editors write them, and as nobody should."""

from __future__ import annotations

import json
import zipfile
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.model.timeline import Level, Timeline
from circletake.timeline.edl import read_edl
from circletake.timeline.laying import Unreadable
from circletake.timeline.reading import Reading, Refusal, read_timeline

EDL = """TITLE: night bus
FCM: NON-DROP FRAME

001  AX       V     C        00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00
* FROM CLIP NAME: SH010_tk001_aaaaaaaa.mp4
002  AX       V     C        00:00:02:00 00:00:02:00 01:00:02:00 01:00:02:00
002  AX       V     D    012 00:00:01:00 00:00:03:00 01:00:02:00 01:00:04:00
* FROM CLIP NAME: SH010_tk001_aaaaaaaa.mp4
* TO CLIP NAME: SH020_tk002_bbbbbbbb.mp4
003  BL       V     C        00:00:00:00 00:00:01:00 01:00:04:00 01:00:05:00
004  REEL7    B     C        00:00:00:00 00:00:02:00 01:00:05:00 01:00:06:00
M2   REEL7          048.0                00:00:00:00
* FROM CLIP NAME: camera.mov
"""


def xml(items: str, *, start: int = 86400, head: str = "") -> bytes:
    return f"""<?xml version="1.0"?>{head}<xmeml version="5"><sequence id="s"><name>cut</name>
<rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate><timecode><frame>{start}</frame></timecode>
<media><video><format><samplecharacteristics><width>1280</width><height>720</height></samplecharacteristics>
</format>{items}</video></media></sequence></xmeml>""".encode()


def item(start: object, end: object, first: int = 0, name: str = "a.mp4", more: str = "") -> str:
    return (
        f"<clipitem><name>{name}</name><duration>240</duration><start>{start}</start><end>{end}</end>"
        f"<in>{first}</in><out>0</out>{more}<file><name>{name}</name>"
        f"<pathurl>file://localhost/D%3a/media/{name}</pathurl></file></clipitem>"
    )


def mix(start: int, end: int) -> str:
    return f"<transitionitem><start>{start}</start><end>{end}</end></transitionitem>"


def read(path: Path) -> Timeline:
    found = read_timeline(Reading(str(path)))
    assert isinstance(found, Timeline), found
    return found


def written(tmp_path: Path, data: bytes, name: str = "cut.xml") -> Timeline:
    (tmp_path / name).write_bytes(data)
    return read(tmp_path / name)


def refused(tmp_path: Path, data: bytes, name: str = "cut.xml") -> str:
    (tmp_path / name).write_bytes(data)
    found = read_timeline(Reading(str(tmp_path / name)))
    assert isinstance(found, Refusal)
    return found.reason


def shown(timeline: Timeline) -> list[tuple[int, int, str]]:
    return [(each.record_in, each.record_out, each.called) for each in timeline.shown]


class TestEdl:
    def test_a_dissolve_is_cut_in_its_middle_and_black_is_a_hole(self) -> None:
        timeline = read_edl(EDL)
        assert (timeline.rate, timeline.start, timeline.frames) == (Fraction(24), "01:00:00:00", 144)
        assert shown(timeline) == [
            (0, 54, "SH010_tk001_aaaaaaaa.mp4"),
            (54, 96, "SH020_tk002_bbbbbbbb.mp4"),
            (120, 144, "camera.mov"),
        ]
        first, second, third = timeline.shown
        assert (first.dissolves, second.dissolves) == ((0, 12), (12, 0))
        assert second.source_in == Fraction(5, 4)
        assert (third.speed, third.reel, third.timecoded) == (Fraction(2), "REEL7", True)
        assert [sound.track for sound in timeline.sounds] == ["A1"]

    def test_the_rate_is_guessed_from_its_timecodes_unless_given(self) -> None:
        line = "001 AX V C 00:00:00:00 00:00:01:24 00:00:00:00 00:00:01:24"
        assert read_edl(line).rate == 25
        assert read_edl(line, Fraction(30)).frames == 54
        assert "--rate" in read_edl(line).notes[0]

    def test_drop_frame_timecode_counts_real_frames(self) -> None:
        text = "FCM: DROP FRAME\n001 AX V C 00:00:00;00 00:01:00;02 01:00:00;00 01:01:00;02"
        timeline = read_edl(text)
        assert (timeline.rate, timeline.frames) == (Fraction(30000, 1001), 1800)
        assert timeline.start == "01:00:00:00"
        assert "drop frame" in timeline.notes[-1]

    @pytest.mark.parametrize("rate", [Fraction(30000, 1001), Fraction(60000, 1001)])
    @given(start=st.integers(0, 24 * 60 * 60 - 1), frame=st.integers(0, 59))
    def test_the_name_of_a_drop_frame_start_is_kept(self, rate: Fraction, start: int, frame: int) -> None:
        nominal = round(rate)
        minutes, seconds = divmod(start, 60)
        number = frame % nominal
        if minutes % 10 and not seconds:
            number = max(number, nominal // 15)
        name = f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d};{number:02d}"
        line = f"FCM: DROP FRAME\n001 AX V C 00:00:00;00 00:00:10;00 {name} 24:10:00;00"
        told = read_edl(line, rate).start
        near_the_hour = minutes % 60 == 0 or (minutes % 60 == 1 and told.endswith(":00:00:00"))
        assert told == (f"{minutes // 60:02d}:00:00:00" if near_the_hour else name.replace(";", ":"))

    def test_the_first_record_is_the_start_where_no_hour_is_near(self) -> None:
        line = "001 AX V C 00:00:00:00 00:00:01:00 00:59:53:11 00:59:54:11"
        assert (read_edl(line).start, read_edl(line).frames) == ("00:59:53:11", 24)

    def test_a_fade_from_black_keeps_the_whole_of_its_clip(self) -> None:
        lines = [
            "001  BL       V     C        00:00:00:00 00:00:00:00 01:00:02:00 01:00:02:00",
            "001  REEL     V     D    024 00:00:01:00 00:00:05:00 01:00:02:00 01:00:06:00",
        ]
        (piece,) = (found := read_edl("\r".join(lines))).shown
        assert (piece.record_in, piece.record_out, piece.source_in) == (48, 144, Fraction(1))
        assert (piece.dissolves, found.disabled) == ((24, 0), ())

    @pytest.mark.parametrize(
        ("channels", "tracks"),
        [
            ("VA1A2", {"V1", "A1", "A2"}),
            ("AA/V", {"V1", "A1"}),
            ("A2/V", {"V1", "A2"}),
            ("B", {"V1", "A1"}),
            ("AV", {"V1", "A1"}),
            ("V2", {"V2"}),
            ("NONE", set()),
        ],
    )
    def test_channels_are_read_in_every_spelling(self, channels: str, tracks: set[str]) -> None:
        line = f"001  REEL  {channels}  C  00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00"
        assert {piece.track for piece in read_edl(line).pieces} == tracks

    def test_a_line_that_cannot_be_read_is_told_by_its_number(self) -> None:
        odd = "002  REEL  ???  C  00:00:00:00 00:00:01:00 01:00:01:00 01:00:02:00"
        timeline = read_edl(f"001 AX V C 00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00\n{odd}")
        assert timeline.notes[0] == "lines that look like events and were not read: 002"

    def test_a_key_lies_over_its_background(self) -> None:
        lines = [
            "001  REEL1  V  K B      00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00",
            "001  REEL2  V  K    000 00:00:04:00 00:00:06:00 01:00:00:00 01:00:02:00",
            "* FROM CLIP NAME: below.mov",
            "* KEY CLIP NAME: above.mov",
        ]
        timeline = read_edl("\n".join(lines))
        assert [piece.name for piece in timeline.shown] == ["above.mov"]
        assert [piece.name for piece in timeline.hidden] == ["below.mov"]

    def test_reels_and_files_that_stand_for_others_are_not_taken_at_their_word(self) -> None:
        line = "001  SOMEREE  V  C  00:00:00:00 00:00:01:00 00:00:00:00 00:00:01:00"
        said = "FINAL CUT PRO REEL: SomeReelName REPLACED BY: SOMEREE\n* SOURCE FILE: (NULL)"
        (piece,) = read_edl(f"{line}\n{said}").shown
        assert (piece.reel, piece.path) == ("SomeReelName", "")

    @pytest.mark.parametrize(
        ("frames", "speed"),
        [
            ("029.97", Fraction(1)),
            ("032.967", Fraction(11, 10)),
            ("-015.0", Fraction(-1, 2)),
            ("000.0", Fraction(0)),
            ("041.1", Fraction(137, 100)),
        ],
    )
    def test_a_speed_is_the_plain_number_that_was_meant(self, frames: str, speed: Fraction) -> None:
        line = "001  REEL  V  C  00:00:00:00 00:00:01:00 00:00:00:00 00:00:01:00"
        (piece,) = read_edl(f"{line}\nM2   REEL   {frames}   00:00:00:00", Fraction(30000, 1001)).shown
        assert piece.speed == speed

    def test_loudness_is_read_from_keys_in_decibels(self) -> None:
        lines = [
            "001  AX  A  C  00:00:00:01 00:02:20:01 00:00:00:00 00:02:20:00",
            "* AUDIO LEVEL AT 00:00:00:01 IS -99.00 DB  (REEL AX A1)",
            "* AUDIO LEVEL AT 00:00:03:01 IS -6.02 DB  (REEL AX A1)",
            "* AUDIO LEVEL AT 00:02:17:01 IS -6.02 DB  (REEL AX A1)",
            "* AUDIO LEVEL AT 00:02:20:01 IS -99.00 DB  (REEL AX A1)",
        ]
        (sound,) = read_edl("\n".join(lines), Fraction(25)).sounds
        assert sound.level == Level(Fraction(1, 2), Fraction(3), Fraction(3))
        lines[2] = lines[2].replace("-6.02", "-20.00")
        (uneven,) = read_edl("\n".join(lines), Fraction(25)).sounds
        assert "loudest" in uneven.caveat

    def test_a_list_of_markers_is_no_timeline(self) -> None:
        line = "001  001  V  C  01:00:18:06 01:00:18:07 01:00:18:06 01:00:18:07"
        with pytest.raises(Unreadable, match="list of markers"):
            read_edl(f"TITLE: cut\n{line}\nhold |C:ResolveColorYellow |M:Marker 1 |D:1")

    def test_what_is_no_edl_is_refused(self) -> None:
        with pytest.raises(Unreadable, match="no event"):
            read_edl("dear diary")

    def test_text_of_another_kind_than_its_mark_says_is_read(self, tmp_path: Path) -> None:
        line = b"001 AX V C 00:00:00:00 00:00:01:00 00:00:00:00 00:00:01:00\r\n* FROM CLIP NAME: caf\xe9.mov"
        timeline = written(tmp_path, b"\xef\xbb\xbfTITLE: Vid\xe9o\r\n" + line, "cut.edl")
        assert (timeline.name, timeline.shown[0].name) == ("Vid\u00e9o", "caf\u00e9.mov")


class TestFcp7:
    def test_a_dissolve_is_cut_in_its_middle_and_the_source_moves_along(self, tmp_path: Path) -> None:
        track = item(0, -1) + mix(40, 52) + item(-1, 96, 24, "b.mp4")
        timeline = written(tmp_path, xml(f"<track>{track}</track>"))
        assert shown(timeline) == [(0, 46, "a.mp4"), (46, 96, "b.mp4")]
        assert timeline.shown[1].source_in == Fraction(24 + 6, 24)
        assert (timeline.start, timeline.width, timeline.height) == ("01:00:00:00", 1280, 720)

    def test_a_drop_frame_sequence_keeps_the_name_of_its_start(self, tmp_path: Path) -> None:
        data = xml(f"<track>{item(0, 24)}</track>", start=107892)
        data = data.replace(b"</frame>", b"</frame><displayformat>DF</displayformat>")
        ntsc = b"<timebase>30</timebase><ntsc>TRUE</ntsc>"
        data = data.replace(b"<timebase>24</timebase><ntsc>FALSE</ntsc>", ntsc)
        assert written(tmp_path, data).start == "01:00:00:00"

    def test_what_is_switched_off_is_told_and_not_shown(self, tmp_path: Path) -> None:
        off = item(0, 24, name="off.mp4", more="<enabled>FALSE</enabled>")
        hidden = (
            f"<track>{item(0, 24)}</track><track><enabled>FALSE</enabled>{item(0, 24, name='b.mp4')}</track>"
        )
        timeline = written(tmp_path, xml(f"{hidden}<track>{off}</track>"))
        assert shown(timeline) == [(0, 24, "a.mp4")]
        assert {piece.called for piece in timeline.disabled} == {"b.mp4", "off.mp4"}

    def test_a_higher_track_hides_a_lower_and_a_title_hides_nothing(self, tmp_path: Path) -> None:
        title = "<generatoritem><name>Title</name><start>0</start><end>48</end><in>0</in></generatoritem>"
        tracks = (
            f"<track>{item(0, 48)}</track><track>{item(12, 24, name='b.mp4')}</track><track>{title}</track>"
        )
        timeline = written(tmp_path, xml(tracks))
        assert shown(timeline) == [(0, 12, "a.mp4"), (12, 24, "b.mp4"), (24, 48, "a.mp4")]
        assert timeline.shown[2].source_in == 1
        assert [piece.called for piece in timeline.generators] == ["Title"]

    @pytest.mark.parametrize(
        ("speed", "reverse", "source", "told"),
        [("200", "FALSE", Fraction(1), Fraction(2)), ("50", "TRUE", Fraction(114, 24), Fraction(-1, 2))],
    )
    def test_a_change_of_speed(
        self, tmp_path: Path, speed: str, reverse: str, source: Fraction, told: Fraction
    ) -> None:
        parameters = "".join(
            f"<parameter><parameterid>{name}</parameterid><value>{value}</value></parameter>"
            for name, value in (("variablespeed", 0), ("speed", speed), ("reverse", reverse))
        )
        remap = f"<filter><effect><effectid>timeremap</effectid>{parameters}</effect></filter>"
        (piece,) = written(tmp_path, xml(f"<track>{item(0, 24, 12, more=remap)}</track>")).shown
        assert (piece.source_in, piece.speed) == (source, told)

    def test_ticks_tell_the_part_of_a_frame_and_are_not_believed_against_it(self, tmp_path: Path) -> None:
        ticks = "<pproTicksIn>{0}</pproTicksIn>"
        near = item(0, 24, 12, more=ticks.format(round(Fraction(25, 48) * 254_016_000_000)))
        far = item(24, 48, 12, more=ticks.format(99 * 254_016_000_000))
        first, second = written(tmp_path, xml(f"<track>{near}{far}</track>")).shown
        assert (first.source_in, second.source_in) == (Fraction(25, 48), Fraction(1, 2))

    def test_a_sounds_level_and_its_fades_are_read_from_its_filter(self, tmp_path: Path) -> None:
        def level(value: object, *keys: tuple[int, float]) -> str:
            said = "".join(f"<keyframe><when>{at}</when><value>{v}</value></keyframe>" for at, v in keys)
            return (
                "<filter><effect><effectid>audiolevels</effectid><parameter><parameterid>level</parameterid>"
                f"<value>{value}</value>{said}</parameter></effect></filter>"
            )

        faded = level(0, (0, 0), (24, 0.8), (36, 0.8), (48, 0))
        quiet = item(0, 48, name="b", more=level(0.25))
        tracks = f"<track>{item(0, 48, more=faded)}</track><track>{quiet}</track>"
        data = xml("").replace(b"</video>", f"</video><audio>{tracks}</audio>".encode())
        first, second = written(tmp_path, data).sounds
        assert first.level == Level(Fraction(4, 5), Fraction(1), Fraction(1, 2))
        assert second.level == Level(Fraction(1, 4))

    def test_a_sequence_within_a_sequence_is_laid_open(self, tmp_path: Path) -> None:
        inner = (
            "<sequence id='n'><name>inner</name><rate><timebase>24</timebase></rate><media><video><track>"
            f"{item(0, 24)}{item(24, 48, name='b.mp4')}</track></video></media></sequence>"
        )
        outer = (
            "<clipitem><name>inner</name><start>0</start><end>24</end><in>12</in><out>36</out>"
            f"{inner}</clipitem>"
        )
        again = (
            "<clipitem><name>inner</name><start>24</start><end>36</end><in>0</in><out>12</out>"
            "<sequence id='n'/></clipitem>"
        )
        timeline = written(tmp_path, xml(f"<track>{outer}{again}</track>"))
        assert shown(timeline) == [(0, 12, "a.mp4"), (12, 24, "b.mp4"), (24, 36, "a.mp4")]
        assert timeline.shown[0].nested == ("inner",)

    def test_a_clip_without_a_file_and_tags_left_out_are_read(self, tmp_path: Path) -> None:
        bare = "<clipitem><name>offline</name><start>0</start><end>24.0</end></clipitem><clipitem/>"
        (piece,) = written(tmp_path, xml(f"<track>{bare}</track>")).shown
        assert (piece.called, piece.source_in) == ("offline", None)


class TestOtio:
    def test_a_bundle_is_read_without_unpacking(self, tmp_path: Path) -> None:
        timeline = otio.schema.Timeline("cut")
        track = otio.schema.Track("V1")
        span = otio.opentime.TimeRange(otio.opentime.RationalTime(12, 24), otio.opentime.RationalTime(24, 24))
        track.append(otio.schema.Clip("a", otio.schema.ExternalReference("media/a.mp4"), span))
        timeline.tracks.append(track)
        text = otio.adapters.write_to_string(timeline, "otio_json")
        with zipfile.ZipFile(tmp_path / "cut.otioz", "w") as bundle:
            bundle.writestr("content.otio", text)
            bundle.writestr("media/a.mp4", b"x")
        (piece,) = (found := read(tmp_path / "cut.otioz")).shown
        assert (found.format, piece.path, piece.source_in) == ("OTIOZ", "media/a.mp4", Fraction(1, 2))
        assert sorted(path.name for path in tmp_path.iterdir()) == ["cut.otioz"]

    def test_of_several_timelines_the_longest_is_read(self, tmp_path: Path) -> None:
        both = otio.schema.SerializableCollection("bin")
        for name, frames in (("short", 24), ("long", 48)):
            track = otio.schema.Track("V1")
            span = otio.opentime.TimeRange(duration=otio.opentime.RationalTime(frames, 24))
            track.append(otio.schema.Clip(name, otio.schema.MissingReference(), span))
            timeline = otio.schema.Timeline(name)
            timeline.tracks.append(track)
            both.append(timeline)
        text = otio.adapters.write_to_string(both, "otio_json")
        found = written(tmp_path, text.encode(), "bin.otio")
        assert (found.name, found.frames) == ("long", 48)
        assert "'short'" in found.notes[0]

    @pytest.mark.parametrize("number", ["1e999999999", "-1", "1/0", "nan", "9" * 5000, 7, None, ["1"]])
    def test_numbers_that_circletake_never_wrote_are_passed_over(
        self, tmp_path: Path, number: object
    ) -> None:
        span = otio.opentime.TimeRange(duration=otio.opentime.RationalTime(24, 24))
        clip = otio.schema.Clip("a", otio.schema.MissingReference(), span)
        timeline = otio.schema.Timeline("cut")
        timeline.tracks.append(otio.schema.Track("V1", [clip]))
        document = json.loads(otio.adapters.write_to_string(timeline, "otio_json"))
        document["metadata"] = {"circletake": {"rate": number, "fit": number}}
        names = ("source_in", "source_out", "volume", "fade_in", "fit")
        document["tracks"]["children"][0]["children"][0]["metadata"] = {
            "circletake": dict.fromkeys(names, number)
        }
        found = written(tmp_path, json.dumps(document).encode(), "cut.otio")
        (piece,) = found.shown
        assert (found.rate, found.fit) == (Fraction(24), "")
        assert (piece.source_in, piece.source_out, piece.level, piece.fit) == (Fraction(0), None, None, "")

    def test_media_called_by_their_kind_have_the_name_of_their_clip(self, tmp_path: Path) -> None:
        span = otio.opentime.TimeRange(duration=otio.opentime.RationalTime(24, 24))
        reference = otio.schema.ExternalReference("file:///x/SH010_tk001.mp4")
        reference.name = "Mob"
        text = otio.adapters.write_to_string(otio.schema.Clip("SH010_tk001", reference, span), "otio_json")
        assert [each.called for each in written(tmp_path, text.encode(), "cut.otio").shown] == ["SH010_tk001"]

    def test_pictures_in_a_folder_are_named_below_it(self, tmp_path: Path) -> None:
        span = otio.opentime.TimeRange(duration=otio.opentime.RationalTime(24, 24))
        pictures = otio.schema.ImageSequenceReference("file:///x/shot", "shot.", ".exr", rate=24)
        clip = otio.schema.Clip("shot", pictures, span)
        (piece,) = written(
            tmp_path, otio.adapters.write_to_string(clip, "otio_json").encode(), "cut.otio"
        ).shown
        assert piece.path == "file:///x/shot/shot."

    def test_a_schema_newer_than_the_library_is_read_as_the_newest_it_knows(self, tmp_path: Path) -> None:
        data = json.loads(otio.adapters.write_to_string(otio.schema.Timeline("cut"), "otio_json"))
        data["OTIO_SCHEMA"] = "Timeline.99"
        timeline = written(tmp_path, json.dumps(data).encode(), "cut.otio")
        assert "newer" in timeline.notes[0]


HOSTILE = {
    "entities": xml("", head='<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'),
    "a file from outside": xml("&x;", head='<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "UTF-16 entities": xml("", head='<!DOCTYPE x [<!ENTITY a "aaaa">]>').decode().encode("utf-16"),
    "depth": b"<xmeml>" + b"<a>" * 5000,
    "half a document": xml(item(0, 24))[:200],
    "deep JSON": b'{"a":' * 100_000,
    "no timeline": b'{"OTIO_SCHEMA": "Nonsense.1"}',
    "a time without end": b'{"OTIO_SCHEMA": "Timeline.1", "tracks": 1e999}',
    "bytes": bytes(range(256)) * 8,
    "nothing": b"",
    "Final Cut Pro X without a project": b"<?xml version='1.0'?><fcpxml version='1.9'/>",
    "an AAF that is none": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_hostile_or_no_timeline_is_refused_with_a_reason(tmp_path: Path, data: bytes) -> None:
    assert len(refused(tmp_path, data)) > 10


def test_a_sequence_within_itself_is_refused(tmp_path: Path) -> None:
    clip = "<clipitem><start>0</start><end>24</end><in>0</in><sequence id='s'/></clipitem>"
    assert "deeper" in refused(tmp_path, xml(f"<track>{clip}</track>"))


@pytest.mark.parametrize("name", ["../../evil.mp4", "/etc/evil", "C:\\evil.mp4", "media\\..\\..\\evil"])
def test_a_bundle_that_would_unpack_outside_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "cut.otioz", "w") as bundle:
        bundle.writestr("content.otio", otio.adapters.write_to_string(otio.schema.Timeline(), "otio_json"))
        bundle.writestr(name, b"x")
    found = read_timeline(Reading(str(tmp_path / "cut.otioz")))
    assert isinstance(found, Refusal)
    assert "outside" in found.reason


READ = {
    "premiere_example.xml": (1258, 8),
    "premiere_enable_property.xml": (256, 3),
    "hiero_xml_export.xml": (1324, 2),
    "empty_name_tags.xml": (3517, 33),
    "speed_effects.edl": (30330, 548),
    "25fps.edl": (496, 4),
    "dissolve_test_fail.edl": (20, 3),
    "dissolve_test_3.edl": (137, 3),
    "nested_example.otio": (636, 7),
    "premiere_example.otio": (1271, 6),
}


def test_real_files_of_editors_are_read(shared: Path) -> None:
    files = [
        path for path in (shared / "data/editorial").rglob("*") if path.suffix in (".xml", ".edl", ".otio")
    ]
    assert len(files) > 30
    told = {path.name: read_timeline(Reading(str(path))) for path in files}
    # A filter alone is no timeline.
    assert [name for name, each in told.items() if isinstance(each, Refusal)] == [
        "premiere_example_filter.xml"
    ]
    for name, (frames, seen) in READ.items():
        timeline = told[name]
        assert isinstance(timeline, Timeline)
        assert (timeline.frames, len(timeline.shown)) == (frames, seen), name
