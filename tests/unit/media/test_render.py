"""Rendering and remuxing: exact frames, one size and rate, nothing half-written."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from circletake.errors import BadInput, Cancelled, MediaError
from circletake.media.conform import conformed
from circletake.media.fitting import Canvas
from circletake.media.probe import picture_sha256, probe
from circletake.media.render import remux, render
from circletake.model.cut import Cut, CutEvent, Fit, Song

Clip = Callable[..., Path]


def cut_of(
    *spans: tuple[str, str, str], rate: str = "12", size: tuple[int, int] = (64, 48), **how: Any
) -> Cut:
    events = tuple(CutEvent(take, Fraction(start), Fraction(end)) for take, start, end in spans)
    return Cut("test", Fraction(rate), *size, events, **how)


def pictures(path: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(path)) as container:
        frames = container.decode(video=0)
        return [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in frames]


def sound(path: Path) -> NDArray[np.float32]:
    with av.open(str(path)) as container:
        runs = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate(runs, axis=1)


def nearest(picture: NDArray[np.uint8], among: list[NDArray[np.uint8]]) -> int:
    return int(np.argmin([np.abs(picture.astype(int) - other.astype(int)).mean() for other in among]))


def test_a_cut_has_exactly_the_frames_of_its_events_in_their_order(clip: Clip, tmp_path: Path) -> None:
    media = {"a": clip("a.mp4", seed=1), "b": clip("b.mp4", seed=2)}
    out = tmp_path / "out.mp4"
    render(cut_of(("a", "1/4", "3/4"), ("b", "0", "1/3"), ("a", "0", "1/12")), media, out)
    made, a, b = pictures(out), pictures(media["a"]), pictures(media["b"])
    assert len(made) == 6 + 4 + 1
    assert [nearest(each, a) for each in made[:6]] == [3, 4, 5, 6, 7, 8]
    assert [nearest(each, b) for each in made[6:10]] == [0, 1, 2, 3]
    assert nearest(made[10], a) == 0


@pytest.mark.parametrize("suffix", ["mp4", "mov", "m4v", "mkv", "webm", "avi", "gif"])
def test_every_container_comes_out_at_the_cuts_rate_and_size(clip: Clip, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / "out.mp4"
    source = clip(f"a.{suffix}", rate=10)
    render(cut_of(("a", "0", "1"), rate="24000/1001", size=(96, 54)), {"a": source}, out)
    facts = probe(out).facts
    assert (facts.width, facts.height, facts.rate, facts.frames) == (96, 54, Fraction(24000, 1001), 24)
    assert (facts.codec, facts.pixel_format, facts.audio) == ("h264", "yuv420p", None)


def test_the_picture_says_that_it_is_bt709_and_is(clip: Clip, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    source = clip("a.mp4", seed=5)
    render(cut_of(("a", "0", "1")), {"a": source}, out)
    with av.open(str(out)) as container:
        context = container.streams.video[0].codec_context
        tags = (context.colorspace, context.color_primaries, context.color_trc, context.color_range)
        frame = next(container.decode(video=0))
    assert tags == (1, 1, 1, 1)
    with av.open(str(source)) as container:
        given = next(container.decode(video=0)).reformat(format="rgb24", src_colorspace="ITU601").to_ndarray()
    shown = frame.reformat(format="rgb24", src_colorspace="ITU709").to_ndarray()
    assert np.abs(shown.astype(int) - given.astype(int)).mean() < 4


def test_another_shape_is_fitted_with_black_around_it(clip: Clip, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    render(cut_of(("a", "0", "1/2"), size=(96, 48)), {"a": clip("a.mp4", size=(34, 62))}, out)
    picture = pictures(out)[3].astype(int)
    assert picture[:, :30].max() < 20 and picture[:, -30:].max() < 20
    assert picture[:, 40:56].mean() > 40


def test_a_picture_on_its_side_is_turned_as_players_do(tmp_path: Path) -> None:
    upright = np.zeros((64, 48, 3), np.uint8)
    upright[:16] = (255, 0, 0)
    source = tmp_path / "phone.mp4"
    lying = np.ascontiguousarray(np.rot90(upright, 1))
    with av.open(str(source), "w") as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(6):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(lying, format="rgb24")))
        container.mux(stream.encode(None))
    turn_clockwise(source)
    assert (probe(source).facts.width, probe(source).facts.height) == (48, 64)
    out = tmp_path / "out.mp4"
    render(cut_of(("a", "0", "1/4"), size=(48, 64)), {"a": source}, out)
    shown = pictures(out)[1].astype(int)
    assert shown[4:12, :, 0].mean() > 200 and shown[24:, :, 0].mean() < 30


def turn_clockwise(path: Path) -> None:
    """Write a display matrix of 90 degrees into the track header (ISO 14496-12, 8.3.2)."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    one, zero = (0x10000).to_bytes(4, "big"), bytes(4)
    data[at : at + 20] = zero + one + zero + (0xFFFF0000).to_bytes(4, "big") + zero
    path.write_bytes(data)


