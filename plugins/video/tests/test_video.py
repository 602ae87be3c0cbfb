"""The video exporter says exactly what it did to the picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from circletake import Cut, CutEvent, ExportRequest, Fit, NoSettings
from circletake.media.probe import picture_sha256, probe
from circletake.plugins.context import CallContext
from circletake.testing import ExporterContract
from circletake_video.exporter import Video
from tests.factories import slate


class TestContract(ExporterContract):
    module = "circletake_video"


def request_for(path: Path, whole: bool = True, size: tuple[int, int] = (64, 48)) -> ExportRequest:
    take = slate(path, id="t", media=probe(path).facts)
    cut = Cut("c", Fraction(12), *size, (CutEvent("t", Fraction(0), Fraction(1, 2)),))
    return ExportRequest("made", cut, {"t": take}, {"t": path}, whole)


@pytest.mark.parametrize(
    ("suffix", "out", "actions"),
    [
        ("mp4", "made.mp4", ("c2pa.repackaged",)),
        ("m4v", "made.mp4", ("c2pa.repackaged",)),
        ("mov", "made.mov", ("c2pa.repackaged",)),
        ("webm", "made.webm", ("c2pa.repackaged",)),
        ("mkv", "made.mkv", ("c2pa.repackaged",)),
        ("avi", "made.avi", ()),
        ("gif", "made.gif", ()),
    ],
)
def test_a_whole_take_is_not_re_encoded(
    clip: Callable[[str], Path], tmp_path: Path, suffix: str, out: str, actions: tuple[str, ...]
) -> None:
    source = clip(f"in/a.{suffix}")
    staging = tmp_path / "staging"
    staging.mkdir()
    (made,) = Video().export(request_for(source), staging, NoSettings(), CallContext("video"))
    assert (made.path.name, made.kind, made.actions) == (out, "video", actions)
    assert picture_sha256(made.path) == picture_sha256(source)


def test_a_cut_is_rendered_and_says_so(clip: Callable[[str], Path], tmp_path: Path) -> None:
    source = clip("in/a.webm")
    (same,) = Video().export(request_for(source, whole=False), tmp_path, NoSettings(), CallContext("video"))
    assert same.actions == ("c2pa.transcoded",)
    (other,) = Video().export(
        request_for(source, False, (32, 24)), tmp_path, NoSettings(), CallContext("video")
    )
    assert other.actions == ("c2pa.transcoded", "c2pa.resized.proportional")
    assert probe(other.path).facts.frames == 6


def test_what_cannot_stay_as_it_is_is_rendered(clip: Callable[[str], Path], tmp_path: Path) -> None:
    asked = request_for(clip("in/a.mp4"))
    slate = asked.slates["t"]
    foreign = replace(slate, take=replace(slate.take, media=replace(slate.take.media, mime="video/mp2t")))
    (made,) = Video().export(
        replace(asked, slates={"t": foreign}), tmp_path, NoSettings(), CallContext("video")
    )
    assert made.actions == ("c2pa.transcoded",)


@pytest.mark.parametrize(
    ("size", "fit", "speed", "told"),
    [
        ((64, 48), Fit.CROP, "1", ()),
        ((32, 24), Fit.BLUR, "1", ("c2pa.resized.proportional",)),
        ((64, 36), Fit.LETTERBOX, "1", ("c2pa.resized.proportional",)),
        ((64, 36), Fit.CROP, "1", ("c2pa.resized.proportional", "c2pa.cropped")),
        ((64, 36), Fit.BLUR, "2", ("c2pa.resized.proportional", "c2pa.edited", "c2pa.changedSpeed")),
    ],
)
def test_what_was_done_to_the_picture_is_named(
    clip: Callable[[str], Path],
    tmp_path: Path,
    size: tuple[int, int],
    fit: Fit,
    speed: str,
    told: tuple[str, ...],
) -> None:
    asked = request_for(clip("in/a.mp4"), False, size)
    event = replace(asked.cut.events[0], speed=Fraction(speed))
    asked = replace(asked, cut=replace(asked.cut, fit=fit, events=(event,)))
    (made,) = Video().export(asked, tmp_path, NoSettings(), CallContext("video"))
    assert made.actions == ("c2pa.transcoded", *told)
