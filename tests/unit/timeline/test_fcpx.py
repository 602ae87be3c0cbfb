"""FCPXML as Final Cut Pro and Resolve write it: storylines, lanes, clips within clips, retimes."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.model.timeline import Piece, Timeline
from circletake.timeline.fcpx import _mapped, read_fcpx
from circletake.timeline.laying import Unreadable
from circletake.timeline.reading import Reading, read_timeline

RESOURCES = """
<format id="f24" frameDuration="100/2400s" width="1920" height="1080"/>
<format id="f25" name="FFVideoFormat1080p25"/>
<format id="f29" frameDuration="1001/30000s" width="1280" height="720"/>
<format id="f23" frameDuration="1001/24000s" width="1280" height="720"/>
<asset id="a" name="a" start="0s" duration="100s" hasVideo="1" hasAudio="1" format="f24">
  <media-rep kind="proxy-media" src="file:///proxy/a.mov"/>
  <media-rep kind="original-media" src="file:///media/a%20b.mov"/>
</asset>
<asset id="b" name="b" src="file:///media/b.mov" start="3600s" duration="100s" hasVideo="1" format="f24"/>
<asset id="song" name="song" src="file:///media/song.wav" start="0s" duration="100s" hasAudio="1"/>
<effect id="title" name="Basic Title"/>
<media id="compound" name="inner"><sequence format="f24" duration="10s" tcStart="3600s"><spine>
  <asset-clip ref="a" offset="3600s" duration="4s" start="1s"/>
  <asset-clip ref="b" offset="3604s" duration="6s" start="3605s"/>
</spine></sequence></media>
<media id="cameras" name="cameras"><multicam format="f24" tcStart="0s">
  <mc-angle name="A" angleID="one"><asset-clip ref="a" offset="0s" duration="50s"/></mc-angle>
  <mc-angle name="B" angleID="two"><gap offset="0s" duration="2s"/>
    <asset-clip ref="b" offset="2s" duration="50s"/></mc-angle>