@given(
    start=st.integers(0, 11), frames=st.integers(1, 30), rate=st.sampled_from(["8", "12", "24", "30000/1001"])
)
def test_any_stretch_gives_the_frames_asked_for(
    clips: dict[str, Path], start: int, frames: int, rate: str
) -> None:
    canvas = Canvas(64, 48, Fraction(rate))
    assert len(list(conformed(clips["a"], Fraction(start, 12), frames, canvas))) == frames


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    from tests.factories import tiny_clip

    return {"a": tiny_clip(tmp_path_factory.mktemp("clips") / "a.mp4")}


def test_a_stretch_far_into_a_long_clip_starts_where_it_should(clip: Clip, tmp_path: Path) -> None:
    source = clip("long.mp4", seconds=6, pattern="noise")
    out = tmp_path / "out.mp4"
    render(cut_of(("a", "5", "11/2")), {"a": source}, out)
    assert [nearest(each, pictures(source)) for each in pictures(out)] == [60, 61, 62, 63, 64, 65]


def test_each_clip_brings_its_own_sound_and_silence_where_it_has_none(clip: Clip, tmp_path: Path) -> None:
    media = {"loud": clip("a.mp4", audio=True), "mute": clip("b.mp4", seed=2)}
    out = tmp_path / "out.mp4"
    render(cut_of(("mute", "0", "1/2"), ("loud", "0", "1/2"), ("mute", "0", "1/2")), media, out)
    heard = np.abs(sound(out)).max(axis=0)
    assert (
        heard[:20_000].max() < 0.01
        and heard[30_000:45_000].max() > 0.05
        and heard[52_000:70_000].max() < 0.01
    )
    assert abs(probe(out).facts.seconds - 1.5) < 0.001


def test_a_song_replaces_it_from_its_offset_and_fades_out(clip: Clip, tmp_path: Path) -> None:
    tone = clip("tone.mp4", seconds=4, audio=True)
    out = tmp_path / "out.mp4"
    song = Song(str(tone), "", "tone", offset=Fraction(1))
    render(cut_of(("a", "0", "1"), ("a", "0", "1"), song=song), {"a": clip("a.mp4")}, out)
    heard = np.abs(sound(out)).max(axis=0)
    assert heard[:10_000].max() > 0.05
    assert heard[94_000:96_000].max() < 0.2 * heard[40_000:60_000].max()


def test_a_song_that_ends_early_leaves_silence(clip: Clip, tmp_path: Path) -> None:
    tone = clip("tone.mp4", seconds=1, audio=True)
    out = tmp_path / "out.mp4"
    render(cut_of(("a", "0", "1"), ("a", "0", "1"), song=Song(str(tone), "", "t")), {"a": clip("a.mp4")}, out)
    heard = np.abs(sound(out)).max(axis=0)
    assert heard[5_000:40_000].max() > 0.05 and heard[52_000:90_000].max() < 0.01


