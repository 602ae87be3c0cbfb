"""The makers of copies and cuts that the fingerprint is measured on tell the truth about what they made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.bench.coding import read
from tests.bench.cuts import make_cut
from tests.bench.transforms import TRANSFORMS, Transform, apply, apply_all

Clip = Callable[..., Path]


def named(name: str) -> Transform:
    return next(transform for transform in TRANSFORMS if transform.name == name)


def test_names_are_unique() -> None:
    assert len({transform.name for transform in TRANSFORMS}) == len(TRANSFORMS)


def test_every_copy_is_what_is_told_of_it(clip: Clip, tmp_path: Path) -> None:
    source = clip(size=(64, 48), rate=8)
    quick = [t for t in TRANSFORMS if t.coding.codec in {"libx264", "mpeg4"}]
    for transform, path, told in apply_all(source, tmp_path / "copies", quick, seed=1):
        copy = read(path)
        assert (*copy.size, len(copy.times)) == (told["width"], told["height"], told["frames"]), (
            transform.name
        )
        assert copy.seconds == pytest.approx(told["seconds"], abs=0.001), transform.name


@pytest.mark.parametrize("name", ["h264-crf23", "fps-30", "trim-both", "speed-80", "speed-125", "flip"])
def test_a_moment_of_a_copy_shows_the_moment_of_the_source_that_is_told(
    clip: Clip, tmp_path: Path, name: str
) -> None:
    source = clip(size=(96, 64), rate=10)
    told = apply(named(name), source, tmp_path / "copy.mp4", seed=1)
    copy, original = read(tmp_path / "copy.mp4"), read(source)
    pictures = np.array(original.pictures, int)
    pictures = pictures[:, :, ::-1] if told.get("flip") else pictures
    for time, picture in zip(copy.times, copy.pictures, strict=True):
        shown = np.abs(pictures - picture).mean(axis=(1, 2, 3)).argmin()
        wanted = float(str(told["source_in"])) + time * float(str(told["speed"]))
        assert abs(original.times[shown] - min(wanted, original.times[-1])) <= 0.051


def test_the_same_clip_and_seed_give_the_same_copy(clip: Clip, tmp_path: Path) -> None:
    source = clip()
    first, again, other = (tmp_path / f"{name}.mp4" for name in ("first", "again", "other"))
    for target, seed in ((first, 1), (again, 1), (other, 2)):
        apply(named("social-flip"), source, target, seed)
    assert first.read_bytes() == again.read_bytes() != other.read_bytes()


@pytest.mark.parametrize("difficulty", ["clean", "graded", "heavy"])
def test_a_cut_has_the_pieces_that_are_told_without_gaps(clip: Clip, tmp_path: Path, difficulty: str) -> None:
    ours = [clip(f"{seed}.mp4", seed=seed, size=(96, 64)) for seed in range(3)]
    strange = [clip("strange.gif", size=(64, 64), seed=9)]
    pieces = make_cut(
        ours,
        tmp_path / "cut.mp4",
        seed=4,
        difficulty=difficulty,
        pieces=4,
        size=(96, 54),
        foreign=strange,
        unmatched=0.25,
    )
    assert [piece.record_in for piece in pieces] == [0, *(piece.record_out for piece in pieces[:-1])]
    assert sorted(piece.clip for piece in pieces) == sorted([*ours, *strange])
    assert all(0 <= piece.source_in < piece.source_out <= 1.01 for piece in pieces)
    cut = read(tmp_path / "cut.mp4")
    assert len(cut.times) == pieces[-1].record_out
    assert cut.size == (96, 54)
