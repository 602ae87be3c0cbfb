import shutil
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from circletake.errors import MediaError
from circletake.media.probe import picture_sha256, probe
from circletake.model.take import MediaFacts

Clip = Callable[..., Path]


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".webm", ".mkv", ".avi", ".gif"])
def test_tells_the_facts_of_every_container(clip: Clip, suffix: str) -> None:
    facts = probe(clip(f"take{suffix}", size=(64, 48), rate=10, seconds=1)).facts
    assert (facts.width, facts.height, facts.frames) == (64, 48, 10)
    assert facts.seconds == pytest.approx(1.0, abs=0.11)
    assert facts.rate == Fraction(10)


def test_tells_sound_and_tags_with_keys_in_lower_case(clip: Clip) -> None:
    probed = probe(clip(audio=True, tags={"Title": "Night Bus"}))
    assert probed.facts.audio is not None and probed.facts.audio.rate == 48000
    assert probed.tags["title"] == "Night Bus"


def test_tells_pixels_that_are_not_square(clip: Clip) -> None:
    facts = probe(clip(aspect=Fraction(4, 3))).facts
    assert (facts.width, facts.height, facts.aspect, facts.shape) == (64, 48, Fraction(4, 3), (85, 48))
    assert probe(clip("square.mp4")).facts.aspect == 1


def test_facts_written_before_pixels_had_a_shape_are_square(clip: Clip) -> None:
    facts = probe(clip(aspect=Fraction(4, 3))).facts
    written = facts.to_json()
    assert MediaFacts.from_json(written) == facts
    written.pop("aspect")
    assert MediaFacts.from_json(written).aspect == 1


def test_the_same_picture_in_another_container_has_the_same_digest(clip: Clip, tmp_path: Path) -> None:
    import av

    first, second = clip(), tmp_path / "other.mp4"
    with av.open(str(first)) as source, av.open(str(second), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
        target.metadata["title"] = "rewrapped"
    assert first.read_bytes() != second.read_bytes()
    assert picture_sha256(first) == picture_sha256(second) == probe(first).facts.picture_sha256


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".webm", ".mkv", ".avi", ".gif"])
def test_without_a_look_at_the_picture_the_container_tells_the_same(clip: Clip, suffix: str) -> None:
    path = clip(f"take{suffix}", size=(64, 48), rate=10, seconds=1)
    quick = probe(path, picture=False).facts
    assert replace(probe(path).facts, pixel_format="", picture_sha256="") == quick


def test_a_length_that_the_table_of_samples_does_not_bear_out_is_not_believed(clip: Clip) -> None:
    """Whoever signs a file writes its head, and could hide most of the film from an audit."""
    path = clip(size=(64, 48), rate=10, seconds=3)
    data = bytearray(path.read_bytes())
    head = data.index(b"mdhd") + 4
    scale = int.from_bytes(data[head + 12 : head + 16])
    data[head + 16 : head + 20] = scale.to_bytes(4)
    path.write_bytes(data)
    quick = probe(path, picture=False).facts
    assert quick.frames == 30
    assert quick.seconds == pytest.approx(3.0)


def test_pictures_in_fragments_count(tmp_path: Path) -> None:
    """The table in the head lists none of them, or only the first."""
    import av

    path = tmp_path / "fragments.mp4"
    with av.open(str(path), "w", options={"movflags": "frag_keyframe"}) as container:
        stream = container.add_stream("libx264", rate=10, options={"g": "5"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(30):
            container.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        container.mux(stream.encode())
    assert probe(path, picture=False).facts.frames == probe(path).facts.frames == 30


def _says(path: Path) -> str:
    with pytest.raises(MediaError) as refused:
        probe(path)
    return str(refused.value)


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    path.touch()
    assert "empty" in _says(path)


@pytest.mark.parametrize(
    "text", ["#EXTM3U\n/etc/passwd\n", "\ufeff#EXTM3U\n", "ffconcat version 1.0\nfile a.mp4\n"]
)
def test_a_playlist_in_disguise_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.mp4"
    path.write_text(text, encoding="utf-8")
    assert "a playlist, not a video; name the video itself" in _says(path)


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_file_cut_short_is_to_be_downloaded_again(clip: Clip, suffix: str, share: float) -> None:
    path = clip(f"x{suffix}")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert "ends early; download it again" in _says(path)


def test_an_index_that_lists_more_than_there_is_cuts_no_whole_file_short(clip: Clip) -> None:
    path = clip("x.mp4")
    data = bytearray(path.read_bytes())
    at = data.index(b"stco") + 12
    data[at : at + 4] = (len(data) - 8).to_bytes(4)
    path.write_bytes(data)
    assert "ends early" not in _says(path)
    assert "another copy" in _says(path)


def test_a_matroska_file_whose_picture_starts_late_is_whole_until_it_is_cut(
    clip: Clip, tmp_path: Path
) -> None:
    import av

    late = tmp_path / "late.mkv"
    with av.open(str(clip(seconds=2))) as source, av.open(str(late), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None and packet.pts is not None:
                packet.pts += int(100 / packet.time_base)
                packet.dts += int(100 / packet.time_base)
                packet.stream = stream
                target.mux(packet)
    assert probe(late).facts.seconds == pytest.approx(2.0, abs=0.1)
    late.write_bytes(late.read_bytes()[: late.stat().st_size // 2])
    assert "ends early" in _says(late)


def test_foreign_bytes_are_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(b"\x7fELF" + bytes(range(256)) * 8)
    assert "not a video in a format circletake reads" in _says(path)


def test_a_name_that_looks_like_a_protocol_is_only_a_name(clip: Clip, tmp_path: Path) -> None:
    odd = tmp_path / "concat:a|b%20.mp4"
    shutil.copyfile(clip(), odd)
    assert probe(odd).facts.frames == 12


def test_a_song_has_no_picture(tmp_path: Path) -> None:
    import av
    import numpy as np

    path = tmp_path / "song.mp4"
    with av.open(str(path), "w") as container:
        tone = container.add_stream("aac", rate=48000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 48000), np.float32), format="fltp", layout="mono")
        sound.sample_rate = 48000
        container.mux(tone.encode(sound))
        container.mux(tone.encode(None))
    assert "no picture" in _says(path)
