"""Where chunks lie: one that is moved in a full file lies upon another, outside, or out of order."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.model.case import Layout
from circletake.provenance.chunks import Track, outside, overlapping, tracks
from circletake.provenance.layout import layout_of


def box(kind: bytes, *body: bytes) -> bytes:
    held = b"".join(body)
    return (len(held) + 8).to_bytes(4) + kind + held


def table(kind: bytes, *numbers: int, width: int = 4, head: bytes = b"", flags: int = 0) -> bytes:
    """A full box: version and flags, more of its head, how many, and the numbers."""
    body = b"".join(number.to_bytes(width) for number in numbers)
    return box(kind, flags.to_bytes(4), head, body)


def track(*tables: bytes, coded: bytes = b"avc1") -> bytes:
    described = box(b"stsd", bytes(4), (1).to_bytes(4), box(coded, bytes(8)))
    return box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", described, *tables))))


def runs(*each: tuple[int, int]) -> bytes:
    """A table of ``stsc``: the first chunk of each run, and the samples in a chunk of it."""
    return table(b"stsc", len(each), *(n for first, samples in each for n in (first, samples, 1)))


def spans_of(*tables: bytes, coded: bytes = b"avc1") -> tuple[tuple[int, int], ...]:
    (found,) = tracks(track(*tables, coded=coded))
    return tuple(found.spans)


def laid(spans: Sequence[tuple[int, int]]) -> Track:
    return Track((0, 0), [begin for begin, _ in spans], [end for _, end in spans])


FIVE = bytes(3) + b"\x05"
OFFSETS = table(b"stco", 3, 100, 200, 300)


@pytest.mark.parametrize(
    ("sizes", "lengths"),
    [
        (table(b"stsz", 0, 5, 10, 20, 30, 40, 50), [30, 70, 50]),
        (table(b"stsz", 7, 5), [14, 14, 7]),
        (box(b"stz2", bytes(7), b"\x08", FIVE, bytes([1, 2, 3, 4, 5])), [3, 7, 5]),
        (
            box(b"stz2", bytes(7), b"\x10", FIVE, bytes([0, 1, 0, 2, 0, 3, 0, 4, 1, 0])),
            [3, 7, 256],
        ),
        (box(b"stz2", bytes(7), b"\x04", FIVE, bytes([0x12, 0x34, 0x50])), [3, 7, 5]),
        (box(b"stz2", bytes(7), b"\x05", FIVE, bytes(8)), [1, 1, 1]),
        (b"", [1, 1, 1]),
    ],
)
def test_a_chunk_is_as_long_as_its_samples(sizes: bytes, lengths: Sequence[int]) -> None:
    found = spans_of(OFFSETS, runs((1, 2), (3, 1)), sizes)
    assert found == tuple((at, at + length) for at, length in zip((100, 200, 300), lengths, strict=True))


def test_long_offsets_are_read_too() -> None:
    far = table(b"co64", 2**40, 2**41, width=8, head=(2).to_bytes(4))
    assert spans_of(far, runs((1, 1)), table(b"stsz", 9, 2)) == ((2**40, 2**40 + 9), (2**41, 2**41 + 9))


@pytest.mark.parametrize(("coded", "length"), [(b"ima4", 1), (b"sowt", 2048)])
def test_narrow_samples_count_only_where_sound_is_not_compressed(coded: bytes, length: int) -> None:
    """QuickTime gives the width of a sample before it was compressed."""
    (first, *_) = spans_of(OFFSETS, runs((1, 1024)), table(b"stsz", 2, 3072), coded=coded)
    assert first == (100, 100 + length)


@pytest.mark.parametrize(
    "tables",
    [
        (),
        (OFFSETS,),
        (OFFSETS, runs()),
        (OFFSETS, runs((9, 4), (2, 2**32 - 1)), table(b"stsz", 0, 2**31, 5)),
        (box(b"stco", bytes(3)), runs((1, 1))),
        (box(b"stco", bytes(11)), box(b"stsc", bytes(5)), box(b"stsz", bytes(3)), box(b"stz2", bytes(9))),
    ],
)
def test_tables_that_make_no_sense_are_no_error(tables: tuple[bytes, ...]) -> None:
    found = [*tracks(track(*tables))]
    assert all(end >= start for each in found for start, end in each.spans)


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=12),
    st.data(),
)
def test_no_chunk_of_a_full_file_can_be_moved_without_a_trace(
    lengths: list[int], data: st.DataObject
) -> None:
    edges = [0, *accumulate(lengths)]
    media = [(0, edges[-1])]
    placed = tuple(pairwise(edges))
    assert (overlapping([laid(placed)]), outside(placed, media), laid(placed).backwards) == (0, 0, 0)
    begins = data.draw(st.lists(st.integers(0, edges[-1]), min_size=len(lengths), max_size=len(lengths)))
    moved = tuple((at, at + length) for at, length in zip(begins, lengths, strict=True))
    if moved != placed:
        assert overlapping([laid(moved)]) or outside(moved, media) or laid(moved).backwards


def test_chunks_of_two_tracks_that_lie_upon_one_another_are_seen() -> None:
    assert overlapping([laid([(0, 4), (8, 12)]), laid([(4, 8), (12, 16)])]) == 0
    assert overlapping([laid([(0, 4), (8, 12)]), laid([(4, 9), (12, 16)])]) == 1


def test_many_tables_of_offsets_beside_many_sizes_cost_no_more_than_their_bytes() -> None:
    """A stranger's file of a few MB kept a worker busy for minutes."""

    def seconds(many: int) -> float:
        sizes = table(b"stsz", 0, many, *[1] * many)
        moov = track(sizes, runs((1, 2**32 - 1)), *[table(b"stco", 1, 1)] * (many // 4))
        began = process_time()
        assert sum(1 for _ in tracks(moov)) == many // 4
        return process_time() - began

    assert min(seconds(16_000) for _ in range(3)) < 8 * min(seconds(4_000) for _ in range(3))


def test_chunks_lie_in_one_box_of_media_each() -> None:
    media = [(10, 20), (28, 40)]
    assert outside([(10, 20), (28, 40), (15, 15)], media) == 0
    assert outside([(9, 12), (19, 21), (20, 22), (22, 30), (39, 41), (40, 40)], media) == 6


PIXELS = {"mjpeg": "yuvj420p", "prores_ks": "yuv422p10le", "rawvideo": "yuyv422"}
MUXED = [
    ("a.mp4", "libx264", "aac", {}),
    ("a.mp4", "libx264", "aac", {"movflags": "faststart"}),
    ("a.mp4", "libx264", "ac3", {"chunk_duration": "100000"}),
    ("a.mp4", "mpeg4", "libmp3lame", {"chunk_size": "2000"}),
    ("a.mp4", "libx264", "libopus", {"moov_size": "90000"}),
    ("a.mov", "mjpeg", "pcm_s16le", {}),
    ("a.mov", "mjpeg", "pcm_s24be", {"movflags": "rtphint"}),
    ("a.mov", "prores_ks", "pcm_u8", {}),
    ("a.mov", "libx264", "adpcm_ima_qt", {}),
    ("a.mov", "libx264", "pcm_mulaw", {}),
    ("a.mov", "rawvideo", "alac", {}),
]


@pytest.mark.parametrize(("name", "picture", "sound", "options"), MUXED)
def test_what_muxers_write_lies_in_order_side_by_side_and_in_the_media(
    name: str, picture: str, sound: str, options: dict[str, str], tmp_path: Path
) -> None:
    lies = layout_of(muxed(tmp_path / name, picture, sound, options))
    assert lies
    assert lies == Layout(lies.sha256, media=lies.media)
    assert lies.media > 0


def muxed(path: Path, picture: str, sound: str, options: dict[str, str]) -> Path:
    """A second of picture and sound, interleaved by their time."""
    import av
    import numpy as np

    with av.open(str(path), "w", options=options) as film:
        frames = film.add_stream(picture, rate=12)
        assert isinstance(frames, av.VideoStream)
        pixels = {"mjpeg": "yuvj420p", "prores_ks": "yuv422p10le", "rawvideo": "yuyv422"}.get(
            picture, "yuv420p"
        )
        frames.width, frames.height, frames.pix_fmt = 64, 48, pixels
        frames.codec_context.time_base = Fraction(1, 12)
        tone = film.add_stream(sound, rate=48000)
        assert isinstance(tone, av.AudioStream)
        tone.layout = "mono"
        rng = np.random.default_rng(1)
        for index in range(12):
            shown = av.VideoFrame.from_ndarray(
                rng.integers(0, 255, (48, 64, 3), dtype=np.uint8), format="rgb24"
            )
            film.mux(frames.encode(shown.reformat(format=pixels)))
            heard = av.AudioFrame.from_ndarray(
                rng.integers(-99, 99, (1, 4000), dtype=np.int16), format="s16", layout="mono"
            )
            heard.sample_rate, heard.pts = 48000, index * 4000
            film.mux(tone.encode(heard))
        film.mux(frames.encode(None))
        film.mux(tone.encode(None))
    return path


def test_real_films_of_cameras_editors_and_generators_lie_so_too(shared: Path) -> None:
    found = {
        path: lies
        for path in (shared / "data").rglob("*")
        if path.suffix in (".mp4", ".mov", ".m4v") and (lies := layout_of(path))
    }
    assert len(found) > 100
    assert {path.name for path, lies in found.items() if lies.backwards or lies.overlapping} == set()