</multicam></media>
"""


def document(spine: str, *, format: str = "f24", start: str = "3600s", length: str = "60s") -> bytes:
    sequence = (
        f'<sequence format="{format}" duration="{length}" tcStart="{start}"><spine>{spine}</spine></sequence>'
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE fcpxml><fcpxml version="1.11">'
        f"<resources>{RESOURCES}</resources><library><event name='e'><project name='cut'>{sequence}"
        "</project></event></library></fcpxml>"
    ).encode()


def read(spine: str, **over: str) -> Timeline:
    return read_fcpx(document(spine, **over))


def told(timeline: Timeline) -> list[tuple[int, int, str, float]]:
    return [(p.record_in, p.record_out, p.called, float(p.source_in or 0)) for p in timeline.shown]


def one(spine: str, **over: str) -> Piece:
    (piece,) = read(spine, **over).shown
    return piece


def test_clips_lie_where_their_offsets_say_and_files_are_the_originals() -> None:
    timeline = read(
        '<gap offset="3600s" start="3600s" duration="1s"/>'
        '<asset-clip ref="a" offset="3601s" start="10s" duration="2s" name="take"/>'
        '<asset-clip ref="b" offset="3603s" start="3620s" duration="1s" enabled="0"/>'
        '<asset-clip ref="b" duration="1s"/>'
    )
    assert (timeline.format, timeline.name, timeline.rate) == ("FCPXML", "cut", Fraction(24))
    assert (timeline.start, timeline.width, timeline.height) == ("01:00:00:00", 1920, 1080)
    assert told(timeline) == [(24, 72, "a b.mov", 10.0), (96, 120, "b.mov", 0.0)]
    assert timeline.shown[0].path == "file:///media/a%20b.mov"
    assert [piece.called for piece in timeline.disabled] == ["b.mov"]
    assert [piece.called for piece in timeline.sounds] == ["a b.mov"]


def test_a_rate_of_1001_starts_at_its_hour_and_a_name_alone_tells_a_rate() -> None:
    clip = '<asset-clip ref="a" offset="{0}" start="0s" duration="{1}"/>'
    film = read(clip.format("86486400/24000s", "24024/24000s"), format="f23", start="86486400/24000s")
    assert (film.rate, film.start, film.frames) == (Fraction(24000, 1001), "01:00:00:00", 24)
    hour = "107999892/30000s"
    dropped = document(clip.format(hour, "1001/30000s"), format="f29", start=hour)
    assert read_fcpx(dropped.replace(b"tcStart=", b'tcFormat="DF" tcStart=')).start == "01:00:00:00"
    named = read(clip.format("0s", "1s"), format="f25", start="0s")
    assert (named.rate, named.frames, named.width) == (Fraction(25), 25, 1920)


def test_what_is_connected_lies_over_the_storyline_in_the_time_of_its_clip() -> None:
    timeline = read(
        '<asset-clip ref="a" offset="3600s" start="20s" duration="10s">'
        '<asset-clip ref="b" lane="1" offset="22s" start="3601s" duration="1s"/>'
        '<spine lane="2" offset="25s"><asset-clip ref="b" offset="0s" start="3610s" duration="1s"/></spine>'
        '<asset-clip ref="b" lane="-1" offset="20s" duration="10s"/>'
        '<asset-clip ref="song" lane="-2" offset="21s" start="5s" duration="3s"/>'
        '<title ref="title" lane="3" offset="20s" start="3600s" duration="10s" name="Title"/>'
        "</asset-clip>"
    )
    assert told(timeline) == [
        (0, 48, "a b.mov", 20.0),
        (48, 72, "b.mov", 1.0),
        (72, 120, "a b.mov", 23.0),
        (120, 144, "b.mov", 10.0),
        (144, 240, "a b.mov", 26.0),
    ]
    assert [piece.called for piece in timeline.generators] == ["Title"]
    assert len(timeline.hidden) == 1
    song = next(piece for piece in timeline.sounds if piece.called == "song.wav")
    assert (song.track, song.record_in, song.source_in) == ("A3", 24, Fraction(5))


def test_a_compound_clip_is_laid_open_through_its_window() -> None:
    timeline = read('<ref-clip ref="compound" offset="3600s" start="3602s" duration="4s" name="inner"/>')
    assert told(timeline) == [(0, 48, "a b.mov", 3.0), (48, 96, "b.mov", 5.0)]
    assert {piece.nested for piece in timeline.shown} == {("inner",)}


def test_a_wrapping_clip_and_a_synchronised_one_are_seen_through() -> None:
    wrapped = one(
        '<clip offset="3600s" start="3605s" duration="2s" name="b">'
        '<video ref="b" offset="3600s" start="3600s" duration="100s"/></clip>'
    )
    assert (wrapped.source_in, wrapped.nested, wrapped.name) == (Fraction(5), (), "b")
    synced = one(
        '<sync-clip offset="3600s" start="12s" duration="2s" name="s"><spine>'
        '<gap offset="0s" duration="10s"/><asset-clip ref="a" offset="10s" start="1s" duration="9s"/>'
        "</spine></sync-clip>"
    )
    assert (synced.source_in, synced.record_out) == (Fraction(3), 48)


def test_a_multicam_clip_shows_the_angle_it_names() -> None:
    piece = one(
        '<mc-clip ref="cameras" offset="3600s" start="6s" duration="2s" name="m">'
        '<mc-source angleID="two" srcEnable="video"/><mc-source angleID="one" srcEnable="audio"/></mc-clip>'
    )
    assert (piece.called, piece.source_in) == ("b.mov", Fraction(4))


def test_of_an_audition_the_pick_is_read() -> None:
    piece = one(
        '<audition offset="3600s"><asset-clip ref="a" start="1s" duration="2s"/>'
        '<asset-clip ref="b" duration="9s"/></audition>'
    )
    assert (piece.called, piece.record_out) == ("a b.mov", 48)


@pytest.mark.parametrize(
    ("points", "source", "speed", "caveat"),
    [
        ((("0s", "0s"), ("20s", "100s")), Fraction(50), Fraction(5), False),
        ((("10s", "30s"), ("12s", "20s")), Fraction(30), Fraction(-5), False),
        ((("0s", "7s"), ("20s", "7s")), Fraction(7), Fraction(0), False),
        ((("10s", "0s"), ("11s", "1s"), ("12s", "4s")), Fraction(0), Fraction(2), True),
    ],
)
def test_a_retime_maps_the_clips_time_to_the_medias(
    points: tuple[tuple[str, str], ...], source: Fraction, speed: Fraction, caveat: bool
) -> None:
    said = "".join(f'<timept time="{time}" value="{value}" interp="smooth2"/>' for time, value in points)
    piece = one(
        f'<asset-clip ref="a" offset="3600s" start="10s" duration="2s"><timeMap>{said}</timeMap></asset-clip>'
    )
    assert (piece.source_in, piece.speed, bool(piece.caveat)) == (source, speed, caveat)


@pytest.mark.parametrize(
    ("conform", "speed"),
    [
        ('srcFrameRate="25"', Fraction(24, 25)),
        ('srcFrameRate="23.98"', Fraction(1001, 1000)),
        ('srcFrameRate="25" scaleEnabled="0"', Fraction(1)),
        ('srcFrameRate="60"', Fraction(1)),
        ('srcFrameRate="never"', Fraction(1)),
        ('srcFrameRate="1e999999999"', Fraction(1)),
    ],
)
def test_media_near_the_rate_are_conformed_frame_for_frame(conform: str, speed: Fraction) -> None:
    piece = one(
        f'<asset-clip ref="a" offset="3600s" start="10s" duration="2s"><conform-rate {conform}/></asset-clip>'
    )
    assert (piece.source_in, piece.speed) == (Fraction(10), speed)


def test_a_dissolve_lies_over_the_cut() -> None:
    first, second = read(
        '<asset-clip ref="a" offset="3600s" duration="2s"/>'
        '<transition offset="7203/2s" duration="1s"/>'
        '<asset-clip ref="b" offset="3602s" duration="2s"/>'
    ).shown
    assert (first.record_out, second.record_in) == (48, 48)
    assert (first.dissolves, second.dissolves) == ((0, 24), (24, 0))


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(-2, 6)), max_size=12),
    st.lists(st.integers(0, 24), min_size=2, max_size=6, unique=True).map(sorted),
)
def test_each_edge_has_the_dissolves_that_lie_over_it(mixes: list[tuple[int, int]], cuts: list[int]) -> None:
    row = "".join(f'<transition offset="{3600 + at}s" duration="{length}s"/>' for at, length in mixes)
    for start, end in pairwise(cuts):
        row += f'<asset-clip ref="b" offset="{3600 + start}s" duration="{end - start}s"/>'
    over = [sum(length for at, length in mixes if at <= edge <= at + length) for edge in cuts]
    assert [each.dissolves for each in read(row).shown] == [(24 * a, 24 * b) for a, b in pairwise(over)]


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 50)), min_size=2, unique_by=lambda point: point[0]),
    st.integers(-3, 15),
)
def test_between_two_points_of_a_retime_it_runs_straight(points: list[tuple[int, int]], at: int) -> None:
    known = sorted((Fraction(a), Fraction(b)) for a, b in points)
    pairs = list(pairwise(known))
    (a, low), (b, high) = next((pair for pair in pairs if at < pair[1][0]), pairs[-1])
    assert _mapped(known, Fraction(at)) == low + (high - low) * (at - a) / (b - a)


@pytest.mark.parametrize("many", ["transition", "timept"])
def test_a_long_timeline_costs_no_more_than_its_length(many: str) -> None:
    def seconds(count: int) -> float:
        if many == "transition":
            clips = (
                f'<asset-clip ref="b" offset="{3600 + at}s" duration="1s"/>'
                f'<transition offset="{3600 + at}s" duration="1/2s"/>'
                for at in range(count)
            )
            data = document("".join(clips), length=f"{count}s")
        else:
            points = "".join(f'<timept time="{at}s" value="{at}s"/>' for at in range(count))
            clip = f'<asset-clip ref="a" offset="3600s" duration="{count}s"><timeMap>{points}</timeMap>'
            data = document(f"{clip}</asset-clip>", length=f"{count}s")
        spent = []
        for _ in range(3):
            before = process_time()
            read_fcpx(data)
            spent.append(process_time() - before)
        return median(spent)

    # Eight times as many cost some eight times as much; a walk for each clip made it forty.
    assert seconds(2000) < 20 * seconds(250)


def test_an_unknown_reference_leaves_a_name_and_a_time() -> None:
    piece = one('<asset-clip ref="gone" offset="3600s" start="5s" duration="2s" name="SH010_tk001.mp4"/>')
    assert (piece.called, piece.source_in, piece.timecoded) == ("SH010_tk001.mp4", Fraction(5), True)


def test_without_a_project_a_compound_clip_is_read_and_a_name_chooses() -> None:
    head = f'<fcpxml version="1.8"><resources>{RESOURCES}</resources>'
    alone = read_fcpx(f'{head}<ref-clip ref="compound" duration="10s"/></fcpxml>'.encode())
    assert (alone.name, len(alone.shown)) == ("inner", 2)
    assert read_fcpx(document('<gap duration="1s"/>'), "inner").name == "inner"
    with pytest.raises(Unreadable, match="named lost"):
        read_fcpx(document(""), "lost")


def test_a_compound_clip_within_itself_is_refused() -> None:
    own = (
        '<media id="m" name="m"><sequence format="f24" duration="1s"><spine>'
        '<ref-clip ref="m" offset="0s" duration="1s"/></spine></sequence></media>'
    )
    with pytest.raises(Unreadable, match="deeper"):
        read_fcpx(f'<fcpxml version="1.8"><resources>{own}</resources></fcpxml>'.encode())


def test_compound_clips_that_multiply_are_refused() -> None:
    media = [
        f'<media id="m{level}" name="m{level}"><sequence duration="1s"><spine>'
        + f'<ref-clip ref="m{level + 1}" offset="0s" duration="1s"/>' * 40
        + "</spine></sequence></media>"
        for level in range(15)
    ]
    data = f'<fcpxml version="1.8"><resources>{"".join(media)}</resources></fcpxml>'.encode()
    with pytest.raises(Unreadable, match="more than"):
        read_fcpx(data, "m0")


def test_a_bundle_is_read_as_the_folder_it_is(tmp_path: Path) -> None:
    (tmp_path / "cut.fcpxmld").mkdir()
    (tmp_path / "cut.fcpxmld" / "Info.fcpxml").write_bytes(
        document('<asset-clip ref="a" offset="3600s" duration="1s"/>')
    )
    found = read_timeline(Reading(str(tmp_path / "cut.fcpxmld")))
    assert isinstance(found, Timeline)
    assert (found.format, found.frames) == ("FCPXML", 24)


def test_real_files_of_final_cut_are_read(shared: Path) -> None:
    files = list((shared / "data/editorial").rglob("*.fcpxml"))
    assert len(files) == 5
    for file in files:
        found = read_timeline(Reading(str(file)))
        assert isinstance(found, Timeline), file.name
        if file.name != "fcpx_clips.fcpxml":
            assert (found.frames, found.rate, len(found.shown)) == (4500, Fraction(30), 11)