def test_black_lies_between_clips_and_is_silent(clip: Clip, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    loud = clip("a.mp4", audio=True)
    events = tuple(CutEvent("a", Fraction(0), Fraction(1, 2), gap=Fraction(gap)) for gap in ("1/4", "1/2"))
    render(Cut("test", Fraction(12), 64, 48, events), {"a": loud}, out)
    made = pictures(out)
    assert [bool(each.max() < 5) for each in made] == [True] * 3 + [False] * 6 + [True] * 6 + [False] * 6
    heard = np.abs(sound(out)).max(axis=0)
    assert heard[:9_000].max() < 0.01 and heard[40_000:56_000].max() < 0.01
    assert heard[16_000:32_000].max() > 0.05 and heard[64_000:80_000].max() > 0.05


@pytest.mark.parametrize(
    ("speed", "shown"), [("2", [0, 2, 4, 6]), ("1/2", [0, 0, 1, 1, 2, 2, 3, 3]), ("3", [1, 4, 7, 10])]
)
def test_a_speed_skips_frames_or_shows_them_longer(
    clip: Clip, tmp_path: Path, speed: str, shown: list[int]
) -> None:
    source, out = clip("a.mp4", pattern="noise"), tmp_path / "out.mp4"
    factor = Fraction(speed)
    event = CutEvent("a", Fraction(0), Fraction(len(shown), 12) * factor, factor)
    render(Cut("test", Fraction(12), 64, 48, (event,)), {"a": source}, out)
    assert [nearest(each, pictures(source)) for each in pictures(out)] == shown


@pytest.mark.parametrize("speed", ["2", "1/2", "1/10", "7/3"])
def test_sound_at_another_speed_keeps_its_pitch_and_the_cuts_length(
    clip: Clip, tmp_path: Path, speed: str
) -> None:
    source, out = clip("a.mp4", seconds=2, audio=True), tmp_path / "out.mp4"
    factor = Fraction(speed)
    event = CutEvent("a", Fraction(0), factor / 2, factor)
    render(Cut("test", Fraction(12), 64, 48, (event,)), {"a": source}, out)
    heard, given_ = sound(out)[0], sound(source)[0]
    assert abs(probe(out).facts.seconds - 0.5) < 0.001
    assert abs(pitch(heard[4_000:20_000]) - pitch(given_[4_000:20_000])) < 20


def pitch(run: NDArray[np.float32]) -> float:
    """The strongest frequency, in hertz."""
    return float(np.abs(np.fft.rfft(run * np.hanning(len(run)))).argmax() * 48_000 / len(run))


def fitted(clip: Clip, tmp_path: Path, fit: Fit) -> NDArray[np.int64]:
    """A frame of a tall picture in a wide cut."""
    out = tmp_path / "out.mp4"
    cut = cut_of(("a", "0", "1/2"), size=(96, 48), fit=fit)
    render(cut, {"a": clip("a.mp4", size=(34, 62))}, out)
    facts = probe(out).facts
    assert (facts.width, facts.height, facts.pixel_format) == (96, 48, "yuv420p")
    return pictures(out)[3].astype(int)


def test_a_crop_fills_the_frame_with_the_middle_of_the_picture(clip: Clip, tmp_path: Path) -> None:
    shown = fitted(clip, tmp_path, Fit.CROP)
    assert shown[:, :8].mean() > 30 and shown[:, -8:].mean() > 30
    source = pictures(tmp_path / "a.mp4")[3].astype(int)
    middle = source[22:40].mean(axis=(0, 1))
    assert np.abs(shown.mean(axis=(0, 1)) - middle).max() < 25


def test_a_blur_lies_around_the_whole_picture(clip: Clip, tmp_path: Path) -> None:
    shown, boxed = fitted(clip, tmp_path, Fit.BLUR), fitted(clip, tmp_path, Fit.LETTERBOX)
    assert np.abs(shown[:, 38:58] - boxed[:, 38:58]).mean() < 6
    assert boxed[:, :30].max() < 20 < shown[:, :30].mean()
    detail = [np.abs(np.diff(part, axis=0)).mean() for part in (shown[:, :30], shown[:, 38:58])]
    assert detail[0] < detail[1] / 2


def test_an_event_may_be_fitted_otherwise_than_its_cut(clip: Clip, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    half = Fraction(1, 2)
    events = (CutEvent("a", Fraction(0), half), CutEvent("a", Fraction(0), half, fit=Fit.LETTERBOX))
    cut = Cut("test", Fraction(12), 96, 48, events, fit=Fit.CROP)
    render(cut, {"a": clip("a.mp4", size=(34, 62))}, out)
    made = pictures(out)
    assert made[2][:, :8].mean() > 30 and made[8][:, :8].max() < 20


def test_a_song_comes_in_and_goes_out_at_its_volume(clip: Clip, tmp_path: Path) -> None:
    tone, out = clip("tone.mp4", seconds=4, audio=True), tmp_path / "out.mp4"

    def heard(**how: Any) -> NDArray[np.float32]:
        song = Song(str(tone), "", "tone", offset=Fraction(1), **how)
        render(cut_of(("a", "0", "1"), ("a", "0", "1"), song=song), {"a": clip("a.mp4")}, out)
        return np.asarray(np.abs(sound(out)).max(axis=0), np.float32)

    plain = heard(fade_out=Fraction(0))[:96_000]
    level = plain[40_000:56_000].max()
    assert plain[4_000:12_000].max() > 0.8 * level < 1.2 * plain[88_000:95_000].max()
    quiet = heard(fade_in=Fraction(1, 2), fade_out=Fraction(1, 2), volume=Fraction(1, 2))
    assert 0.4 * level < quiet[40_000:56_000].max() < 0.6 * level
    assert quiet[:2_000].max() < 0.1 * level and quiet[94_000:96_000].max() < 0.1 * level


def test_a_quick_render_has_the_same_frames_and_says_that_it_is_a_preview(clip: Clip, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    render(cut_of(("a", "0", "1"), size=(32, 24)), {"a": clip("a.mp4")}, out, quick=True)
    assert probe(out).facts.frames == 12
    with av.open(str(out)) as container:
        assert "not signed" in container.metadata["comment"]


def test_stopping_leaves_nothing_behind(clip: Clip, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    seen: list[float] = []

    def stop() -> None:
        if len(seen) > 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        render(
            cut_of(("a", "0", "1")),
            {"a": clip("a.mp4")},
            folder / "o.mp4",
            progress=seen.append,
            cancelled=stop,
        )
    assert list(folder.iterdir()) == []
    assert seen == sorted(seen) and 0 < seen[-1] < 1


@pytest.mark.parametrize("suffix", ["mp4", "webm"])
def test_a_clip_that_cannot_be_decoded_is_named_and_nothing_is_written(
    clip: Clip, tmp_path: Path, suffix: str
) -> None:
    whole = clip(f"a.{suffix}", seconds=3)
    whole.write_bytes(whole.read_bytes()[:900])
    with pytest.raises(MediaError, match=f"a.{suffix}"):
        render(cut_of(("a", "0", "3")), {"a": whole}, tmp_path / "o.mp4")
    assert not (tmp_path / "o.mp4").exists()


def test_an_empty_cut_and_an_odd_size_are_refused(clip: Clip, tmp_path: Path) -> None:
    for wrong in (cut_of(), cut_of(("a", "0", "1"), size=(63, 48))):
        with pytest.raises(BadInput):
            render(wrong, {"a": clip("a.mp4")}, tmp_path / "o.mp4")


@pytest.mark.parametrize(
    ("suffix", "mime"),
    [
        ("mp4", "video/mp4"),
        ("mov", "video/quicktime"),
        ("webm", "video/webm"),
        ("mkv", "video/x-matroska"),
    ],
)
def test_remuxing_keeps_the_coded_picture_and_drops_the_tags(
    clip: Clip, tmp_path: Path, suffix: str, mime: str
) -> None:
    source = clip(f"a.{suffix}", audio=True, tags={"comment": '{"prompt": "secret"}', "title": "mine"})
    out = tmp_path / f"out.{suffix}"
    remux(source, out, mime)
    assert picture_sha256(out) == picture_sha256(source)
    assert probe(out).facts.audio == probe(source).facts.audio
    assert b"secret" not in out.read_bytes() and b"mine" not in out.read_bytes()


def test_matroska_whose_first_frames_have_no_decoding_time_is_remuxed_whole(tmp_path: Path) -> None:
    source, out = tmp_path / "a.mkv", tmp_path / "b.mkv"
    with av.open(str(source), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"bf": "2"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(24):
            picture = np.full((48, 64, 3), number * 10, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    remux(source, out, "video/x-matroska")
    assert picture_sha256(out) == picture_sha256(source)
    assert len(pictures(out)) == 24


def with_texts(gif: bytes, texts: list[bytes]) -> bytes:
    """A GIF with comments and XMP in front of its pictures, behind them, and bytes behind its end."""
    behind = 13 + (3 << ((gif[10] & 7) + 1) if gif[10] & 0x80 else 0)
    blocks = b"".join(bytes([len(text)]) + text for text in texts)
    comment, xmp = b"\x21\xfe" + blocks + b"\0", b"\x21\xff\x0bXMP DataXMP" + blocks + b"\0"
    return gif[:behind] + comment + xmp + gif[behind:-1] + comment + gif[-1:] + b"".join(texts)


@given(st.lists(st.binary(min_size=1, max_size=255), min_size=1, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_gif_is_copied_without_what_was_written_into_it(
    clip: Clip, tmp_path: Path, texts: list[bytes]
) -> None:
    source = clip("a.gif")
    told = tmp_path / "told.gif"
    told.write_bytes(with_texts(source.read_bytes(), texts))
    remux(told, tmp_path / "b.gif", "image/gif")
    assert (tmp_path / "b.gif").read_bytes() == source.read_bytes()


def extension(name: bytes, data: bytes) -> bytes:
    return b"\x21\xff\x0b" + name + bytes([len(data)]) + data + b"\0"


def test_of_a_gifs_extensions_only_those_stay_that_show_it(clip: Clip, tmp_path: Path) -> None:
    source, told = clip("a.gif"), tmp_path / "told.gif"
    data = source.read_bytes()
    behind = 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    loop = extension(b"ANIMEXTS1.0", b"\x01\0\0")
    words = [
        *(extension(name, b"secret") for name in (b"MGKIPTC0000", b"fractint002", b"ICCRGBG1012")),
        extension(b"NETSCAPE2.0", b"secret"),
        b"\x21\xf9\x06secret\0",
        b"\x21\x01\x06secret\0",
        b"\x21\x99\x06secret\0",
    ]
    told.write_bytes(data[:behind] + loop + b"".join(words) + data[behind:])
    remux(told, tmp_path / "b.gif", "image/gif")
    assert (tmp_path / "b.gif").read_bytes() == data[:behind] + loop + data[behind:]


@pytest.mark.parametrize("cut", [5, 12, 40, 400, -1])
def test_a_gif_that_breaks_off_is_not_copied(clip: Clip, tmp_path: Path, cut: int) -> None:
    source = clip("a.gif")
    source.write_bytes(source.read_bytes()[:cut])
    with pytest.raises(MediaError):
        remux(source, tmp_path / "b.gif", "image/gif")
    assert not (tmp_path / "b.gif").exists()


def test_an_avi_is_copied_without_what_was_written_into_it(clip: Clip, tmp_path: Path) -> None:
    source, told, out = clip("a.avi"), tmp_path / "told.avi", tmp_path / "b.avi"
    with av.open(str(source)) as given, av.open(str(told), "w") as output:
        output.metadata.update({"title": "night bus", "comment": "/home/ana/secret"})
        copy = output.add_stream_from_template(given.streams.video[0])
        copy.metadata["title"] = "ana@lumen.example"
        for packet in given.demux(video=0):
            if packet.size:
                packet.stream = copy
                output.mux(packet)
    before = told.read_bytes()
    assert all(text in before for text in (b"night bus", b"/home/ana", b"ana@lumen", b"Lavf"))
    remux(told, out, "video/x-msvideo")
    after = out.read_bytes()
    assert len(after) == len(before)
    assert not any(text in after for text in (b"night bus", b"/home/ana", b"ana@lumen", b"Lavf"))
    assert picture_sha256(out) == picture_sha256(told)
    assert [each.tobytes() for each in pictures(out)] == [each.tobytes() for each in pictures(told)]


def chunk(kind: bytes, data: bytes) -> bytes:
    return kind + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)


def avi_with(avi: bytes, behind: bytes) -> bytes:
    """An AVI with more in its first part."""
    body = avi[8 : 8 + int.from_bytes(avi[4:8], "little")] + behind
    return b"RIFF" + len(body).to_bytes(4, "little") + body


@pytest.mark.parametrize(
    "said",
    [
        *(chunk(kind, b"secret") for kind in (b"JUNK", b"bext", b"iXML", b"_PMX", b"avih")),
        chunk(b"LIST", b"exif" + chunk(b"ecom", b"secret")),
        chunk(b"LIST", b"movi" + chunk(b"JUNK", b"secret")),
        chunk(b"LIST", b"movi" + chunk(b"07tx", b"secret")),
        chunk(b"LIST", b"movi" + chunk(b"LIST", b"rec " + chunk(b"text", b"secret"))),
        chunk(b"LIST", b"hdrl" + chunk(b"LIST", b"strl" + chunk(b"strd", b"secret"))),
        chunk(b"LIST", b"hdrl" + chunk(b"LIST", b"odml" + chunk(b"note", b"secret"))),
        chunk(b"JUNK", b"")[:-4] + b"\xff\xff\xff\x7fsecret",
        b"secret",
    ],
)
def test_of_an_avi_only_the_parts_stay_that_show_and_play_it(clip: Clip, tmp_path: Path, said: bytes) -> None:
    source, told, out = clip("a.avi"), tmp_path / "told.avi", tmp_path / "b.avi"
    told.write_bytes(avi_with(source.read_bytes(), said))
    remux(told, out, "video/x-msvideo")
    assert b"secret" not in out.read_bytes()
    assert [each.tobytes() for each in pictures(out)] == [each.tobytes() for each in pictures(source)]


def test_what_stands_behind_an_avi_is_cut_and_its_further_parts_are_not(clip: Clip, tmp_path: Path) -> None:
    source, told, out = clip("a.avi"), tmp_path / "told.avi", tmp_path / "b.avi"
    whole = avi_with(source.read_bytes(), b"")
    further = chunk(
        b"RIFF", b"AVIX" + chunk(b"LIST", b"movi" + chunk(b"ix00", b"places")) + chunk(b"idx1", b"")
    )
    note = chunk(b"RIFF", b"AVIX" + chunk(b"LIST", b"INFO" + chunk(b"ICMT", b"secret")))
    told.write_bytes(whole + further + note + chunk(b"RIFF", b"WAVEsecret") + b"secret")
    remux(told, out, "video/x-msvideo")
    after = out.read_bytes()
    assert len(after) == len(whole + further + note)
    assert b"secret" not in after and after[len(whole) :].startswith(further)


def test_remuxing_something_broken_writes_nothing(tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    source.write_bytes(b"\x00\x00\x00\x18ftypisom" + bytes(100))
    with pytest.raises(MediaError):
        remux(source, tmp_path / "b.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]
